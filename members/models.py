"""人・組合員・役員。Person はひとつの台帳で、役員・理事・委員・保証人・担保所有者が同じ人を指す。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from simple_history.models import HistoricalRecords

from coopfin.calc import corporate_number, words
from coopfin.fields import YenField
from coopfin.models import User
from members import banks
from members.enums import AccountType, ImportChoice, MemberKind, OfficerTitle

postal_code_validator = RegexValidator(r"^\d{3}-?\d{4}$", "郵便番号は 920-0000 の形で入力してください。")
digits_validator = RegexValidator(r"^\d*$", "数字だけで入力してください。")


class Searchable(models.Model):
    """かな・字体・法人格の違いを越えて探せる名前。search_text は保存のたびに作り直す。"""

    name = models.CharField("名称", max_length=100)
    kana = models.CharField("カナ", max_length=120, blank=True)
    search_text = models.CharField("検索用", max_length=600, editable=False, default="", db_index=True)

    class Meta:
        abstract = True

    def search_sources(self) -> list[str]:
        return [self.name, self.kana]

    def save(self, *args, **kwargs):
        self.search_text = " ".join(filter(None, (words.search_key(text) for text in self.search_sources())))[:600]
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text"}
        super().save(*args, **kwargs)


class SearchQuerySet(models.QuerySet):
    def search(self, text: str):
        """表記ゆれを越えて探す。空白で区切った語のすべてを含むもの。"""
        found = self
        for word in words.search_terms(text):
            key = words.search_key(word)
            if key:
                found = found.filter(search_text__contains=key)
        return found


class Versioned(models.Model):
    """変更の履歴を持つ台帳。version は最後の履歴の番号で、画面を開いたあとの変更に気づくために比べる。"""

    class Meta:
        abstract = True

    @property
    def version(self) -> int:
        return self.history.order_by("-history_id").values_list("history_id", flat=True).first() or 0


class Industry(models.Model):
    """業種（日本標準産業分類の大分類）。"""

    code = models.CharField("記号", max_length=2, primary_key=True)
    name = models.CharField("業種名", max_length=60, unique=True)

    class Meta:
        verbose_name = "業種"
        verbose_name_plural = "業種"
        ordering = ["code"]

    def __str__(self):
        return self.name


class Person(Searchable, Versioned):
    """人。役員・関係者・保証人・委員・理事。ログインする人は利用者と一対一で結ぶ。"""

    name = models.CharField("氏名", max_length=100)
    born_on = models.DateField("生年月日", null=True, blank=True)
    postal_code = models.CharField("郵便番号", max_length=8, blank=True, validators=[postal_code_validator])
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("電話番号", max_length=20, blank=True)
    user = models.OneToOneField(
        User, verbose_name="利用者", null=True, blank=True, on_delete=models.PROTECT, related_name="person"
    )

    objects = SearchQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="人の履歴", verbose_name_plural="人の履歴")

    class Meta:
        verbose_name = "人"
        verbose_name_plural = "人"
        ordering = ["kana", "name", "pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("members:person", args=[self.pk])

    @property
    def distinction(self) -> str:
        """同じ名前の人を見分けるための一行（カナ・生年月日・住所）。"""
        born = (
            f"{self.born_on.year}年{self.born_on.month}月{self.born_on.day}日生" if self.born_on else "生年月日未登録"
        )
        return "・".join(filter(None, (self.kana, born, self.address)))


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


class Member(Searchable, Versioned):
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

    objects = MemberQuerySet.as_manager()
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
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("members:detail", args=[self.pk])

    def search_sources(self):
        return [self.name, self.kana, self.number, self.corporate_number]

    def clean(self):
        super().clean()
        problems = {**self._problems_of_kind(), **self._problems_of_shares(), **self._problems_of_account()}
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
            if self.representative_title in (OfficerTitle.OWNER, OfficerTitle.SPOUSE):
                problems["representative_title"] = "法人の代表者の肩書に「事業主」「配偶者」は使えません。"
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

    def _problems_of_account(self) -> dict:
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
        """その日に役職にある人と役職（代表者を先頭に）。利害関係と公正証書の例外は、この並びで判定する。"""
        offices = [(self.representative, self.representative_title)]
        for officer in self.officers.current(on).select_related("person"):
            if (officer.person, officer.title) not in offices:
                offices.append((officer.person, officer.title))
        return offices

    def is_current(self, on) -> bool:
        """その日に在籍しているか。"""
        return self.joined_on <= on and (self.left_on is None or self.left_on > on)

    @property
    def is_corporate(self) -> bool:
        return self.kind == MemberKind.CORPORATE

    @property
    def bank_account(self) -> str:
        """振込先の表示。"""
        if not self.account_number:
            return ""
        return f"{self.bank_name} {self.branch_name} {self.get_account_type_display()} {self.account_number}"


class OfficerQuerySet(models.QuerySet):
    def current(self, on):
        return self.filter(Q(from_on__isnull=True) | Q(from_on__lte=on)).filter(Q(to_on__isnull=True) | Q(to_on__gt=on))


class Officer(Versioned):
    """組合員の役員・関係者。利害関係（特別利害）の判定と、公正証書の例外（民法465条の9）の根拠。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="officers")
    person = models.ForeignKey(Person, verbose_name="人", on_delete=models.PROTECT, related_name="offices")
    title = models.CharField("役職", max_length=30, choices=OfficerTitle.choices)
    from_on = models.DateField("就任日", null=True, blank=True)
    to_on = models.DateField("退任日", null=True, blank=True)

    objects = OfficerQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="役員の履歴", verbose_name_plural="役員の履歴")

    class Meta:
        verbose_name = "役員・関係者"
        verbose_name_plural = "役員・関係者"
        ordering = ["member", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__isnull=True) | Q(to_on__gte=models.F("from_on")),
                name="officer_term",
                violation_error_message="退任日は就任日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_title_display()} {self.person}"


class ImportBatch(models.Model):
    """組合員の取込。預かったファイルの実体と下見の結果を、登録を確かめるまでサーバーに置く。

    digest は下見の結果の指紋。登録のときに同じ下見をやり直し、指紋が変わっていれば登録しない。
    """

    filename = models.CharField("ファイル名", max_length=150)
    content = models.BinaryField("実体", editable=False)
    sha256 = models.CharField("ファイルの指紋", max_length=64)
    size = models.PositiveIntegerField("大きさ（バイト）")
    by = models.ForeignKey(User, verbose_name="取り込んだ人", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("預かった時刻", db_default=Now())
    rows = models.JSONField("下見の結果", default=list)
    ignored_columns = models.JSONField("読まなかった列", default=list)
    digest = models.CharField("下見の指紋", max_length=64)
    new_count = models.PositiveIntegerField("新規の行数", default=0)
    changed_count = models.PositiveIntegerField("変更の行数", default=0)
    unchanged_count = models.PositiveIntegerField("変わらない行数", default=0)
    refused_count = models.PositiveIntegerField("直す行数", default=0)
    choice = models.CharField("登録のしかた", max_length=10, choices=ImportChoice.choices, blank=True)
    finished_at = models.DateTimeField("登録した時刻", null=True)
    discarded_at = models.DateTimeField("取りやめた時刻", null=True)

    class Meta:
        verbose_name = "組合員の取込"
        verbose_name_plural = "組合員の取込"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, choice="") | (Q(finished_at__isnull=False) & ~Q(choice="")),
                name="importbatch_finished_with_choice",
                violation_error_message="登録した取込には、登録のしかたが要ります。",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(discarded_at__isnull=True),
                name="importbatch_finished_or_discarded",
                violation_error_message="登録した取込は取りやめられません。",
            ),
        ]

    def __str__(self):
        return self.filename

    def get_absolute_url(self):
        return reverse("members:import_batch", args=[self.pk])

    @property
    def version(self) -> str:
        return self.digest

    @property
    def is_waiting(self) -> bool:
        """登録するか取りやめるかを待っているか。"""
        return self.finished_at is None and self.discarded_at is None
