"""案件の判断: 返済の力、形式と期間の目安、利息の上限、先の残高。読むだけで、何も決めない（手引き 第2章2 三）。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.urls import reverse

from coopfin.calc import days, interest_cap
from coopfin.calc.interest_cap import CapTest
from coopfin.calc.yen import ImpossibleTerms, decimal_text, group
from coopfin.charts import LineChart, Segment, Series, StackedBar
from coopfin.flow import block, passed, warn
from coopfin.handbook import follows
from coopfin.models import Policy
from loans import judgement
from loans.enums import LoanState, LoanType, Purpose
from loans.headroom import Headroom
from loans.judgement import Judgement
from loans.limits import LimitKind
from loans.models import Application, Instalment, Loan, RepaymentCapacity
from loans.terms import Computation, LoanTerms, compute

CAP_SOURCE = "利息制限法 1条・2条・3条"


def computation_of(application: Application, on: date) -> Computation | None:
    """この申込の計算。方針がない・かなわない条件なら None。"""
    policy = application.policy or Policy.on(on)
    if policy is None:
        return None
    try:
        return compute(LoanTerms.of_application(application, policy))
    except ImpossibleTerms:
        return None


# --- 返済の力 -------------------------------------------------------------------------------


def is_long(application: Application) -> bool:
    return judgement.is_long(application.purpose, application.disburse_on, application.maturity_on)


def judge(application: Application, capacity: RepaymentCapacity | None, computation: Computation | None) -> Judgement:
    """返済の力の試算。"""
    names = judgement.LONG_FIGURES if is_long(application) else judgement.SHORT_FIGURES
    figures = {name: getattr(capacity, name) if capacity else None for name in names}
    if not is_long(application):
        term = days.one_end(application.disburse_on, application.maturity_on)
        return judgement.judge_short(figures, application.amount, term)
    rows = [(row.due_on, row.principal) for row in computation.instalments] if computation else []
    if computation and not rows:
        rows = [(application.maturity_on, application.amount)]
    found = judgement.judge_long(figures, judgement.yearly_principal(rows, application.disburse_on))
    if application.purpose == Purpose.WORKING and not (capacity and capacity.funding_power.strip()):
        # 長期の運転資金は、利益だけでなく、総合的な資金調達力で判断する（H2.4-b）。
        found = Judgement(is_long=True, scenarios=found.scenarios, missing=(*found.missing, "総合的な資金調達力"))
    return found


def judged(application: Application, on: date) -> Judgement:
    """書かれた数による、いまの試算。"""
    return judge(application, getattr(application, "capacity", None), computation_of(application, on))


@follows("H2.4-a", "H2.4-b")
def capacity_judged(application, *, by, on, **given):
    """返済の力の試算に要る数がそろい、足りないところを知って付議すること（H2.4-a、b）。"""
    found = judged(application, on)
    page = {"url": reverse("loans:capacity", args=[application.pk]), "url_label": "返済の力を書く"}
    if found.missing:
        names = "、".join(found.missing)
        yield block(
            f"返済の力の試算に要るものが書かれていません（{names}）。", f"{judgement.SOURCE} a", code="capacity", **page
        )
    elif found.failing:
        for test in found.failing:
            yield warn(test.sentence, f"{judgement.SOURCE} a", code="capacity", **page)
    else:
        yield passed("返済の力の試算は、どの場合も足りています。", f"{judgement.SOURCE} a", code="capacity")


@follows("H2.4-a")
def capacity_addressed(application, *, by, on, capacity_comment: str | None = None, **given):
    """返済の力が足りない試算のときは、答申がそのことに触れていること（H2.4-a）。"""
    found = judged(application, on)
    if not found.failing:
        return
    text = "".join(test.sentence for test in found.failing)
    if capacity_comment is None:
        yield warn(
            f"{text}答申では、このことについての意見を書きます。", f"{judgement.SOURCE} a", code="capacity",
        )  # fmt: skip
    elif not capacity_comment.strip():
        yield block(
            f"{text}「返済の力についての意見」を書いてください。", f"{judgement.SOURCE} a", code="capacity-comment",
        )  # fmt: skip


def bar_of(scenario: judgement.Scenario) -> StackedBar:
    """返済に充てる額のうちの、ほかの返済と今回の返済。足りないときは、充てる額と足りない額。"""
    source = max(0, scenario.source)
    if scenario.holds:
        segments = [
            Segment("ほかの返済", scenario.other_loans, "used"),
            Segment("今回の返済", scenario.this_loan, "ask"),
        ]
    else:
        segments = [
            Segment("返済に充てる額", source, "used"),
            Segment("足りない額", scenario.repayment - source, "over"),
        ]
    return StackedBar(
        f"{scenario.label} 返済に充てる額 {scenario.source:,}円", [s for s in segments if s.amount], whole=source
    )


def repayments_elsewhere(application: Application) -> int:
    """ほかの借入の、一年の返済: この組合のほかの証書貸付の元金と、申込に書かれた金融機関への返済。円。"""
    until = days.add_months(application.disburse_on, 12)
    rows = Instalment.objects.filter(
        loan__member=application.member_id, loan__state=LoanState.ACTIVE, due_on__gt=application.disburse_on,
        due_on__lte=until,
    )  # fmt: skip
    here = rows.aggregate(all=Sum("principal", default=0))["all"]
    return here + sum(row.yearly_repayment or 0 for row in application.banks.all())


# --- 形式と期間 -----------------------------------------------------------------------------


@follows("H2.4-c", "H2.4-d")
def form_and_term(application, *, by, on, **given):
    """形式・期間・返し方の目安に合うこと（H2.4-c、d）。合わなければ、わけを残して進める。"""
    page = {"url": reverse("loans:edit", args=[application.pk]), "url_label": "条件を直す"} if application.pk else {}
    terms = judgement.Terms(
        is_bill=application.is_bill, purpose=application.purpose, disburse_on=application.disburse_on,
        maturity_on=application.maturity_on, method=application.method,
        grace_installments=application.grace_installments,
    )  # fmt: skip
    for advice in judgement.guidance(terms):
        yield warn(advice.text, advice.source, detail=advice.detail, code=advice.code, **page)
    policy = application.policy or Policy.on(on)
    if policy and application.is_bill and application.maturity_on > policy.paper_bill_last_maturity_on:
        last = policy.paper_bill_last_maturity_on
        yield warn(
            f"手形の期日が、紙の手形を交換できる最後の日（{last.year}年{last.month}月{last.day}日）を過ぎます。",
            "電子交換所の終了",
            code="paper-bill",
        )


# --- 利息の上限 -----------------------------------------------------------------------------


def cap_of(computation: Computation) -> CapTest:
    """利息と手数料のすべてを、上限に照らす。前取した分は、受け取った額で確かめる（2条）。"""
    if computation.bill:
        bill = computation.bill
        return interest_cap.hold_against_cap(
            bill.principal, bill.interest, bill.fee, bill.days, withheld=bool(bill.interest + bill.fee)
        )
    rows = computation.instalments
    return interest_cap.hold_balances_against_cap(
        computation.principal,
        sum(row.interest + row.fee for row in rows),
        [(row.balance + row.principal, row.days) for row in rows],
        withheld=computation.interest + computation.fee,
    )


@follows("H2.1-b")
def rate_cap(application, *, by, on, **given):
    """利息とみなし利息（手数料）の合計が、利息制限法の上限の内であること。"""
    computation = computation_of(application, on)
    if computation is None:
        return
    cap = cap_of(computation)
    if cap.annual_rate is None:
        return
    charged = f"利息と手数料の合計 {group(cap.deemed_interest)}円（年{decimal_text(cap.annual_rate, 2)}%）"
    page = {"url": reverse("loans:edit", args=[application.pk]), "url_label": "条件を直す"} if application.pk else {}
    if not cap.within_art1:
        yield block(
            f"{charged}は、元本{group(cap.principal)}円の上限 年{cap.cap_rate}%（{group(cap.cap_amount)}円）を超えています。",
            CAP_SOURCE, detail="手数料も利息とみなします。", code="rate-cap", **page,
        )  # fmt: skip
    elif cap.within_art2 is False:
        yield block(
            f"{charged}は、前取したあとに受け取る{group(cap.received)}円で計算した上限 "
            f"{group(cap.art2_cap_amount)}円を超えています。",
            CAP_SOURCE, detail="超えた分は、元本の返済に充てたものとみなされます。", code="rate-cap", **page,
        )  # fmt: skip
    else:
        yield passed(f"{charged}は、上限の年{cap.cap_rate}%の内です。", CAP_SOURCE, code="rate-cap")


# --- 先の残高 -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """この組合員の、実行したあとの残高の見込み。"""

    chart: LineChart
    opening: int
    peak: int
    peak_on: date
    limit: int

    @property
    def room(self) -> int:
        """山の日の、限度までの余り。"""
        return self.limit - self.peak


def outlook(application: Application, room: Headroom, computation: Computation | None, on: date) -> Outlook | None:
    """実行の予定で増え、償還予定と手形の期日で減る、先の残高。山は限度と比べる。"""
    member = room.member
    if member is None:
        return None
    events = _executions(room, member.outstanding) + _repayments(application, computation, on)
    points = [(on, member.outstanding), *judgement.project(member.outstanding, events)]
    peak_on, peak = max(points, key=lambda point: point[1])
    if len(points) == 1:
        return None
    last = points[-1][0]
    chart = LineChart(
        "この組合員の残高の見込み",
        [
            Series("残高の見込み", points, area=True),
            Series("限度", [(points[0][0], member.limit), (last, member.limit)], planned=True),
        ],
        step=True, width=420, height=170,
    )  # fmt: skip
    return Outlook(chart=chart, opening=member.outstanding, peak=peak, peak_on=peak_on, limit=member.limit)


def _executions(room: Headroom, opening: int) -> list[tuple[date, int]]:
    """実行の予定で増える額（この申込と、承認済のほかの案件）。"""
    found, before = [], opening
    for peak in room.peaks:
        if peak.kind == LimitKind.MEMBER:
            found.append((peak.on, peak.after - before))
            before = peak.after
    return found


def _repayments(application: Application, computation: Computation | None, on: date) -> list[tuple[date, int]]:
    """約定で減る額。実行前のほかの案件は、償還予定がまだないので減らさない。"""
    active = {"loan__member": application.member_id, "loan__state": LoanState.ACTIVE}
    rows = Instalment.objects.filter(**active, pay_on__gt=on).values_list("pay_on").annotate(all=Sum("principal"))
    found = [(day, -amount) for day, amount in rows.order_by("pay_on")]
    bills = Loan.objects.active().filter(member=application.member_id, loan_type=LoanType.BILL, maturity_on__gt=on)
    found += [(bill.maturity_on, -bill.balance) for bill in bills.with_balance()]
    loan = application.loan
    if computation is not None and (loan is None or loan.state != LoanState.ACTIVE):
        start = max(on, application.disburse_on)
        own = [(row.pay_on, row.principal) for row in computation.instalments]
        own = own or [(application.maturity_on, application.amount)]
        found += [(max(day, start), -amount) for day, amount in own if amount]
    return found
