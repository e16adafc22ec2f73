"""人と業種。Person はひとつの台帳で、役員・理事・委員・保証人・担保所有者・株主が同じ人を指す。"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from coopfin.calc import words
from coopfin.models import User

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


class StandingManager(models.Manager):
    """統合済の行を除く。一覧・検索・選択肢はこれを使う。"""

    def get_queryset(self):
        return super().get_queryset().filter(merged_into__isnull=True)


class Mergeable(models.Model):
    """重複を一つにまとめられる台帳。まとめられた行は消さず、まとめた先を指して残る。

    everyone は統合済も含むすべて（もとの行の頁・書き出し）。objects は統合済を除く。
    """

    merged_into = models.ForeignKey(
        "self", verbose_name="統合先", null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="merged",
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None


class TermQuerySet(models.QuerySet):
    """いつからいつまで（from_on・to_on）のあるもの。to_on の当日には、もうない。"""

    def current(self, on):
        """その日に続いているもの。"""
        return self.filter(Q(from_on__isnull=True) | Q(from_on__lte=on)).filter(Q(to_on__isnull=True) | Q(to_on__gt=on))


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


class Person(Searchable, Mergeable, Versioned):
    """人。役員・関係者・保証人・委員・理事。ログインする人は利用者と一対一で結ぶ。"""

    name = models.CharField("氏名", max_length=100)
    born_on = models.DateField("生年月日", null=True, blank=True)
    postal_code = models.CharField("郵便番号", max_length=8, blank=True, validators=[postal_code_validator])
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("電話番号", max_length=20, blank=True)
    user = models.OneToOneField(
        User, verbose_name="利用者", null=True, blank=True, on_delete=models.PROTECT, related_name="person"
    )

    everyone = SearchQuerySet.as_manager()
    objects = StandingManager.from_queryset(SearchQuerySet)()
    history = HistoricalRecords(verbose_name="人の履歴", verbose_name_plural="人の履歴")

    class Meta:
        verbose_name = "人"
        verbose_name_plural = "人"
        ordering = ["kana", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="person_merged_into_another",
                violation_error_message="自分自身に統合することはできません。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(user__isnull=True),
                name="person_merged_without_user",
                violation_error_message="統合済の人に利用者は結び付けられません。",
            ),
        ]

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
