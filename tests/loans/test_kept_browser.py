"""書きかけを本物のブラウザで: 時間切れのあとも、閉じた窓のあとも、打ったものが残る。"""

import pytest
from django.urls import reverse

from coopfin.models import KeptForm
from loans.enums import ApplicationState as S
from tests.browser import check_accessibility
from tests.documents.test_browser import fits, log_in
from tests.factories.loans import fresh, make_application_in, make_office

pytestmark = pytest.mark.browser


def test_a_lost_session_and_a_closed_window_take_nothing_away(new_page, live_url, watch):
    office = make_office()
    case = make_application_in(office, S.INVESTIGATION)
    address = reverse("loans:worksheet_section", args=[case.pk, "basics"])
    page = log_in(new_page(), office.clerk, live_url)
    watch.expect("403")
    page.goto(address)
    page.locator("[name=history_text]").fill("昭和の終わりに")
    page.get_by_text("書きかけを控えました").wait_for()
    # The session ends. What is typed now is not kept, and the page says so and what to do.
    page.context.clear_cookies()
    page.locator("[name=history_text]").fill("昭和の終わりに独立した。")
    page.get_by_text("新しい窓でログインし直してから").wait_for()
    # Logged in again in another window, where the mark that guards the forms is a new one.
    other = log_in(page.context.new_page(), office.clerk, live_url)
    other.goto(address)
    other.close()
    page.locator("[name=policy_text], [name=banks_text]").first.fill("信用金庫が主力")
    page.get_by_text("書きかけを控えました").wait_for()
    check_accessibility(page)
    # A window that is left in the middle of a word sends what it has.
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[name=banks_evidence]").type("残高証明書")
    page.goto("/")
    again = page.context.new_page()
    again.goto(address)
    again.get_by_text("書きかけを戻しました").wait_for()
    assert again.locator("[name=history_text]").input_value() == "昭和の終わりに独立した。"
    assert again.locator("[name=banks_evidence]").input_value() == "残高証明書"
    assert fits(again)
    check_accessibility(again)
    again.get_by_role("button", name="保存する", exact=True).click()
    again.get_by_text("2問を保存しました。").wait_for()
    assert fresh(case).worksheet_answers.current().get(question="history").text == "昭和の終わりに独立した。"
    assert not KeptForm.objects.exists()
