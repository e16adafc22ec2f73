"""申込・審査・契約の入力欄: 寛容に読み、かなわないことは欄のそばで言うこと。"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from governance.enums import ItemResult
from loans.conditions import Wanted
from loans.enums import ApplicationState as S
from loans.enums import FundingResult, LoanType
from loans.forms.application import ApplicationForm, matching_members, maturity_after
from loans.forms.contract import FundingForm
from loans.forms.review import DecisionForm, OpinionForm, RecommendationForm
from loans.forms.worksheet import InterviewForm
from loans.models import Application
from tests.factories.core import make_policy
from tests.factories.loans import TODAY, bill_terms, make_application_in
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy():
    return make_policy()


@pytest.fixture
def member(policy):
    return make_member("能登精機株式会社", kana="ノトセイキ")


def bill_data(member, **changes):
    """画面から送られる、手引きの手形貸付。"""
    return {
        "member": member.pk if member else "",
        "member_search": member.name if member else "",
        "loan_type": "bill",
        "purpose": "working",
        "purpose_detail": "原材料の仕入れ",
        "repayment_source": "売掛金の回収",
        "amount": "1000万",
        "funding_source": "own",
        "interest_rate": "6.0",
        "fee_rate": "0.1",
        "disburse_on": "R8.11.24",
        "maturity_on": "令和9年2月21日",
        **changes,
    }


def deed_data(member, **changes):
    """画面から送られる証書貸付。"""
    values = {
        "loan_type": "deed",
        "maturity_on": "",
        "method": "equal_principal",
        "installments": "60",
        "interval_months": "1",
        "grace_installments": "",
        "first_due_on": "2026-12-31",
        "anchor_day": "31",
    }
    return bill_data(member, **{**values, **changes})


def filled(data):
    form = ApplicationForm(data, on=TODAY)
    form.is_valid()
    return form


def test_amounts_in_man_and_dates_in_wareki_are_read_and_reckoned_at_once(member):
    form = filled(bill_data(member))
    assert form.errors == {}
    assert form.terms["amount"] == 10_000_000
    assert form.terms["disburse_on"] == date(2026, 11, 24)
    assert (form.computation.interest, form.computation.fee, form.computation.net) == (147_945, 2_465, 9_849_590)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("20,000,000", 20_000_000), ("２０００万", 20_000_000), ("1億2千万", 120_000_000), ("¥5,000", 5000)],
)
def test_an_amount_may_be_typed_as_one_says_it(member, typed, read):
    assert filled(bill_data(member, amount=typed)).cleaned_data["amount"] == read


@pytest.mark.parametrize("typed", ["0", "-5000", "△5000", "たくさん", "1.5", ""])
def test_an_impossible_amount_is_refused_beside_its_field(member, typed):
    assert "amount" in filled(bill_data(member, amount=typed)).errors


@pytest.mark.parametrize("typed", ["2026-02-30", "R8.13.1", "令和8年11月31日", "あした", "99999-1-1"])
def test_an_impossible_date_is_refused_beside_its_field(member, typed):
    form = filled(bill_data(member, disburse_on=typed))
    assert "disburse_on" in form.errors
    assert form["disburse_on"].value() == typed


def test_a_bill_needs_a_maturity_after_its_disbursement(member):
    assert "maturity_on" in filled(bill_data(member, maturity_on="")).errors
    form = filled(bill_data(member, maturity_on="2026-11-24"))
    assert form.errors["maturity_on"] == ["期日は実行希望日より後の日付にしてください。"]


def test_interest_larger_than_the_bill_is_said_beside_the_maturity(member):
    form = filled(bill_data(member, amount="1000", interest_rate="100", maturity_on="2028-11-24"))
    assert "残りません" in form.errors["maturity_on"][0]


def test_a_deed_is_asked_for_everything_its_schedule_needs(member):
    form = filled(bill_data(member, loan_type="deed", maturity_on=""))
    assert {"method", "installments", "interval_months", "first_due_on"} <= set(form.errors)
    assert "maturity_on" not in form.errors


def test_half_written_fields_of_the_other_form_of_loan_do_not_count(member):
    assert filled(bill_data(member, installments="六十", first_due_on="まだ")).errors == {}
    form = filled(deed_data(member, maturity_on="まだ"))
    assert form.errors == {}
    assert "maturity_on" not in form.terms


def test_a_deed_falls_due_on_the_day_of_its_first_date_unless_another_is_given(member):
    form = filled(deed_data(member, first_due_on="2026-12-20", anchor_day=""))
    assert form.terms["anchor_day"] == 20
    assert form.computation.maturity_on == date(2031, 11, 20)


def test_a_day_that_does_not_agree_with_the_first_date_is_refused(member):
    form = filled(deed_data(member, first_due_on="2026-12-20", anchor_day="31"))
    assert "anchor_day" in form.errors


def test_a_month_end_stays_a_month_end(member):
    form = filled(deed_data(member, first_due_on="2027-02-28", anchor_day="31"))
    assert form.computation.instalments[1].due_on == date(2027, 3, 31)


def test_too_long_a_grace_and_too_early_a_first_date_are_said_beside_their_fields(member):
    assert "grace_installments" in filled(deed_data(member, grace_installments="60")).errors
    form = filled(deed_data(member, first_due_on="2026-11-20", anchor_day="20"))
    assert "first_due_on" in form.errors


@pytest.mark.parametrize("typed", ["0", "-3", "601", "六十", "1.5"])
def test_an_impossible_number_of_instalments_is_refused(member, typed):
    assert "installments" in filled(deed_data(member, installments=typed)).errors


def test_a_term_beyond_the_calendar_is_refused_not_crashed(member):
    form = filled(deed_data(member, installments="600", interval_months="12"))
    assert "installments" in form.errors


def test_living_expenses_are_no_purpose(member):
    assert "purpose" in filled(bill_data(member, purpose="living")).errors


# --- 組合員を選ぶ ---------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["能登精機", "ﾉﾄｾｲｷ", "のとせいき", "㈱能登精機"])
def test_one_match_is_taken_without_a_click(member, typed):
    form = filled(bill_data(None, member_search=typed))
    assert form.cleaned_data["member"] == member


def test_several_matches_must_be_chosen_from(member):
    make_member("能登精機販売株式会社", kana="ノトセイキハンバイ")
    form = filled(bill_data(None, member_search="のと"))
    assert "2件" in form.errors["member_search"][0]
    assert len(form.choices) == 2


def test_the_exact_name_is_taken_among_several(member):
    make_member("能登精機株式会社金沢", kana="ノトセイキカナザワ")
    assert matching_members("能登精機株式会社", TODAY) == [member]


def test_nobody_and_nothing_are_two_different_sentences(member):
    assert "選んで" in filled(bill_data(None)).errors["member_search"][0]
    assert "見つかりません" in filled(bill_data(None, member_search="加賀")).errors["member_search"][0]


def test_a_member_who_left_cannot_be_chosen(member):
    gone = make_member("加賀繊維有限会社", left_on=date(2026, 3, 31))
    assert matching_members("加賀繊維", TODAY) == []
    form = filled(bill_data(gone))
    assert "member_search" in form.errors


@pytest.mark.parametrize("typed", ["x", "99999999999999999999", "-1"])
def test_a_forged_member_number_is_refused(member, typed):
    form = filled({**bill_data(None), "member": typed})
    assert "member_search" in form.errors


@pytest.mark.parametrize(
    ("term", "count", "matures"),
    [
        ("90d", "both_ends", date(2027, 2, 21)),
        ("90d", "one_end", date(2027, 2, 22)),
        ("3m", "both_ends", date(2027, 2, 24)),
    ],
)
def test_a_maturity_is_counted_from_a_term(term, count, matures):
    assert maturity_after(date(2026, 11, 24), term, count) == matures


# --- 審査 -----------------------------------------------------------------------------------
def decision(**data):
    form = DecisionForm({"result": "favourable", "comment": "", **data})
    form.is_valid()
    return form


def test_a_conditional_decision_names_its_conditions():
    assert "conditions" in decision(result=ItemResult.CONDITIONAL).errors
    form = decision(
        result=ItemResult.CONDITIONAL, conditions_0_text="火災保険に質権を設定すること", conditions_3_text="  "
    )
    assert form.errors == {}
    assert form.cleaned_data["conditions"] == [Wanted("火災保険に質権を設定すること")]


def test_a_plain_approval_carries_no_conditions():
    assert "conditions" in decision(conditions_0_text="火災保険").errors


@pytest.mark.parametrize("result", [ItemResult.UNFAVOURABLE, ItemResult.CONTINUED])
def test_a_refusal_or_continuation_gives_its_reason(result):
    assert "comment" in decision(result=result).errors


def test_a_conditional_recommendation_names_its_conditions():
    form = RecommendationForm({"result": "conditional", "conditions_0_text": " "})
    assert not form.is_valid()
    assert "conditions" in form.errors


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": "", "due_on": "2026-12-10"}, "期日だけ"),
        ({"text": "長" * 301}, "300字まで"),
        ({"text": "火災保険", "due_on": "2026-02-30"}, "条件 2"),
        ({"text": "火災保険", "kind": "x"}, "選び直して"),
    ],
)
def test_a_condition_that_cannot_be_read_is_named_by_its_row(typed, sentence):
    form = decision(
        result=ItemResult.CONDITIONAL, conditions_0_text="決算書", **{f"conditions_1_{k}": v for k, v in typed.items()}
    )
    assert any(sentence in error for error in form.errors["conditions"])
    assert 'value="決算書"' in form.as_p()


def test_a_condition_says_what_it_concerns_and_until_when():
    form = decision(
        result=ItemResult.CONDITIONAL, conditions_0_text="公正証書", conditions_0_kind="guarantor",
        conditions_0_due="contract", conditions_0_due_on="R8.12.10",
    )  # fmt: skip
    (one,) = form.cleaned_data["conditions"]
    assert one.described == "公正証書〔契約まで（2026年12月10日）〕"


@pytest.mark.parametrize(("choice", "text"), [("conditional", ""), ("for", "火災保険"), ("against", "火災保険")])
def test_conditions_belong_to_a_conditional_opinion(choice, text):
    form = OpinionForm({"choice": choice, "text": "理由", "conditions_0_text": text})
    assert not form.is_valid()
    assert "conditions" in form.errors


def test_an_interview_lies_in_the_past():
    form = InterviewForm({"held_on": "2026-11-25"}, on=TODAY)
    assert not form.is_valid()
    assert "先の日付" in form.errors["held_on"][0]


# --- 原資の決定 -----------------------------------------------------------------------------
@pytest.fixture
def approved(office):
    return make_application_in(office, S.APPROVED, terms=bill_terms(funding_source="bank"))


def funding(application, **changes):
    data = {
        "bank": "商工組合中央金庫 金沢支店",
        "decided_on": "2026-11-24",
        "result": "as_applied",
        "amount": "1000万",
        "bank_rate": "1.5",
        "maturity_on": "2027-02-22",
        "document_reference": "商中金発 第12号",
        **changes,
    }
    form = FundingForm(data, on=TODAY, application=application, banks=["商工組合中央金庫 金沢支店"])
    form.is_valid()
    return form


def test_a_bank_outside_the_resolution_is_no_choice(approved):
    assert "bank" in funding(approved, bank="よその銀行").errors


def test_a_smaller_amount_is_not_as_applied(approved):
    assert "amount" in funding(approved, amount="999万").errors
    assert funding(approved).errors == {}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("maturity_on", "R8.12.1", "貸付の最終期日（2027年2月21日）より前"),
        ("bank_rate", "6.1", "貸付の利率（年6%）より高く"),
        ("decided_on", "H2.4.1", "受付日（2026年11月24日）より前"),
        ("decided_on", "R8.11.25", "先の日付"),
    ],
)
def test_an_answer_that_is_not_what_the_board_approved_is_no_plain_yes(approved, field, value, words):
    """申込どおりでない回答は、条件の変更として理事会に戻る（H2.1-g）。"""
    errors = funding(approved, **{field: value}).errors
    assert list(errors) == [field]
    assert words in errors[field][0]


def test_changed_terms_must_change_something(approved):
    same = {
        "new_amount": "1000万",
        "new_interest_rate": "6",
        "new_fee_rate": "0.1",
        "new_maturity_on": approved.maturity_on.isoformat(),
    }
    assert funding(approved, result=FundingResult.CHANGED, **same).non_field_errors()
    form = funding(approved, result=FundingResult.CHANGED, **{**same, "new_amount": "800万"})
    assert form.errors == {}
    assert form.new_terms["amount"] == 8_000_000
    assert Application.objects.get(pk=approved.pk).amount == 10_000_000


def test_a_new_loan_larger_than_the_banks_money_is_refused(approved):
    form = funding(
        approved,
        result=FundingResult.CHANGED,
        amount="500万",
        new_amount="800万",
        new_interest_rate="6",
        new_fee_rate="0.1",
        new_maturity_on=(approved.maturity_on + timedelta(days=1)).isoformat(),
    )
    assert "new_amount" in form.errors


def test_a_refusal_needs_no_figures(approved):
    form = funding(approved, result=FundingResult.REFUSED, amount="", bank_rate="", maturity_on="")
    assert form.errors == {}
    assert form.cleaned_data["bank_rate"] == Decimal(0)
    assert approved.loan_type == LoanType.BILL
