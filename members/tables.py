"""組合員と人の一覧の、表と絞り込み。"""

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html

from coopfin.calc import words
from coopfin.templatetags.coopfin import jmoment, stage_badge
from members.enums import BETWEEN_COMPANIES, OWNED_BY_OTHER, OWNS_OTHER, MemberKind
from members.models import AccountRequest, Industry, Member, Person, Relationship


class YenColumn(tables.Column):
    """金額の列。右に揃え、桁を区切る。"""

    attrs = {"th": {"class": "num"}, "td": {"class": "num"}}

    def render(self, value):
        return words.format_yen(value)


class DateColumn(tables.Column):
    """日付の列。"""

    attrs = {"td": {"class": "nowrap"}}

    def render(self, value):
        return f"{value.year}年{value.month}月{value.day}日"


class MemberFilter(django_filters.FilterSet):
    """組合員の絞り込み。"""

    q = django_filters.CharFilter(label="名称・カナ・番号・代表者", method="search")
    kind = django_filters.ChoiceFilter(label="種類", choices=MemberKind.choices, empty_label="すべて")
    industry = django_filters.ModelChoiceFilter(label="業種", queryset=Industry.objects.all(), empty_label="すべて")
    standing = django_filters.ChoiceFilter(
        label="在籍",
        choices=[("current", "在籍"), ("leaving", "脱退予定"), ("left", "脱退")],
        method="by_standing",
        empty_label="すべて",
    )
    relation = django_filters.ChoiceFilter(
        label="関係先",
        choices=[("controlled", "過半数の株主・親会社がある"), ("group", "関係会社がある"), ("none", "登録なし")],
        method="by_relation",
        empty_label="すべて",
    )

    class Meta:
        model = Member
        fields = []

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def search(self, queryset, name, value):
        return queryset.search(value)

    def by_standing(self, queryset, name, value):
        if value == "leaving":
            return queryset.leaving(self.on)
        return queryset.current(self.on) if value == "current" else queryset.filter(left_on__lte=self.on)

    def by_relation(self, queryset, name, value):
        rows = Relationship.objects.current(self.on)
        own, other = rows.filter(member=OuterRef("pk")), rows.filter(other_member=OuterRef("pk"))
        if value == "controlled":
            return queryset.filter(
                Exists(own.controlling().filter(kind__in=OWNED_BY_OTHER))
                | Exists(other.controlling().filter(kind__in=OWNS_OTHER))
            )
        if value == "group":
            return queryset.filter(
                Exists(own.filter(kind__in=BETWEEN_COMPANIES)) | Exists(other.filter(kind__in=BETWEEN_COMPANIES))
            )
        return queryset.filter(~Exists(own), ~Exists(other))


class MemberTable(tables.Table):
    """組合員の一覧。"""

    number = tables.Column(verbose_name="番号", attrs={"td": {"class": "nowrap"}})
    name = tables.Column(verbose_name="名称", order_by=("kana", "name"), linkify=True)
    kind = tables.Column(verbose_name="種類", attrs={"td": {"class": "nowrap"}})
    industry = tables.Column(verbose_name="業種", order_by="industry__code")
    representative = tables.Column(
        verbose_name="代表者", order_by=("representative__kana",), attrs={"td": {"class": "nowrap"}}
    )
    address = tables.Column(verbose_name="住所")
    phone = tables.Column(verbose_name="電話番号", attrs={"td": {"class": "nowrap"}})
    corporate_number = tables.Column(verbose_name="法人番号", attrs={"td": {"class": "nowrap"}})
    joined_on = DateColumn(verbose_name="加入日")
    left_on = DateColumn(verbose_name="脱退日")
    shares = YenColumn(verbose_name="口数")
    share_capital = YenColumn(verbose_name="出資金額（円）")

    SHOWN = ("number", "name", "industry", "representative", "phone", "joined_on", "share_capital")

    class Meta:
        model = Member
        fields = (
            "number", "name", "kind", "industry", "representative", "address", "phone", "corporate_number",
            "joined_on", "left_on", "shares", "share_capital",
        )  # fmt: skip
        sequence = fields
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}
        caption = "組合員の一覧"

    def __init__(self, *args, on=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def render_name(self, value, record):
        if record.left_on is None:
            return value
        if self.on is not None and record.left_on > self.on:
            return format_html('{} <span class="stage caution">脱退予定</span>', value)
        return format_html('{} <span class="stage">脱退</span>', value)


class PersonFilter(django_filters.FilterSet):
    """人の絞り込み。"""

    q = django_filters.CharFilter(label="氏名・カナ", method="search")
    role = django_filters.ChoiceFilter(
        label="役職",
        choices=[
            ("representative", "組合員の代表者"),
            ("officer", "組合員の役員・関係者"),
            ("owner", "主要株主"),
            ("mandate", "委任された人"),
            ("seat", "理事・委員・監事"),
            ("none", "役割なし"),
        ],
        method="by_role",
        empty_label="すべて",
    )

    class Meta:
        model = Person
        fields = []

    def search(self, queryset, name, value):
        return queryset.search(value)

    #: 選択肢 → その役割の行があるか
    ROLES = {
        "representative": "represented_members",
        "officer": "offices",
        "owner": "relationships",
        "mandate": "mandates",
    }

    def __init__(self, *args, roles=None, **kwargs):
        super().__init__(*args, **kwargs)
        #: 人の番号 → 組合員でのもののほかの役割
        self.seated = list(roles or {})

    def by_role(self, queryset, name, value):
        if value == "seat":
            return queryset.filter(pk__in=self.seated)
        if value == "none":
            held = Q(pk__in=self.seated)
            for related in self.ROLES.values():
                held |= Q(**{f"{related}__isnull": False})
            return queryset.exclude(pk__in=Person.objects.filter(held).order_by().values("pk"))
        held = Q(**{f"{self.ROLES[value]}__isnull": False})
        return queryset.filter(pk__in=Person.objects.filter(held).order_by().values("pk"))


class PersonTable(tables.Table):
    """人の一覧。"""

    name = tables.Column(
        verbose_name="氏名", order_by=("kana", "name"), linkify=True, attrs={"td": {"class": "nowrap"}}
    )
    kana = tables.Column(verbose_name="カナ", attrs={"td": {"class": "nowrap"}})
    born_on = DateColumn(verbose_name="生年月日")
    address = tables.Column(verbose_name="住所")
    roles = tables.Column(verbose_name="いまの役割", orderable=False, empty_values=())

    class Meta:
        model = Person
        fields = ("name", "kana", "born_on", "address", "roles")
        row_attrs = {"data-href": lambda record: reverse("members:person", args=[record.pk])}
        caption = "人の一覧"

    def __init__(self, *args, roles=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.seated = roles or {}

    def render_roles(self, record):
        held = [*self.seated.get(record.pk, ())]
        held += [f"{m.name} {m.get_representative_title_display()}" for m in record.represented_members.all()]
        held += [f"{o.member.name} {o.get_title_display()}" for o in record.offices.all() if o.to_on is None]
        held += [f"{r.member.name} {r.get_kind_display()}" for r in record.relationships.all() if r.to_on is None]
        return "、".join(held[:4]) + (f" ほか{len(held) - 4}件" if len(held) > 4 else "") if held else "―"

    def value_born_on(self, value):
        return value


class AccountRequestFilter(django_filters.FilterSet):
    """口座変更の申請の絞り込み。"""

    q = django_filters.CharFilter(label="組合員・口座番号", method="find", max_length=100)
    state = django_filters.ChoiceFilter(
        label="状態", empty_label="すべて", method="in_state",
        choices=[("proposed", "承認待ち"), ("approved", "承認済"), ("rejected", "却下"), ("withdrawn", "取下げ")],
    )  # fmt: skip

    class Meta:
        model = AccountRequest
        fields = []

    def find(self, queryset, name, value):
        members = Member.everyone.search(value).order_by().values("pk")
        return queryset.filter(Q(member__in=members) | Q(account_number__contains=value.strip()))

    def in_state(self, queryset, name, value):
        return queryset.filter(status=value)


class AccountRequestTable(tables.Table):
    """口座変更の申請の一覧。"""

    TONES = {"承認待ち": "caution", "承認済": "ok", "却下": "stop", "取下げ": "plain"}

    state = tables.Column(verbose_name="状態", empty_values=(), orderable=False, attrs={"td": {"class": "nowrap"}})
    member = tables.Column(
        verbose_name="組合員", order_by=("member__kana",), linkify=lambda record: record.get_absolute_url()
    )
    account = tables.Column(verbose_name="申請の口座", empty_values=(), orderable=False)
    proposed_by = tables.Column(verbose_name="申請した人", order_by=("proposed_by__name",))
    proposed_at = tables.Column(verbose_name="申請した時刻", attrs={"td": {"class": "nowrap"}})
    decided_by = tables.Column(verbose_name="決めた人", orderable=False)

    class Meta:
        model = AccountRequest
        fields = ("state", "member", "account", "proposed_by", "proposed_at", "decided_by")
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}
        caption = "口座変更の申請の一覧"

    def value_state(self, record):
        return "承認待ち" if record.is_waiting else record.get_status_display()

    def render_state(self, record):
        label = self.value_state(record)
        return stage_badge(label, self.TONES[label])

    def render_account(self, record):
        if not record.account_number:
            return "登録をなくす"
        kind = record.get_account_type_display()
        return f"{record.bank_name} {record.branch_name} {kind} {record.account_number}"

    def render_proposed_at(self, value):
        return jmoment(value)
