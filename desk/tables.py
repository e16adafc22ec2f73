"""利用者の一覧の、表と絞り込み。"""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from coopfin.models import Invitation, User
from coopfin.roles import ROLE_CHOICES
from coopfin.templatetags.coopfin import jdate_short, jmoment, stage_badge

NO_PASSWORD = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)


class UserFilter(django_filters.FilterSet):
    """利用者の絞り込み。"""

    q = django_filters.CharFilter(label="氏名・利用者名・メール", method="search")
    role = django_filters.ChoiceFilter(
        label="役割", choices=ROLE_CHOICES, field_name="role_rows__role", empty_label="すべて"
    )
    standing = django_filters.ChoiceFilter(
        label="状態", method="by_standing", empty_label="すべて",
        choices=[("using", "利用中"), ("invited", "招待中"), ("waiting", "まだ入っていない"), ("stopped", "停止中")],
    )  # fmt: skip

    class Meta:
        model = User
        fields = []

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def search(self, queryset, name, value):
        return queryset.filter(Q(name__icontains=value) | Q(username__icontains=value) | Q(email__icontains=value))

    def by_standing(self, queryset, name, value):
        if value == "invited":
            return queryset.filter(pk__in=Invitation.objects.usable(self.on).values("user"))
        if value == "stopped":
            return queryset.filter(is_active=False)
        active = queryset.filter(is_active=True)
        return active.filter(NO_PASSWORD) if value == "waiting" else active.exclude(NO_PASSWORD)


def standing(user: User, invitation: Invitation | None, on) -> tuple[str, str]:
    """利用者の状態の言い方と、札の色。"""
    if not user.is_active:
        return "停止中", "plain"
    if invitation is not None and invitation.expires_on >= on:
        kind = "招待中" if not user.has_usable_password() else "再設定のリンクあり"
        return f"{kind}（{jdate_short(invitation.expires_on)}まで）", "go"
    if not user.has_usable_password():
        return ("招待の期限切れ" if invitation is not None else "招待していません"), "caution"
    return "利用中", "ok"


class UserTable(tables.Table):
    """利用者の一覧。"""

    name = tables.Column(verbose_name="氏名", linkify=lambda record: reverse("desk:user", args=[record.pk]))
    username = tables.Column(verbose_name="利用者名", attrs={"td": {"class": "nowrap"}})
    roles = tables.Column(verbose_name="役割", accessor="role_labels", orderable=False, empty_values=())
    person = tables.Column(verbose_name="人の台帳", order_by="person__kana", empty_values=())
    last_login = tables.Column(verbose_name="最後のログイン", empty_values=(), attrs={"td": {"class": "nowrap"}})
    two_steps = tables.Column(verbose_name="二段階の確認", orderable=False, empty_values=())
    pledge = tables.Column(verbose_name="守秘の誓約", orderable=False, empty_values=())
    standing = tables.Column(verbose_name="状態", orderable=False, empty_values=())

    class Meta:
        model = User
        fields = ("name", "username", "roles", "person", "last_login", "two_steps", "pledge", "standing")
        row_attrs = {"data-href": lambda record: reverse("desk:user", args=[record.pk])}
        caption = "利用者の一覧"

    def __init__(self, *args, on, pledges, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        self.pledges = pledges

    def render_roles(self, record):
        owed = self.pledges.get(record.pk)
        return record.role_labels or ("・".join(owed.capacities) if owed else "（なし）")

    def render_pledge(self, record):
        owed = self.pledges.get(record.pk)
        return format_html("{}", stage_badge(owed.state, owed.tone)) if owed else "―"

    def value_pledge(self, record):
        owed = self.pledges.get(record.pk)
        return owed.state if owed else ""

    def render_person(self, record):
        return getattr(record, "person", None) or "―"

    def render_last_login(self, value):
        return jmoment(value) if value else "まだ"

    def render_two_steps(self, record):
        return "使っている" if record.authenticator_set.all() else "―"

    def value_standing(self, record):
        return standing(record, next(iter(record.open_invitations), None), self.on)[0]

    def render_standing(self, record):
        label, tone = standing(record, next(iter(record.open_invitations), None), self.on)
        return format_html("{}", stage_badge(label, tone))
