"""書類の文言: 決まった文（golden）、入れてはならない古い言葉、条件から作る文。

文言をわざと変えたときは、様式の版を改め、COOPFIN_WRITE_GOLDEN=1 を付けて走らせて golden を書き直し、差分を読む。
"""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from documents.form_registry import FORMS
from governance import printing as meeting_papers
from loans import case_papers, papers
from loans.resolution_paper import LIMIT_PROPOSAL
from loans.security_papers import SECURITY_PAPERS
from tests.factories import case_papers as make_case
from tests.factories import documents as make
from tests.factories import meetings
from tests.papers.reading import text_of
from tests.papers.samples import CONTRACTS, SAMPLES

GOLDEN = Path(__file__).parent / "golden"
#: 手引きの様式に残る誤りと、廃止された言葉（ドメイン F-err）
FORBIDDEN = [
    "貴金庫", "手形交換所", "会社整理", "商法", "中断", "支払命令", "平成", "とし、\n", "登記簿謄本", "営業譲渡", "重畳的", "貴組合",
]  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_the_wording_is_the_agreed_one(name):
    paper, context = SAMPLES[name]
    text = text_of(paper.render_html(context))
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("COOPFIN_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def test_every_paper_of_the_house_has_a_golden_text():
    every = {**papers.PAPERS, **meeting_papers.PAPERS, **case_papers.PAPERS, **SECURITY_PAPERS}
    assert {paper.code for paper in every.values()} <= {path.stem for path in GOLDEN.glob("*.txt")}


@pytest.mark.parametrize(
    ("code", "condition"), [(code, name) for code, form in FORMS.items() for name in form.language.conditions]
)
def test_every_optional_clause_stands_in_one_golden_text_and_is_missing_from_another(code, condition):
    holds = FORMS[code].language.conditions[condition]
    assert {holds(context) for paper, context in SAMPLES.values() if paper.code == code} == {True, False}


def test_a_borrower_who_loses_the_benefit_only_on_demand_loses_nothing_by_itself():
    text = master_text(only_on_demand=True)
    assert "通知や催告がなくても、その事由が生じた時に" not in text
    assert "組合の請求が到達した時に" in text.split("第5条（期限の利益の喪失）")[1].split("第6条")[0]
    assert "組合の請求を受けた時に、それぞれに定める手形" in text
    assert text.count("条（") == 20


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_seed_of_the_old_forms_is_left(name, word):
    paper, context = SAMPLES[name]
    assert word not in text_of(paper.render_html(context))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_screen_and_the_print_say_the_same(name):
    paper, context = SAMPLES[name]
    assert text_of(paper.render_html(context, preview=True)) == text_of(paper.render_html(context))


def test_the_specimen_says_that_it_is_one_and_the_print_does_not():
    paper, context = SAMPLES["deed"]
    assert "見本" in paper.render_html(context, preview=True)
    assert "見本" not in paper.render_html(context)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_obeys_the_strict_policy_on_styles_and_scripts(name):
    paper, context = SAMPLES[name]
    page = paper.render_html(context, preview=True)
    assert "<style" not in page
    assert " style=" not in page
    assert "<script" not in page


def test_names_are_escaped():
    paper, _ = SAMPLES["master_agreement"]
    hostile = make.Party("<b>太字</b>株式会社", "石川県", "代表取締役　山崎")
    page = paper.render_html(make.make_master_agreement(debtor=hostile))
    assert "<b>太字" not in page
    assert "&lt;b&gt;太字" in page


# --- 約定書 --------------------------------------------------------------------------------


def master_text(**changes):
    return text_of(papers.MASTER_AGREEMENT.render_html(make.make_master_agreement(**changes)))


def test_a_late_payment_accelerates_only_after_a_demand_and_the_grace_of_the_policy():
    text = master_text(grace_days=21)
    automatic, on_demand = text.split("第5条（期限の利益の喪失）")[1].split("第6条")[0].split("\n2.")
    assert "遅滞" not in automatic
    assert "書面で催告" in on_demand
    assert "21日を過ぎても" in on_demand


def test_damages_run_on_the_principal_by_365_days_at_the_rate_of_the_loan():
    text = master_text(damages_rate=Decimal("14.6"))
    assert "支払うべき元本" in text
    assert "年14.60%の割合による損害金" in text
    assert "1年を365日とする日割" in text
    assert "1円未満の端数は切り捨てます" in text
    assert "四捨五入" in master_text(rounding="half_up")


def test_the_numbers_that_other_papers_quote_stay_where_they_are():
    text = master_text()
    assert "第1条（適用の範囲）" in text
    assert "第5条（期限の利益の喪失）" in text
    assert "第14条（反社会的勢力の排除）" in text
    assert text.count("条（") == 20


def test_the_court_is_the_one_the_cooperative_named():
    assert "福井地方裁判所を第一審の専属的合意管轄裁判所" in master_text(court="福井地方裁判所")


# --- 証書と保証書 --------------------------------------------------------------------------


def test_the_amount_stands_in_great_characters_and_in_figures():
    paper, context = SAMPLES["deed"]
    assert "金壱千弐百万円也（¥12,000,000）" in text_of(paper.render_html(context))


def test_the_date_is_written_in_the_japanese_calendar():
    paper, context = SAMPLES["deed"]
    assert "令和8年11月24日" in text_of(paper.render_html(context))


@pytest.mark.parametrize(
    ("principal", "duty"), [(100_000, 200), (5_000_000, 2_000), (12_000_000, 20_000), (60_000_000, 60_000)]
)
def test_the_deed_shows_the_stamp_duty_of_its_amount(principal, duty):
    deed = make.make_deed(schedule=make.make_plan(principal=principal))
    assert deed.stamp_duty == duty
    assert f"収入印紙{duty:,}円" in text_of(papers.DEED.render_html(deed))


def test_the_other_papers_bear_their_fixed_duty():
    assert "収入印紙4,000円" in master_text()
    assert "収入印紙200円" in text_of(papers.GUARANTEE_LETTER.render_html(make.make_guarantee_letter()))


def test_a_deed_too_small_for_duty_shows_no_box():
    deed = make.make_deed(schedule=make.make_plan(principal=9_999, instalments=1))
    assert "収入印紙" not in text_of(papers.DEED.render_html(deed))


def test_without_guarantors_the_deed_does_not_speak_of_them():
    paper, context = SAMPLES["deed_without_guarantors"]
    text = text_of(paper.render_html(context))
    assert "連帯保証人" not in text
    assert "物上保証人" not in text
    assert "転貸の承認" not in text
    assert text.count("㊞") == 2


@pytest.mark.parametrize("count", [1, 2, 20])
def test_every_guarantor_has_a_line_to_sign(count):
    deed = make.make_deed(guarantors=make.many_guarantors(count), owners=())
    text = text_of(papers.DEED.render_html(deed))
    assert text.count("㊞") == 2 + count
    assert text.count("\n連帯保証人\n住所") == count
    letter = text_of(
        papers.GUARANTEE_LETTER.render_html(make.make_guarantee_letter(guarantors=make.many_guarantors(count)))
    )
    assert letter.count("㊞") == 1 + count


def test_a_guarantor_who_also_gives_collateral_signs_once_for_both():
    roles = [signatory.role for signatory in make.make_deed().signatories]
    assert roles == ["債権者", "債務者", "連帯保証人兼物上保証人", "連帯保証人", "連帯保証人"]


def test_the_deed_of_each_third_party_is_named_and_the_exception_of_each_insider():
    for name in ("deed", "guarantee_letter"):
        paper, context = CONTRACTS[name]
        text = text_of(paper.render_html(context))
        assert "証書番号令和8年第123号" in text
        assert "民法第465条の9第1号（代表者）に当たる" in text
        assert "法人であるため、公正証書を要しません" in text
        assert "民法第465条の10" in text


def test_a_root_guarantee_states_its_maximum_and_the_day_on_which_it_is_fixed():
    text = text_of(papers.GUARANTEE_LETTER.render_html(make.make_guarantee_letter()))
    assert "極度額金壱千五百万円也（¥15,000,000）元本確定期日令和13年11月20日" in text


def test_an_individual_without_a_day_is_bound_for_three_years_and_a_company_without_end():
    assert make.make_guarantor(fixed_on=None).fixed_words.startswith("令和11年11月24日（契約の日から3年")
    assert make.make_guarantor(make.AFFILIATE, fixed_on=None).fixed_words == "定めません"


def test_on_lent_money_names_the_bank():
    paper, context = SAMPLES["deed"]
    text = text_of(paper.render_html(context))
    assert "組合が商工組合中央金庫金沢支店から借り入れた資金を転貸" in text
    assert "商工組合中央金庫金沢支店の定める弁済日の長期プライムレート" in text


# --- 条件の文 ------------------------------------------------------------------------------


def repayment(**changes):
    return "".join(papers.repayment_words(make.make_plan(**changes)))


def test_equal_principal_says_the_amounts_and_the_last_one_that_takes_the_remainder():
    words = repayment(principal=10_000_000)
    assert "令和8年12月31日を初回、令和13年11月30日を最終回として、毎月末日に、60回に分けて" in words
    assert "第1回から第59回までは各金166,666円、第60回は金166,706円" in words


def test_equal_payment_says_the_sum_of_principal_and_interest_where_it_is_level():
    words = repayment(method="equal_payment", basis="monthly", disbursed_on=date(2026, 11, 30))
    assert "元利均等分割返済" in words
    assert "元利金の合計" in words


def test_grace_says_from_which_instalment_the_principal_is_repaid():
    words = repayment(grace=6, instalments=66, principal=6_000_000)
    assert "第6回までは据置期間として利息だけを支払い、第7回（令和9年6月30日）から元金を弁済" in words
    assert "第7回から第66回までは各金100,000円" in words


def test_bullet_says_once_at_the_end():
    words = repayment(method="bullet", instalments=12)
    assert words.startswith("期日一括返済。元金の全額を、最終弁済期限に一括して")


def test_one_instalment_is_repaid_at_once():
    words = repayment(instalments=1)
    assert "令和8年12月31日に、元金の全額を一括して" in words


@pytest.mark.parametrize(
    ("months", "text"), [(1, "毎月末日"), (3, "3か月ごとに末日"), (6, "6か月ごとに末日"), (12, "毎年末日")]
)
def test_the_interval_is_said_in_words(months, text):
    assert text in repayment(interval=months, instalments=4)


@pytest.mark.parametrize(("anchor", "text"), [(20, "20日"), (30, "30日（その日のない月は末日）"), (31, "末日")])
def test_the_day_of_the_month_is_said_as_people_say_it(anchor, text):
    assert papers.day_of_month(anchor) == text


def test_holidays_are_spoken_of_only_where_they_move_the_day():
    assert "翌営業日" in repayment()
    assert "営業日" not in repayment(roll="none")


@pytest.mark.parametrize(("upto", "text"), [("nominal", "もとの期日までの分"), ("adjusted", "実際の支払日までの分")])
def test_a_rolled_day_says_until_when_interest_runs(upto, text):
    assert text in "".join(papers.interest_payment_words(make.make_plan(interest_to=upto).terms))


def test_the_first_period_is_counted_as_the_policy_says():
    assert "初回は貸付日の翌日から" in papers.interest_words(make.make_plan().terms)
    assert "初回は貸付日から" in papers.interest_words(make.make_plan(first_count="both_ends").terms)


# --- 議案の案 ------------------------------------------------------------------------------


def proposal_text(**changes):
    return text_of(LIMIT_PROPOSAL.render_html(make.make_limit_proposal(**changes)))


@pytest.mark.parametrize(
    ("estimated", "words"),
    [
        (450_000_000, "この額を最高限度とします"),
        (470_000_000, "これより20,000,000円少ない450,000,000円を最高限度とします"),
        (440_000_000, "これに10,000,000円を加えた450,000,000円を最高限度とします"),
    ],
)
def test_the_draft_says_how_the_limit_stands_to_what_was_reckoned(estimated, words):
    assert words in proposal_text(estimated=estimated)


def test_the_draft_is_marked_as_one_and_compares_with_what_is_in_force():
    text = proposal_text()
    assert "\n案\n" in text
    assert "|①借入金残高の最高限度|450,000,000|400,000,000|50,000,000" in text
    assert "いまの決議" not in proposal_text(**{**dict.fromkeys(["current"], "")}, limits=bare_limits())


def bare_limits():
    return make.make_long_limit_proposal().limits


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("uniform", "③の額（一律）とします"),
        ("backing", "担保の保全額、出資金及び預り金の合計額とします"),
        ("sales", "年間売上高の3か月分（10,000円未満切捨て）の額とします"),
    ],
)
def test_the_draft_says_how_members_are_told_apart(mode, words):
    assert words in proposal_text(member_limit_mode=mode, sales_months=3)


def test_who_guarantees_nothing_says_so():
    assert "いずれも0円とします" in proposal_text(limits=bare_limits())


# --- 会議の書類 ----------------------------------------------------------------------------


def test_the_minutes_keep_the_members_figures_out_of_the_body_and_in_the_annex():
    body = text_of(meeting_papers.MINUTES.render_html(meetings.make_minutes()))
    annex = text_of(meeting_papers.MINUTES_ANNEX.render_html(meetings.make_minutes()))
    for secret in ("能登精機株式会社", "20,000,000円"):
        assert secret not in body
        assert secret in annex
    assert "内容は別紙1のとおり。" in body
    assert "備置きの期限令和18年12月4日まで" in body


def test_the_papers_name_their_reader_and_hide_what_concerns_him():
    text = text_of(meeting_papers.MEETING_PAPERS.render_html(meetings.make_papers()))
    assert "閲覧する人\n加賀良子2026年11月30日9:05" in text
    assert "第2号議案\n利害関係のため非表示" in text
    assert "別紙2" not in text


# --- 案件の書類 ----------------------------------------------------------------------------


def letter_text(letter):
    return text_of(case_papers.DECISION_NOTICE.render_html(letter))


def test_a_refusal_is_told_with_the_reason_that_was_chosen_and_what_comes_back():
    text = letter_text(make_case.make_declining_letter())
    assert "ご希望に添いかねる" in text
    assert "返済の財源が、まだはっきりしないためです。" in text
    assert "お返しする書類" in text
    assert "(1)登記事項証明書" in text


def test_a_refusal_without_a_reason_does_not_speak_of_one():
    text = letter_text(make_case.make_declining_letter(reason_told="", returned=(), message=""))
    assert "理由" not in text
    assert "お返しする書類" not in text


def test_an_approval_says_until_when_it_holds_and_what_must_be_met_by_when():
    text = letter_text(make_case.make_conditional_letter())
    assert "次の条件を付けて貸付を承諾" in text
    assert "〔契約まで（2026年12月10日）〕" in text
    assert "決定の有効期限\n令和9年2月20日" in text
    assert "金融機関の決定によっては" in text
    assert "金融機関" not in letter_text(make_case.make_letter(bank_funded=False))
    assert "条件" not in letter_text(make_case.make_letter(bank_funded=False))


def test_the_memorandum_has_a_box_for_every_seal_and_its_readers_name():
    text = text_of(case_papers.CREDIT_MEMORANDUM.render_html(make_case.make_memorandum()))
    assert "\n事務局\n事務局長\n理事長\n" in text
    assert text.startswith("山田花子2026年11月24日14:05")
    assert "|後継者|（未記入）|" in text
