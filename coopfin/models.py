"""枠のモデル: 利用者、組合、方針（設定）、操作の記録、閲覧の記録、二度押しの合言葉。"""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from coopfin.fields import RateField
from coopfin.roles import ROLE_CHOICES, Role, permissions_of


class UserManager(BaseUserManager):
    """利用者の作成。createsuperuser で作る最初の人は管理者の役割を持つ。"""

    def get_by_natural_key(self, username):
        return self.get(username=username)

    def create_user(self, username, password=None, *, name, roles=(), **fields):
        user = self.model(username=self.model.normalize_username(username), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.set_roles(roles)
        return user

    def create_superuser(self, username, password=None, **fields):
        return self.create_user(username, password, roles=[Role.ADMIN], **fields)


class User(AbstractBaseUser):
    """利用者。役割は UserRole の行、権限は coopfin.roles の表が決める。superuser という抜け道はない。"""

    username = models.CharField(
        "ログイン名", max_length=60, unique=True, validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "同じログイン名の利用者がいます。"},
    )  # fmt: skip
    name = models.CharField("氏名", max_length=60)
    email = models.EmailField("メールアドレス", blank=True)
    is_active = models.BooleanField("有効", default=True, help_text="退職した人は消さずに、ここを外します。")
    joined_at = models.DateTimeField("登録した時刻", db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "利用者"
        verbose_name_plural = "利用者"
        ordering = ["username"]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    get_short_name = get_full_name

    @property
    def is_staff(self) -> bool:
        return self.has_perm("coopfin.use_admin")

    is_superuser = False

    def has_perm(self, perm, obj=None) -> bool:
        return any(backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm"))

    def has_perms(self, perms, obj=None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label) -> bool:
        return any(b.has_module_perms(self, app_label) for b in get_backends() if hasattr(b, "has_module_perms"))

    @property
    def roles(self) -> frozenset[Role]:
        """いまの役割（要求のあいだ一度だけ読む）。"""
        if not hasattr(self, "_roles"):
            held = self.role_rows.all() if self.pk else ()
            self._roles = frozenset(Role(row.role) for row in held)
        return self._roles

    @property
    def permissions(self) -> frozenset[str]:
        if not hasattr(self, "_permissions"):
            self._permissions = permissions_of(self.roles)
        return self._permissions

    @property
    def role_labels(self) -> str:
        return "・".join(role.label for role in Role if role in self.roles)

    def set_roles(self, roles) -> None:
        """役割を置き換える。"""
        wanted = {Role(role) for role in roles}
        self.role_rows.exclude(role__in=wanted).delete()
        for role in wanted:
            self.role_rows.get_or_create(role=role)
        for cached in ("_roles", "_permissions"):
            self.__dict__.pop(cached, None)


class UserRole(models.Model):
    """利用者の役割。"""

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.CASCADE, related_name="role_rows")
    role = models.CharField("役割", max_length=20, choices=ROLE_CHOICES)

    class Meta:
        verbose_name = "利用者の役割"
        verbose_name_plural = "利用者の役割"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                name="userrole_once",
                violation_error_message="同じ役割がすでに付いています。",
            )
        ]

    def __str__(self):
        return Role(self.role).label


class Cooperative(models.Model):
    """組合（債権者）。一行だけ。限度額の競り合いは、この行の鎖錠（ロック）から始める。"""

    name = models.CharField("組合名", max_length=100)
    kana = models.CharField("組合名（カナ）", max_length=100, blank=True)
    postal_code = models.CharField("郵便番号", max_length=8, blank=True)
    address = models.CharField("住所", max_length=200)
    representative_title = models.CharField("代表者の肩書", max_length=30, default="代表理事")
    representative_name = models.CharField("代表者の氏名", max_length=60)
    court = models.CharField(
        "管轄裁判所", max_length=60, help_text="約定書の合意管轄に印字します（例: 金沢地方裁判所）。"
    )
    payment_place = models.CharField(
        "支払場所", max_length=100, help_text="契約証書に印字します（例: 当組合の指定する預金口座）。"
    )
    fiscal_start_month = models.PositiveSmallIntegerField(
        "会計年度の始まる月", default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    class Meta:
        verbose_name = "組合"
        verbose_name_plural = "組合"
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="cooperative_single", violation_error_message="組合は一つだけ登録できます。"
            ),
            models.CheckConstraint(
                condition=Q(fiscal_start_month__range=(1, 12)),
                name="cooperative_fiscal_month",
                violation_error_message="会計年度の始まる月は1から12です。",
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> Cooperative | None:
        return cls.objects.filter(pk=1).first()

    @classmethod
    def lock(cls) -> Cooperative:
        """金額を動かす操作の最初の鎖錠。つねに組合、次に組合員の順。"""
        return cls.objects.select_for_update().get(pk=1)


class ProposalQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=Proposal.Status.APPROVED)

    def waiting(self):
        return self.filter(status=Proposal.Status.PROPOSED)


class Proposal(models.Model):
    """提案 → 別の人の承認で効力を持つ設定の共通部分（相互牽制、手引き第2章1 e）。承認後は変えない。"""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "提案中"
        APPROVED = "approved", "承認済"
        REJECTED = "rejected", "却下"

    status = models.CharField("状態", max_length=10, choices=Status.choices, default=Status.PROPOSED, editable=False)
    proposed_by = models.ForeignKey(
        User, verbose_name="提案した人", on_delete=models.PROTECT, related_name="+", editable=False
    )
    proposed_at = models.DateTimeField("提案した時刻", db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        User, verbose_name="承認・却下した人", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_at = models.DateTimeField("承認・却下した時刻", null=True, editable=False)
    decision_reason = models.CharField("却下の理由", max_length=500, blank=True, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="%(class)s_two_persons",
                violation_error_message="提案した人は、自分の提案を承認・却下できません。",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | Q(status__in=["approved", "rejected"], decided_by__isnull=False, decided_at__isnull=False),
                name="%(class)s_decided_whole",
                violation_error_message="承認・却下には、した人と時刻が要ります。",
            ),
        ]

    @property
    def is_approved(self) -> bool:
        return self.status == self.Status.APPROVED

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.PROPOSED


class Policy(Proposal):
    """方針（ドメイン G1）。貸付の計算と手続きの決めごと。承認された、その日に効力のある最新の版を使う。"""

    class Count(models.TextChoices):
        BOTH_ENDS = "both_ends", "両端"
        ONE_END = "one_end", "片端"

    class Rounding(models.TextChoices):
        FLOOR = "floor", "円未満切捨て"
        HALF_UP = "half_up", "円未満四捨五入"

    class Basis(models.TextChoices):
        DAILY_365 = "daily_365", "日割（年365日）"
        MONTHLY = "monthly", "月割（年12か月）"

    class Adjust(models.TextChoices):
        LAST = "last", "最終回"
        FIRST = "first", "初回"

    class Roll(models.TextChoices):
        FOLLOWING = "following", "翌営業日"
        NONE = "none", "動かさない"

    class InterestTo(models.TextChoices):
        NOMINAL = "nominal", "約定の期日まで"
        ADJUSTED = "adjusted", "実際の支払日まで"

    effective_on = models.DateField("効力が生じる日")
    source = models.CharField(
        "根拠", max_length=100, help_text="この方針を決めた決議・規程（例: 金融事業規程 第8条、第312回理事会）。"
    )
    new_bill_count = models.CharField(
        "手形貸付の日数", max_length=10, choices=Count.choices, default=Count.BOTH_ENDS,
        help_text="新しい手形の利息日数。両端は実行日と期日の両方を数えます（銀行の慣行）。",
    )  # fmt: skip
    deed_first_period = models.CharField(
        "証書貸付の初回日数", max_length=10, choices=Count.choices, default=Count.ONE_END,
        help_text="実行日から初回期日までの数え方。2回目からはつねに片端です。",
    )  # fmt: skip
    interest_rounding = models.CharField(
        "利息・手数料の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR
    )
    deed_basis = models.CharField("証書貸付の利息", max_length=10, choices=Basis.choices, default=Basis.DAILY_365)
    level_payment_rounding = models.CharField(
        "元利均等額の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR
    )
    adjust = models.CharField("元金の端数を寄せる回", max_length=10, choices=Adjust.choices, default=Adjust.LAST)
    principal_unit = models.PositiveIntegerField(
        "元金均等の単位（円）", default=1, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    holiday_roll = models.CharField("休日に当たる期日", max_length=10, choices=Roll.choices, default=Roll.FOLLOWING)
    interest_to = models.CharField(
        "休日で延びた日の利息", max_length=10, choices=InterestTo.choices, default=InterestTo.NOMINAL
    )
    damages_rate = RateField("遅延損害金の率（年%）", default=Decimal("14.5"))
    approval_expiry_months = models.PositiveSmallIntegerField(
        "理事会決定の有効月数", default=3, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    limit_grace_months = models.PositiveSmallIntegerField(
        "限度額決議の猶予月数", default=3, validators=[MaxValueValidator(12)],
        help_text="次の総会が開かれるまで、前年度末から何か月有効とみるか。弁護士・中央会に確認してください。",
    )  # fmt: skip
    paper_bill_last_maturity_on = models.DateField(
        "紙の手形の最終期日", help_text="電子交換所の終了にともない、この日を超える紙の手形に注意を出します。"
    )
    acceleration_grace_days = models.PositiveSmallIntegerField(
        "催告後の猶予日数",
        default=14,
        help_text="約定書第5条。支払の遅れは、書面の催告からこの日数を過ぎて期限の利益を失わせます。",
    )

    class Meta(Proposal.Meta):
        verbose_name = "方針"
        verbose_name_plural = "方針"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["effective_on"],
                condition=Q(status="approved"),
                name="policy_once_a_day",
                violation_error_message="同じ日から効力を持つ承認済の方針がすでにあります。",
            ),
        ]

    def __str__(self):
        return f"方針（{self.effective_on.year}年{self.effective_on.month}月{self.effective_on.day}日から）"

    @classmethod
    def on(cls, day) -> Policy | None:
        """その日に効力のある方針。なければ None（新しい貸付はできない）。"""
        return cls.objects.approved().filter(effective_on__lte=day).order_by("-effective_on", "-pk").first()


class HaircutRate(models.Model):
    """担保掛目（Q3: 土地70〜80%、機械は0が多い）。方針の版に属し、種類ごとに一行。"""

    #: 担保の種類 → 名。担保のアプリが起動時に入れる（枠は担保を知らない）。
    kinds: dict[str, str] = {}
    #: 最初の方針を書くときに入れておく掛目。同じく担保のアプリが入れる。
    first_rates: dict[str, Decimal] = {}

    policy = models.ForeignKey(Policy, verbose_name="方針", on_delete=models.CASCADE, related_name="haircuts")
    asset_kind = models.CharField("担保の種類", max_length=40)
    haircut_rate = RateField("掛目（%）")

    class Meta:
        verbose_name = "担保掛目"
        verbose_name_plural = "担保掛目"
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "asset_kind"],
                name="haircut_once",
                violation_error_message="同じ種類の掛目が二つあります。",
            )
        ]

    def __str__(self):
        return f"{self.kinds.get(self.asset_kind, self.asset_kind)} {self.haircut_rate}%"


class Sequence(models.Model):
    """連番の元帳。受付番号・契約番号・伝票番号を、年度ごとに欠番なく振る（必ず取引の中で進める）。"""

    name = models.CharField("名前", max_length=30)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    last_number = models.PositiveIntegerField("最後の番号", default=0)

    class Meta:
        verbose_name = "連番"
        verbose_name_plural = "連番"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "fiscal_year"],
                name="sequence_once",
                violation_error_message="同じ連番が二つあります。",
            )
        ]

    def __str__(self):
        return f"{self.name} {self.fiscal_year}年度 {self.last_number}"

    @classmethod
    def next(cls, name: str, fiscal_year: int) -> int:
        """次の番号。行を鎖錠して進めるので、取引が取り消されれば番号も戻り、欠番にならない。"""
        cls.objects.get_or_create(name=name, fiscal_year=fiscal_year)
        row = cls.objects.select_for_update().get(name=name, fiscal_year=fiscal_year)
        row.last_number += 1
        row.save(update_fields=["last_number"])
        return row.last_number


class TargetedRecord(models.Model):
    """何についての記録か。相手は読み込まず、種別・番号・その時の名前の写しだけを持つ。"""

    content_type = models.ForeignKey(ContentType, verbose_name="対象の種別", on_delete=models.PROTECT, related_name="+")
    object_id = models.BigIntegerField("対象の番号")
    object_text = models.CharField("対象", max_length=200)
    at = models.DateTimeField("時刻", db_default=Now())

    class Meta:
        abstract = True


class ActionLogQuerySet(models.QuerySet):
    def about(self, obj):
        content_type = ContentType.objects.get_for_model(obj)
        return self.filter(content_type=content_type, object_id=obj.pk).select_related("by")


class ActionLog(TargetedRecord):
    """操作の記録（誰が・いつ・何を・なぜ）。追記だけで、直すことも消すこともできない。"""

    verb = models.CharField("操作", max_length=60)
    label = models.CharField("操作の名前", max_length=100)
    by = models.ForeignKey(User, verbose_name="した人", on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日付")
    reason = models.TextField("理由", blank=True)
    detail = models.JSONField("詳細", default=dict)

    objects = ActionLogQuerySet.as_manager()

    class Meta:
        verbose_name = "操作の記録"
        verbose_name_plural = "操作の記録"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="actionlog_target")]

    def __str__(self):
        return f"{self.label}（{self.object_text}）"


class ReadLog(TargetedRecord):
    """閲覧の記録。案件の中身を誰がいつ開いたか（H2.2-e 守秘義務）。"""

    by = models.ForeignKey(User, verbose_name="見た人", on_delete=models.PROTECT, related_name="+")
    path = models.CharField("ページ", max_length=200)

    class Meta:
        verbose_name = "閲覧の記録"
        verbose_name_plural = "閲覧の記録"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="readlog_target")]

    def __str__(self):
        return f"{self.object_text}"


class UsedToken(models.Model):
    """使い終えた合言葉。同じ画面を二度送っても、二度目は一度目の結果へ案内するだけにする。"""

    token = models.CharField("合言葉", max_length=40, unique=True)
    by = models.ForeignKey(User, verbose_name="した人", on_delete=models.CASCADE, related_name="+")
    result_url = models.CharField("結果のページ", max_length=300)
    at = models.DateTimeField("時刻", db_default=Now())

    class Meta:
        verbose_name = "使い終えた合言葉"
        verbose_name_plural = "使い終えた合言葉"

    def __str__(self):
        return self.token
