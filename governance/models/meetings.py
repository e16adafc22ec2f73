"""会議と出席。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.enums import (
    AttendanceKind,
    MeetingState,
)
from governance.models.bodies import Body, Seat


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
