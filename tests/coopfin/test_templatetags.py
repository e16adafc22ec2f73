"""テンプレートの道具: 書き方と、どの画面にも出る部品。"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.db.models import TextChoices
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from coopfin.flow import block, passed, warn


def show(source, **values):
    return Template(source).render(Context(values))


def get(path):
    return RequestFactory().get(path)


@dataclass
class Instalment:
    no: int
    due_on: date
    pay_on: date
    principal: int
    interest: int
    balance: int
    days: int = 30
    fee: int = 0

    @property
    def payment(self):
        return self.principal + self.interest + self.fee


def make_schedule(times, **changes):
    return [
        Instalment(no, date(2027, 1, 31), date(2027, 2, 1), 100_000, 1_000, 0, **changes) for no in range(1, times + 1)
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(1234, "1,234"), (-1234, "△1,234"), (0, "0"), (None, ""), (20_000_000, "20,000,000")]
)
def test_yen_has_separators_and_a_triangle_for_negatives(value, text):
    assert show("{{ value|yen }}", value=value) == text


def test_yen_with_its_unit():
    assert show("{{ a|yen_unit }}/{{ b|yen_unit }}", a=-5, b=None) == "△5円/"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.1000"), "2.10%"),
        (Decimal("14.5"), "14.50%"),
        (Decimal("0.2345"), "0.2345%"),
        (Decimal("10"), "10.00%"),
        (Decimal(0), "0.00%"),
        (None, ""),
    ],
)
def test_a_rate_keeps_two_places_and_more_only_when_needed(value, text):
    assert show("{{ value|rate }}", value=value) == text


def test_dates_are_written_as_the_trade_writes_them():
    source = "{{ d|jdate }} {{ d|weekday }} {{ d|jdate_short }} {{ d|wareki }}"
    assert show(source, d=date(2026, 11, 24)) == "2026年11月24日 2026年11月24日（火） 11/24 令和8年11月24日"
    assert show("[{{ d|jdate }}{{ d|weekday }}{{ d|wareki }}]", d=None) == "[]"


def test_a_moment_is_shown_in_japan_time():
    assert show("{{ at|jmoment }} {{ at|jdate }}", at=datetime(2026, 11, 24, 15, 30, tzinfo=UTC)) == (
        "2026年11月25日 00:30 2026年11月25日"
    )


def test_a_contract_amount_is_written_in_formal_numerals():
    assert "弐千万" in show("{{ value|kanji_amount }}", value=20_000_000)


def test_query_string_keeps_filters_and_replaces_only_what_is_given():
    request = get("/loans/?q=%E7%B2%BE%E6%A9%9F&page=3&stage=a&stage=b")
    assert show("{% query_string page=4 as url %}{{ url|safe }}", request=request) == (
        "?q=%E7%B2%BE%E6%A9%9F&stage=a&stage=b&page=4"
    )
    assert "page" not in show("{% query_string page=None %}", request=request)


def test_a_query_string_in_a_page_is_escaped():
    assert '"><script>' not in show('<a href="{% query_string page=2 %}">', request=get('/?q="><script>'))


def test_query_fields_carry_everything_but_the_form_and_the_page_number():
    class Filter(forms.Form):
        q = forms.CharField(required=False)

    html = show("{% query_fields form %}", form=Filter(), request=get("/?q=a&page=2&sort=-no"))
    assert html == '<input type="hidden" name="sort" value="-no">'


def test_findings_come_with_their_source_and_the_link_that_mends_them_blocks_first():
    html = show(
        "{% findings items %}",
        items=[
            passed("範囲内です", "第5号議案"),
            warn("余力が足りません"),
            block("出席が要ります", "中協法 36条の6", detail="あと1名です。", url="/m/1/", url_label="出席を登録する"),
        ],
    )
    assert html.index("出席が要ります") < html.index("余力が足りません") < html.index("範囲内です")
    assert "<cite>中協法 36条の6</cite>" in html
    assert '<a href="/m/1/">出席を登録する</a>' in html
    assert "進めません：" in html
    assert "注意：" in html


def test_many_findings_of_one_kind_are_folded_and_none_is_left_out():
    items = [warn(f"保証人{number}の証書", "民法", code="deed") for number in range(20)]
    items += [warn("証書でないこと", "民法", code="other"), block("先に", "民法", code="deed")]
    told = show("{% findings items %}", items=items)
    assert "同じことが、あと18件" in told
    before, after = told.split("<details>")
    assert "先に" in before
    assert before.count("の証書") == 2
    assert after.count("の証書") == 18
    assert "証書でないこと" in after.split("</details>")[1]
    assert "<details>" not in show("{% findings items %}", items=items[:4])


def test_findings_from_people_are_escaped():
    assert "<b>" not in show(
        "{% findings items %}", items=[block("<b>", "<b>", detail="<b>", url="/", url_label="<b>")]
    )


@pytest.mark.parametrize(
    ("items", "text"),
    [([block("a"), warn("b")], "あと 1件"), ([warn("b"), passed("c")], "注意 1件"), ([passed("c")], "そろいました")],
)
def test_the_summary_counts_what_stands_in_the_way(items, text):
    assert text in show("{% findings_summary items %}", items=items)


def test_the_road_marks_where_the_case_stands():
    steps = [
        SimpleNamespace(label="受付", date=date(2026, 11, 4), note="", state="done"),
        SimpleNamespace(label="理事会", date=None, note="開催予定", state="now"),
        SimpleNamespace(label="実行", date=None, note="", state="todo"),
    ]
    html = show("{% road steps %}", steps=steps)
    assert html.count('aria-current="step"') == 1
    assert "<time>11/4</time>" in html
    assert "（いまここ）" in html


def test_the_gauge_says_how_much_room_is_left():
    html = show('{% gauge 12000000 20000000 50000000 "この組合員" %}')
    assert "余力&nbsp;18,000,000" in html
    assert "残高 12,000,000円（24%）" in html
    assert "style=" not in html


def test_the_gauge_shows_what_exceeds_the_limit():
    html = show('{% gauge 45000000 20000000 50000000 "この組合員" %}')
    assert "超過&nbsp;15,000,000" in html
    assert "余力" not in html


def test_without_a_resolution_the_gauge_says_so_instead_of_drawing():
    html = show('{% gauge 0 20000000 None "この組合員" %}')
    assert "有効な限度額の決議がありません" in html
    assert "<svg" not in html


def test_a_short_schedule_is_shown_whole_with_totals_and_the_day_it_is_really_paid():
    html = show("{% schedule rows %}", rows=make_schedule(3))
    assert "<details" not in html
    assert "→&nbsp;2/1" in html
    assert "計 3回" in html
    assert "303,000" in html
    assert "手数料" not in html


def test_a_long_schedule_is_folded_and_says_how_many_are_left_out():
    html = show("{% schedule rows %}", rows=make_schedule(72, fee=10))
    assert "ほか65回" in html
    assert "全72回を見る" in html
    assert "手数料" in html


def test_a_slip_is_laid_out_left_and_right_with_both_totals():
    def line(side, label, amount):
        return SimpleNamespace(side=side, account_label=label, amount=amount, member_label="", memo="")

    slip = SimpleNamespace(
        lines=[
            line("debit", "手形貸付", 10_000_000),
            line("credit", "前受利息", 147_945),
            line("credit", "転貸手数料", 2_465),
            line("credit", "普通預金", 9_849_590),
        ]
    )
    html = show("{% voucher_lines slip %}", slip=slip)
    assert html.count("10,000,000") == 3
    assert html.index("手形貸付") < html.index("前受利息") < html.index("普通預金")


class Stage(TextChoices):
    DRAFT = "draft", "下書き"
    DECLINED = "declined", "否決"


def test_a_stage_badge_names_the_state_and_colours_only_what_means_something():
    row = SimpleNamespace(state="declined", get_state_display=lambda: "否決")
    assert show("{% stage_badge x %}", x=row) == '<span class="stage stop">否決</span>'
    assert show("{% stage_badge x %}", x=Stage.DRAFT) == '<span class="stage plain">下書き</span>'
    assert show('{% stage_badge "延滞 34日" tone="stop" %}') == '<span class="stage stop">延滞 34日</span>'
    assert show("{% stage_badge x %}", x="<b>") == '<span class="stage go">&lt;b&gt;</span>'


class ReceiptForm(forms.Form):
    amount = forms.IntegerField(label="金額")
    way = forms.ChoiceField(label="方法", choices=[("a", "振込")], widget=forms.RadioSelect)


def test_the_error_summary_links_to_each_field():
    form = ReceiptForm({})
    form.add_error(None, "画面が古くなっています。")
    html = show("{% field_errors_summary form %}", form=form)
    assert "（3件）" in html
    assert '<a href="#id_amount">金額</a>' in html
    assert 'href="#div_id_way"' in html
    assert "画面が古くなっています。" in html


def test_the_error_summary_is_absent_when_nothing_is_wrong():
    right = ReceiptForm({"amount": 1, "way": "a"})
    assert show("{% field_errors_summary a b c %}", a=ReceiptForm(), b=None, c=right).strip() == ""


def test_the_error_summary_names_the_row_of_a_formset():
    formset = forms.formset_factory(ReceiptForm)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-amount": "x", "form-0-way": "a"}
    )
    html = show("{% field_errors_summary formset %}", formset=formset)
    assert '<a href="#id_form-0-amount">1行目 金額</a>' in html


def test_paging_keeps_the_filter_and_says_which_rows_are_shown():
    page = Paginator(range(119), 25).get_page(3)
    html = render_to_string("parts/pagination.html", {"page": page}, request=get("/?q=a&page=3"))
    assert "q=a&amp;page=4" in html
    assert "51～75件目（全119件）" in html
    assert 'aria-current="page"' in html


def test_facts_and_money_tables_write_amounts_dates_and_blanks():
    html = render_to_string(
        "parts/facts.html", {"facts": [("金額", 20_000_000), ("日", date(2026, 11, 4)), ("他", None)]}
    )
    assert "<dd>20,000,000</dd>" in html
    assert '<span class="nowrap">2026年11月4日</span>' in html
    assert "<dd>―</dd>" in html
    table = render_to_string(
        "parts/money_table.html",
        {"columns": [{"label": "科目"}, {"label": "金額", "num": True}], "rows": [["利息", -5]], "totals": ["計", -5]},
    )
    assert '<td class="num">△5</td>' in table
    assert '<th scope="row">計</th>' in table


@pytest.mark.parametrize("name", ["400.html", "500.html", "403_csrf.html", "429.html"])
def test_pages_of_last_resort_need_neither_context_nor_database(name):
    html = render_to_string(name)
    assert '<html lang="ja">' in html
    assert "style=" not in html
    assert "<script" not in html


def test_numbers_and_amounts_in_a_sentence_are_not_broken_and_markup_stays_text():
    assert show("{{ text|unbroken }}", text="<b> 2026-0014　S-2026-003 4,000,000円") == (
        '&lt;b&gt; <span class="nowrap">2026-0014</span>　<span class="nowrap">S-2026-003</span> '
        '<span class="nowrap">4,000,000円</span>'
    )
