"""貸付の判断の計算（計算のみ）: does the borrower earn what he must repay, and do form and term fit (handbook 2-2 三 a–c).

Figures in yen. Nothing here decides; a test that fails is a thing the committee has to speak to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from coopfin.calc import days
from coopfin.calc.yen import group

SOURCE = "手引き 第2章2 三"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """返済の試算の一場合: 税引後利益＋減価償却 against a year's repayments."""

    label: str
    profit: int
    depreciation: int
    this_loan: int
    other_loans: int
    note: str = ""

    @property
    def source(self) -> int:
        return self.profit + self.depreciation

    @property
    def repayment(self) -> int:
        return self.this_loan + self.other_loans

    @property
    def margin(self) -> int:
        return self.source - self.repayment

    @property
    def holds(self) -> bool:
        return self.margin >= 0

    @property
    def sentence(self) -> str:
        if self.holds:
            return f"{self.label}は、返済に充てる{group(self.source)}円で年{group(self.repayment)}円を返せます。"
        return (
            f"{self.label}では、返済に充てる{group(self.source)}円が、年の返済{group(self.repayment)}円に"
            f"{group(-self.margin)}円足りません。"
        )


@dataclass(frozen=True, kw_only=True)
class Sum:
    """比べる二つの数の一組（短期の資金）."""

    label: str
    have: int
    need: int
    unit: str
    have_label: str
    need_label: str

    @property
    def holds(self) -> bool:
        return self.have >= self.need

    @property
    def sentence(self) -> str:
        how = "の範囲内です" if self.holds else "を超えています"
        return (
            f"{self.need_label} {group(self.need)}{self.unit}は、{self.have_label} {group(self.have)}{self.unit}{how}。"
        )


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """返済の力の試算. `missing` names the figures that are not there yet."""

    is_long: bool
    scenarios: tuple[Scenario, ...] = ()
    sums: tuple[Sum, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def tests(self) -> tuple[Scenario | Sum, ...]:
        return (*self.scenarios, *self.sums)

    @property
    def failing(self) -> list[Scenario | Sum]:
        return [test for test in self.tests if not test.holds]

    @property
    def is_whole(self) -> bool:
        return not self.missing

    @property
    def holds(self) -> bool:
        return self.is_whole and not self.failing


def is_long(purpose: str, disburse_on: date, maturity_on: date) -> bool:
    """長期の資金か: equipment always, working capital from one year on."""
    return purpose == "equipment" or maturity_on >= days.add_months(disburse_on, 12)


def yearly_principal(instalments: Iterable[tuple[date, int]], start: date) -> list[int]:
    """実行から一年ごとの元金の返済: instalments as (due date, principal). A due date on the anniversary is the year's last."""
    years: list[int] = []
    for due, principal in instalments:
        number = 0
        while due > days.add_months(start, 12 * (number + 1)):
            number += 1
        years += [0] * (number + 1 - len(years))
        years[number] += principal
    return years


LONG_FIGURES = {
    "profit": "税引後利益（計画）",
    "startup_profit": "税引後利益（立上り期）",
    "shortfall_profit": "税引後利益（計画を下回るとき）",
    "depreciation": "減価償却費",
    "other_repayments": "ほかの借入の年の返済",
}
SHORT_FIGURES = {"receivables": "入る予定の売掛金・未収金", "turnover_days": "回転の日数"}


def judge_long(figures: Mapping[str, int | None], years: list[int]) -> Judgement:
    """長期の資金: three scenarios. In the start-up year only that year's repayments count, so that grace helps (H2.4-a)."""
    missing = tuple(label for name, label in LONG_FIGURES.items() if figures.get(name) is None)
    if missing or not years:
        return Judgement(is_long=True, missing=missing or ("償還予定",))
    common = {"depreciation": figures["depreciation"], "other_loans": figures["other_repayments"]}
    heaviest = max(years)
    return Judgement(
        is_long=True,
        scenarios=(
            Scenario(label="計画どおりのとき", profit=figures["profit"], this_loan=heaviest,
                     note="返済のいちばん多い年", **common),
            Scenario(label="立上り期", profit=figures["startup_profit"], this_loan=years[0],
                     note="実行から一年の返済（据置を除く）", **common),
            Scenario(label="計画を下回るとき", profit=figures["shortfall_profit"], this_loan=heaviest,
                     note="返済のいちばん多い年", **common),
        ),
    )  # fmt: skip


def judge_short(figures: Mapping[str, int | None], amount: int, term_days: int) -> Judgement:
    """短期の資金: what comes in must cover the amount, and the term must lie within the turnover (H2.4-b, d)."""
    missing = tuple(label for name, label in SHORT_FIGURES.items() if figures.get(name) is None)
    sums = []
    if figures.get("receivables") is not None:
        sums.append(
            Sum(label="返す財源", have=figures["receivables"], need=amount, unit="円",
                have_label=SHORT_FIGURES["receivables"], need_label="申込の金額")
        )  # fmt: skip
    if figures.get("turnover_days") is not None:
        sums.append(
            Sum(label="期間", have=figures["turnover_days"], need=term_days, unit="日",
                have_label=SHORT_FIGURES["turnover_days"], need_label="貸付の期間")
        )  # fmt: skip
    return Judgement(is_long=False, sums=tuple(sums), missing=missing)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """形式と期間の目安に照らす条件."""

    is_bill: bool
    purpose: str
    disburse_on: date
    maturity_on: date
    method: str = ""
    grace_installments: int = 0


@dataclass(frozen=True)
class Guidance:
    """目安に合わないところ."""

    code: str
    text: str
    source: str
    detail: str = ""


def guidance(terms: Terms) -> Iterable[Guidance]:
    """形式・期間・返し方の目安（H2.4-c、d）: a yardstick that a reason may set aside."""
    one_year = days.add_months(terms.disburse_on, 12)
    if terms.is_bill and terms.maturity_on >= one_year:
        yield Guidance("term", "手形貸付の期間が1年以上です。通例は1年未満です。", f"{SOURCE} b")
    if not terms.is_bill and terms.maturity_on < one_year:
        yield Guidance(
            "term", "証書貸付の期間が1年未満です。通例は1年以上です。", f"{SOURCE} b",
            "契約の内容が込み入っているときは、1年未満でも証書にすることがあります。",
        )  # fmt: skip
    if terms.grace_installments and terms.purpose != "equipment":
        yield Guidance(
            "grace",
            "運転資金に据置期間が付いています。据置は、設備の工事や試運転のあいだのためのものです。",
            f"{SOURCE} c(1)",
        )
    if not terms.is_bill and terms.method == "bullet" and terms.maturity_on >= one_year:
        yield Guidance(
            "bullet", "長期の資金が期日一括になっています。見込まれる利益の範囲で分割して返すのが通例です。", f"{SOURCE} c(1)",
            "季節で収入が動く業種では、収入のある月に合わせて分けます。",
        )  # fmt: skip


def project(opening: int, events: Iterable[tuple[date, int]]) -> list[tuple[date, int]]:
    """先の残高: what is owed after each day's movements. It never falls below nothing."""
    moves: dict[date, int] = {}
    for day, change in events:
        moves[day] = moves.get(day, 0) + change
    balance, points = opening, []
    for day in sorted(moves):
        balance = max(0, balance + moves[day])
        points.append((day, balance))
    return points
