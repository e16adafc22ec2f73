"""担保・保証の入力欄。欄ごとの検査だけをし、規則は collateral.checks の文をそのまま欄のそばに出す。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from collateral import checks
from collateral.enums import INFORMATION, AssetKind, GuaranteeKind, GuaranteeScope, RightKind, allowed_rights
from collateral.forms import AssetFields, FindingsMixin
from collateral.guarantee_deed import RELATION_LABELS, Relation
from collateral.models import SecurityInterest
from collateral.operations import ALL_TOLD, ASSET_FIELDS, STATEMENT_AMOUNTS
from coopfin.forms import CodesFormField, JapaneseDateField, OperationForm, ReasonForm, YenFormField
from loans.coverage import SCOPE_OF
from loans.enums import LoanType
from members.models import Member, Person

MOST_FOUND = 10
NEW = "new"


# --- 人・組合員を選ぶ ----------------------------------------------------------------------


class Party:
    """選ばれた相手。人・組合員・新しい人のどれか。"""

    def __init__(self, value: str, thing=None):
        self.value, self.thing = value, thing

    @property
    def is_new(self) -> bool:
        return self.value == NEW

    @property
    def person(self) -> Person | None:
        return self.thing if isinstance(self.thing, Person) else None

    @property
    def member(self) -> Member | None:
        return self.thing if isinstance(self.thing, Member) else None

    def __str__(self):
        return "新しい人" if self.is_new else str(self.thing)


def party_choice(thing, note: str = "") -> dict:
    """画面の一行。同じ名前の人を見分けられるように、住所や番号を添える。"""
    if isinstance(thing, Person):
        kind, more = "人", " ".join(filter(None, (thing.kana, thing.address)))
        value = f"p:{thing.pk}"
    else:
        kind, more = thing.get_kind_display(), f"組合員番号 {thing.number} {thing.address}"
        value = f"m:{thing.pk}"
    return {"value": value, "label": str(thing), "kind": kind, "note": note, "more": more}


def search_parties(text: str, *, members=True) -> list[dict]:
    """人と組合員を、表記ゆれを越えて探す。"""
    if not (text or "").strip():
        return []
    found = [party_choice(person) for person in Person.objects.search(text)[:MOST_FOUND]]
    if members:
        found += [party_choice(member) for member in Member.objects.search(text)[:MOST_FOUND]]
    return found


class PartyField(forms.CharField):
    """人・組合員を選ぶ欄。値は p:番号・m:番号・new。台帳にない番号は断る。"""

    default_error_messages = {"required": "一人（一社）を選んでください。"}

    def to_python(self, value):
        value = super().to_python(value)
        if value in self.empty_values:
            return None
        if value == NEW:
            return Party(NEW)
        mark, _, number = value.partition(":")
        model = {"p": Person, "m": Member}.get(mark)
        # 桁の多すぎる番号はデータベースに渡さない。
        if model is None or not number.isascii() or not number.isdigit() or len(number) > 18:
            raise ValidationError("選び直してください。")
        thing = model.objects.filter(pk=int(number)).first()
        if thing is None:
            raise ValidationError("選んだ相手が台帳に見つかりません。選び直してください。")
        return Party(value, thing)


class NewPersonFields(forms.Form):
    """新しい人を台帳に載せる欄。選んだときだけ要る。"""

    new_name = forms.CharField(label="氏名", max_length=100, required=False)
    new_kana = forms.CharField(label="カナ", max_length=120, required=False)
    new_born_on = JapaneseDateField(label="生年月日", required=False)
    new_postal_code = forms.CharField(label="郵便番号", max_length=8, required=False)
    new_address = forms.CharField(label="住所", max_length=200, required=False)

    NAMES = ("new_name", "new_kana", "new_born_on", "new_postal_code", "new_address")

    def new_person(self) -> dict:
        """新しい人の値（操作に渡す形）。"""
        return {name.removeprefix("new_"): self.cleaned_data.get(name) for name in self.NAMES}

    def check_new_person(self) -> None:
        for name, label in (("new_name", "氏名"), ("new_kana", "カナ"), ("new_address", "住所")):
            if not self.cleaned_data.get(name) and not self.has_error(name):
                self.add_error(name, f"新しい人の{label}を入力してください。")
        self._check_with_model()

    def _check_with_model(self) -> None:
        values = {key: value for key, value in self.new_person().items() if value}
        try:
            Person(**values).clean_fields(exclude={"name", "kana", "address"} - set(values))
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                field = f"new_{name}" if f"new_{name}" in self.fields else None
                self.add_error(field, messages)

    @property
    def new_person_fields(self):
        return [self[name] for name in self.NAMES]


# --- 担保 ----------------------------------------------------------------------------------


class SecurityForm(AssetFields, NewPersonFields, OperationForm):
    """担保を付ける。asset（登録済の物件）を選んだときは、物件の欄を持たない。"""

    field_order = ("kind", "description", "owner")
    owner = PartyField(label="所有者")
    right = forms.ChoiceField(label="担保権", error_messages={"required": "担保権を選んでください。"})
    amount = YenFormField(
        label="債権額・極度額（円）", help_text="抵当権は債権額、根抵当権は極度額。",
        error_messages={"required": "債権額・極度額を入力してください。"},
    )  # fmt: skip
    rank = forms.IntegerField(label="当組合の順位", min_value=1, max_value=99, initial=1)
    joint_with = forms.ModelChoiceField(
        SecurityInterest.objects.none(), label="共同担保", required=False, empty_label="単独の担保",
        help_text="同じ債権・極度額をほかの物件でも担保するとき、その担保権を選びます。保全額は合わせて一度だけ数えます。",
    )  # fmt: skip

    def __init__(self, *args, application, asset=None, on, **kwargs):
        self.application, self.asset, self.on = application, asset, on
        super().__init__(*args, **kwargs)
        if asset is not None:
            for name in (*ASSET_FIELDS, "haircut_reason", "owner", *self.NAMES):
                del self.fields[name]
        else:
            self.fields["owner"].initial = f"m:{application.member_id}"
        # 種類が決まるまではすべての権利を見せ、決まればできるものだけにする（送られた値はいつも確かめる）。
        self.fields["right"].choices = [("", "選んでください"), *((r.value, r.label) for r in self.rights())]
        self.fields["right"].error_messages["invalid_choice"] = "この種類に設定できる担保権を選んでください。"
        if self.is_bound:
            self.fields["right"].choices = [("", "選んでください"), *RightKind.choices]
        self.fields["amount"].initial = application.amount
        joined = SecurityInterest.objects.live().filter(loan_securities__application=application, joint_with=None)
        self.fields["joint_with"].queryset = joined.select_related("asset").order_by("pk")
        if not joined.exists():
            del self.fields["joint_with"]

    @property
    def kind_now(self) -> str:
        """いまの種類（選ばれていなければ空）。"""
        if self.asset is not None:
            return self.asset.kind
        kind = (self.data.get("kind") if self.is_bound else self.initial.get("kind")) or ""
        return kind if kind in AssetKind.values else ""

    def rights(self) -> list[RightKind]:
        return allowed_rights(self.kind_now) if self.kind_now else list(RightKind)

    def narrow_rights(self) -> None:
        """画面に出す前に、担保権の選択肢を種類でできるものにしぼる。"""
        self.fields["right"].choices = [("", "選んでください"), *((r.value, r.label) for r in self.rights())]

    def clean(self):
        cleaned = super().clean()
        if self.asset is None:
            owner = cleaned.get("owner")
            if owner is not None and owner.is_new:
                self.check_new_person()
            self.add_findings(
                checks.asset_refusals(
                    **self.asset_values(), owner=owner, haircut_reason=cleaned.get("haircut_reason", ""), on=self.on
                )
            )
        return cleaned

    def check_interest(self, *, seniors: int) -> None:
        """担保権の点検。先順位の行を読んでから呼ぶ。"""
        taken = [interest.rank for interest in self.asset.interests_in_force()] if self.asset else []
        self.add_findings(
            checks.interest_refusals(
                kind=self.kind_now, right=self.cleaned_data.get("right"), amount=self.cleaned_data.get("amount"),
                rank=self.cleaned_data.get("rank"), seniors=seniors, taken=taken,
            )
        )  # fmt: skip
        self.add_findings(
            checks.joint_refusals(
                right=self.cleaned_data.get("right"), amount=self.cleaned_data.get("amount"), leader=self.leader()
            )
        )

    def leader(self) -> SecurityInterest | None:
        """共同担保のもと（単独なら None）。"""
        return self.cleaned_data.get("joint_with")

    def new_asset(self) -> dict:
        """新しい物件の値（操作に渡す形）。所有者が新しい人なら、その値。"""
        owner: Party = self.cleaned_data["owner"]
        return {
            **self.asset_values(),
            "owner": self.new_person() if owner.is_new else owner.thing,
            "haircut_reason": self.cleaned_data.get("haircut_reason", ""),
        }


# --- 保証 ----------------------------------------------------------------------------------


class DeedFields(FindingsMixin, forms.Form):
    """情報提供・例外の裏づけ・公正証書の欄。"""

    informed_on = JapaneseDateField(
        label="情報提供を受けた日", required=False,
        help_text="債務者が財産・収支、ほかの債務・担保を保証人に説明した日（民法465条の10）。確認書を受け取ってください。",
    )  # fmt: skip
    told = CodesFormField(
        label="説明を受けたこと", choices=list(INFORMATION.items()), required=False, initial=ALL_TOLD,
        help_text="確認書にあるとおりに。説明のなかったものは外してください。",
    )  # fmt: skip
    exception_evidence = forms.CharField(
        label="例外を裏づける書類", max_length=200, required=False,
        help_text="公正証書の要らない立場にあることを確かめた書類。登記事項証明書、株主名簿、確定申告書の専従者の欄など"
        "（民法465条の9）。",
    )  # fmt: skip
    exception_seen_on = JapaneseDateField(label="裏づけを確かめた日", required=False)
    deed_on = JapaneseDateField(
        label="公正証書の作成日", required=False, help_text="契約日の前1か月以内に作成したもの（民法465条の6）。"
    )
    deed_office = forms.CharField(label="公証役場", max_length=60, required=False)
    deed_number = forms.CharField(
        label="公正証書の番号", max_length=40, required=False, help_text="例: 令和8年第123号。"
    )

    EXCEPTION_NAMES = ("exception_evidence", "exception_seen_on")
    DEED_NAMES = ("deed_on", "deed_office", "deed_number")
    RECORD_NAMES = ("informed_on", "told", *EXCEPTION_NAMES, *DEED_NAMES)

    def record_values(self) -> dict:
        """操作に渡す記録。説明を受けた日がなければ、受けたことも空。"""
        names = [name for name in self.RECORD_NAMES if name in self.fields]
        values = {name: self.cleaned_data.get(name) or (None if name.endswith("_on") else "") for name in names}
        if values["informed_on"] is None:
            values["told"] = ""
        return values

    def check_record(self, on) -> None:
        unreadable = {name for name in ("informed_on", "deed_on", "exception_seen_on") if self.has_error(name)}
        values = {"deed_on": None, **self.record_values()}
        self.add_findings(
            finding for finding in checks.deed_refusals(**values, on=on) if finding.code not in unreadable
        )


class GuaranteeForm(DeedFields, NewPersonFields, OperationForm):
    """保証人を付ける。範囲は貸付の形式で決まるので、選ばせない。"""

    field_order = ("guarantor", "relation", "kind", "kind_reason", "maximum_amount", "fixed_on", "informed_on", "told")
    guarantor = PartyField(label="保証人")
    relation = forms.ChoiceField(label="債務者との関係", error_messages={"required": "関係を選んでください。"})
    kind = forms.ChoiceField(
        label="保証の種類", choices=GuaranteeKind.choices, initial=GuaranteeKind.JOINT.value,
        help_text="連帯保証が原則です。単純保証では、先に債務者に請求しなければなりません。",
    )  # fmt: skip
    kind_reason = forms.CharField(
        label="連帯としない理由", max_length=200, required=False, help_text="単純保証のときだけ。"
    )
    maximum_amount = YenFormField(
        label="極度額（円）", required=False, help_text="元本・利息・損害金のすべてを含む上限（民法465条の2）。"
    )
    fixed_on = JapaneseDateField(
        label="元本確定期日",
        required=False,
        help_text="契約から5年以内（民法465条の3）。法人の保証では空欄でもかまいません。",
    )

    def __init__(self, *args, application, on, **kwargs):
        self.application, self.on = application, on
        #: 選ばれた相手。断られたときも、点検の文を見せるために残す。
        self.party: Party | None = None
        super().__init__(*args, **kwargs)
        debtor = application.member
        relations = checks.relations_for(debtor, individual=True) + checks.relations_for(debtor, individual=False)
        self.fields["relation"].choices = [("", "選んでください"), *((r.value, _relation_label(r)) for r in relations)]
        self.scope = SCOPE_OF[LoanType(application.loan_type)]
        if self.scope != GuaranteeScope.ROOT:
            del self.fields["maximum_amount"], self.fields["fixed_on"]

    def guarantor_values(self) -> dict:
        """操作に渡す、保証人の指定。"""
        party: Party = self.cleaned_data["guarantor"]
        if party.is_new:
            return {"new_person": self.new_person()}
        return {"person": party.person, "member": party.member}

    def person(self) -> Person | None:
        """点検に使う保証人（個人）。新しい人なら、まだ保存していない人。組合員なら None。"""
        if self.party.is_new:
            name = self.cleaned_data.get("new_name") or "新しい人"
            return Person(name=name, born_on=self.cleaned_data.get("new_born_on"))
        return self.party.person

    def terms(self) -> dict:
        kind = self.cleaned_data.get("kind")
        return {
            "kind": kind,
            "kind_reason": self.cleaned_data.get("kind_reason") or "" if kind == GuaranteeKind.SIMPLE else "",
            "maximum_amount": self.cleaned_data.get("maximum_amount"),
            "fixed_on": self.cleaned_data.get("fixed_on"),
        }

    def clean(self):
        cleaned = super().clean()
        self.check_record(self.on)
        self.party = party = cleaned.get("guarantor")
        if party is None:
            return cleaned
        if party.is_new:
            self.check_new_person()
        person = self.person()
        unreadable = [name for name in ("relation", "kind", "maximum_amount", "fixed_on") if self.has_error(name)]
        self.add_findings(
            finding
            for finding in checks.guarantee_refusals(
                debtor=self.application.member, person=person, member=party.member,
                relation=cleaned.get("relation"), scope=self.scope.value, **self.terms(), on=self.on,
            )
            if finding.code not in unreadable
        )  # fmt: skip
        return cleaned


def _relation_label(relation: Relation) -> str:
    return "代表者" if relation == Relation.REPRESENTATIVE else RELATION_LABELS[relation]


class DeedForm(DeedFields, OperationForm):
    """公正証書・例外の裏づけ・情報提供を記録する。この保証人に要らない欄は出さない。"""

    notice = forms.FileField(
        label="情報提供の確認書の写し", required=False,
        help_text="保証人の署名のあるもの。PDF・PNG・JPEG（10MBまで）。付け直すと、新しいものに替わります。",
    )  # fmt: skip

    def __init__(self, *args, guarantee, on, **kwargs):
        self.on = on
        super().__init__(*args, **kwargs)
        required = guarantee.deed_requirement.required
        if not required and guarantee.deed_on is None:
            for name in self.DEED_NAMES:
                del self.fields[name]
        plain = required or guarantee.relation == Relation.REPRESENTATIVE
        if plain and guarantee.exception_seen_on is None:
            for name in self.EXCEPTION_NAMES:
                del self.fields[name]

    def clean(self):
        cleaned = super().clean()
        self.check_record(self.on)
        return cleaned


class StatementForm(FindingsMixin, OperationForm):
    """保証人の資産・収入の申告。"""

    stated_on = JapaneseDateField(label="申告の日", error_messages={"required": "申告の日を入力してください。"})
    income = YenFormField(
        label="年間の収入（円）", min_value=0, help_text="給与・役員報酬・事業所得・年金などの合計。",
        error_messages={"required": "年間の収入を入力してください（なければ0円）。"},
    )  # fmt: skip
    real_estate = YenFormField(
        label="不動産（円）", min_value=0, required=False, help_text="時価の見積り。担保の債務は「借入」に書きます。"
    )
    deposits = YenFormField(label="預貯金（円）", min_value=0, required=False)
    other_assets = YenFormField(label="有価証券・保険など（円）", min_value=0, required=False)
    debts = YenFormField(label="借入（円）", min_value=0, required=False)
    other_guarantees = YenFormField(
        label="ほかの保証（円）", min_value=0, required=False, help_text="ほかの債務のためにしている保証の額。"
    )
    note = forms.CharField(label="備考", max_length=200, required=False)
    notice = forms.FileField(label="申告書の写し", required=False, help_text="PDF・PNG・JPEG（10MBまで）。")

    def __init__(self, *args, on, **kwargs):
        self.on = on
        super().__init__(*args, **kwargs)

    def amounts(self) -> dict:
        return {name: self.cleaned_data.get(name) for name in STATEMENT_AMOUNTS}

    def clean(self):
        cleaned = super().clean()
        found = checks.statement_refusals(stated_on=cleaned.get("stated_on"), amounts=self.amounts(), on=self.on)
        self.add_findings(finding for finding in found if not self.has_error(finding.code))
        return cleaned


class RemoveForm(ReasonForm):
    """外す。理由は任意で、記録に残る。"""


def proposed_owners(application, on) -> list[dict]:
    """所有者として考えられる人: 申込者、代表者、役員。"""
    member = application.member
    return [party_choice(member, "申込者"), *_people_of(member, on)]


def proposed_guarantors(application, on) -> list[dict]:
    """保証人として考えられる人: 代表者、役員・関係者。"""
    taken = {
        pk
        for pair in application.guarantees.values_list("guarantee__person", "guarantee__member")
        for pk in pair[:1]
        if pk
    }
    people = [choice for choice in _people_of(application.member, on) if int(choice["value"][2:]) not in taken]
    if not application.member.is_corporate:
        people = [choice for choice in people if choice["value"] != f"p:{application.member.representative_id}"]
    return people


def _people_of(member, on) -> list[dict]:
    people = {
        member.representative_id: party_choice(member.representative, "代表者" if member.is_corporate else "事業主")
    }
    for officer in member.officers.current(on).filter(~Q(person=member.representative_id)).select_related("person"):
        people.setdefault(officer.person_id, party_choice(officer.person, officer.get_title_display()))
    return list(people.values())
