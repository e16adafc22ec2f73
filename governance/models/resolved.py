"""機関の決議による定め（限度額・規約・規程・権限委譲など）の共通部分。"""

from __future__ import annotations

from django.db import models

from coopfin.models import Proposal
from governance.enums import BodyKind
from governance.models.items import AgendaItem


class Resolved(Proposal):
    """決議による定め。提案し、機関が議決し、別の人が承認して効力を持つ。

    議決がこの仕組みの会議で行われたときは decision がその議案を指し、会議の名・議案番号・決議日はその写しになる。
    仕組みを使い始める前の会議の決議は、名と番号を書いて引く。
    """

    #: 決める機関
    body_kind: BodyKind = BodyKind.GENERAL_MEETING

    decision = models.ForeignKey(
        AgendaItem, verbose_name="議案", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        editable=False,
    )  # fmt: skip
    meeting_name = models.CharField("会議", max_length=60, help_text="例: 第48回通常総会")
    item_number = models.CharField("議案番号", max_length=30, help_text="例: 第5号議案")
    resolved_on = models.DateField("決議日")
    effective_on = models.DateField("効力が生じる日")

    class Meta(Proposal.Meta):
        abstract = True
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(effective_on__gte=models.F("resolved_on")),
                name="%(class)s_effective",
                violation_error_message="効力が生じる日は決議日以後にしてください。",
            ),
        ]

    @property
    def citation(self) -> str:
        """確認事項のよりどころに書く、決議の名。"""
        return f"{self.meeting_name} {self.item_number}"
