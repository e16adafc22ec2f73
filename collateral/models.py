"""物的担保と人的担保の台帳（手引き 第2章2 二 c、Q3・Q4）。組合員の債務を担保し、申込は上の階から指す。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from collateral import valuation
from collateral.enums import (
    INFORMATION,
    RELATION_CHOICES,
    REVOLVING_RIGHTS,
    AppraisalMethod,
    AssetKind,
    GuaranteeKind,
    GuaranteeScope,
    RightKind,
    SeniorKind,
    refused_right,
)
from collateral.guarantee_deed import Debtor, DeedRequirement, Entity, Relation, deed_required
from coopfin.fields import CodesField, RateField, YenField
from coopfin.models import User
from documents.models import Upload
from members.models import Member, Officer, Person


class AssetQuerySet(models.QuerySet):
    def offered_for(self, member, on):
        """その組合員のために使える登録済の物件。本人・代表者・役員の所有か、すでにその債務を担保しているもの。"""
        officers = Officer.objects.current(on).filter(member=member).values("person")
        mine = SecurityInterest.objects.filter(debtor=member).values("asset")
        return self.filter(
            Q(owner_member=member)
            | Q(owner_person=member.representative_id)
            | Q(owner_person__in=officers)
            | Q(pk__in=mine)
        )

    def with_cover(self):
        """先順位と担保権を一緒に読む（保全額を数えるため）。"""
        interests = SecurityInterest.objects.live().select_related("debtor").order_by("rank", "pk")
        return self.select_related("owner_person", "owner_member").prefetch_related(
            "seniors", Prefetch("interests", queryset=interests, to_attr="live_interests")
        )


class Asset(models.Model):
    """担保物件。所有者は人（個人）または組合員（法人など）のどちらか一方。"""

    kind = models.CharField("種類", max_length=40, choices=AssetKind.choices)
    description = models.CharField("物件の表示", max_length=200, help_text="所在・地番・家屋番号・機械番号など。")
    owner_person = models.ForeignKey(
        Person, verbose_name="所有者（個人）", null=True, blank=True, on_delete=models.PROTECT, related_name="assets"
    )
    owner_member = models.ForeignKey(
        Member, verbose_name="所有者（組合員）", null=True, blank=True, on_delete=models.PROTECT, related_name="assets"
    )
    appraised = YenField("評価額")
    appraised_on = models.DateField("評価日")
    appraisal_method = models.CharField("評価の方法", max_length=20, choices=AppraisalMethod.choices)
    appraiser = models.CharField("評価した人", max_length=60, blank=True, help_text="組合の担当者か、鑑定した人。")
    appraisal_note = models.CharField(
        "評価のよりどころ", max_length=200, blank=True, help_text="路線価図の番号、取引事例、鑑定評価書の番号など。"
    )
    haircut_rate = RateField("掛目（%）")

    objects = AssetQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="担保物件の履歴", verbose_name_plural="担保物件の履歴")

    class Meta:
        verbose_name = "担保物件"
        verbose_name_plural = "担保物件"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_person__isnull=False, owner_member__isnull=True)
                | Q(owner_person__isnull=True, owner_member__isnull=False),
                name="asset_one_owner",
                violation_error_message="所有者は、個人か組合員のどちらか一方を選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(appraised__gte=0),
                name="asset_appraised",
                violation_error_message="評価額に負の数は使えません。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.description}"

    def get_absolute_url(self):
        return reverse("collateral:asset", args=[self.pk])

    @property
    def owner(self):
        return self.owner_person or self.owner_member

    @property
    def lending_value(self) -> int:
        """担保評価額（円）。評価額 × 掛目、円未満切捨て。"""
        return valuation.lending_value(self.appraised, self.haircut_rate)

    def interests_in_force(self) -> list[SecurityInterest]:
        """効力のある担保権。順位の順。with_cover() で読んだものは、もう一度は読まない。"""
        if self.pk is None:
            return []
        if not hasattr(self, "live_interests"):
            self.live_interests = list(self.interests.live().select_related("debtor").order_by("rank", "pk"))
        return self.live_interests

    def liens_before(self, interest: SecurityInterest, seniors=None) -> list[valuation.SeniorLien]:
        """引く先順位。ほかの人の先順位と、その前にある当組合の担保権（同順位は先に登録したもの）。

        seniors を渡すと、登録済の先順位の代わりに使う（登録の前の試算）。
        """
        if seniors is None:
            seniors = [senior.as_lien() for senior in self.seniors.all()]
        ours = self.interests_in_force()
        if interest.pk:
            ours = [other for other in ours if (other.rank, other.pk) < (interest.rank, interest.pk)]
        else:
            ours = [other for other in ours if other.rank <= interest.rank]
        return [*seniors, *(other.as_lien() for other in ours)]

    @property
    def cover(self) -> int:
        """この物件で当組合が保全している額（円）。担保権ごとの保全額の合計。"""
        return sum(interest.cover_on(self).cover for interest in self.interests_in_force())


class SeniorLien(models.Model):
    """先順位の担保権。根抵当権は極度額で、抵当権は確認済の残高（なければ登記の債権額）で差し引く（B12a）。

    残高は、いつ、何で確かめたかを添える。
    """

    asset = models.ForeignKey(Asset, verbose_name="担保物件", on_delete=models.CASCADE, related_name="seniors")
    kind = models.CharField("種類", max_length=10, choices=SeniorKind.choices)
    holder = models.CharField("権利者", max_length=60)
    registered = YenField("債権額・極度額")
    balance = YenField("確認済の残高", null=True, blank=True)
    balance_on = models.DateField("残高を確かめた日", null=True, blank=True)
    evidence = models.CharField("確かめた方法", max_length=100, blank=True, help_text="残高証明書、返済予定表など。")

    class Meta:
        verbose_name = "先順位"
        verbose_name_plural = "先順位"
        constraints = [
            models.CheckConstraint(
                condition=Q(registered__gt=0) & (Q(balance__isnull=True) | Q(balance__gte=0)),
                name="seniorlien_amounts",
                violation_error_message="先順位の金額は正の数で入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(balance__isnull=False) | Q(balance_on__isnull=True),
                name="seniorlien_balance_dated",
                violation_error_message="残高を確かめた日は、確認済の残高とともに入力してください。",
            ),
        ]

    def __str__(self):
        return f"{self.holder} {self.get_kind_display()} {self.registered:,}円"

    def as_lien(self) -> valuation.SeniorLien:
        """計算に渡す形。"""
        return valuation.SeniorLien(
            kind=self.kind, registered=self.registered, balance=self.balance, holder=self.holder
        )


class LiveQuerySet(models.QuerySet):
    def live(self):
        """効力のあるもの（解除・取りやめになっていないもの）。"""
        return self.filter(released_on__isnull=True)


class SecurityInterest(models.Model):
    """担保権。どの物件に、だれの債務のため、どの権利をいくらまで設定するか。"""

    asset = models.ForeignKey(Asset, verbose_name="担保物件", on_delete=models.PROTECT, related_name="interests")
    debtor = models.ForeignKey(Member, verbose_name="債務者", on_delete=models.PROTECT, related_name="securities")
    right = models.CharField("担保権", max_length=40, choices=RightKind.choices)
    amount = YenField("債権額・極度額")
    rank = models.PositiveSmallIntegerField("順位", default=1)
    joint_with = models.ForeignKey(
        "self", verbose_name="共同担保のもと", null=True, blank=True, on_delete=models.PROTECT,
        related_name="joint_parts",
        help_text="同じ債権（極度額）をほかの物件でも担保するとき、初めに設定した担保権。保全額は合わせて一度だけ数える。",
    )  # fmt: skip
    registered_on = models.DateField("設定・登記の日", null=True, blank=True)
    released_on = models.DateField("解除・取りやめの日", null=True, blank=True)

    objects = LiveQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="担保権の履歴", verbose_name_plural="担保権の履歴")

    class Meta:
        verbose_name = "担保権"
        verbose_name_plural = "担保権"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="securityinterest_amount",
                violation_error_message="債権額・極度額は1円以上で入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(joint_with__isnull=True) | ~Q(joint_with=models.F("pk")),
                name="securityinterest_joint_with_another",
                violation_error_message="共同担保のもとには、ほかの担保権を選んでください。",
            ),
        ]

    def __str__(self):
        return f"{self.asset}（{self.get_right_display()} 第{self.rank}順位）"

    def clean(self):
        super().clean()
        if self.asset_id and self.right:
            sentence = refused_right(self.asset.kind, self.right)
            if sentence:
                raise ValidationError({"right": sentence})

    @property
    def is_revolving(self) -> bool:
        return self.right in REVOLVING_RIGHTS

    @property
    def joint_key(self):
        """同じ債権を担保する担保権のまとまり。共同担保でなければ、自分だけ。"""
        return self.joint_with_id or self.pk

    def as_lien(self) -> valuation.SeniorLien:
        """後順位の担保権から見た、この担保権。根抵当は極度額、そのほかは債権額で引く。"""
        kind = SeniorKind.REVOLVING if self.is_revolving else SeniorKind.MORTGAGE
        return valuation.SeniorLien(
            kind=kind.value, registered=self.amount, holder=f"当組合 第{self.rank}順位（{self.debtor}）"
        )

    def cover_on(self, asset: Asset) -> valuation.Cover:
        """保全額。min(担保余力, 債権額・極度額)（B12a）。"""
        return valuation.cover(asset.appraised, asset.haircut_rate, asset.liens_before(self), self.amount)


class Guarantee(models.Model):
    """保証（H2.3-h）。連帯保証を原則とし、個人の根保証には極度額と元本確定期日が要る（民法465条の2・3）。"""

    person = models.ForeignKey(
        Person, verbose_name="保証人（個人）", null=True, blank=True, on_delete=models.PROTECT,
        related_name="guarantees",
    )  # fmt: skip
    member = models.ForeignKey(
        Member, verbose_name="保証人（組合員）", null=True, blank=True, on_delete=models.PROTECT,
        related_name="given_guarantees",
    )  # fmt: skip
    debtor = models.ForeignKey(Member, verbose_name="債務者", on_delete=models.PROTECT, related_name="guarantees")
    relation = models.CharField("債務者との関係", max_length=40, choices=RELATION_CHOICES)
    scope = models.CharField("範囲", max_length=10, choices=GuaranteeScope.choices)
    kind = models.CharField("保証の種類", max_length=10, choices=GuaranteeKind.choices, default=GuaranteeKind.JOINT)
    kind_reason = models.CharField("連帯としない理由", max_length=200, blank=True)
    maximum_amount = YenField("極度額", null=True, blank=True)
    fixed_on = models.DateField("元本確定期日", null=True, blank=True)
    deed_on = models.DateField("保証意思宣明公正証書の日付", null=True, blank=True)
    deed_office = models.CharField("公証役場", max_length=60, blank=True)
    deed_number = models.CharField("証書番号", max_length=40, blank=True)
    exception_evidence = models.CharField(
        "例外を裏づける書類", max_length=200, blank=True,
        help_text="登記事項証明書、株主名簿、確定申告書の専従者の欄など（民法465条の9）。",
    )  # fmt: skip
    exception_seen_on = models.DateField("裏づけを確かめた日", null=True, blank=True)
    informed_on = models.DateField("情報提供を受けた日（民法465条の10）", null=True, blank=True)
    told = CodesField("説明を受けたこと", blank=True, default="", options=INFORMATION)
    confirmation = models.ForeignKey(
        Upload, verbose_name="情報提供の確認書", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    released_on = models.DateField("解除・取りやめの日", null=True, blank=True)

    objects = LiveQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="保証の履歴", verbose_name_plural="保証の履歴")

    class Meta:
        verbose_name = "保証"
        verbose_name_plural = "保証"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, member__isnull=True) | Q(person__isnull=True, member__isnull=False),
                name="guarantee_one_guarantor",
                violation_error_message="保証人は、個人か組合員のどちらか一方を選んでください。",
            ),
            models.CheckConstraint(
                condition=~Q(scope="root") | Q(maximum_amount__isnull=False, maximum_amount__gt=0),
                name="guarantee_root_with_maximum",
                violation_error_message="根保証には極度額が要ります（民法465条の2）。",
            ),
            models.CheckConstraint(
                condition=Q(kind="joint", kind_reason="") | Q(kind="simple") & ~Q(kind_reason=""),
                name="guarantee_simple_with_reason",
                violation_error_message="保証は連帯保証が原則です。連帯としないときは、理由が要ります（手引き 第2章2 二 c）。",
            ),
            models.CheckConstraint(
                condition=Q(exception_evidence="", exception_seen_on__isnull=True)
                | ~Q(exception_evidence="") & Q(exception_seen_on__isnull=False),
                name="guarantee_exception_whole",
                violation_error_message="例外を裏づける書類と、確かめた日は、ともに入力してください（民法465条の9）。",
            ),
            models.CheckConstraint(
                condition=Q(informed_on__isnull=False) | Q(told=""),
                name="guarantee_told_on_a_day",
                violation_error_message="説明を受けた日を入力してください（民法465条の10）。",
            ),
        ]

    def __str__(self):
        return f"{self.guarantor}（{self.relation_label}）"

    def get_absolute_url(self):
        return reverse("collateral:guarantee", args=[self.pk])

    @property
    def relation_label(self) -> str:
        """関係の名。法人の代表者が代表取締役とは限らないので、代表者は「代表者」と書く。"""
        return "代表者" if self.relation == Relation.REPRESENTATIVE else self.get_relation_display()

    @property
    def guarantor(self):
        return self.person or self.member

    @property
    def is_individual(self) -> bool:
        return self.member is None or not self.member.is_corporate

    @property
    def is_joint(self) -> bool:
        """連帯保証か。"""
        return self.kind == GuaranteeKind.JOINT

    @property
    def untold(self) -> list[str]:
        """説明を受けたことが記録されていない事項。"""
        told = self.told.split(",")
        return [label for code, label in INFORMATION.items() if code not in told]

    @property
    def latest_statement(self) -> GuarantorStatement | None:
        """いちばん新しい資産・収入の申告。"""
        return max(self.statements.all(), key=lambda each: (each.stated_on, each.pk), default=None)

    @property
    def deed_requirement(self) -> DeedRequirement:
        """保証意思宣明公正証書の要否（民法465条の6・465条の9）。"""
        return deed_required(
            self.relation,
            Debtor.COMPANY if self.debtor.is_corporate else Debtor.SOLE_PROPRIETOR,
            Entity.INDIVIDUAL if self.is_individual else Entity.CORPORATE,
        )


class GuarantorStatement(models.Model):
    """保証人の資産・収入の申告（手引き Q&A 4）。書き換えず、新しい申告を足す。要らない人には金額を見せない。"""

    guarantee = models.ForeignKey(Guarantee, verbose_name="保証", on_delete=models.CASCADE, related_name="statements")
    stated_on = models.DateField("申告の日")
    income = YenField("年間の収入", help_text="給与・役員報酬・事業所得・年金などの合計。")
    real_estate = YenField("不動産", default=0, help_text="時価の見積り。担保の債務は「借入」に書く。")
    deposits = YenField("預貯金", default=0)
    other_assets = YenField("有価証券・保険など", default=0)
    debts = YenField("借入", default=0)
    other_guarantees = YenField("ほかの保証", default=0, help_text="ほかの債務のためにしている保証の額。")
    note = models.CharField("備考", max_length=200, blank=True)
    document = models.ForeignKey(
        Upload, verbose_name="申告書の写し", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField("記録した日")

    class Meta:
        verbose_name = "保証人の申告"
        verbose_name_plural = "保証人の申告"
        ordering = ["-stated_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    income__gte=0, real_estate__gte=0, deposits__gte=0, other_assets__gte=0, debts__gte=0,
                    other_guarantees__gte=0,
                ),
                name="guarantorstatement_amounts",
                violation_error_message="申告の金額に負の数は使えません。",
            ),
            models.CheckConstraint(
                condition=Q(stated_on__lte=models.F("recorded_on")),
                name="guarantorstatement_stated_on",
                violation_error_message="申告の日が先の日付です。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.guarantee.guarantor} {self.stated_on.year}年{self.stated_on.month}月{self.stated_on.day}日の申告"

    @property
    def assets(self) -> int:
        return self.real_estate + self.deposits + self.other_assets

    @property
    def net(self) -> int:
        """正味の資産（円）。資産から借入を引いた額。ほかの保証は引かない。"""
        return self.assets - self.debts
