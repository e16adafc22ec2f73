"""理事長の指示の効き方（H2.2-c）: どの点に、どの指示が効いているか。

効くのは、理事会の定めた規程と商品の基準だけで、指示を求めたときと金額も文も同じ点に限る。法律・定款・総会の定めた
規約と限度額は、理事長の指示では越えられない。
"""

from __future__ import annotations

from django.urls import reverse

from coopfin.flow import Finding, block, warn
from coopfin.handbook import follows
from coopfin.segregation import may_check
from governance.models import FinanceBylaw
from loans import stand_in
from loans.enums import Ruling
from loans.models import EscalatedMiss

SOURCE = "手引き 第2章2 一 b"


def may_be_escalated(version) -> bool:
    """この定めの基準は、理事長の指示で進められるか（総会の定めた規約は、できない）。"""
    return not isinstance(version, FinanceBylaw)


class Instructions:
    """一つの申込に効いている指示。満たさない点があるときだけ読む。"""

    def __init__(self, application):
        self.application = application
        self._rulings: dict[tuple, EscalatedMiss] | None = None

    def of(self, code: str, text: str, source: str) -> EscalatedMiss | None:
        """この点への、いちばん新しい指示。金額が変わっていれば、ない。"""
        if self.application.pk is None:
            return None
        if self._rulings is None:
            found = EscalatedMiss.objects.filter(
                escalation__application=self.application, escalation__instructed_on__isnull=False
            ).select_related("escalation__instructed_by")
            self._rulings = {
                (miss.code, miss.text, miss.source): miss
                for miss in found.order_by("escalation_id")
                if miss.escalation.amount == self.application.amount
            }
        return self._rulings.get((code, text, source))

    def judged(self, finding: Finding) -> Finding:
        """満たさない点に指示を当てる: 「進める」は注意にし、ほかの指示は断りのまま、どれも指示を引く。"""
        miss = self.of(finding.code, finding.text, finding.source)
        if miss is None:
            return finding
        told = f"理事長の指示（{_day(miss.escalation.instructed_on)} {miss.escalation.instructed_by}）"
        say = warn if miss.ruling == Ruling.PROCEED else block
        return say(
            finding.text,
            f"{finding.source}／{told}",
            detail=f"{told}：{miss.get_ruling_display()}。{miss.ruling_reason}",
            url=finding.url,
            url_label=finding.url_label,
            code=finding.code,
        )


@follows("H2.2-c")
def not_the_instructor(application, *, by, on, **given):
    """指示した人は、その申込を受け付けられない。"""
    if application.instructed_by_id and not may_check(application.instructed_by_id, by.pk):
        yield block(
            f"理事長の指示をした本人（{application.instructed_by}）は、この申込を受け付けられません。別の人にお願いしてください。",
            "相互牽制（手引き 第2章1 e）",
            code="instructor",
        )


@follows("H2.2-c")
def nothing_waits_for_an_instruction(application, *, by, on, **given):
    """理事長の指示を待つあいだは、先へ進まない。"""
    waiting = (
        application.escalations.filter(instructed_on__isnull=True, superseded=False).first() if application.pk else None
    )
    if waiting is not None:
        yield block(
            f"{_day(waiting.asked_on)}に求めた理事長の指示を待っています。条件を改めて基準を満たしたときは、求めを取り下げられます。",
            SOURCE,
            url=f"{reverse('loans:application', args=[application.pk])}#instructions",
            url_label="求めた点を見る",
            code="instruction-waits",
        )
        if stuck := stand_in.finding(application, on):
            yield stuck


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
