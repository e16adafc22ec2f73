"""申込の入力欄。組合員を探して選び、形式ごとの条件を確かめ、計算できるところまで計算する。"""

from __future__ import annotations

from datetime import date

from django import forms
from django.db.models import Q

from coopfin.calc import days, schedule, words
from coopfin.calc.yen import ImpossibleTerms
from coopfin.forms import LATEST, UNCHOSEN, JapaneseDateField, OperationForm, RateFormField, YenFormField
from coopfin.models import Policy
from loans.enums import FundingSource, LoanType, Method, Purpose
from loans.forms.plan import LINES
from loans.models import Application, Product
from loans.terms import Computation, LoanTerms, compute
from members.models import Member

#: 探したときに並べる組合員の数
MOST_CHOICES = 10
INTERVALS = [(1, "毎月"), (3, "3か月ごと"), (6, "6か月ごと"), (12, "毎年")]
#: 手形の期日をすぐ入れるための期間。(符号, 名前, 日数か月数)
BILL_TERMS = {"60d": "60日", "90d": "90日", "3m": "3か月", "6m": "6か月"}
#: 使いみちの欄の「両方」
BOTH = "both"
DEED_FIELDS = ("method", "installments", "interval_months", "grace_installments", "first_due_on", "anchor_day")


def matching_members(text: str, on: date) -> list[Member]:
    """在籍する組合員を、名前・カナ・番号・代表者で探す。名前がぴたりと合う一件があれば、それだけ。"""
    if not words.search_key(text or ""):
        return []
    found = list(
        Member.objects.current(on).search(text).select_related("representative").order_by("number")[: MOST_CHOICES + 1]
    )
    exact = [member for member in found if words.search_key(member.name) == words.search_key(text)]
    return exact if len(exact) == 1 else found


def maturity_after(start_on: date, term: str, count: str) -> date:
    """手形の期日。日数なら、その日数ぶんの利息になる日（両端なら初日も一日に数える）。"""
    number = int(term[:-1])
    if term.endswith("m"):
        return days.add_months(start_on, number)
    return date.fromordinal(start_on.toordinal() + number - (1 if count == "both_ends" else 0))


class CountField(forms.IntegerField):
    """回数。全角も受け付ける。"""

    widget = forms.TextInput

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "autocomplete": "off", "class": "num count"}


class TermsForm(OperationForm):
    """貸付条件。形式に要る欄だけを確かめ、計算できれば computation に結果を持つ。"""

    loan_type = forms.ChoiceField(
        label="形式", choices=LoanType.choices, widget=forms.RadioSelect,
        help_text="1年未満で書類が簡単なものは手形、1年以上や分割で返すものは証書が通例です。",
    )  # fmt: skip
    amount = YenFormField(label="金額", help_text="20,000,000 でも 2000万 でも入力できます。")
    interest_rate = RateFormField(label="利率（年%）", help_text="例: 2.10")
    fee_rate = RateFormField(
        label="転貸手数料（年%）",
        required=False,
        help_text="例: 0.10。取らないときは空欄。利息とは別の行に計上します。",
    )
    disburse_on = JapaneseDateField(label="実行希望日", help_text="2026-12-10・R8.12.10・令和8年12月10日のいずれでも。")
    maturity_on = JapaneseDateField(label="手形の期日", required=False)
    method = forms.ChoiceField(label="返済方法", choices=[("", "選んでください"), *Method.choices], required=False)
    installments = CountField(
        label="回数", required=False, min_value=1, max_value=600, help_text="据置の回も数えます。",
        error_messages={"invalid": "回数を数字で入力してください。"},
    )  # fmt: skip
    interval_months = forms.TypedChoiceField(
        label="返済の間隔", choices=INTERVALS, coerce=int, empty_value=None, required=False, initial=1
    )
    grace_installments = CountField(
        label="据置回数", required=False, min_value=0, max_value=599, help_text="はじめの、利息だけを払う回。",
        error_messages={"invalid": "回数を数字で入力してください。"},
    )  # fmt: skip
    first_due_on = JapaneseDateField(label="初回期日", required=False)
    anchor_day = CountField(
        label="毎回の期日（日）", required=False, min_value=1, max_value=31,
        help_text="空欄なら初回期日と同じ日。31 は毎月の末日。", error_messages={"invalid": "1から31までの日を入力してください。"},
    )  # fmt: skip

    def __init__(self, *args, on: date, application: Application | None = None, **kwargs):
        self.on, self.application = on, application
        self.policy = (application.policy if application and application.policy_id else None) or Policy.on(on)
        self.computation: Computation | None = None
        super().__init__(*args, **kwargs)

    @property
    def is_bill(self) -> bool:
        return self.cleaned_data.get("loan_type") == LoanType.BILL

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("loan_type"):
            return cleaned
        cleaned["fee_rate"] = cleaned.get("fee_rate") or RateFormField().to_python("0")
        if self.is_bill:
            self._clean_bill(cleaned)
        else:
            self._clean_deed(cleaned)
        self._compute(cleaned)
        return cleaned

    def _need(self, cleaned, name: str, text: str) -> None:
        if cleaned.get(name) in (None, "") and name not in self.errors:
            self.add_error(name, text)

    def _clean_bill(self, cleaned) -> None:
        # 隠れている欄の書きかけは、誤りとして数えない。
        for name in DEED_FIELDS:
            self.errors.pop(name, None)
            cleaned[name] = None
        self._need(cleaned, "maturity_on", "手形の期日を入力してください。")
        maturity, start = cleaned.get("maturity_on"), cleaned.get("disburse_on")
        if maturity and start and maturity <= start:
            self.add_error("maturity_on", "期日は実行希望日より後の日付にしてください。")

    def _clean_deed(self, cleaned) -> None:
        self.errors.pop("maturity_on", None)
        cleaned["maturity_on"] = None
        self._need(cleaned, "method", "返済方法を選んでください。")
        self._need(cleaned, "installments", "回数を入力してください。")
        self._need(cleaned, "interval_months", "返済の間隔を選んでください。")
        self._need(cleaned, "first_due_on", "初回期日を入力してください。")
        if "grace_installments" not in self.errors:
            cleaned["grace_installments"] = cleaned.get("grace_installments") or 0
        first = cleaned.get("first_due_on")
        if first is None or "anchor_day" in self.errors:
            return
        anchor = cleaned["anchor_day"] = cleaned.get("anchor_day") or first.day
        if first.day != min(anchor, days.month_end(first.year, first.month).day):
            self.add_error(
                "anchor_day", f"初回期日（{first.day}日）と合いません。空欄にすると {first.day}日になります。"
            )

    @property
    def term_values(self) -> dict:
        """操作に渡す条件。形式に要らないものは入らない。"""
        names = ["loan_type", "amount", "interest_rate", "fee_rate", "disburse_on"]
        names += ["maturity_on"] if self.is_bill else list(DEED_FIELDS)
        return {name: self.cleaned_data[name] for name in names}

    def unsaved(self, member: Member | None = None) -> Application:
        """入力した条件の、保存しない申込（試算・余力に使う）。"""
        draft = Application(**self.term_values, policy=self.policy)
        if self.application is not None:
            draft.pk, draft.member = self.application.pk, self.application.member
            for name in ("funding_source", "state", "received_on", "bylaw_id", "rule_id"):
                setattr(draft, name, getattr(self.application, name))
        if member is not None:
            draft.member = member
        if self.is_bill:
            draft.method, draft.grace_installments = "", 0
        elif self.computation is not None:
            # 証書貸付の最終期日は、保存するときと同じに、償還予定から決まる。
            draft.maturity_on = self.computation.maturity_on
        for name in ("funding_source", "purpose", "equipment_amount", "product"):
            if self.cleaned_data.get(name):
                setattr(draft, name, self.cleaned_data[name])
        return draft

    def _compute(self, cleaned) -> None:
        needed = ["amount", "interest_rate", "fee_rate", "disburse_on"]
        needed += ["maturity_on"] if self.is_bill else list(DEED_FIELDS)
        if self.policy is None or any(cleaned.get(name) is None or name in self.errors for name in needed):
            return
        try:
            computation = compute(LoanTerms.of_application(self.unsaved(), self.policy))
        except ImpossibleTerms as error:
            self.add_error(self._field_of(error), str(error))
            return
        if computation.maturity_on > LATEST:
            self.add_error("installments", "最終期日が遠すぎます。回数と間隔を確かめてください。")
        else:
            self.computation = computation

    def _field_of(self, error: ImpossibleTerms) -> str:
        """かなわない条件の文を、どの欄のそばに出すか。"""
        if isinstance(error, schedule.GraceTooLong):
            return "grace_installments"
        if isinstance(error, schedule.DueDatesWrong):
            return "first_due_on"
        return "maturity_on" if self.is_bill else "installments"


class ApplicationForm(TermsForm):
    """借入申込。組合員は、作るときに選び、あとからは変えない。"""

    #: 画面の並び。誤りのまとめも、この順に並ぶ。
    field_order = (
        "member_search", "member", "applied_by", "consented_on", "product", "loan_type", "purpose", "equipment_amount",
        "funding_source", "purpose_detail", "repayment_source", "amount", "disburse_on", "interest_rate", "fee_rate", "maturity_on", "method", "interval_months",
        "installments", "grace_installments", "first_due_on", "anchor_day",
    )  # fmt: skip

    member_search = forms.CharField(
        label="組合員", max_length=100, error_messages={"required": "組合員を選んでください。"},
        help_text="名前・カナ・組合員番号・代表者の名前で探します。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    member = forms.ModelChoiceField(Member.objects.none(), label="組合員", required=False, widget=forms.HiddenInput)
    product = forms.ModelChoiceField(
        Product.objects.none(), label="商品", required=False, empty_label=UNCHOSEN,
        help_text="選ぶと、形式・利率・手数料が商品のとおりに入ります。受け付けるまでに選びます。",
        error_messages={"invalid_choice": "その商品は、いまは取り扱っていません。選び直してください。"},
    )  # fmt: skip
    applied_by = forms.CharField(
        label="申込に来た人", max_length=60, required=False, help_text="例: 代表取締役 能登 一郎、経理部長 輪島 花子"
    )
    consented_on = JapaneseDateField(
        label="本人の同意を確かめた日", required=False,
        help_text="来た人が本人でないときは、本人（代表者）に確かめた日。署名のある申込書を付けるなら、空欄でかまいません。",
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label="使いみち", choices=[*Purpose.choices, (BOTH, "設備と運転の両方")], widget=forms.RadioSelect,
        help_text="組合員の事業の運転資金か設備資金だけです。生活資金・投機資金には貸せません。",
        error_messages={"invalid_choice": "使いみちは運転資金か設備資金だけです。生活資金・投機資金には貸せません。"},
    )  # fmt: skip
    equipment_amount = YenFormField(label="うち設備資金", required=False, help_text="残りが運転資金です。")
    purpose_detail = forms.CharField(
        label="使いみちの内容", max_length=200, required=False, help_text="例: NC旋盤 1台の購入、冬期の仕入代金"
    )
    repayment_source = forms.CharField(
        label="返済の財源", max_length=200, required=False, help_text="例: 売上代金の回収、税引後利益と減価償却"
    )
    funding_source = forms.ChoiceField(label="原資", choices=FundingSource.choices, widget=forms.RadioSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.choices: list[Member] = []
        self.chosen: Member | None = self.application.member if self.application else None
        self._offer_products()
        if self.application is not None:
            del self.fields["member"], self.fields["member_search"]
        else:
            self.fields["member"].queryset = Member.objects.current(self.on).select_related("representative")
            self.fields["member"].error_messages["invalid_choice"] = (
                "その組合員は在籍していません。選び直してください。"
            )
            start = self.initial.get("member")
            if start is not None and not self.is_bound:
                self.chosen, self.choices = start, [start]
                self.initial["member_search"] = start.name

    def _offer_products(self) -> None:
        """選べる商品: 受け付けた日（受付前なら今日）に取り扱っていたものと、いま選んでいるもの。"""
        day, chosen = self.on, None
        if self.application is not None:
            day, chosen = self.application.received_on or self.on, self.application.product_id
        offered = Product.objects.filter(Q(pk__in=Product.objects.offered(day).order_by().values("pk")) | Q(pk=chosen))
        self.fields["product"].queryset = offered.order_by("name", "effective_on")
        if not offered.exists():
            del self.fields["product"]

    @property
    def chosen_product(self) -> Product | None:
        """選んだ商品。選び直している途中でも、その場で見せる。"""
        if "product" not in self.fields:
            return None
        if self.is_bound:
            return getattr(self, "cleaned_data", {}).get("product")
        chosen = self.initial.get("product")
        return chosen if isinstance(chosen, Product) or chosen is None else Product.objects.filter(pk=chosen).first()

    def clean(self):
        if "member_search" in self.fields:
            self._choose_member(self.cleaned_data)
        cleaned = super().clean()
        self._clean_split(cleaned)
        self._clean_consent(cleaned)
        return cleaned

    def _clean_split(self, cleaned) -> None:
        """両方に使うときは金額の内訳が要り、主な使いみちは多いほう（H2.2-b）。"""
        if cleaned.get("purpose") != BOTH:
            self.errors.pop("equipment_amount", None)
            cleaned["equipment_amount"] = None
            return
        amount, equipment = cleaned.get("amount"), cleaned.get("equipment_amount")
        cleaned["purpose"] = Purpose.EQUIPMENT
        if equipment is None:
            if "equipment_amount" not in self.errors:
                self.add_error("equipment_amount", "両方に使うときは、設備資金の分を入力してください。")
        elif amount is not None and equipment >= amount:
            self.add_error("equipment_amount", f"設備資金の分は、金額 {amount:,}円より少なくしてください。")
        elif amount is not None and equipment * 2 < amount:
            cleaned["purpose"] = Purpose.WORKING

    def _clean_consent(self, cleaned) -> None:
        who, day = cleaned.get("applied_by", ""), cleaned.get("consented_on")
        if day and day > self.on:
            self.add_error("consented_on", "先の日付です。確かめた日を入力してください。")
        elif who and not day and "consented_on" not in self.errors:
            self.add_error("consented_on", "本人の同意を確かめた日も入力してください。")
        elif day and not who and "applied_by" not in self.errors:
            self.add_error("applied_by", "申込に来た人も入力してください。")

    def _choose_member(self, cleaned) -> None:
        text, member = (cleaned.get("member_search") or "").strip(), cleaned.get("member")
        found = matching_members(text, self.on)
        if member is not None and (not text or member in found):
            self.chosen, self.choices = member, found or [member]
            self.errors.pop("member_search", None)
            return
        self.choices = found
        if len(found) == 1:
            self.chosen = cleaned["member"] = found[0]
            self.errors.pop("member", None)
        elif "member" in self.errors:
            self.add_error("member_search", self.errors.pop("member")[0])
        elif not text:
            return
        elif not found:
            self.add_error("member_search", f"「{text}」に合う在籍の組合員が見つかりません。")
        else:
            self.add_error(
                "member_search", f"「{text}」に合う組合員が{_how_many(found)}あります。下から一つ選んでください。"
            )

    @property
    def terms(self) -> dict:
        """申込の内容のすべて（操作に渡す値）。"""
        names = (
            "purpose",
            "equipment_amount",
            "applied_by",
            "consented_on",
            "purpose_detail",
            "repayment_source",
            "funding_source",
        )
        chosen = {"product": self.cleaned_data["product"]} if "product" in self.fields else {}
        return {**self.term_values, **chosen, **{name: self.cleaned_data[name] for name in names}}


def _how_many(found) -> str:
    return f"{MOST_CHOICES}件より多く" if len(found) > MOST_CHOICES else f"{len(found)}件"


class WholeApplicationForm(ApplicationForm):
    """書く・直す画面の申込: 条件と、資金計画の明細。"""

    def __init__(self, *args, lines: dict[str, list[dict]] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = {
            name: formset(
                self.data if self.is_bound and f"{name}-TOTAL_FORMS" in self.data else None,
                prefix=name, initial=(lines or {}).get(name, []),
            )
            for name, (_, formset) in LINES.items()
        }  # fmt: skip

    def is_valid(self):
        # 明細の誤りも一度に見せるので、両方を確かめる。
        return all([super().is_valid(), *(formset.is_valid() for formset in self.lines.values() if formset.is_bound)])

    @property
    def plan(self) -> dict[str, list[dict]]:
        """操作に渡す明細。送られなかった明細は変えない。"""
        return {name: formset.written for name, formset in self.lines.items() if formset.is_bound}
