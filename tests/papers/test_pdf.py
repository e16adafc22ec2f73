"""PDF としての書類: 書体・タグ・ページ番号・別の機械での見え方・いつ描いても同じ実体。"""

import logging
import re

import pypdfium2
import pytest

from documents import paper as papers
from documents.paper import CannotRender, Paper, render_pdf
from tests.factories import documents as make
from tests.papers.reading import pdf_of, plain, printed
from tests.papers.samples import SAMPLES

every_paper = pytest.mark.parametrize("name", SAMPLES)


def fonts_of(reader):
    found = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            descendant = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            found[str(font["/BaseFont"])] = descendant["/FontDescriptor"].get_object()
    return found


@every_paper
def test_only_our_fonts_are_embedded_as_truetype(name):
    fonts = fonts_of(pdf_of(*SAMPLES[name]))
    assert fonts
    for font, descriptor in fonts.items():
        assert re.search(r"BIZ-?UDMincho|BIZ-?UDGothic|IPAmjMincho", font), font
        # FontFile3 は CFF（OpenType）。画面では見えても、ほかの機械で白紙になることがある。
        assert "/FontFile2" in descriptor
        assert "/FontFile3" not in descriptor


def test_rare_characters_of_names_are_printed_in_their_own_font():
    reader = pdf_of(*SAMPLES["deed"])
    assert any("IPAmjMincho" in font for font in fonts_of(reader))
    assert "𠮷田花子" in plain("".join(page.extract_text() for page in reader.pages))


@every_paper
def test_the_pdf_is_tagged_japanese_and_titled(name):
    paper, context = SAMPLES[name]
    reader = pdf_of(paper, context)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert str(root["/Lang"]).startswith("ja")
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == context.title
    assert context.issuer == reader.metadata.author


@every_paper
def test_every_page_carries_its_number_and_that_of_the_document(name):
    paper, context = SAMPLES[name]
    pages = pdf_of(paper, context).pages
    for number, page in enumerate(pages, 1):
        text = plain(page.extract_text())
        assert f"{number}/{len(pages)}" in text
        assert plain(context.number) in text


@every_paper
def test_another_engine_shows_ink_on_every_page(name):
    document = pypdfium2.PdfDocument(printed(*SAMPLES[name]))
    assert len(document) >= 1
    for page in document:
        levels = page.render(scale=1, grayscale=True).to_pil().histogram()
        # 下の欄のページ番号だけなら、濃い点は数百しかない。
        assert sum(levels[:200]) > 1_500


@every_paper
def test_nothing_is_printed_outside_the_paper_or_lost(name):
    paper, context = SAMPLES[name]
    document = pypdfium2.PdfDocument(printed(paper, context))
    for page in document:
        width, height = page.get_size()
        image = page.render(scale=1, grayscale=True).to_pil()
        left_edge = image.crop((0, 0, int(width * 0.03), int(height)))
        right_edge = image.crop((int(width * 0.97), 0, int(width), int(height)))
        for edge in (left_edge, right_edge):
            assert edge.getextrema() == (255, 255)


def test_the_same_values_give_the_same_bytes():
    paper, context = SAMPLES["guarantee_letter"]
    html = paper.render_html(context)
    assert render_pdf(html) == render_pdf(html)


def test_contracts_are_a4_and_slips_a5_landscape():
    for name, size in (("deed", (595, 842)), ("voucher_slip", (595, 420))):
        box = pdf_of(*SAMPLES[name]).pages[0].mediabox
        assert (round(box.width), round(box.height)) == size


def test_the_schedule_begins_on_a_page_of_its_own_and_repeats_its_head():
    pages = [plain(page.extract_text()) for page in pdf_of(*SAMPLES["deed_long"]).pages]
    schedule = [text for text in pages if "支払日日数元金利息" in text]
    assert len(schedule) >= 4
    assert schedule[0].startswith("償還予定表")


def test_the_style_sheet_is_understood_without_complaint(caplog):
    papers._stylesheet.cache_clear()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(caplog.handler)
    try:
        render_pdf(SAMPLES["voucher_slip"][0].render_html(SAMPLES["voucher_slip"][1]))
    finally:
        logger.removeHandler(caplog.handler)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    "inside",
    [
        '<img src="http://example.com/seal.png" alt="">',
        '<img src="file:///etc/hostname" alt="">',
        '<img src="seal.png" alt="">',
        '<link rel="stylesheet" href="http://example.com/x.css">',
    ],
)
def test_a_form_cannot_fetch_anything_from_outside(inside):
    html = SAMPLES["voucher_slip"][0].render_html(make.make_slip()).replace("<main>", f"<main>{inside}")
    with pytest.raises(CannotRender, match="外のもの"):
        render_pdf(html)


def test_a_missing_library_is_named_with_the_line_that_mends_it(monkeypatch):
    monkeypatch.setattr(papers, "_LIBRARIES", ("libpango-that-is-not-there.so.0",))
    papers._weasyprint.cache_clear()
    try:
        with pytest.raises(CannotRender, match=r"libpango-that-is-not-there.*apt-get install -y"):
            render_pdf("<p>本文</p>")
    finally:
        papers._weasyprint.cache_clear()


def test_a_missing_font_is_named_with_the_line_that_mends_it(monkeypatch):
    monkeypatch.setattr(papers, "REQUIRED_FONTS", ("No Such Mincho",))
    with pytest.raises(CannotRender, match=r"No Such Mincho.*apt-get install -y"):
        render_pdf(SAMPLES["voucher_slip"][0].render_html(make.make_slip()))


def test_a_paper_is_a_plain_value():
    assert Paper("a", "甲", "t.html", "2026年版") == Paper("a", "甲", "t.html", "2026年版")


def test_the_readers_name_lies_across_every_page_of_the_meeting_papers():
    pages = pdf_of(*SAMPLES["meeting_papers_long"]).pages
    assert len(pages) >= 4
    for page in pages:
        # once across the page, once at its foot
        assert plain(page.extract_text()).count("寿限無" * 8) >= 2
