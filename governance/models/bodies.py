"""機関と席（ドメイン A2・E）。"""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from coopfin.roles import Role
from governance.enums import (
    CHAIR_TITLES,
    DIRECTOR_TITLES,
    TITLES_OF,
    BodyKind,
    OrdinaryQuorum,
    SeatTitle,
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
    committee_quorum = models.PositiveSmallIntegerField(
        "委員会規約の定足数（名）", null=True, blank=True, validators=[MinValueValidator(1)],
        help_text="金融委員会だけ。規約に人数の定めがあるとき。空欄なら、利害関係のない委員の過半数です。",
    )  # fmt: skip
    remote_allowed = models.BooleanField(
        "オンライン出席を認める", default=False, help_text="定款・規約に定めがあるときだけ。"
    )
    written_allowed = models.BooleanField(
        "書面による議決を認める",
        default=False,
        help_text="定款・規約に、書面で議決に加われると定めがあるときだけ（中小企業等協同組合法 11条・36条の6）。",
    )
    proxy_allowed = models.BooleanField(
        "代理人による議決を認める", default=False,
        help_text="総会だけ。定款に定めがあるとき（中小企業等協同組合法 11条）。",
    )  # fmt: skip
    participation_source = models.CharField(
        "書面・代理・オンラインの定め", max_length=60, blank=True, help_text="例: 定款 第33条第2項。"
    )
    ordinary_quorum = models.CharField(
        "総会の普通議決の定足数", max_length=10, choices=OrdinaryQuorum.choices, default=OrdinaryQuorum.HALF,
        help_text="総会だけ。定款の定めを選びます。特別議決はつねに半数以上です。中央会・弁護士に確かめてください。",
    )  # fmt: skip
    chair_breaks_tie = models.BooleanField(
        "可否同数を議長が決する", default=False,
        help_text="総会の普通議決だけ。中小企業等協同組合法 52条と定款を中央会・弁護士に確かめてください。"
        "認めないときは、可否同数は否決です。",
    )  # fmt: skip
    notice_days = models.PositiveSmallIntegerField(
        "招集通知の日数", default=7,
        help_text="会日の何日前までに通知するか。総会は10日、理事会は7日がふつうです（定款で短くできます）。",
    )  # fmt: skip
    source = models.CharField("根拠", max_length=60, blank=True, help_text="例: 定款 第32条、金融委員会規約 第4条。")

    class Meta:
        verbose_name = "機関"
        verbose_name_plural = "機関"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(committee_quorum__isnull=True) | Q(kind="committee", committee_quorum__gt=0),
                name="body_committee_quorum",
                violation_error_message="人数で定めた定足数は、金融委員会だけのもので、1名以上です。",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_general(self) -> bool:
        """総会か。"""
        return self.kind == BodyKind.GENERAL_MEETING


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
        user = self.person.user
        if user is not None and (problem := role_problem(self.title, user.roles)):
            raise ValidationError({"title": problem})


def role_problem(title: str, roles) -> str:
    """席と、その人の利用者の役割が合わない理由（中小企業等協同組合法 37条: 監事は理事・使用人を兼ねられない）。"""
    if title == SeatTitle.AUDITOR and set(roles) - {Role.AUDITOR}:
        names = "・".join(role.label for role in Role if role in roles and role != Role.AUDITOR)
        return f"監事の席にある人は、{names}の役割を持てません（中小企業等協同組合法 37条）。"
    if title != SeatTitle.AUDITOR and Role.AUDITOR in roles:
        return f"監事の役割を持つ人は、{SeatTitle(title).label}の席に就けません（中小企業等協同組合法 37条）。"
    return ""
