"""Tolerant fields: what people type is understood, and what cannot be is refused beside the field."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponseRedirect
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc.words import format_yen
from coopfin.forms import (
    JapaneseDateField,
    JapaneseDateFormMixin,
    OperationForm,
    RateFormField,
    ReasonForm,
    YenFormField,
)
from coopfin.models import Sequence, UsedToken
from coopfin.roles import Role
from coopfin.views import OncePerToken
from tests.factories.core import make_user


def refusal(field, value):
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    (sentence,) = refused.value.messages
    assert not sentence.isascii()
    return sentence


# --- 金額 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "yen"),
    [
        ("10000000", 10_000_000),
        ("10,000,000", 10_000_000),
        ("１０，０００，０００", 10_000_000),
        ("1000万", 10_000_000),
        ("１，０００万円", 10_000_000),
        ("1億2000万", 120_000_000),
        ("1.5億", 150_000_000),
        ("￥500", 500),
        ("¥500円", 500),
        (" 500 ", 500),
        ("500\n", 500),
        ("2千5百万", 25_000_000),
        (10_000_000, 10_000_000),
    ],
)
def test_amounts_are_read_as_people_write_them(typed, yen):
    assert YenFormField().clean(typed) == yen


@pytest.mark.parametrize(
    "typed",
    [
        "abc",
        "12.5",
        "1,000.50",
        "1 2 3",
        "--5",
        "1e9",
        "NaN",
        "Infinity",
        "∞",
        "五百万円ほど",
        "1万2億",
        "'; DROP",
        "0x10",
        "500\n600",
        "１０００まん",
    ],
)
def test_what_is_not_an_amount_is_refused_in_words(typed):
    refusal(YenFormField(), typed)


def test_zero_and_negative_amounts_are_refused_beside_the_field():
    assert refusal(YenFormField(), "0") == "金額は1円以上で入力してください。"
    assert refusal(YenFormField(), "０円") == "金額は1円以上で入力してください。"
    assert "マイナス" in refusal(YenFormField(), "-500")
    assert "マイナス" in refusal(YenFormField(), "△500")
    assert refusal(YenFormField(min_value=1000), "999") == "金額は1,000円以上で入力してください。"
    assert YenFormField(min_value=0).clean("0") == 0


@pytest.mark.parametrize("typed", ["10兆1円", "99999999999999", "9" * 40, "9" * 5000, "999999億"])
def test_an_amount_beyond_reason_is_refused_and_breaks_nothing(typed):
    assert "大きすぎ" in refusal(YenFormField(), typed)


def test_an_empty_amount_is_missing_or_none():
    assert refusal(YenFormField(), "")
    assert YenFormField(required=False).clean("") is None


@given(st.integers(1, 10**13))
def test_what_the_page_shows_is_what_it_reads(yen):
    field = YenFormField()
    assert field.clean(field.prepare_value(yen)) == field.clean(format_yen(yen)) == yen


def test_an_amount_written_otherwise_has_not_changed():
    field = YenFormField()
    assert not field.has_changed(10_000_000, "1000万")
    assert field.has_changed(10_000_000, "1001万")
    assert field.has_changed(10_000_000, "読めない")


# --- 年率 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "rate"),
    [
        ("2.10", "2.1"), ("２．１０", "2.1"), ("2.1%", "2.1"), ("年2.1％", "2.1"), (" 6 ", "6"), ("0", "0"), ("14.5", "14.5"),
        ("0.0001", "0.0001"), ("6\n", "6"), ("1e1", "10"),
    ],
)  # fmt: skip
def test_rates_are_read_as_people_write_them(typed, rate):
    assert RateFormField().clean(typed) == Decimal(rate)


@pytest.mark.parametrize(
    "typed",
    [
        "NaN",
        "sNaN",
        "-NaN",
        "Infinity",
        "-Infinity",
        "inf",
        "1e400",
        "1e-400",
        "0.00001",
        "2,1",
        "二",
        "2.1.1",
        "9" * 400,
    ],
)
def test_what_is_not_a_rate_is_refused_in_words(typed):
    refusal(RateFormField(), typed)


@pytest.mark.parametrize("typed", ["-0.1", "100.0001", "101", "1000000"])
def test_a_rate_beyond_its_bounds_is_refused(typed):
    assert refusal(RateFormField(), typed) == "年率は0%から100%までで入力してください。"


def test_a_rate_is_shown_without_trailing_zeros():
    assert RateFormField().prepare_value(Decimal("2.1000")) == "2.1"
    assert RateFormField().prepare_value(Decimal("10.0000")) == "10"
    assert not RateFormField().has_changed(Decimal("2.1000"), "２．１")


# --- 日付 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-24", "2026/11/24", "2026.11.24", "2026年11月24日", "２０２６－１１－２４", "R8.11.24", "r8/11/24", "令和8年11月24日",
        "令和８年１１月２４日", " 令和 8年 11月 24日 ", "2026-11-24\n", "㋿8年11月24日", "20261124",
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(typed):
    assert JapaneseDateField().clean(typed) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("S63.12.31", date(1988, 12, 31)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("M45.7.29", date(1912, 7, 29)),
        ("2028-02-29", date(2028, 2, 29)),
        (date(2026, 11, 24), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 9, 30), date(2026, 11, 24)),  # noqa: DTZ001
    ],
)
def test_every_era_is_read(typed, day):
    assert JapaneseDateField().clean(typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-30", "2026-13-01", "2027-02-29", "令和0年1月1日", "令和8年2月30日", "明日", "24/11", "2026-11", "11-24-2026",
        "2026-11-24T00:00", "平成0年1月1日", "R.11.24", "99999-01-01", "0000-00-00", "2026-11-24 または 25",
    ],
)  # fmt: skip
def test_what_is_not_a_day_is_refused_in_words(typed):
    refusal(JapaneseDateField(), typed)


@pytest.mark.parametrize(("inside", "outside"), [("1900-01-01", "1899-12-31"), ("2199-12-31", "2200-01-01")])
def test_the_calendar_has_an_end_on_both_sides(inside, outside):
    assert JapaneseDateField().clean(inside)
    assert refusal(JapaneseDateField(), outside) == "日付は1900年から2199年までで入力してください。"


def test_a_day_written_otherwise_has_not_changed():
    field = JapaneseDateField()
    assert not field.has_changed(date(2026, 11, 24), "R8.11.24")
    assert field.has_changed(date(2026, 11, 24), "R8.11.25")
    assert field.has_changed(date(2026, 11, 24), "読めない")
    assert field.prepare_value(date(2026, 11, 24)) == "2026-11-24"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_that_is_shown_is_read_back(day):
    field = JapaneseDateField()
    assert field.clean(field.prepare_value(day)) == day


def test_the_dates_of_a_model_form_become_ours_and_keep_their_words():
    class Form(JapaneseDateFormMixin, forms.Form):
        held_on = forms.DateField(label="開催日", help_text="会議の日", required=False)

    field = Form().fields["held_on"]
    assert isinstance(field, JapaneseDateField)
    assert (field.label, field.help_text, field.required) == ("開催日", "会議の日", False)


# --- 操作の入力 ----------------------------------------------------------------------------


def test_every_form_of_an_operation_has_a_token_of_its_own():
    first, second = OperationForm(version="3"), OperationForm(version="3")
    assert first.fields["version"].initial == "3"
    assert first.fields["token"].initial != second.fields["token"].initial
    assert len(first.fields["token"].initial) == 32


def test_a_reason_has_a_limit():
    assert ReasonForm({"reason": "理" * 1000}).is_valid()
    assert not ReasonForm({"reason": "理" * 1001}).is_valid()


# --- 二度押し ------------------------------------------------------------------------------


class Page(OncePerToken):
    """画面のまね。送られるたびに番号を一つ進める。"""

    def __init__(self, user):
        self.request = type("Request", (), {"user": user})()

    def send(self, token, fail=False):
        def work():
            number = Sequence.next("試験", 2026)
            if fail:
                raise ValueError("途中で失敗")
            return number, f"/result/{number}/"

        result, response = self.run_once(token, work)
        assert isinstance(response, HttpResponseRedirect)
        return result, response["Location"]


@pytest.fixture
def page(db):
    return Page(make_user(Role.CLERK))


def test_a_form_sent_twice_works_once_and_leads_to_the_first_result(page):
    assert page.send("a" * 32) == (1, "/result/1/")
    assert page.send("a" * 32) == (None, "/result/1/")
    assert page.already_done("a" * 32)["Location"] == "/result/1/"
    assert Sequence.objects.get(name="試験").last_number == 1


def test_another_form_works_again(page):
    page.send("a" * 32)
    assert page.send("b" * 32) == (2, "/result/2/")


def test_a_form_without_a_token_is_not_remembered(page):
    page.send("")
    assert page.send("") == (2, "/result/2/")
    assert not UsedToken.objects.exists()
    assert page.already_done("") is None


def test_a_form_that_failed_may_be_sent_again(page):
    with pytest.raises(ValueError):
        page.send("a" * 32, fail=True)
    assert not UsedToken.objects.exists()
    assert page.send("a" * 32) == (1, "/result/1/")


def test_the_token_of_another_person_shows_nothing(page):
    """Who guesses or copies a token is not led to the other person's result, and changes nothing."""
    page.send("a" * 32)
    other = Page(make_user(Role.CLERK))
    assert other.already_done("a" * 32) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        other.send("a" * 32)
    assert Sequence.objects.get(name="試験").last_number == 1
    assert UsedToken.objects.get().by == page.request.user


def test_a_token_that_is_too_long_is_cut_alike_both_times(page):
    assert page.send("a" * 100) == (1, "/result/1/")
    assert page.send("a" * 100) == (None, "/result/1/")
