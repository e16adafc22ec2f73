"""議案・継続審議・除斥・意見・議決。

議案は相手（申込など）を読み込まない。何についてかは種別・番号・その時の名前の写しで持ち、
利害関係のある人の集まりは、上の階から受け取る。
"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, F, Q
from django.urls import reverse

from coopfin import reading
from coopfin.models import User
from governance.enums import (
    OPEN_STATES,
    CarryKind,
    ItemResult,
    ItemState,
    OpinionChoice,
    VoteChoice,
)
from governance.models.bodies import Body, Seat
from governance.models.meetings import Meeting
from members.models import Person


class AgendaItemQuerySet(models.QuerySet):
    def undecided(self):
        """まだ議決されていない議案。"""
        return self.filter(state__in=OPEN_STATES)

    def decided(self):
        """議決・答申の済んだ議案。"""
        return self.filter(state=ItemState.DECIDED)

    def hidden_from(self, user, on):
        """この人が特別の利害関係を持つ議案（見せてはならないもの）。除斥のほか、いまの台帳から分かる案件の利害も。"""
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        recused = Exists(Recusal.objects.filter(item=models.OuterRef("pk"), person=person))
        return self.filter(Q(recused) | reading.about_hidden(user, on))

    def closed_to(self, user, on):
        """閲覧の制限された案件の議案のうち、この人に許しのないもの。"""
        return self.filter(reading.about_closed(user, on))

    def open_to(self, user, on):
        """伏せるもの（利害関係、閲覧の制限）を除く。"""
        hidden = AgendaItem.objects.hidden_from(user, on).order_by().values("pk")
        return self.exclude(Q(pk__in=hidden) | reading.about_closed(user, on))

    def visible_to(self, user, on):
        """見てよい会議の議案と、自分の席のある機関の（会議によらない）議案。伏せるものを除く。"""
        meetings = Meeting.objects.visible_to(user, on)
        person = getattr(user, "person", None)
        bodies = Seat.objects.filter(person=person).current(on).values("body") if person else []
        found = Q(meeting__in=meetings.order_by().values("pk")) | Q(meeting__isnull=True, body__in=bodies)
        if user.has_perm("governance.record_meeting") or user.has_perm("loans.view_loan"):
            found |= Q(meeting__isnull=True)
        return self.filter(found).open_to(user, on)

    def waiting_after_adjournment(self, body):
        """流会になった会議から戻り、次の会議を待つ議案。"""
        last = Continuation.objects.filter(item=models.OuterRef("pk")).order_by("-pk")
        waiting = self.filter(body=body, state=ItemState.WAITING)
        return waiting.alias(carried=models.Subquery(last.values("kind")[:1])).filter(carried=CarryKind.ADJOURNED)


class AgendaItem(models.Model):
    """議案。金融委員会への付議・理事会への付議の一件。相手は種別・番号・名前の写しで持つ。"""

    body = models.ForeignKey(Body, verbose_name="機関", on_delete=models.PROTECT, related_name="items")
    meeting = models.ForeignKey(
        Meeting, verbose_name="会議", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    order = models.PositiveSmallIntegerField("議案番号", default=0)
    title = models.CharField("議題", max_length=200)
    public_title = models.CharField(
        "議事録に書く議題", max_length=200, blank=True,
        help_text="組合員の財務の内容を含まない言い方。空なら議題をそのまま書きます。",
    )  # fmt: skip
    special = models.BooleanField("特別議決", default=False)
    content_type = models.ForeignKey(ContentType, verbose_name="対象の種別", on_delete=models.PROTECT, related_name="+")
    object_id = models.BigIntegerField("対象の番号")
    target_url = models.CharField("対象のページ", max_length=200)
    decide_url = models.CharField("結果を記録するページ", max_length=200)
    submitted_on = models.DateField("付議日")
    submitted_by = models.ForeignKey(User, verbose_name="付議した人", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状態", max_length=10, choices=ItemState.choices, default=ItemState.WAITING)
    result = models.CharField("結果", max_length=20, choices=ItemResult.choices, blank=True)
    conditions = models.TextField("条件", blank=True)
    comment = models.TextField("付帯意見", blank=True)
    decided_on = models.DateField("議決日", null=True, blank=True)
    recorded_by = models.ForeignKey(
        User, verbose_name="記録した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField("決定番号", max_length=40, blank=True)
    seated = models.PositiveSmallIntegerField("在任数", null=True, blank=True)
    eligible = models.PositiveSmallIntegerField("議決に加われる数", null=True, blank=True)
    quorum = models.PositiveSmallIntegerField("定足数", null=True, blank=True)
    present = models.PositiveSmallIntegerField("出席数", null=True, blank=True)
    yes = models.PositiveSmallIntegerField("賛成数", null=True, blank=True)
    by_casting_vote = models.BooleanField("可否同数を議長が決した", default=False)
    no = models.PositiveSmallIntegerField("反対数", null=True, blank=True)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = "議案"
        verbose_name_plural = "議案"
        ordering = ["meeting", "order", "pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="agendaitem_target")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="decided")
                | (
                    Q(decided_on__isnull=False, recorded_by__isnull=False, quorum__isnull=False)
                    & ~Q(result="")
                    & ~Q(number="")
                ),
                name="agendaitem_decided_whole",
                violation_error_message="議決には、番号・日付・結果・定足数・記録した人が要ります。",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided")
                | (
                    Q(present__gte=F("quorum"), yes__isnull=False, no__isnull=False, eligible__isnull=False)
                    & Q(present__gte=F("yes") + F("no"), eligible__gte=F("present"))
                ),
                name="agendaitem_decided_with_quorum",
                violation_error_message="定足数を満たさない議決、賛否の数が出席数を超える議決は残せません。",
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="agendaitem_number_once",
                violation_error_message="同じ決定番号がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "body"],
                condition=Q(state__in=["waiting", "on_agenda"]),
                name="agendaitem_open_once",
                violation_error_message="この案件はすでに同じ機関に付議されています。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """決議の頁。"""
        return reverse("governance:decision", args=[self.pk])

    @property
    def minutes_title(self) -> str:
        """議事録と招集通知に書く議題。"""
        return self.public_title or self.title

    @property
    def abstain(self) -> int | None:
        """棄権の数。議決の前は None。"""
        return None if self.present is None else self.present - (self.yes or 0) - (self.no or 0)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def label(self) -> str:
        """第2号議案。会議の議案になるまでは空。"""
        return f"第{self.order}号議案" if self.order else ""


class Continuation(models.Model):
    """継続審議・流会。議案は付議待ちに戻り、その会議に載ったことだけがここに残る（議事録の材料）。"""

    kind = models.CharField("わけ", max_length=10, choices=CarryKind.choices, default=CarryKind.CONTINUED)
    item = models.ForeignKey(AgendaItem, verbose_name="議案", on_delete=models.PROTECT, related_name="continuations")
    meeting = models.ForeignKey(Meeting, verbose_name="会議", on_delete=models.PROTECT, related_name="continuations")
    order = models.PositiveSmallIntegerField("議案番号")
    present = models.PositiveSmallIntegerField("出席数")
    comment = models.TextField("理由", blank=True)
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "継続審議"
        verbose_name_plural = "継続審議"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "order"],
                name="continuation_order_once",
                violation_error_message="同じ会議の同じ議案番号の継続審議がすでにあります。",
            )
        ]

    def __str__(self):
        return f"{self.meeting} 第{self.order}号議案 {self.get_kind_display()}"


class Recusal(models.Model):
    """特別の利害関係による除斥。自動で見つけたもの（found）と申出のもの。"""

    item = models.ForeignKey(AgendaItem, verbose_name="議案", on_delete=models.CASCADE, related_name="recusals")
    person = models.ForeignKey(Person, verbose_name="人", on_delete=models.PROTECT, related_name="recusals")
    reason = models.CharField("理由", max_length=200)
    found = models.BooleanField("台帳から見つけた", default=True)
    left_at = models.TimeField("退席時刻", null=True, blank=True)

    class Meta:
        verbose_name = "除斥"
        verbose_name_plural = "除斥"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "person"],
                name="recusal_once",
                violation_error_message="同じ人の除斥が二つあります。",
            )
        ]

    def __str__(self):
        return f"{self.person}（{self.reason}）"


class Opinion(models.Model):
    """金融委員の意見（賛成・条件付・反対）と理由。答申の材料であり、決定ではない（H2.1-d）。"""

    item = models.ForeignKey(AgendaItem, verbose_name="議案", on_delete=models.CASCADE, related_name="opinions")
    seat = models.ForeignKey(Seat, verbose_name="委員", on_delete=models.PROTECT, related_name="opinions")
    choice = models.CharField("意見", max_length=12, choices=OpinionChoice.choices)
    reason = models.TextField("理由")
    given_on = models.DateField("日付")
    given_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "委員の意見"
        verbose_name_plural = "委員の意見"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "seat"],
                name="opinion_once",
                violation_error_message="この委員の意見はすでに記録されています。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="opinion_with_reason",
                violation_error_message="意見には理由が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.seat.person} {self.get_choice_display()}"


class Vote(models.Model):
    """理事の議決。"""

    item = models.ForeignKey(AgendaItem, verbose_name="議案", on_delete=models.CASCADE, related_name="votes")
    seat = models.ForeignKey(Seat, verbose_name="理事", on_delete=models.PROTECT, related_name="votes")
    choice = models.CharField("議決", max_length=10, choices=VoteChoice.choices)
    comment = models.CharField("意見", max_length=300, blank=True)
    cast_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "議決"
        verbose_name_plural = "議決"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "seat"],
                name="vote_once",
                violation_error_message="この理事の議決はすでに記録されています。",
            )
        ]

    def __str__(self):
        return f"{self.seat.person} {self.get_choice_display()}"

    def is_own_of_another(self, user) -> bool:
        """本人が手もとの画面で入れた議決か（本人のほかは改められない）。user が本人なら偽。"""
        return self.cast_by_id == self.seat.person.user_id and self.cast_by_id != user.pk
