"""機関の決議による定め（限度額・規約・規程・権限委譲など）の共通部分。"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from coopfin.flow import Finding, block, passed, warn
from coopfin.models import Proposal
from coopfin.shown import show
from governance.enums import OPEN_STATES, BodyKind, ItemResult, ItemState
from governance.models.items import AgendaItem
from governance.models.meetings import Meeting

SOURCE = "相互牽制（手引き 第2章1 e）"
#: 決議の素性。中身として見せる欄には入れない。
_ABOUT_THE_RESOLUTION = {"meeting_name", "item_number", "resolved_on", "effective_on"}


class Resolved(Proposal):
    """決議による定め。提案し、機関が議決し、別の人が承認して効力を持つ。

    議決がこの仕組みの会議で行われたときは decision がその議案を指し、会議の名・議案番号・決議日はその写しになる。
    仕組みを使い始める前の会議の決議は、名と番号を書いて引く。
    """

    #: 決める機関
    body_kind: BodyKind = BodyKind.GENERAL_MEETING
    #: 総会の特別議決（3分の2）が要るか
    special_resolution = False
    #: 議題。空なら「〇〇の件」
    agenda_title = ""

    decision = models.ForeignKey(
        AgendaItem, verbose_name="議案", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        editable=False,
    )  # fmt: skip
    meeting_name = models.CharField(
        "会議", max_length=60, blank=True,
        help_text="例: 第48回通常総会。これからの会議に付議するときは空欄のまま登録し、あとで「議案にする」を押します。",
    )  # fmt: skip
    item_number = models.CharField("議案番号", max_length=30, blank=True, help_text="例: 第5号議案")
    resolved_on = models.DateField("決議日", null=True, blank=True)
    effective_on = models.DateField(
        "効力が生じる日", help_text="これから議決するものは、予定の日。議決の日より前なら、議決の日に改めます。"
    )

    class Meta(Proposal.Meta):
        abstract = True
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(resolved_on__isnull=True) | Q(effective_on__gte=F("resolved_on")),
                name="%(class)s_effective",
                violation_error_message="効力が生じる日は決議日以後にしてください。",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved")
                | (Q(resolved_on__isnull=False) & ~Q(meeting_name="") & ~Q(item_number="")),
                name="%(class)s_resolved_before_approval",
                violation_error_message="承認には、決議した会議・議案番号・決議日が要ります。",
            ),
        ]

    @property
    def citation(self) -> str:
        """確認事項のよりどころに書く、決議の名。"""
        if not self.meeting_name:
            return f"{self._meta.verbose_name}（議決前）"
        return f"{self.meeting_name} {self.item_number}"

    @property
    def decision_url(self) -> str:
        """決議の頁。仕組みを使い始める前の決議には、ない。"""
        return reverse("governance:decision", args=[self.decision_id]) if self.decision_id else ""

    @property
    def title_on_agenda(self) -> str:
        return self.agenda_title or f"{self._meta.verbose_name}の件"

    def clean(self):
        super().clean()
        # 画面から来た文の改行をそろえる。そろえないと、同じ本文が「変わるところ」に見える。
        for field in self._meta.fields:
            if isinstance(field, models.TextField):
                setattr(self, field.name, getattr(self, field.name).replace("\r\n", "\n"))
        told = {
            "meeting_name": bool(self.meeting_name),
            "item_number": bool(self.item_number),
            "resolved_on": self.resolved_on is not None,
        }
        if any(told.values()) and not all(told.values()):
            text = "会議・議案番号・決議日は、三つとも書くか、三つとも空欄（これから議決する）にしてください。"
            raise ValidationError({name: text for name, is_told in told.items() if not is_told})

    def outline(self) -> list[tuple[str, str]]:
        """中身（見出し, 値）。議案・会議資料・決議の頁に出す。"""
        return [
            (str(field.verbose_name), self.told(field))
            for field in self._meta.fields
            if field.editable and not field.primary_key and field.name not in _ABOUT_THE_RESOLUTION
        ]

    def told(self, field) -> str:
        """一つの欄の値を、読む人の言葉で。"""
        return show(self, field)

    def items(self):
        """この定めについての議案（新しい順）。"""
        content_type = ContentType.objects.get_for_model(self)
        found = AgendaItem.objects.filter(content_type=content_type, object_id=self.pk)
        return found.select_related("body", "meeting", "meeting__body").order_by("-pk")

    @property
    def is_frozen(self) -> bool:
        """付議したあとは、議決する中身が変わらないように、直せない。"""
        return self.pk is not None and self.items().exclude(state=ItemState.WITHDRAWN).exists()

    def approval_findings(self, on) -> list[Finding]:
        """機関の議決を確かめる。付議中・否決のあいだは承認できない。"""
        body = BodyKind(self.body_kind).label
        item = next((one for one in self.items() if one.state != ItemState.WITHDRAWN), None)
        if item is not None and item.state in OPEN_STATES:
            where = f"{item.meeting} {item.label}として" if item.meeting_id else f"{body}に"
            url = item.meeting.get_absolute_url() if item.meeting_id else reverse("governance:meetings")
            text = f"{where}付議中です。議決されるまで承認できません。"
            return [
                block(text, SOURCE, code="undecided", url=url, url_label="会議を見る"),
                warn(
                    "中身を直すには、付議を取り下げてからにします。", SOURCE, code="take-back",
                    url=reverse("governance:take_back", args=[item.pk]), url_label="付議を取り下げる",
                ),
            ]  # fmt: skip
        if item is not None and item.result == ItemResult.UNFAVOURABLE:
            text = f"{item.number}で否決されました。承認できません。"
            return [block(text, item.number, code="voted-down", url=item.get_absolute_url(), url_label="議決を見る")]
        if item is not None:
            text = f"{item.number}で可決されました（{_day(item.decided_on)}）。"
            return [passed(text, item.number, code="decided", url=item.get_absolute_url(), url_label="議決を見る")]
        if not self.meeting_name:
            text = f"{body}の議決がまだありません。議案にして、会議で議決してください。"
            return [block(text, SOURCE, code="not-tabled", url=self.table_url(), url_label="議案にする")]
        return self._told_by_hand()

    def _told_by_hand(self) -> list[Finding]:
        """会議の名を書いて引いた決議。この仕組みに記録のある会議なら、その議案としてでなければ決議ではない。"""
        own = Meeting.objects.filter(body__kind=self.body_kind).select_related("body")
        same = next((one for one in own.filter(held_on=self.resolved_on)), None)
        same = same or next((one for one in own if str(one) == self.meeting_name), None)
        if same is not None:
            text = (
                f"{same}（{_day(same.held_on)}）は、この仕組みに記録があり、この提案はその議案にありません。"
                "提案した人が会議・議案番号・決議日を空欄に直し、「議案にする」で会議に付議してください。"
            )
            url = same.get_absolute_url()
            return [block(text, SOURCE, code="not-on-record", url=url, url_label="会議を見る")]
        told = f"{self.citation}（{_day(self.resolved_on)}）で決議されたとして提案されています。"
        if own.filter(held_on__lt=self.resolved_on).exists():
            body = BodyKind(self.body_kind).label
            text = f"{told}{body}をこの仕組みで記録するようになったあとの決議なのに、その会議の記録がありません。議事録で確かめてください。"
            return [warn(text, SOURCE, code="no-record")]
        return [passed(told, SOURCE)]

    def rejection_findings(self) -> list[Finding]:
        """付議中の提案は、先に付議を取り下げてから却下する。会議が、効力の生じない議決をしてしまわないため。"""
        item = next((one for one in self.items() if one.state in OPEN_STATES), None)
        if item is None:
            return []
        text = f"{BodyKind(self.body_kind).label}に付議中です。却下するには、先に付議を取り下げてください。"
        url = reverse("governance:take_back", args=[item.pk])
        return [block(text, SOURCE, code="undecided", url=url, url_label="付議を取り下げる")]

    def withdrawal_findings(self) -> list[Finding]:
        """付議中のものは先に付議を取り下げる。機関が可決した定めを、提案した一人が取りやめることはできない。"""
        decided = self.items().exclude(state=ItemState.WITHDRAWN).exclude(state__in=OPEN_STATES).first()
        if decided is None or decided.result == ItemResult.UNFAVOURABLE:
            return super().withdrawal_findings()
        text = f"{decided.number}で可決されています。取り下げられません。別の権限者が、承認するか、理由を書いて却下します。"
        return [block(text, decided.number, code="decided", url=decided.get_absolute_url(), url_label="議決を見る")]

    def table_url(self) -> str:
        """「議案にする」の頁。"""
        return reverse("governance:table", args=[self._meta.label_lower, self.pk])


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
