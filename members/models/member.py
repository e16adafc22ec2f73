"""組合員。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from coopfin.calc import corporate_number, words
from coopfin.fields import YenField
from members import banks
from members.enums import SOLE_TITLES, AccountType, MemberKind, OfficerTitle
from members.models.people import (
    Industry,
    Mergeable,
    Person,
    Searchable,
    SearchQuerySet,
    StandingManager,
    Versioned,
    digits_validator,
    postal_code_validator,
)

#: 振込先の口座。二人で変える（ドメイン E 相互牽制の一覧）。
ACCOUNT_FIELDS = ("bank_code", "branch_code", "account_type", "account_number", "account_holder")


class MemberQuerySet(SearchQuerySet):
    def search(self, text: str):
        """名称・カナ・番号に加えて、代表者の氏名でも探す。"""
        found = self
        for word in words.search_terms(text):
            key = words.search_key(word)
            if key:
                found = found.filter(Q(search_text__contains=key) | Q(representative__search_text__contains=key))
        return found

    def current(self, on):
        """その日に在籍する組合員。"""
        return self.filter(joined_on__lte=on).filter(Q(left_on__isnull=True) | Q(left_on__gt=on))

    def leaving(self, on):
        """脱退の日が決まっていて、まだ来ていない組合員。"""
        return self.filter(left_on__gt=on)


class Member(Searchable, Mergeable, Versioned):
    """組合員。法人または個人事業主（ドメイン0）。代表者は人の台帳を指す。"""

    number = models.CharField(
        "組合員番号", max_length=10, unique=True, error_messages={"unique": "同じ組合員番号がすでにあります。"}
    )
    kind = models.CharField("種類", max_length=10, choices=MemberKind.choices, default=MemberKind.CORPORATE)
    corporate_number = models.CharField("法人番号", max_length=13, blank=True, help_text="13桁。個人事業主は空欄。")
    representative = models.ForeignKey(
        Person, verbose_name="代表者", on_delete=models.PROTECT, related_name="represented_members"
    )
    representative_title = models.CharField(
        "代表者の肩書", max_length=30, choices=OfficerTitle.choices, default=OfficerTitle.REPRESENTATIVE_DIRECTOR
    )
    representative_from_on = models.DateField(
        "代表者の就任日", null=True, blank=True, help_text="登記事項証明書の就任日。分からなければ空欄。"
    )
    industry = models.ForeignKey(Industry, verbose_name="業種", on_delete=models.PROTECT, related_name="members")
    postal_code = models.CharField("郵便番号", max_length=8, validators=[postal_code_validator])
    address = models.CharField("住所", max_length=200)
    phone = models.CharField("電話番号", max_length=20, blank=True)
    shares = models.PositiveIntegerField("出資口数", default=0)
    share_capital = YenField("出資金額", default=0)
    joined_on = models.DateField("加入日")
    left_on = models.DateField("脱退日", null=True, blank=True)
    bank_code = models.CharField("銀行コード", max_length=4, blank=True, validators=[digits_validator])
    bank_name = models.CharField("銀行名", max_length=40, blank=True)
    branch_code = models.CharField("支店コード", max_length=3, blank=True, validators=[digits_validator])
    branch_name = models.CharField("支店名", max_length=40, blank=True)
    account_type = models.CharField("預金種類", max_length=10, choices=AccountType.choices, blank=True)
    account_number = models.CharField("口座番号", max_length=7, blank=True, validators=[digits_validator])
    account_holder = models.CharField("口座名義（カナ）", max_length=60, blank=True)
    note = models.TextField("備考", blank=True)

    everyone = MemberQuerySet.as_manager()
    objects = StandingManager.from_queryset(MemberQuerySet)()
    history = HistoricalRecords(verbose_name="組合員の履歴", verbose_name_plural="組合員の履歴")

    class Meta:
        verbose_name = "組合員"
        verbose_name_plural = "組合員"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["corporate_number"],
                condition=~Q(corporate_number=""),
                name="member_corporate_number_once",
                violation_error_message="同じ法人番号の組合員がすでにいます。",
            ),
            models.CheckConstraint(
                condition=Q(share_capital__gte=0),
                name="member_share_capital",
                violation_error_message="出資金額に負の数は使えません。",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=models.F("joined_on")),
                name="member_left_after_joined",
                violation_error_message="脱退日は加入日以後の日付にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(kind="corporate") | Q(corporate_number=""),
                name="member_sole_without_number",
                violation_error_message="個人事業主に法人番号は付きません。空欄にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="member_merged_into_another",
                violation_error_message="自分自身に統合することはできません。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(shares=0, share_capital=0),
                name="member_merged_without_shares",
                violation_error_message="統合済の組合員に出資は残せません。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("members:detail", args=[self.pk])

    def search_sources(self):
        return [self.name, self.kana, self.number, self.corporate_number]

    def clean(self):
        super().clean()
        problems = {**self._problems_of_kind(), **self._problems_of_shares(), **self.problems_of_account()}
        if self.joined_on and self.left_on and self.left_on < self.joined_on:
            problems["left_on"] = "脱退日は加入日以後の日付にしてください。"
        if problems:
            raise ValidationError(problems)

    def _problems_of_kind(self) -> dict:
        problems = {}
        if self.is_corporate:
            if self.corporate_number and not corporate_number.is_valid(self.corporate_number):
                problems["corporate_number"] = (
                    "法人番号の検査数字が合いません。登記事項証明書で13桁を確かめてください。"
                )
            if self.representative_title in SOLE_TITLES:
                problems["representative_title"] = (
                    "法人の代表者の肩書に「事業主」「配偶者」「専従者」「共同事業者」は使えません。"
                )
        else:
            if self.corporate_number:
                problems["corporate_number"] = "個人事業主に法人番号は付きません。空欄にしてください。"
            if self.representative_title != OfficerTitle.OWNER:
                problems["representative_title"] = "個人事業主の代表者の肩書は「事業主」です。"
        return problems

    def _problems_of_shares(self) -> dict:
        """在籍する組合員は出資一口以上を持つ（中小企業等協同組合法10条1項）。"""
        if self.left_on is not None:
            return {}
        problems = {}
        if self.shares is not None and self.shares < 1:
            problems["shares"] = "在籍する組合員の出資口数は1口以上です（中小企業等協同組合法10条）。"
        if self.share_capital is not None and self.share_capital < 1:
            problems["share_capital"] = "在籍する組合員の出資金額は1円以上です（中小企業等協同組合法10条）。"
        return problems

    def problems_of_account(self) -> dict:
        """口座はすべてそろうか、すべて空か。コードは全国の銀行の表にあるもの。"""
        names = banks.lookup(self.bank_code, self.branch_code)
        problems = {}
        if names.bank_problem:
            problems["bank_code"] = names.bank_problem
        if names.branch_problem:
            problems["branch_code"] = names.branch_problem
        parts = ("bank_code", "branch_code", "account_type", "account_number", "account_holder")
        if any(getattr(self, part) for part in parts):
            for part in parts:
                if not getattr(self, part):
                    label = self._meta.get_field(part).verbose_name
                    problems.setdefault(part, f"口座を登録するには、{label}も要ります。")
        return problems

    def complete_bank_names(self) -> None:
        """コードから銀行名・支店名を引き、その時の名前を写して残す。"""
        names = banks.lookup(self.bank_code, self.branch_code)
        self.bank_name, self.branch_name = names.bank, names.branch

    def offices_on(self, on) -> list[tuple[Person, str]]:
        """その日に役職にある人と役職（代表者を先頭に）。利害関係と公正証書の例外は、この並びで判定する。

        代表者になる前の日については、その日に代表者であった人（退任した役員として残る）が並びに入る。
        """
        offices = []
        if self.representative_from_on is None or self.representative_from_on <= on:
            offices.append((self.representative, self.representative_title))
        for officer in self.officers.current(on).select_related("person"):
            if (officer.person, officer.title) not in offices:
                offices.append((officer.person, officer.title))
        return offices

    def owners_on(self, on) -> list:
        """その日に過半数（50%超）を持つ株主・親会社（members.models.relations.Owner）。"""
        from members.models import relations

        return relations.owners_of([self], on)[self.pk]

    def related_members(self, on) -> list:
        """その日の関係会社のうち組合員であるもの（members.models.relations.Related）。"""
        from members.models import relations

        return relations.related_to([self], on)[self.pk]

    def is_current(self, on) -> bool:
        """その日に在籍しているか。"""
        return self.joined_on <= on and (self.left_on is None or self.left_on > on)

    def is_leaving(self, on) -> bool:
        """脱退の日が決まっていて、まだ来ていないか。"""
        return self.left_on is not None and self.left_on > on

    @property
    def is_corporate(self) -> bool:
        return self.kind == MemberKind.CORPORATE

    @property
    def bank_account(self) -> str:
        """振込先の表示。"""
        if not self.account_number:
            return ""
        return f"{self.bank_name} {self.branch_name} {self.get_account_type_display()} {self.account_number}"

    @property
    def account(self) -> dict[str, str]:
        """振込先の口座の値（ACCOUNT_FIELDS の順）。"""
        return {name: getattr(self, name) for name in ACCOUNT_FIELDS}
