"""借入申込と、それに付くもの（実態把握・担保・保証・条件・原資の決定）。"""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Replace
from django.urls import reverse

from collateral.models import Guarantee, SecurityInterest
from coopfin.fields import RateField, YenField
from coopfin.models import Policy, User
from coopfin.once import once_while_reading
from documents.models import Upload
from governance.models import FinanceBylaw, FinanceRule, Recusal
from loans.enums import (
    BOARD_STATES,
    COMMITTED_STATES,
    COMMITTEE_STATES,
    ApplicationState,
    BankGuarantee,
    FundingResult,
    FundingSource,
    LoanType,
    Method,
    Purpose,
)
from loans.models.product import Product
from members.models import Member, connected_with, grouped_with, self_and_kin
from oversight.models import CaseGrant, CaseRestriction

_SECRETARIAT_AND_AUDIT = ("loans.edit_application", "loans.view_loan")


def _granted(user, on):
    """この人に閲覧を許した案件の番号。"""
    return CaseGrant.objects.of_model(Application).in_force(on).filter(user=user).order_by().values("object_id")


def _closed_without_grant(user, on) -> Q:
    """閲覧の制限された、許しのない案件。"""
    closed = CaseRestriction.objects.of_model(Application).in_force().order_by().values("object_id")
    return Q(pk__in=closed) & ~Q(pk__in=_granted(user, on))


def plain_name(name: str) -> str:
    """名を比べる形（空白を除く）。データベースでは PLAIN。"""
    return "".join(name.split())


def PLAIN(field: str):
    """その欄の名を、plain_name の形にする式。"""
    return Replace(Replace(field, Value(" ")), Value("　"))


@once_while_reading
def _entangled(person, on) -> tuple[list[int], list[int], list[int], set[str]]:
    """その人と親族・同居の人、その人たちにつながる組合員、その関係会社（番号）。初めの二つの名も。

    番号を先に読む。問合せの中に問合せを重ねると、データベースが読み解ける深さを越える。
    """
    people = dict(self_and_kin(person, on).order_by().values_list("pk", "name"))
    connected = dict(connected_with(list(people), on).order_by().values_list("pk", "name"))
    grouped = list(grouped_with(list(connected), on).order_by().values_list("pk", flat=True)) if connected else []
    names = {plain_name(name) for name in (*people.values(), *connected.values())}
    return list(people), list(connected), grouped, names


def named_in(names: set[str]) -> list:
    """その名（plain_name の形）の、手形の関係者と、申込者に貸している人（預金の相手を除く）。"""
    from loans.models.plan import BankRelation, BillParty

    parties = BillParty.objects.annotate(plain=PLAIN("name")).filter(plain__in=names)
    creditors = BankRelation.objects.exclude(kind="deposit").annotate(plain=PLAIN("bank")).filter(plain__in=names)
    return [parties, creditors]


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user, on):
        """見てよい案件だけ（need-to-know、ドメイン E）。

        利害関係のある人には見せない。委員・理事はその段に来たものだけ。閲覧の制限された案件は、役割で見られる人のうち
        許しのある人だけ（監事と事務局長は除かれない）。役割のない外部の専門家は、許しのある案件だけ。
        """
        found = self.not_interested(getattr(user, "person", None), on)
        if not user.roles:
            return found.filter(pk__in=_granted(user, on))
        if not user.has_perm("oversight.view_access"):
            found = found.exclude(_closed_without_grant(user, on))
        if any(user.has_perm(permission) for permission in _SECRETARIAT_AND_AUDIT):
            return found
        states = set()
        if user.has_perm("loans.give_opinion"):
            states |= set(COMMITTEE_STATES)
        if user.has_perm("governance.vote"):
            states |= set(BOARD_STATES)
        return found.filter(state__in=states)

    def not_interested(self, person, on):
        """その人に利害関係のある案件を除く（ドメイン E）。規則の言葉と理由は coverage.interested_persons にある。

        本人か親族・同居の人が、保証人・担保の所有者であるか、申込者・保証人・担保の所有者・申込者の関係会社を
        代表し、役員を務め、または過半数を持つ案件と、本人が利害関係を申し出た案件。手形の関係者と、申込者に貸している
        人も同じ。名で記録されているので、同じ名の人がいれば、その人とみる。
        """
        if person is None:
            return self
        people, connected, grouped, names = _entangled(person, on)
        guaranteed = LoanGuarantee.objects.filter(application=OuterRef("pk")).filter(
            Q(guarantee__person__in=people) | Q(guarantee__member__in=connected)
        )
        secured = LoanSecurity.objects.filter(application=OuterRef("pk")).filter(
            Q(interest__asset__owner_person__in=people) | Q(interest__asset__owner_member__in=connected)
        )
        # 会議で本人が申し出た利害関係（台帳からは分からないもの）も、案件のどの段でも効く。
        declared = Recusal.objects.filter(
            person=person, found=False, item__content_type=ContentType.objects.get_for_model(Application)
        ).values("item__object_id")
        applying = Q(member__in={*connected, *grouped})
        named = [Q(Exists(rows.filter(application=OuterRef("pk")))) for rows in named_in(names)]
        return self.exclude(
            reduce(or_, named, applying | Q(Exists(guaranteed)) | Q(Exists(secured)) | Q(pk__in=declared))
        )

    def closed_to(self, user, on):
        """閲覧の制限があり、役割では見られるのに、許しがないので見せない案件。監事と事務局長には、ない。"""
        if not user.has_perm("loans.view_application") or user.has_perm("oversight.view_access"):
            return self.none()
        return self.filter(_closed_without_grant(user, on))

    def committed(self):
        """承認済でまだ実行していない案件。"""
        return self.filter(state__in=COMMITTED_STATES)

    def open(self):
        return self.exclude(
            state__in=[ApplicationState.DECLINED, ApplicationState.WITHDRAWN, ApplicationState.DISBURSED]
        )


class Application(models.Model):
    """借入申込。受付番号は受付のときに年度ごと欠番なく付く。条件は理事会の決定まで、ここに書かれたものがすべて。"""

    member = models.ForeignKey(Member, verbose_name="申込者", on_delete=models.PROTECT, related_name="applications")
    product = models.ForeignKey(
        Product, verbose_name="商品", null=True, blank=True, on_delete=models.PROTECT, related_name="applications",
        help_text="受け付けた版のまま審査します。",
    )  # fmt: skip
    state = models.CharField(
        "状態", max_length=20, choices=ApplicationState.choices, default=ApplicationState.DRAFT, db_index=True
    )
    fiscal_year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    sequence = models.PositiveIntegerField("受付の連番", null=True, blank=True)
    number = models.CharField("受付番号", max_length=12, blank=True, db_index=True)
    loan_type = models.CharField("形式", max_length=10, choices=LoanType.choices)
    purpose = models.CharField("使いみち", max_length=10, choices=Purpose.choices)
    purpose_detail = models.CharField("使いみちの内容", max_length=200, blank=True)
    repayment_source = models.CharField("返済の財源", max_length=200, blank=True)
    amount = YenField("金額")
    equipment_amount = YenField(
        "うち設備資金", null=True, blank=True, help_text="設備と運転の両方に使うときの、設備の分。残りが運転資金です。"
    )
    applied_by = models.CharField("申込に来た人", max_length=60, blank=True)
    consented_on = models.DateField("本人の同意を確かめた日", null=True, blank=True)
    signed_form = models.ForeignKey(
        Upload, verbose_name="本人の署名のある申込書", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_amount = YenField("受付のときの希望額", null=True, blank=True, editable=False)
    requested_maturity_on = models.DateField("受付のときの希望期日", null=True, blank=True, editable=False)
    requested_interest_rate = RateField("受付のときの希望利率（年%）", null=True, blank=True, editable=False)
    funding_source = models.CharField("原資", max_length=10, choices=FundingSource.choices)
    interest_rate = RateField("利率（年%）")
    fee_rate = RateField("転貸手数料（年%）", default=0)
    disburse_on = models.DateField("実行希望日")
    maturity_on = models.DateField("最終期日", help_text="手形貸付は手形の期日。証書貸付は最終回の期日（自動で計算）。")
    method = models.CharField("返済方法", max_length=20, choices=Method.choices, blank=True)
    installments = models.PositiveSmallIntegerField("回数", null=True, blank=True)
    interval_months = models.PositiveSmallIntegerField(
        "返済の間隔", choices=[(1, "毎月"), (3, "3か月ごと"), (6, "6か月ごと"), (12, "毎年")], null=True, blank=True
    )
    grace_installments = models.PositiveSmallIntegerField("据置回数", default=0)
    first_due_on = models.DateField("初回期日", null=True, blank=True)
    anchor_day = models.PositiveSmallIntegerField("毎回の期日（日）", null=True, blank=True)
    created_by = models.ForeignKey(User, verbose_name="作成者", on_delete=models.PROTECT, related_name="+")
    received_by = models.ForeignKey(
        User, verbose_name="受付者", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    received_on = models.DateField("受付日", null=True, blank=True)
    instructed_by = models.ForeignKey(
        User, verbose_name="理事長の指示をした人", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        editable=False,
    )  # fmt: skip
    policy = models.ForeignKey(
        Policy, verbose_name="適用する方針", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    bylaw = models.ForeignKey(
        FinanceBylaw, verbose_name="適用する規約", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rule = models.ForeignKey(
        FinanceRule, verbose_name="適用する規程", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_on = models.DateField("決定日", null=True, blank=True)
    approval_expires_on = models.DateField("決定の有効期限", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name="決定を記録した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    previous = models.ForeignKey(
        "self", verbose_name="前の申込", null=True, blank=True, on_delete=models.PROTECT, related_name="later",
        help_text="謝絶・取下げのあと、あらためて申し込んだもの。",
    )  # fmt: skip
    entered_state_on = models.DateField("この状態になった日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1, editable=False)
    created_at = models.DateTimeField("作成の時刻", auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "借入申込"
        verbose_name_plural = "借入申込"
        ordering = ["-fiscal_year", "-sequence", "-pk"]
        indexes = [
            models.Index(fields=["-fiscal_year", "-sequence", "-id"], name="application_newest"),
            models.Index(fields=["state", "entered_state_on"], name="application_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "sequence"],
                name="application_number_once",
                violation_error_message="同じ受付番号がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="application_amount",
                violation_error_message="金額は1円以上で入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["working", "equipment"]),
                name="application_purpose",
                violation_error_message="使いみちは運転資金か設備資金だけです（手引き 第2章2 一 a）。",
            ),
            models.CheckConstraint(
                condition=Q(equipment_amount__isnull=True)
                | Q(equipment_amount__gt=0, equipment_amount__lt=F("amount")),
                name="application_split",
                violation_error_message="設備資金の分は、1円以上で金額より少なくしてください（手引き 第2章2 一 a）。",
            ),
            models.CheckConstraint(
                condition=Q(applied_by="", consented_on__isnull=True)
                | (~Q(applied_by="") & Q(consented_on__isnull=False)),
                name="application_consent",
                violation_error_message="来た人と本人の同意を確かめた日は、両方を書いてください。",
            ),
            models.CheckConstraint(
                condition=Q(maturity_on__gt=F("disburse_on")),
                name="application_term",
                violation_error_message="最終期日は実行希望日より後の日付にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(loan_type="bill", method="")
                | Q(
                    loan_type="deed",
                    # NULL との比べは「不明」になって通ってしまうので、空でないことを別に求める。
                    installments__isnull=False,
                    anchor_day__isnull=False,
                    installments__gt=0,
                    interval_months__isnull=False,
                    first_due_on__isnull=False,
                    anchor_day__range=(1, 31),
                )
                & ~Q(method=""),
                name="application_terms_by_type",
                violation_error_message="証書貸付には返済方法・回数・間隔・初回期日が要ります。手形貸付には要りません。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "withdrawn"],
                    received_on__isnull=True,
                    sequence__isnull=True,
                )
                | Q(
                    received_on__isnull=False,
                    received_by__isnull=False,
                    sequence__isnull=False,
                    fiscal_year__isnull=False,
                ),
                name="application_received_whole",
                violation_error_message="受け付けた申込には、受付番号・受付日・受付者が要ります。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "contracting", "ready", "disbursed"])
                | Q(approved_on__isnull=False, decided_by__isnull=False, approval_expires_on__isnull=False),
                name="application_approved_whole",
                violation_error_message="承認された申込には、決定日・記録した人・有効期限が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(instructed_by__isnull=True)
                | Q(received_by__isnull=True)
                | ~Q(instructed_by=F("received_by")),
                name="application_instructed_by_another",
                violation_error_message="理事長の指示をした人は、その申込を受け付けられません。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("received_by")),
                name="application_two_persons",
                violation_error_message="受け付けた人は、その申込の決定を記録できません。",
            ),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | ~Q(previous=F("id")),
                name="application_previous_other",
                violation_error_message="前の申込は、ほかの申込でなければなりません。",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.member}" if self.number else f"下書き {self.member}"

    def get_absolute_url(self):
        return reverse("loans:application", args=[self.pk])

    @property
    def number_label(self) -> str:
        return self.number or "（受付前）"

    @property
    def is_bill(self) -> bool:
        return self.loan_type == LoanType.BILL

    @property
    def purpose_parts(self) -> dict[str, int]:
        """使いみち → 金額。設備と運転の両方なら二つ（H2.2-b）。"""
        if self.equipment_amount is None:
            return {self.purpose: self.amount}
        return {Purpose.EQUIPMENT: self.equipment_amount, Purpose.WORKING: self.amount - self.equipment_amount}

    @property
    def purpose_name(self) -> str:
        """使いみちを短く（見出しと一覧）。"""
        return self.get_purpose_display() if self.equipment_amount is None else "設備・運転資金"

    @property
    def purpose_label(self) -> str:
        """使いみち。両方なら金額も言う。"""
        if self.equipment_amount is None:
            return self.get_purpose_display()
        return "・".join(f"{Purpose(code).label} {amount:,}円" for code, amount in self.purpose_parts.items())

    @property
    def is_bank_funded(self) -> bool:
        return self.funding_source == FundingSource.BANK

    @property
    def loan(self):
        """取り消されていない契約（なければ None）。"""
        return next((loan for loan in self.contracts.all() if loan.state != "cancelled"), None)

    @property
    def funding(self):
        """効いている原資の決定（なければ None）。"""
        return next((decision for decision in self.funding_decisions.all() if not decision.superseded), None)

    @property
    def title(self) -> str:
        return f"{self.member.name}　{self.purpose_name}　{self.amount:,}円"


class Investigation(models.Model):
    """実態把握のまとめ（H2.3-0）。事務局の所見。問いごとの答えと面談は調査書（loans.models.worksheet）にある。"""

    application = models.OneToOneField(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="investigation"
    )
    conclusion = models.TextField("事務局の所見")
    investigated_by = models.ForeignKey(User, verbose_name="調査した人", on_delete=models.PROTECT, related_name="+")
    updated_on = models.DateField("記入日")

    class Meta:
        verbose_name = "実態把握"
        verbose_name_plural = "実態把握"

    def __str__(self):
        return f"実態把握 {self.application}"


class LoanSecurity(models.Model):
    """申込に付ける担保。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="securities"
    )
    interest = models.ForeignKey(
        SecurityInterest, verbose_name="担保権", on_delete=models.PROTECT, related_name="loan_securities"
    )

    class Meta:
        verbose_name = "申込の担保"
        verbose_name_plural = "申込の担保"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "interest"],
                name="loansecurity_once",
                violation_error_message="同じ担保が二度付いています。",
            )
        ]

    def __str__(self):
        return str(self.interest)


class LoanGuarantee(models.Model):
    """申込に付ける保証。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="guarantees"
    )
    guarantee = models.ForeignKey(
        Guarantee, verbose_name="保証", on_delete=models.PROTECT, related_name="loan_guarantees"
    )

    class Meta:
        verbose_name = "申込の保証"
        verbose_name_plural = "申込の保証"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "guarantee"],
                name="loanguarantee_once",
                violation_error_message="同じ保証が二度付いています。",
            )
        ]

    def __str__(self):
        return str(self.guarantee)


class FundingDecision(models.Model):
    """原資の決定（銀行の回答）。条件が変われば、案件は理事会に戻る（H2.1-g）。最新の一件が効く。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="funding_decisions"
    )
    bank = models.CharField("金融機関", max_length=100)
    decided_on = models.DateField("決定日")
    result = models.CharField("結果", max_length=12, choices=FundingResult.choices)
    amount = YenField("借入金額")
    bank_rate = RateField("借入利率（年%）")
    maturity_on = models.DateField("借入の最終期日")
    document = models.ForeignKey(
        Upload, verbose_name="決定通知の写し", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    document_reference = models.CharField("決定通知の番号", max_length=60)
    guarantee_pattern = models.CharField(
        "組合の借入の保証", max_length=20, choices=BankGuarantee.choices, blank=True,
        help_text="手引き Q&A 4 の六つの型。③〜⑤の個人は組合の理事ではないので、公正証書が要ります（民法465条の6）。",
    )  # fmt: skip
    note = models.TextField("備考", blank=True)
    #: 理事会に戻したあとの新しい決定が済むまでは効かない
    superseded = models.BooleanField("取り消し済", default=False)
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField("記録日")

    class Meta:
        verbose_name = "原資の決定"
        verbose_name_plural = "原資の決定"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="refused") | Q(amount__gt=0),
                name="fundingdecision_amount",
                violation_error_message="借入金額は1円以上で入力してください。",
            )
        ]

    def __str__(self):
        return f"{self.bank} {self.get_result_display()}"
