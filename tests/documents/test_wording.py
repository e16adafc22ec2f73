"""条文の文言: 条・項・号の組み立て、差込み・選択・引用・表、誤りの文、版の違い。"""

from dataclasses import dataclass

import pytest

from documents.wording import Article, BadWording, Language, Paragraph, Wording, compose, problems
from documents.wording_changes import changes


@dataclass(frozen=True)
class Case:
    """試しの値。"""

    rate: str = "14.50%"
    on_lent: bool = False
    agreement_articles: tuple = (("反社会的勢力の排除", 14),)


LANGUAGE = Language(
    values={"損害金の率": lambda it: it.rate},
    conditions={"転貸のとき": lambda it: it.on_lent, "転貸でないとき": lambda it: not it.on_lent},
    tables={"要項": "print/terms.html"},
    required={"損害金の率": "民法 420条"},
    quotes_agreement=True,
)
DAMAGES = Article("損害金", "年{損害金の率}の損害金を支払います。")


def composed(*articles, it=None, **texts):
    return compose(Wording("試しの版", (DAMAGES, *articles), **texts), LANGUAGE, it or Case())


def paragraphs(body, **case):
    return composed(Article("試しの条", body), it=Case(**case)).articles[1].paragraphs


def sentences(*articles, **texts):
    return [problem.text for problem in problems(Wording("試しの版", (DAMAGES, *articles), **texts), LANGUAGE)]


def test_each_line_is_a_paragraph_and_a_dotted_line_an_item_of_the_one_above():
    found = paragraphs("次のとおりとします。\n・甲\n・乙\n\n  費用は負担します。  ")
    assert found == (Paragraph("次のとおりとします。", ("甲", "乙")), Paragraph("費用は負担します。"))


def test_a_table_belongs_to_the_paragraph_above_it():
    assert paragraphs("次の要項によります。\n【要項】\n以上です。")[0].tables == ("print/terms.html",)


def test_what_is_filled_in_comes_from_the_paper():
    assert composed(it=Case(rate="14.60%")).articles[0].paragraphs[0].text == "年14.60%の損害金を支払います。"


def test_a_choice_is_kept_where_its_condition_holds_and_a_line_that_vanishes_leaves_no_number():
    body = "支払います。\n［転貸のとき：転貸を承認します。］\n［転貸でないとき：自己資金です。］"
    assert [part.text for part in paragraphs(body)] == ["支払います。", "自己資金です。"]
    assert [part.text for part in paragraphs(body, on_lent=True)] == ["支払います。", "転貸を承認します。"]


def test_a_paragraph_that_vanishes_takes_its_items_and_tables_along():
    body = (
        "支払います。\n［転貸のとき：次のとおりとします。］\n・甲\n【要項】\n負担します。\n・乙\n・［転貸のとき：丙］"
    )
    assert paragraphs(body) == (Paragraph("支払います。"), Paragraph("負担します。", ("乙",)))


def test_a_choice_may_hold_a_fill_in():
    assert (
        paragraphs("支払います［転貸のとき：（年{損害金の率}）］。", on_lent=True)[0].text == "支払います（年14.50%）。"
    )


def test_articles_are_numbered_in_the_order_in_which_they_stand():
    on_lending = Article("転貸の承認", "転貸を承認します。", when="転貸のとき")
    last = Article("管轄", "{条:転貸の承認}と{条:損害金}によります。")
    without, lent = composed(on_lending, last), composed(on_lending, last, it=Case(on_lent=True))
    assert lent.numbers == {"損害金": 1, "転貸の承認": 2, "管轄": 3}
    assert lent.articles[2].paragraphs[0].text == "第2条と第1条によります。"
    assert without.numbers == {"損害金": 1, "管轄": 2}
    assert without.articles[1].paragraphs[0].text == "「転貸の承認」の定めと第1条によります。"


def test_an_article_of_the_agreement_is_quoted_by_the_number_it_has_there():
    body = "{約定書:反社会的勢力の排除}によります。"
    assert paragraphs(body)[0].text == "約定書第14条によります。"
    assert paragraphs(body, agreement_articles=())[0].text == "約定書の「反社会的勢力の排除」の定めによります。"


def test_two_articles_may_share_a_heading_where_only_one_of_them_can_stand():
    one = Article("期限", "当然に失います。", when="転貸のとき")
    other = Article("期限", "請求によって失います。", when="転貸でないとき")
    assert composed(one, other).numbers == {"損害金": 1, "期限": 2}
    assert "見出し「期限」の条が二つあります。" in sentences(one, Article("期限", "失います。"))[0]


def test_foreword_and_closing_are_filled_in_as_well():
    found = composed(lead="年{損害金の率}を約します。", closing="［転貸のとき：承認］します。")
    assert (found.lead, found.closing) == ("年14.50%を約します。", "します。")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("年{利率}とします。", "差込み「利率」は、この書類にはありません。使えるのは：損害金の率。"),
        ("［保証のとき：保証］します。", "条件「保証のとき」は、この書類にはありません。"),
        ("支払います。\n【別表】", "表「別表」は、この書類にはありません。"),
        ("{条:管轄}によります。", "引用 {条:管轄} の条がありません。"),
        ("年{損害金の率とします。", "「{」の使い方が違います。"),
        ("［転貸のとき:承認します。］", "：は全角で"),
        ("［転貸のとき：［転貸でないとき：甲］乙］", "中に別の［ ］は置けません"),
        ("次の【要項】によります。", "表は一行に【名】だけ"),
        ("・甲", "本文は、項の文から始めてください"),
        ("  ", "本文がありません。"),
    ],
)
def test_a_mistake_in_the_wording_is_said_in_a_sentence(body, words):
    assert words in " ".join(sentences(Article("試しの条", body)))


def test_what_a_paper_cannot_do_without_is_missed():
    assert problems(Wording("版", (Article("甲", "乙"),)), LANGUAGE)[0].text == (
        "{損害金の率} がどこにもありません。この書類には欠かせません（民法 420条）。"
    )
    assert "条が一つもありません。" in [problem.text for problem in problems(Wording("版", ()), LANGUAGE)]


def test_a_paper_that_stands_on_no_agreement_cannot_quote_one():
    language = Language(values=LANGUAGE.values)
    found = problems(Wording("版", (Article("甲", "{約定書:乙}"),)), language)
    assert found[0].text == "この書類では、約定書の条を引けません（{約定書:乙}）。"


def test_no_paper_is_made_of_a_faulty_wording():
    with pytest.raises(BadWording, match="差込み「利率」"):
        composed(Article("甲", "{利率}"))


def test_the_fingerprint_is_of_the_words_and_not_of_the_name():
    one, other = Wording("2026年版", (DAMAGES,)), Wording("2027年版", (DAMAGES,), version=3)
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != Wording("2026年版", (Article("損害金", "年{損害金の率}を支払います。"),)).fingerprint


def test_the_difference_of_two_versions_is_told_article_by_article():
    old = Wording("旧", (DAMAGES, Article("費用", "借主が負担します。"), Article("管轄", "金沢地方裁判所とします。")))
    new = Wording("新", (DAMAGES, Article("費用", "組合が負担します。"), Article("準拠法", "日本法とします。")))
    found = {change.heading: change for change in changes(old, new)}
    assert {heading: change.kind for heading, change in found.items()} == {
        "前文": "same", "損害金": "same", "費用": "changed", "管轄": "gone", "準拠法": "new", "後文": "same",
    }  # fmt: skip
    assert [(piece.kind, piece.text) for piece in found["費用"].lines[0]] == [
        ("out", "借主"), ("in", "組合"), ("same", "が負担します。"),
    ]  # fmt: skip


def test_added_and_dropped_lines_are_whole():
    old, new = Wording("旧", (Article("甲", "一\n二"),)), Wording("新", (Article("甲", "一\n二\n三"),))
    lines = changes(old, new)[1].lines
    assert [(line[0].kind, line[0].text) for line in lines] == [("same", "一"), ("same", "二"), ("in", "三")]
