"""必要書類を本物のブラウザで: 印をキーボードで付けて受け取り、ファイルを行に落とし、絵で読む。"""

import pytest
from django.urls import reverse

from loans.models import DocumentFile, RequiredDocument
from tests.browser import TABLET, check_accessibility
from tests.documents.test_browser import fits, log_in
from tests.factories.loans import bill_terms, make_application, make_office
from tests.factories.products import make_product

pytestmark = pytest.mark.browser

#: 行の上に、一つの PDF を落とす
DROP = """(area) => {
  const files = new DataTransfer();
  files.items.add(new File([%r], "決算書.pdf"));
  for (const name of ["dragover", "drop"])
    area.dispatchEvent(new DragEvent(name, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""
PAPER = (
    "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\n"
    "endobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n"
    "startxref\n0\n%%EOF\n"
)


def test_documents_are_ticked_dropped_and_read(new_page, live_url):
    office = make_office()
    product = make_product(("financials", ""), ("profile", ""), ("cash-flow", ""))
    case = make_application(office, terms=bill_terms(product=product))
    page = log_in(new_page(TABLET), office.clerk, live_url)
    page.goto(reverse("loans:checklist", args=[case.pk]))
    assert fits(page)
    check_accessibility(page)
    for name in ("企業概要", "資金繰表"):
        page.get_by_label(name, exact=True).focus()
        page.keyboard.press("Space")
    page.get_by_label("写しを取った").check()
    page.get_by_role("button", name="受け取った").click()
    page.get_by_text("「企業概要」、「資金繰表」を受け取りました。").wait_for()
    row = RequiredDocument.objects.get(kind="financials")
    page.locator(f"[data-drop=files-{row.pk}]").evaluate(DROP % PAPER)
    page.get_by_text("ファイルを1個付けました").wait_for()
    assert DocumentFile.objects.get().row == row
    page.get_by_role("link", name="決算書.pdf").click()
    page.get_by_role("img", name="1ページ目").wait_for()
    assert fits(page)
    check_accessibility(page)
