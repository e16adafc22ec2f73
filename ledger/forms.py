"""伝票の入力。金額は全角・カンマ・万を、日付は和暦を受け付け、組合員は番号でも名前でも書ける。"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory

from coopfin.calc import words
from coopfin.forms import JapaneseDateField, OperationForm, YenFormField
from ledger.accounts import BORROWING_ACCOUNTS, LOAN_ACCOUNTS, AccountCode, AccountKind, Side
from ledger.models import Account, VoucherKind
from ledger.slips import Slip, SlipLine
from members.models import Member

MOST_LINES = 100
FIRST_LINES = 4


class MemberBook:
    """組合員を番号・名前・カナで引く名簿。一枚の伝票の入力のあいだ、一度だけ読む。"""

    @cached_property
    def _members(self):
        return list(Member.objects.only("pk", "number", "name", "kana", "search_text", "left_on"))

    def offered(self, on: date) -> list[str]:
        """候補として見せる、在籍中の組合員。"""
        return [self.label(member) for member in self._members if member.left_on is None or member.left_on > on]

    @staticmethod
    def label(member: Member) -> str:
        return f"{member.number} {member.name}"

    def find(self, text: str) -> Member:
        """一人に決まらなければ、その訳を文で返す。"""
        plain = unicodedata.normalize("NFKC", text).strip()
        for member in self._members:
            if plain in (member.number, unicodedata.normalize("NFKC", self.label(member))):
                return member
        key = words.search_key(plain)
        found = [member for member in self._members if key and key in member.search_text]
        exact = [member for member in found if words.search_key(member.name) == key]
        if len(exact) == 1:
            return exact[0]
        if not found:
            raise ValidationError(f"「{text}」という組合員は見つかりません。組合員番号か名前で入れてください。")
        if len(found) > 1:
            names = "、".join(self.label(member) for member in found[:3])
            raise ValidationError(
                f"「{text}」に当たる組合員が{len(found)}件あります（{names}など）。番号で入れてください。"
            )
        return found[0]


#: 契約番号の形（貸付台帳の番号。実在するかは、上の階だけが知っている）
CONTRACT_NUMBER = re.compile(r"[TS]-\d{4}-\d{3,}")


class MemberTextField(forms.CharField):
    """組合員の欄。番号か名前の一部を書く。"""

    def __init__(self, **kwargs):
        super().__init__(max_length=120, **kwargs)
        self.book: MemberBook | None = None

    def clean(self, value):
        text = super().clean(value)
        return self.book.find(text) if text else None


class VoucherForm(OperationForm):
    """伝票の見出し。"""

    dated_on = JapaneseDateField(label="日付")
    description = forms.CharField(label="摘要", max_length=200)

    def __init__(self, *args, on: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def clean_dated_on(self):
        dated_on = self.cleaned_data["dated_on"]
        if dated_on > self.on:
            raise ValidationError("まだ来ていない日付の伝票は起票できません。")
        return dated_on


class LineForm(forms.Form):
    """仕訳の一行。何も書いていない行は数えない。"""

    side = forms.ChoiceField(label="貸借", choices=[(side.value, side.label) for side in Side])
    account = forms.ChoiceField(label="科目")
    member = MemberTextField(label="組合員", required=False)
    amount = YenFormField(label="金額（円）")
    memo = forms.CharField(label="行の摘要", required=False, max_length=200)
    reference = forms.CharField(label="契約番号", required=False, max_length=30)

    def __init__(self, *args, accounts, book: MemberBook, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["account"].choices = accounts
        self.fields["member"].book = book
        self.fields["member"].widget.attrs.update({"list": "members", "autocomplete": "off"})

    @property
    def removed(self) -> bool:
        """「外す」を押した行。"""
        return self.is_bound and "DELETE" in self.fields and self.fields["DELETE"].to_python(self["DELETE"].value())

    def full_clean(self):
        super().full_clean()
        if self.removed:
            # 外した行の書きかけは、直させない。
            self._errors.clear()

    def has_changed(self):
        # 貸借だけを変えた行は、まだ書いていない行である。
        return any(name != "side" for name in self.changed_data)

    def clean_account(self):
        code = AccountCode(self.cleaned_data["account"])
        if self.kind == VoucherKind.TRANSFER and code in LOAN_ACCOUNTS:
            raise ValidationError("貸付の残高は、貸付の実行・回収の画面から動かします。")
        return code

    def clean(self):
        cleaned = super().clean()
        code = cleaned.get("account")
        if code and code.per_member and "member" in cleaned and cleaned["member"] is None:
            self.add_error("member", "この科目には組合員が要ります。")
        if cleaned.get("reference") and code and code not in BORROWING_ACCOUNTS:
            # 転貸の原資の借入だけが、どの貸付のためかを言う。限度額①が二重に数えないためである。
            self.add_error("reference", "契約番号を書くのは、転貸借入金の行だけです。")
        return cleaned

    def clean_reference(self):
        number = unicodedata.normalize("NFKC", self.cleaned_data["reference"]).strip().upper()
        if number and not CONTRACT_NUMBER.fullmatch(number):
            raise ValidationError("契約番号は T-2026-001 や S-2026-001 の形で入力してください。")
        return number

    def line(self) -> SlipLine:
        values = self.cleaned_data
        return SlipLine(
            side=Side(values["side"]),
            account=values["account"],
            amount=values["amount"],
            member=values["member"],
            memo=values["memo"],
            reference=values["reference"],
        )


class BaseLineFormSet(BaseFormSet):
    """仕訳の行。貸借が合わなければ受け付けない。"""

    def __init__(self, *args, kind: str, **kwargs):
        self.book = MemberBook()
        super().__init__(*args, form_kwargs={"accounts": account_choices(), "book": self.book, "kind": kind}, **kwargs)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].widget = forms.HiddenInput()

    @property
    def written(self) -> list[LineForm]:
        """書いてある行（外した行・空の行を除く）。"""
        return [form for form in self.forms if form.has_changed() and not form.removed]

    def clean(self):
        if any(form.errors for form in self.written):
            return
        if not self.written:
            raise ValidationError("仕訳の行を書いてください。")
        totals = self.totals()
        if totals[Side.DEBIT] != totals[Side.CREDIT] or len(self.written) < 2:
            raise ValidationError(unbalanced_text(totals))

    def totals(self) -> dict[Side, int]:
        """読める金額だけの、借方と貸方の計。"""
        totals = dict.fromkeys(Side, 0)
        for form in self.written:
            values = getattr(form, "cleaned_data", {})
            if values.get("side") and values.get("amount"):
                totals[Side(values["side"])] += values["amount"]
        return totals

    def slip(self, description: str) -> Slip:
        return Slip(description, tuple(form.line() for form in self.written))


LineFormSet = formset_factory(
    LineForm,
    formset=BaseLineFormSet,
    extra=FIRST_LINES,
    can_delete=True,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES,
    validate_max=True,
)


def unbalanced_text(totals) -> str:
    debit, credit = totals[Side.DEBIT], totals[Side.CREDIT]
    if debit == credit:
        return "借方と貸方の両方の行が要ります。"
    short, gap = ("貸方", debit - credit) if debit > credit else ("借方", credit - debit)
    return f"貸借が合いません。借方 {debit:,}円、貸方 {credit:,}円で、{short}が {gap:,}円足りません。"


def account_choices():
    """科目の選択肢。区分ごとにまとめる。"""
    accounts = list(Account.objects.all())
    groups = [
        (kind.label, [(one.code, f"{one.code} {one.name}") for one in accounts if one.kind == kind])
        for kind in AccountKind
    ]
    return [("", "選んでください"), *((label, options) for label, options in groups if options)]


class ApproveForm(OperationForm):
    """承認。注意が残るときだけ理由を書く。"""

    reason = forms.CharField(
        label="承知のうえで進める理由", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class SendBackForm(OperationForm):
    """差戻し。"""

    reason = forms.CharField(
        label="差戻しの理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="起票した人が、何を直せばよいか分かるように書いてください。",
    )  # fmt: skip


class ReversalForm(OperationForm):
    """訂正。"""

    dated_on = JapaneseDateField(label="訂正の日付")
    reason = forms.CharField(label="訂正の理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class PeriodForm(forms.Form):
    """期間。空の欄には、画面が既定の日付を入れる。"""

    from_on = JapaneseDateField(label="いつから", required=False)
    to_on = JapaneseDateField(label="いつまで", required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("from_on") and cleaned.get("to_on") and cleaned["from_on"] > cleaned["to_on"]:
            self.add_error("to_on", "「いつから」より後の日付を入れてください。")
        return cleaned


class LedgerForm(PeriodForm):
    """総勘定元帳の条件。"""

    account = forms.ChoiceField(label="科目", required=False)
    member = MemberTextField(label="組合員", required=False)

    field_order = ["account", "from_on", "to_on", "member"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = account_choices()[1:]
        self.book = self.fields["member"].book = MemberBook()
        self.fields["member"].widget.attrs.update({"list": "members", "autocomplete": "off"})
