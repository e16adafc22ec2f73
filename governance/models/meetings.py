"""会議・出席・確定した議事録。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from coopfin.calc import days
from coopfin.models import User
from governance.enums import FINISHED_STATES, AttendanceKind, BodyKind, MeetingKind, MeetingState
from governance.models.bodies import Body, Seat

#: 議事録を備え置く年数（中小企業等協同組合法 36条の7・53条の4）
MINUTES_KEPT_YEARS = 10


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user, on):
        """見てよい会議。総会は皆、記録する人と監査する人はすべて、委員・理事は自分の席のある機関のものだけ。"""
        if any(user.has_perm(permission) for permission in _SEES_ALL_MEETINGS):
            return self
        general = Q(body__kind=BodyKind.GENERAL_MEETING)
        person = getattr(user, "person", None)
        if person is None:
            return self.filter(general)
        seated = Seat.objects.filter(person=person, body=models.OuterRef("body")).filter(
            Q(from_on__lte=models.OuterRef("held_on"))
            & (Q(to_on__isnull=True) | Q(to_on__gte=models.OuterRef("held_on")))
        )
        return self.filter(general | models.Exists(seated))

    def undecided(self):
        """まだ終わっていない会議。"""
        return self.exclude(state__in=FINISHED_STATES)

    def convened(self):
        """招集を取り消していない会議。"""
        return self.exclude(state=MeetingState.CALLED_OFF)

    def held(self):
        """開かれた会議。招集しただけのもの、招集を取り消したもの、定足数に満たず流会になったものを除く。"""
        return self.exclude(state__in=[MeetingState.CONVENED, MeetingState.CALLED_OFF]).filter(adjourned_reason="")

    def to_finalise(self):
        """記録を終えて、議長の確定を待つ会議。"""
        return self.filter(state=MeetingState.CLOSED)

    def ordinary(self):
        """通常総会。"""
        return self.filter(kind=MeetingKind.ORDINARY)


_SEES_ALL_MEETINGS = ("governance.record_meeting", "loans.view_loan")


class Meeting(models.Model):
    """会議（総会・理事会・金融委員会）。"""

    body = models.ForeignKey(Body, verbose_name="機関", on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField("総会の別", max_length=15, choices=MeetingKind.choices, blank=True)
    fiscal_year = models.PositiveSmallIntegerField("年度（臨時総会の回の数え）", null=True, blank=True)
    number = models.PositiveIntegerField("回")
    held_on = models.DateField("開催日")
    starts_at = models.TimeField("開始時刻")
    ends_at = models.TimeField("閉会時刻", null=True, blank=True)
    place = models.CharField("場所", max_length=100)
    state = models.CharField("状態", max_length=10, choices=MeetingState.choices, default=MeetingState.CONVENED)
    current_item = models.ForeignKey(
        "governance.AgendaItem", verbose_name="いま審議中の議案", null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    called_off_reason = models.CharField("招集を取り消した理由", max_length=300, blank=True)
    adjourned_reason = models.CharField("流会の理由", max_length=300, blank=True)
    continues = models.ForeignKey(
        "self", verbose_name="延会のもとの会議", null=True, blank=True, on_delete=models.PROTECT,
        related_name="continued_by",
    )  # fmt: skip
    closed_by = models.ForeignKey(
        User, verbose_name="記録を終えた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finalised_by = models.ForeignKey(
        User, verbose_name="議事録を確定した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finalised_on = models.DateField("議事録を確定した日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "会議"
        verbose_name_plural = "会議"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "kind", "number"],
                condition=~Q(kind="extraordinary") & ~Q(state="called_off"),
                name="meeting_number_once",
                violation_error_message="同じ回の会議がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["body", "fiscal_year", "number"],
                condition=Q(kind="extraordinary") & ~Q(state="called_off"),
                name="meeting_extraordinary_once",
                violation_error_message="同じ年度の同じ回の臨時総会がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(kind="extraordinary", fiscal_year__isnull=False)
                | (~Q(kind="extraordinary") & Q(fiscal_year__isnull=True)),
                name="meeting_fiscal_year",
                violation_error_message="年度ごとに回を数えるのは臨時総会だけです。",
            ),
            models.CheckConstraint(
                condition=Q(state="called_off") & ~Q(called_off_reason="")
                | ~Q(state="called_off") & Q(called_off_reason=""),
                name="meeting_called_off_whole",
                violation_error_message="招集の取消には理由が要ります。",
            ),
            models.CheckConstraint(
                condition=~Q(state="finalised")
                | Q(closed_by__isnull=False, finalised_by__isnull=False, finalised_on__gte=F("held_on")),
                name="meeting_finalised_whole",
                violation_error_message="議事録の確定には、記録を終えた人・確定した人・開催日以後の日付が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(finalised_by__isnull=True) | ~Q(finalised_by=F("closed_by")),
                name="meeting_two_persons",
                violation_error_message="記録を終えた本人は、議事録を確定できません。",
            ),
        ]

    def __str__(self):
        if self.kind == MeetingKind.ORDINARY:
            return f"第{self.number}回通常総会"
        if self.kind == MeetingKind.EXTRAORDINARY:
            return f"{self.fiscal_year}年度第{self.number}回臨時総会"
        return f"第{self.number}回{self.body.name}"

    def get_absolute_url(self):
        return reverse("governance:meeting", args=[self.pk])

    @property
    def is_closed(self) -> bool:
        """出席・議決の記録を変えられないか。"""
        return self.state in FINISHED_STATES

    @property
    def is_finalised(self) -> bool:
        return self.state == MeetingState.FINALISED

    @property
    def is_called_off(self) -> bool:
        """開かずに、招集を取り消したか。"""
        return self.state == MeetingState.CALLED_OFF

    @property
    def is_adjourned(self) -> bool:
        """流会・延会になったか。"""
        return bool(self.adjourned_reason)

    @property
    def is_general(self) -> bool:
        return self.body.is_general

    @property
    def state_label(self) -> str:
        """いまの状態を一語で。"""
        return "流会" if self.is_adjourned and not self.is_finalised else self.get_state_display()


class Attendance(models.Model):
    """出席。席ごとに一行。総会では理事会の席（出席した理事・監事）。"""

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

    @property
    def is_in_room(self) -> bool:
        """その場にいる（オンラインを含む）か。書面で加わる人は、議長にも署名する人にもならない。"""
        return self.kind in (AttendanceKind.PRESENT, AttendanceKind.ONLINE)


class MemberAttendance(models.Model):
    """組合員の出席（総会）。本人・代理人・書面議決の数と、その日の組合員の総数（中小企業等協同組合法 11条・53条）。"""

    meeting = models.OneToOneField(
        Meeting, verbose_name="会議", on_delete=models.PROTECT, related_name="member_attendance"
    )
    total = models.PositiveIntegerField("組合員の総数")
    in_person = models.PositiveIntegerField("本人出席")
    by_proxy = models.PositiveIntegerField("代理人による出席", default=0)
    in_writing = models.PositiveIntegerField("書面議決", default=0)
    chair_name = models.CharField("議長の氏名", max_length=60, help_text="総会で選任した議長。")
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "組合員の出席"
        verbose_name_plural = "組合員の出席"
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=F("in_person") + F("by_proxy") + F("in_writing")),
                name="memberattendance_within_total",
                violation_error_message="出席の合計が、組合員の総数を超えています。",
            )
        ]

    def __str__(self):
        return f"{self.meeting} 出席 {self.votes}名"

    @property
    def votes(self) -> int:
        """出席した組合員の議決権の数。"""
        return self.in_person + self.by_proxy + self.in_writing

    @property
    def text(self) -> str:
        return (
            f"組合員総数{self.total}名のうち出席{self.votes}名"
            f"（本人{self.in_person}名・代理人{self.by_proxy}名・書面議決{self.in_writing}名）"
        )


class UndeletableQuerySet(models.QuerySet):
    def update(self, **values):
        raise ValidationError("確定した議事録は変えられません。")

    def delete(self):
        raise ValidationError("議事録は消せません（備置きの期間中は保存します）。")


class Minutes(models.Model):
    """確定した議事録。文は確定のときに一度だけ作り、以後は変えない（中小企業等協同組合法 36条の7・53条の4）。"""

    meeting = models.OneToOneField(Meeting, verbose_name="会議", on_delete=models.PROTECT, related_name="minutes")
    content = models.JSONField("文")
    finalised_by = models.ForeignKey(User, verbose_name="確定した人", on_delete=models.PROTECT, related_name="+")
    finalised_on = models.DateField("確定した日")
    kept_until = models.DateField("備置きの期限")

    objects = UndeletableQuerySet.as_manager()

    class Meta:
        verbose_name = "議事録"
        verbose_name_plural = "議事録"
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_until__gt=F("finalised_on")),
                name="minutes_kept",
                violation_error_message="備置きの期限は、確定した日より後にしてください。",
            )
        ]

    def __str__(self):
        return f"{self.meeting} 議事録"

    def get_absolute_url(self):
        return self.meeting.get_absolute_url()

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise ValidationError("確定した議事録は変えられません。")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise ValidationError("議事録は消せません（備置きの期間中は保存します）。")

    @staticmethod
    def kept_until_of(held_on: date) -> date:
        """会日から十年。"""
        return days.add_months(held_on, 12 * MINUTES_KEPT_YEARS)
