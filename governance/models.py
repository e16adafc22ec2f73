"""機関・席・限度額の決議・会議・議案・出席・意見・議決（手引き 第2章1、ドメイン A2・E）。

議案は相手（申込など）を読み込まない。何についてかは種別・番号・その時の名前の写しで持ち、
利害関係のある人の集まりは、上の階から受け取る。
"""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from coopfin.calc import days
from coopfin.fields import YenField
from coopfin.models import Policy, Proposal, ProposalQuerySet, User
from governance.enums import (
    CHAIR_TITLES,
    DIRECTOR_TITLES,
    OPEN_STATES,
    TITLES_OF,
    AttendanceKind,
    BodyKind,
    ItemResult,
    ItemState,
    MeetingState,
    OpinionChoice,
    SeatTitle,
    VoteChoice,
)
from members.models import Person


class Body(models.Model):
    """機関（総会・理事会・金融委員会）。定数の下限は定款・委員会規約による。"""

    kind = models.CharField("種類", max_length=20, choices=BodyKind.choices, unique=True)
    name = models.CharField("名称", max_length=40)
    seats_min = models.PositiveSmallIntegerField(
        "定数の下限",
        default=0,
        help_text="定款の理事定数の下限。在任がこれを欠くとき、定足数は下限の半数を超える数になります。",
    )
    remote_allowed = models.BooleanField(
        "オンライン出席を認める", default=False, help_text="定款・規約に定めがあるときだけ。"
    )
    source = models.CharField("根拠", max_length=60, blank=True, help_text="例: 定款 第32条、金融委員会規約 第4条。")

    class Meta:
        verbose_name = "機関"
        verbose_name_plural = "機関"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class SeatQuerySet(models.QuerySet):
    def current(self, on):
        """その日に在任する席。"""
        return self.filter(from_on__lte=on).filter(Q(to_on__isnull=True) | Q(to_on__gte=on))

    def of(self, kind):
        return self.filter(body__kind=kind)

    def voting(self):
        """議決に加わる席。監事は理事会に出席しても議決には加わらない。"""
        return self.exclude(title=SeatTitle.AUDITOR)

    def ending(self, on, within_days=90):
        """在任中で、任期満了が近い席。"""
        return self.current(on).filter(to_on__lte=on + timedelta(days=within_days))


class Seat(models.Model):
    """席。誰がいつからいつまで理事・委員であるか。"""

    body = models.ForeignKey(Body, verbose_name="機関", on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, verbose_name="人", on_delete=models.PROTECT, related_name="seats")
    title = models.CharField("席", max_length=20, choices=SeatTitle.choices)
    from_on = models.DateField("就任日")
    to_on = models.DateField("任期満了日", null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = "席"
        verbose_name_plural = "席"
        ordering = ["body", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=models.F("from_on")),
                name="seat_term",
                violation_error_message="任期満了日は就任日以後の日付にしてください。",
            ),
            models.UniqueConstraint(
                fields=["body", "person", "from_on"],
                name="seat_once",
                violation_error_message="同じ人が同じ日から同じ機関に就任しています。",
            ),
        ]

    def __str__(self):
        return f"{self.body} {self.get_title_display()} {self.person}"

    @property
    def is_chair(self) -> bool:
        return self.title in CHAIR_TITLES

    def clean(self):
        """席の名が機関に合うこと、同じ人が二つの席で数えられないこと、長は一人であること。"""
        super().clean()
        if not self.body_id or not self.person_id or not self.from_on:
            return
        allowed = TITLES_OF[self.body.kind]
        if self.title and self.title not in allowed:
            names = "・".join(SeatTitle(title).label for title in allowed)
            raise ValidationError({"title": f"{self.body}の席は{names}のいずれかです。"})
        others = Seat.objects.filter(Q(to_on__isnull=True) | Q(to_on__gte=self.from_on)).exclude(pk=self.pk)
        if self.to_on:
            others = others.filter(from_on__lte=self.to_on)
        same_person = others.filter(person=self.person)
        if same_person.filter(body=self.body).exists():
            raise ValidationError(
                "この人は同じ期間に同じ機関の席を持っています。前の席の任期満了日を先に入れてください。"
            )
        if self.is_chair and others.filter(body=self.body, title=self.title).exists():
            raise ValidationError(
                {
                    "title": f"同じ期間の{self.get_title_display()}がすでにいます。前の席の任期満了日を先に入れてください。"
                }
            )
        directing = self.title in DIRECTOR_TITLES and same_person.filter(title=SeatTitle.AUDITOR).exists()
        auditing = self.title == SeatTitle.AUDITOR and same_person.filter(title__in=DIRECTOR_TITLES).exists()
        if directing or auditing:
            raise ValidationError({"title": "監事は理事を兼ねることができません（中小企業等協同組合法 37条）。"})


class LimitResolutionQuerySet(ProposalQuerySet):
    def valid_on(self, day: date, grace_months: int, fiscal_start_month: int):
        """その日に有効な決議。次の決議まで、長くとも年度末のあと猶予月数まで（H2.1-c）。"""
        resolution = self.approved().filter(effective_on__lte=day).order_by("-effective_on", "-pk").first()
        if resolution is None or day > resolution.valid_until(grace_months, fiscal_start_month):
            return None
        return resolution


class LimitResolution(Proposal):
    """限度額の決議（総会）。①〜⑤を残高ベースで定める（H2.1-c）。承認されるまで効力はない。"""

    meeting_name = models.CharField("総会", max_length=60, help_text="例: 第48回通常総会")
    item_number = models.CharField("議案番号", max_length=30, help_text="例: 第5号議案")
    resolved_on = models.DateField("決議日")
    effective_on = models.DateField("効力が生じる日")
    borrowing_limit = YenField("① 借入金残高の最高限度")
    guarantee_limit = YenField("② 債務保証残高の最高限度", default=0)
    member_loan_limit = YenField("③ 1組合員に対する貸付残高の最高限度")
    member_guarantee_limit = YenField("④ 1組合員に対する債務保証残高の最高限度", default=0)

    objects = LimitResolutionQuerySet.as_manager()

    class Meta(Proposal.Meta):
        verbose_name = "限度額の決議"
        verbose_name_plural = "限度額の決議"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(borrowing_limit__gte=0, guarantee_limit__gte=0, member_loan_limit__gte=0)
                & Q(member_guarantee_limit__gte=0),
                name="limitresolution_amounts",
                violation_error_message="限度額に負の数は使えません。",
            ),
            models.CheckConstraint(
                condition=Q(effective_on__gte=models.F("resolved_on")),
                name="limitresolution_effective",
                violation_error_message="効力が生じる日は決議日以後にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.meeting_name} {self.item_number}"

    def get_absolute_url(self):
        return reverse("governance:resolutions")

    def valid_until(self, grace_months: int, fiscal_start_month: int = 4) -> date:
        """有効の最終日。効力を生じた年度の末日から猶予月数まで。"""
        return days.add_months(days.fiscal_year_end(self.effective_on, fiscal_start_month), grace_months, anchor=31)

    @classmethod
    def current(cls, on: date, fiscal_start_month: int = 4) -> LimitResolution | None:
        policy = Policy.on(on)
        grace = policy.limit_grace_months if policy else 3
        return cls.objects.valid_on(on, grace, fiscal_start_month)


class DesignatedBank(models.Model):
    """⑤ 取引金融機関の指定。決議に属する。"""

    resolution = models.ForeignKey(
        LimitResolution, verbose_name="決議", on_delete=models.CASCADE, related_name="designated_banks"
    )
    name = models.CharField("金融機関名", max_length=60)
    branch = models.CharField("支店", max_length=40, blank=True)

    class Meta:
        verbose_name = "⑤ 取引金融機関"
        verbose_name_plural = "⑤ 取引金融機関の指定"
        constraints = [
            models.UniqueConstraint(
                fields=["resolution", "name", "branch"],
                name="designatedbank_once",
                violation_error_message="同じ金融機関が二度指定されています。",
            )
        ]

    def __str__(self):
        return f"{self.name} {self.branch}".strip()


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user, on):
        """見てよい会議。記録する人と監査する人はすべて、委員・理事は自分の席のある機関のものだけ。"""
        if any(user.has_perm(permission) for permission in _SEES_ALL_MEETINGS):
            return self
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        seated = Seat.objects.filter(person=person, body=models.OuterRef("body")).filter(
            Q(from_on__lte=models.OuterRef("held_on"))
            & (Q(to_on__isnull=True) | Q(to_on__gte=models.OuterRef("held_on")))
        )
        return self.filter(models.Exists(seated))

    def undecided(self):
        """まだ終わっていない会議。"""
        return self.exclude(state=MeetingState.CLOSED)


_SEES_ALL_MEETINGS = ("governance.record_meeting", "loans.view_loan")


class Meeting(models.Model):
    """会議（理事会・金融委員会）。"""

    body = models.ForeignKey(Body, verbose_name="機関", on_delete=models.PROTECT, related_name="meetings")
    number = models.PositiveIntegerField("回")
    held_on = models.DateField("開催日")
    starts_at = models.TimeField("開始時刻")
    place = models.CharField("場所", max_length=100)
    state = models.CharField("状態", max_length=10, choices=MeetingState.choices, default=MeetingState.CONVENED)
    version = models.PositiveIntegerField("版", default=1, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "会議"
        verbose_name_plural = "会議"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "number"],
                name="meeting_number_once",
                violation_error_message="同じ回の会議がすでにあります。",
            )
        ]

    def __str__(self):
        return f"第{self.number}回{self.body.name}"

    def get_absolute_url(self):
        return reverse("governance:meeting", args=[self.pk])

    @property
    def is_closed(self) -> bool:
        return self.state == MeetingState.CLOSED


class Attendance(models.Model):
    """出席。席ごとに一行。"""

    meeting = models.ForeignKey(Meeting, verbose_name="会議", on_delete=models.CASCADE, related_name="attendances")
    seat = models.ForeignKey(Seat, verbose_name="席", on_delete=models.PROTECT, related_name="attendances")
    kind = models.CharField("出欠", max_length=10, choices=AttendanceKind.choices)
    arrived_at = models.TimeField("着席時刻", null=True, blank=True)
    left_at = models.TimeField("退席時刻", null=True, blank=True)

    class Meta:
        verbose_name = "出席"
        verbose_name_plural = "出席"
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "seat"],
                name="attendance_once",
                violation_error_message="同じ人の出欠が二つあります。",
            )
        ]

    def __str__(self):
        return f"{self.meeting} {self.seat.person} {self.get_kind_display()}"

    @property
    def is_present(self) -> bool:
        return self.kind != AttendanceKind.ABSENT


class AgendaItemQuerySet(models.QuerySet):
    def undecided(self):
        """まだ議決されていない議案。"""
        return self.filter(state__in=OPEN_STATES)

    def hidden_from(self, user):
        """この人が特別の利害関係を持つ議案（見せてはならないもの）。"""
        person = getattr(user, "person", None)
        return self.filter(recusals__person=person) if person else self.none()


class AgendaItem(models.Model):
    """議案。金融委員会への付議・理事会への付議の一件。相手は種別・番号・名前の写しで持つ。"""

    body = models.ForeignKey(Body, verbose_name="機関", on_delete=models.PROTECT, related_name="items")
    meeting = models.ForeignKey(
        Meeting, verbose_name="会議", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    order = models.PositiveSmallIntegerField("議案番号", default=0)
    title = models.CharField("議題", max_length=200)
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
                | (Q(decided_on__isnull=False, recorded_by__isnull=False) & ~Q(result="") & Q(quorum__isnull=False)),
                name="agendaitem_decided_whole",
                violation_error_message="議決には、日付・結果・定足数・記録した人が要ります。",
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

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def label(self) -> str:
        """第2号議案。会議の議案になるまでは空。"""
        return f"第{self.order}号議案" if self.order else ""


class Continuation(models.Model):
    """継続審議。議案は付議待ちに戻り、その会議で審議されたことだけがここに残る（議事録の材料）。"""

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
        return f"{self.meeting} 第{self.order}号議案 継続審議"


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
