"""契約書類の様式と、印字する値（約定書・金銭消費貸借契約証書・保証書）。データベースの値は loans.printing が写す。

条文の数字と計算は、同じ値（方針・貸付条件・償還予定）から作る。条文の文言は版ごとに変わる（loans.wordings が言葉を登録する）。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from collateral.root_guarantee import fixing_day
from coopfin.calc import schedule, stamp_duty, words
from coopfin.calc.days import Count, Roll
from coopfin.calc.schedule import Basis, InterestTo, Method, Schedule
from coopfin.calc.yen import Rounding
from documents.paper import Paper
from documents.parties import Party, Signatory

FORM_VERSION = "2026年版"
MASTER_AGREEMENT = Paper("master_agreement", "約定書", "print/loans/master_agreement.html", FORM_VERSION)
DEED = Paper("deed", "金銭消費貸借契約証書", "print/loans/deed.html", FORM_VERSION)
DEED_WITH_MORTGAGE = Paper(
    "deed_with_mortgage", "金銭消費貸借及び抵当権設定契約証書", "print/loans/deed.html", FORM_VERSION
)
GUARANTEE_LETTER = Paper("guarantee_letter", "保証書", "print/loans/guarantee_letter.html", FORM_VERSION)
PAPERS = {paper.code: paper for paper in (MASTER_AGREEMENT, DEED, DEED_WITH_MORTGAGE, GUARANTEE_LETTER)}

DEBTOR, GUARANTOR, SIMPLE_GUARANTOR, OWNER = "債務者", "連帯保証人", "保証人", "物上保証人"
_EVERY = {1: "毎月", 2: "2か月ごとに", 3: "3か月ごとに", 4: "4か月ごとに", 6: "6か月ごとに", 12: "毎年"}


@dataclass(frozen=True, kw_only=True)
class GuarantorEntry:
    """保証人と、その保証についての確認（民法465条の2・3・6・9・10）。"""

    party: Party
    is_individual: bool
    deed_statement: str
    is_joint: bool = True
    informed_on: date | None = None
    maximum_amount: int | None = None
    fixed_on: date | None = None
    contracted_on: date | None = None

    @property
    def role(self) -> str:
        """署名の肩書き。"""
        return GUARANTOR if self.is_joint else SIMPLE_GUARANTOR

    @property
    def fixed_words(self) -> str:
        """元本確定期日。個人で定めがなければ契約の日から3年、法人は定めなしでよい。"""
        if not self.is_individual:
            return words.to_wareki(self.fixed_on) if self.fixed_on else "定めません"
        found = fixing_day(self.contracted_on, self.fixed_on)
        why = "" if found.is_valid else "（契約の日から3年、民法第465条の3第2項）"
        return f"{words.to_wareki(found.day)}{why}"


@dataclass(frozen=True, kw_only=True)
class CollateralEntry:
    """担保の表示。"""

    description: str
    right: str
    rank: int
    amount_label: str
    amount: int
    owner: str


@dataclass(frozen=True, kw_only=True)
class MasterAgreement:
    """約定書（F-1）に印字する値。"""

    number: str
    agreed_on: date
    creditor: Party
    debtor: Party
    damages_rate: Decimal
    rounding: str
    grace_days: int
    court: str
    #: 期限の利益を、請求によってだけ失わせるか（方針 acceleration）
    only_on_demand: bool = False

    @property
    def title(self) -> str:
        return f"約定書　{self.debtor.name}"

    @property
    def issuer(self) -> str:
        return self.creditor.name

    @property
    def stamp_duty(self) -> int:
        """第7号文書。"""
        return stamp_duty.fixed_duty(stamp_duty.Paper.MASTER_AGREEMENT)

    @property
    def rounding_words(self) -> str:
        return rounding_words(self.rounding)

    @property
    def signatory(self) -> Signatory:
        return Signatory("借主", self.debtor)


@dataclass(frozen=True, kw_only=True)
class Deed:
    """金銭消費貸借契約証書（F-2）に印字する値。schedule は契約のときの償還予定。"""

    number: str
    contract_number: str
    contracted_on: date
    creditor: Party
    debtor: Party
    purpose: str
    account: str
    schedule: Schedule
    damages_rate: Decimal
    grace_days: int
    payment_place: str
    court: str
    bank: str = ""
    guarantors: tuple[GuarantorEntry, ...] = ()
    #: この証書で設定する抵当権
    mortgages: tuple[CollateralEntry, ...] = ()
    #: 別の契約で設定する担保
    collateral: tuple[CollateralEntry, ...] = ()
    owners: tuple[Party, ...] = field(default=())
    #: 期限前弁済手数料の端数を、差を取ってから一度だけ切り捨てるか（方針 prepay_fee）
    fee_truncated_once: bool = False
    #: 組合員が差し入れた約定書の、条の見出しと番号
    agreement_articles: tuple[tuple[str, int], ...] = ()

    @property
    def title(self) -> str:
        return f"{self.heading}　{self.contract_number}　{self.debtor.name}"

    @property
    def heading(self) -> str:
        return (DEED_WITH_MORTGAGE if self.mortgages else DEED).label

    @property
    def issuer(self) -> str:
        return self.creditor.name

    @property
    def principal(self) -> int:
        return self.schedule.terms.principal

    @property
    def stamp_duty(self) -> int:
        """第1号の3文書。証書の中の保証には、別に印紙は要らない。"""
        return stamp_duty.deed_duty(self.principal)

    @property
    def interest_rate(self) -> Decimal:
        return self.schedule.terms.rate

    @property
    def fee_rate(self) -> Decimal:
        return self.schedule.terms.fee_rate

    @property
    def disbursed_on(self) -> date:
        return self.schedule.terms.disbursed_on

    @property
    def maturity_on(self) -> date:
        return self.schedule.last_due_on

    @property
    def repayment(self) -> tuple[str, ...]:
        return repayment_words(self.schedule)

    @property
    def interest_words(self) -> str:
        return interest_words(self.schedule.terms)

    @property
    def interest_payment(self) -> tuple[str, ...]:
        return interest_payment_words(self.schedule.terms)

    @property
    def rounding_words(self) -> str:
        return rounding_words(self.schedule.terms.interest_rounding)

    @property
    def base_rate_source(self) -> str:
        """期限前弁済の基準利率を定める金融機関。"""
        return self.bank or "組合の取引金融機関"

    @property
    def instalments(self):
        return self.schedule.instalments

    @property
    def total_principal(self) -> int:
        return self.schedule.total_principal

    @property
    def total_interest(self) -> int:
        return self.schedule.total_interest

    @property
    def total_fee(self) -> int:
        return self.schedule.total_fee

    @property
    def total_payment(self) -> int:
        return self.schedule.total_payment

    @property
    def others(self) -> str:
        """債権者・債務者のほかに署名する人の呼び方。"""
        roles = ([GUARANTOR] if self.guarantors else []) + ([OWNER] if self.owners else [])
        return "及び".join(roles)

    @property
    def obligors(self) -> str:
        """債権者のほかに署名する人の全部。「債務者、連帯保証人及び物上保証人」。"""
        *most, last = [DEBTOR, *filter(None, self.others.split("及び"))]
        return f"{'、'.join(most)}及び{last}" if most else last

    @property
    def signatories(self) -> tuple[Signatory, ...]:
        """署名欄。保証人が担保も出すときは、一つの欄に両方の立場で署名する。"""
        guarantors = [guarantor.party for guarantor in self.guarantors]
        return (
            Signatory("債権者", self.creditor),
            Signatory(DEBTOR, self.debtor),
            *(Signatory(f"{g.role}兼{OWNER}" if g.party in self.owners else g.role, g.party) for g in self.guarantors),
            *(Signatory(OWNER, owner) for owner in self.owners if owner not in guarantors),
        )


@dataclass(frozen=True, kw_only=True)
class GuaranteeLetter:
    """保証書（F-3、根保証）に印字する値。"""

    number: str
    contract_number: str
    contracted_on: date
    creditor: Party
    debtor: Party
    court: str
    guarantors: tuple[GuarantorEntry, ...]
    agreement_articles: tuple[tuple[str, int], ...] = ()

    @property
    def title(self) -> str:
        return f"保証書　{self.contract_number}　{self.debtor.name}"

    @property
    def issuer(self) -> str:
        return self.creditor.name

    @property
    def stamp_duty(self) -> int:
        """第13号文書。"""
        return stamp_duty.fixed_duty(stamp_duty.Paper.ROOT_GUARANTEE_LETTER)

    @property
    def signatories(self) -> tuple[Signatory, ...]:
        return (
            Signatory(DEBTOR, self.debtor),
            *(Signatory(guarantor.role, guarantor.party) for guarantor in self.guarantors),
        )


# --- 文になる条件 --------------------------------------------------------------------------


def rounding_words(rounding: str) -> str:
    """1円未満の端数の扱い。"""
    if rounding == Rounding.HALF_UP:
        return "1円未満の端数は四捨五入します"
    return "1円未満の端数は切り捨てます"


def day_of_month(anchor: int) -> str:
    """毎回の期日の日。31日は末日。29日・30日は、その日のない月では末日。"""
    if anchor == 31:
        return "末日"
    return f"{anchor}日（その日のない月は末日）" if anchor > 28 else f"{anchor}日"


def repayment_words(plan: Schedule) -> tuple[str, ...]:
    """弁済期及び方法。返済方法・回数・間隔・据置・期日・端数・休日の扱いを、償還予定から文にする。"""
    terms, rows = plan.terms, plan.instalments
    first, last = rows[0].due_on, rows[-1].due_on
    if len(rows) == 1:
        when = f"{words.to_wareki(last)}に、元金の全額を一括して弁済します。"
        return (f"{METHOD_WORDS[Method.BULLET]}。{when}", *_holiday_words(terms))
    span = (
        f"{words.to_wareki(first)}を初回、{words.to_wareki(last)}を最終回として、"
        f"{_EVERY[terms.interval]}{day_of_month(terms.anchor or terms.first_due_on.day)}"
    )
    if terms.method == Method.BULLET:
        return (
            f"{METHOD_WORDS[Method.BULLET]}。元金の全額を、最終弁済期限に一括して弁済します。",
            *_holiday_words(terms),
        )
    sentences = [f"{METHOD_WORDS[Method(terms.method)]}。{span}に、{len(rows)}回に分けて弁済します。"]
    if terms.grace:
        start = rows[terms.grace]
        sentences.append(
            f"第{terms.grace}回までは据置期間として利息だけを支払い、"
            f"第{start.no}回（{words.to_wareki(start.due_on)}）から元金を弁済します。"
        )
    if terms.method == Method.EQUAL_PAYMENT:
        sentences.append(_amounts(rows[terms.grace :], "元利金の合計", lambda row: row.principal_and_interest))
    else:
        sentences.append(_amounts(rows[terms.grace :], "元金", lambda row: row.principal))
    return (*sentences, *_holiday_words(terms))


METHOD_WORDS = {
    Method.EQUAL_PRINCIPAL: "元金均等分割返済",
    Method.EQUAL_PAYMENT: "元利均等分割返済",
    Method.BULLET: "期日一括返済",
    Method.CUSTOM: "分割返済",
}


def _amounts(rows, label: str, amount_of) -> str:
    """同じ額の続く回をまとめて「第1回から第59回までは各金…円、第60回は金…円」とする。"""
    runs: list[list] = []
    for row in rows:
        if runs and amount_of(runs[-1][-1]) == amount_of(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    if len(runs) > 3:
        return f"各回の{label}は、別紙償還予定表のとおりです。"
    parts = [
        f"第{run[0].no}回から第{run[-1].no}回までは各金{amount_of(run[0]):,}円"
        if len(run) > 1
        else f"第{run[0].no}回は金{amount_of(run[0]):,}円"
        for run in runs
    ]
    return f"各回の{label}は、{'、'.join(parts)}です。"


def _holiday_words(terms: schedule.ScheduleTerms) -> tuple[str, ...]:
    if terms.roll != Roll.FOLLOWING:
        return ()
    return ("期日が銀行の休業日に当たるときは、その翌営業日に支払います。",)


def interest_words(terms: schedule.ScheduleTerms) -> str:
    """利息の計算の約束。"""
    first = "貸付日" if terms.first_count == Count.BOTH_ENDS else "貸付日の翌日"
    if terms.basis == Basis.MONTHLY:
        how = "1年を12か月とする月割（1か月に満たない期間は1年を365日とする日割）"
    else:
        how = "1年を365日とする日割（うるう年も同じです。）"
    return f"初回は{first}から、2回目からは前回の期日の翌日から計算し、{how}とします。{rounding_words(terms.interest_rounding)}。"


def interest_payment_words(terms: schedule.ScheduleTerms) -> tuple[str, ...]:
    """利息の支払期と方法。"""
    if terms.instalments == 1:
        sentences = [f"{words.to_wareki(terms.first_due_on)}に、後払いで支払います。"]
    else:
        day = day_of_month(terms.anchor or terms.first_due_on.day)
        sentences = [
            f"{words.to_wareki(terms.first_due_on)}を初回として、{_EVERY[terms.interval]}{day}に、後払いで支払います。"
        ]
    if terms.roll == Roll.FOLLOWING:
        upto = "実際の支払日" if terms.interest_to == InterestTo.ADJUSTED else "もとの期日"
        sentences.append(f"休業日のため支払日が延びたときも、その回の利息は{upto}までの分とします。")
    return tuple(sentences)
