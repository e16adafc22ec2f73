"""契約の入力欄: 原資の決定、契約手続の開始。"""

from __future__ import annotations

from datetime import date

from django import forms

from coopfin.calc.yen import ImpossibleTerms
from coopfin.forms import JapaneseDateField, RateFormField, ReasonForm, YenFormField
from documents import uploads
from loans import funding_answer
from loans.enums import BankGuarantee, FundingResult
from loans.forms.application import CountField
from loans.models import Application
from loans.terms import LoanTerms, compute

NEW_BILL_FIELDS = ("new_maturity_on",)
NEW_DEED_FIELDS = ("new_installments", "new_grace_installments", "new_first_due_on")


class FundingForm(ReasonForm):
    """原資の決定（銀行の回答）。銀行が条件を変えたときは、貸付の新しい条件も書く。"""

    bank = forms.ChoiceField(label="金融機関", help_text="⑤ 取引金融機関の指定の決議にある金融機関です。")
    decided_on = JapaneseDateField(label="決定日")
    result = forms.ChoiceField(label="結果", choices=FundingResult.choices, widget=forms.RadioSelect)
    amount = YenFormField(label="借入金額", required=False, min_value=0)
    bank_rate = RateFormField(label="借入利率（年%）", required=False)
    maturity_on = JapaneseDateField(label="借入の最終期日", required=False)
    guarantee_pattern = forms.ChoiceField(
        label="組合の借入の保証", required=False, choices=[("", "記録しない"), *BankGuarantee.choices],
        help_text="手引き Q&A 4 の六つの型。③〜⑤の個人は組合の理事ではないので、公正証書が要ります（民法465条の6）。",
    )  # fmt: skip
    document_reference = forms.CharField(label="決定通知の番号", max_length=60, help_text="通知書の番号・日付など。")
    notice = forms.FileField(label="決定通知の写し", required=False, help_text=uploads.HELP)
    note = forms.CharField(label="備考", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    new_amount = YenFormField(label="貸付金額", required=False)
    new_interest_rate = RateFormField(label="貸付利率（年%）", required=False)
    new_fee_rate = RateFormField(label="転貸手数料（年%）", required=False)
    new_maturity_on = JapaneseDateField(label="手形の期日", required=False)
    new_installments = CountField(label="回数", required=False, min_value=1, max_value=600)
    new_grace_installments = CountField(label="据置回数", required=False, min_value=0, max_value=599)
    new_first_due_on = JapaneseDateField(label="初回期日", required=False)

    def __init__(self, *args, on: date, application: Application, banks=(), **kwargs):
        self.on, self.application = on, application
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [("", "選んでください"), *((name, name) for name in banks)]
        for name in NEW_DEED_FIELDS if application.is_bill else NEW_BILL_FIELDS:
            del self.fields[name]
        for name, field in self.fields.items():
            if name.startswith("new_"):
                field.initial = getattr(application, name.removeprefix("new_"))
        for name, value in (("amount", application.amount), ("maturity_on", application.maturity_on)):
            self.fields[name].initial = value

    @property
    def new_fields(self):
        return [self[name] for name in self.fields if name.startswith("new_")]

    @property
    def main_fields(self):
        names = (
            "bank",
            "decided_on",
            "result",
            "amount",
            "bank_rate",
            "maturity_on",
            "guarantee_pattern",
            "document_reference",
            "notice",
            "note",
        )
        return [self[name] for name in names]

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        if problem := funding_answer.day_problem(self.application, day, self.on):
            raise forms.ValidationError(problem)
        return day

    def clean(self):
        cleaned = super().clean()
        result = cleaned.get("result")
        if result == FundingResult.REFUSED:
            cleaned["amount"] = cleaned.get("amount") or self.application.amount
            cleaned["bank_rate"] = cleaned.get("bank_rate") or self.fields["bank_rate"].to_python("0")
            cleaned["maturity_on"] = cleaned.get("maturity_on") or self.application.maturity_on
        elif result:
            for name, text in (
                ("amount", "借入金額を入力してください。"),
                ("bank_rate", "借入利率を入力してください。"),
                ("maturity_on", "借入の最終期日を入力してください。"),
            ):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, text)
            if cleaned.get("amount") == 0:
                self.add_error("amount", "借入金額は1円以上で入力してください。")
        if result == FundingResult.AS_APPLIED and not self.errors:
            answer = {name: cleaned[name] for name in ("amount", "bank_rate", "maturity_on")}
            for name, text in funding_answer.differences(self.application, **answer).items():
                self.add_error(name, f"{text}「条件を変えて承諾」を選び、改める条件を入力してください。")
        if result == FundingResult.CHANGED:
            self._clean_new_terms(cleaned)
        else:
            for name in [name for name in self.errors if name.startswith("new_")]:
                del self.errors[name]
        return cleaned

    def _clean_new_terms(self, cleaned) -> None:
        for bound in self.new_fields:
            if cleaned.get(bound.name) is None and bound.name not in self.errors:
                self.add_error(
                    bound.name, f"新しい{bound.label}を入力してください。変わらないときは、いまの値を入れます。"
                )
        if any(bound.name in self.errors for bound in self.new_fields):
            return
        if all(getattr(self.application, name) == value for name, value in self.new_terms.items()):
            self.add_error(None, "「条件を変えて承諾」のときは、改める貸付の条件を入力してください。")
            return
        if (cleaned.get("amount") or 0) < cleaned["new_amount"]:
            self.add_error("new_amount", "新しい貸付金額が、銀行の借入金額を超えています。")
            return
        if self.application.is_bill and cleaned["new_maturity_on"] <= self.application.disburse_on:
            self.add_error("new_maturity_on", "期日は実行希望日より後の日付にしてください。")
            return
        try:
            self.computation()
        except ImpossibleTerms as error:
            self.add_error(None, str(error))

    @property
    def new_terms(self) -> dict:
        """理事会に戻すときの、貸付の新しい条件。"""
        terms = {name.removeprefix("new_"): self.cleaned_data[name] for name in self.fields if name.startswith("new_")}
        if terms.get("first_due_on"):
            # 毎回の期日が初回期日の日であれば、それに合わせて動かす（月末の約定は、そのまま月末）。
            anchor = self.application.anchor_day
            terms["anchor_day"] = anchor if anchor == 31 else terms["first_due_on"].day
        return terms

    def computation(self):
        """新しい条件での計算。かなわない条件は ImpossibleTerms。"""
        draft = Application.objects.get(pk=self.application.pk)
        for name, value in self.new_terms.items():
            setattr(draft, name, value)
        return compute(LoanTerms.of_application(draft, draft.policy))


class ContractForm(ReasonForm):
    """契約手続の開始。"""

    contracted_on = JapaneseDateField(
        label="契約日", help_text="契約書に入る日付です。理事会の決定日から、決定の有効期限までの日にしてください。"
    )

    field_order = ["contracted_on", "reason"]
