"""組合員の取込と書き出し（django-import-export）。列の見出しは台帳の項目名で、書き出したものはそのまま取り込める。

下見（dry run）は何も書かずに、行ごとの結果を決める。登録はこの同じ道を通り、保存だけを operations に任せる。
"""

from __future__ import annotations

import copy
from datetime import date

from django.core.exceptions import ValidationError
from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult

from coopfin.calc import words
from coopfin.flow import StepRefused
from members import banks, operations, writing
from members.cells import (
    AmountWidget,
    ChoiceWidget,
    DateWidget,
    IndustryWidget,
    NoteWidget,
    TextWidget,
    digits,
    to_corporate_number,
)
from members.enums import AccountType, MemberKind, OfficerTitle
from members.models import ACCOUNT_FIELDS, AccountRequest, Member, Person


def _field(attribute, label, widget=None, readonly=False):
    return fields.Field(attribute=attribute, column_name=label, widget=widget or TextWidget(), readonly=readonly)


class RegisterLoader(BaseInstanceLoader):
    """取り込む番号の組合員を一度に読む。登録のときは、読んだ行を鎖錠する。"""

    def __init__(self, resource, dataset=None):
        super().__init__(resource, dataset)
        wanted = [writing.to_number(value) for value in dataset[resource.fields["number"].column_name]]
        members = Member.objects.filter(number__in=wanted)
        if resource.for_registration:
            members = members.select_for_update(of=("self",))
        self.members = {member.number: member for member in members.select_related("representative", "industry")}

    def get_instance(self, row):
        return self.members.get(writing.to_number(row[self.resource.fields["number"].column_name]))


class MemberResource(resources.ModelResource):
    """組合員の一行。代表者は人の台帳と突き合わせ、決められないときは行の誤りにする。"""

    number = _field("number", "組合員番号", TextWidget(writing.to_number))
    name = _field("name", "名称")
    kana = _field("kana", "カナ", TextWidget(writing.to_kana))
    kind = _field("kind", "種類", ChoiceWidget(MemberKind, 個人=MemberKind.SOLE))
    corporate_number = _field("corporate_number", "法人番号", TextWidget(to_corporate_number))
    representative_name = _field("representative__name", "代表者", readonly=True)
    representative_kana = _field("representative__kana", "代表者カナ", TextWidget(writing.to_kana), readonly=True)
    representative_born_on = _field("representative__born_on", "代表者生年月日", DateWidget(), readonly=True)
    representative_postal_code = _field(
        "representative__postal_code", "代表者郵便番号", TextWidget(writing.to_postal_code), readonly=True
    )
    representative_address = _field("representative__address", "代表者住所", readonly=True)
    representative_title = _field("representative_title", "代表者の肩書", ChoiceWidget(OfficerTitle))
    industry = _field("industry", "業種", IndustryWidget())
    postal_code = _field("postal_code", "郵便番号", TextWidget(writing.to_postal_code))
    address = _field("address", "住所")
    phone = _field("phone", "電話番号", TextWidget(writing.to_phone))
    shares = _field("shares", "出資口数", AmountWidget("口"))
    share_capital = _field("share_capital", "出資金額", AmountWidget())
    joined_on = _field("joined_on", "加入日", DateWidget())
    left_on = _field("left_on", "脱退日", DateWidget())
    bank_code = _field("bank_code", "銀行コード", TextWidget(digits(4, "銀行コード")))
    bank_name = _field("bank_name", "銀行名", readonly=True)
    branch_code = _field("branch_code", "支店コード", TextWidget(digits(3, "支店コード")))
    branch_name = _field("branch_name", "支店名", readonly=True)
    account_type = _field(
        "account_type", "預金種類",
        ChoiceWidget(AccountType, 普通預金=AccountType.ORDINARY, 当座預金=AccountType.CURRENT, 貯蓄預金=AccountType.SAVINGS),
    )  # fmt: skip
    account_number = _field("account_number", "口座番号", TextWidget(digits(7, "口座番号")))
    account_holder = _field("account_holder", "口座名義（カナ）", TextWidget(writing.to_holder))
    note = _field("note", "備考", NoteWidget())

    #: なければ取り込めない列
    REQUIRED = (
        "number", "name", "kind", "representative_name", "industry", "postal_code", "address", "shares",
        "share_capital", "joined_on",
    )  # fmt: skip

    class Meta:
        model = Member
        import_id_fields = ("number",)
        instance_loader_class = RegisterLoader
        skip_unchanged = True
        report_skipped = True
        skip_html_diff = True
        store_instance = True
        store_row_values = False
        fields = (
            "number", "name", "kana", "kind", "corporate_number", "representative_name", "representative_kana",
            "representative_born_on", "representative_postal_code", "representative_address", "representative_title",
            "industry", "postal_code", "address", "phone", "shares", "share_capital", "joined_on", "left_on",
            "bank_code", "bank_name", "branch_code", "branch_name", "account_type", "account_number",
            "account_holder", "note",
        )  # fmt: skip
        import_order = export_order = fields

    def __init__(self, *, by=None, on=None, for_registration=False, **kwargs):
        super().__init__(**kwargs)
        self.by, self.on, self.for_registration = by, on, for_registration
        self.people: dict[tuple[str, str], list[Person]] = {}
        self.corporate_numbers: dict[str, str] = {}
        self.rows_by_number: dict[str, int] = {}
        #: 承認を待つ口座の申請（組合員 → 申請）、統合済の番号 → 統合先の番号
        self.waiting: dict[int, AccountRequest] = {}
        self.merged: dict[str, str] = {}
        #: 行の番号（データの1行目が1）→ その行について知らせること
        self.notes: dict[int, list[str]] = {}

    @classmethod
    def columns(cls) -> dict[str, str]:
        """項目 → 見出し。"""
        return {name: cls.fields[name].column_name for name in cls._meta.fields}

    @classmethod
    def required_columns(cls) -> list[str]:
        return [cls.fields[name].column_name for name in cls.REQUIRED]

    # --- 下準備 ----------------------------------------------------------------------------
    def before_import(self, dataset, **kwargs):
        for person in Person.objects.all():
            self._remember_person(person)
        self.corporate_numbers = dict(
            Member.objects.exclude(corporate_number="").values_list("corporate_number", "number")
        )

        self.waiting = {request.member_id: request for request in AccountRequest.objects.waiting()}
        merged = Member.everyone.filter(merged_into__isnull=False)
        self.merged = dict(merged.values_list("number", "merged_into__number"))

    def _remember_person(self, person: Person) -> None:
        known = self.people.setdefault(self._person_key(person.name, person.kana), [])
        if person not in known:
            known.append(person)

    @staticmethod
    def _person_key(name: str, kana: str) -> tuple[str, str]:
        return writing.name_key(name), writing.name_key(kana)

    # --- 一行 ------------------------------------------------------------------------------
    def import_instance(self, instance, row, **kwargs):
        """列を読み、代表者を決める。読めない列はすべて数え上げる。"""
        errors: dict[str, ValidationError] = {}
        number = kwargs["row_number"]
        before = copy.copy(instance) if instance.pk else None
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = dict(error.error_dict)
        self._check_numbers(instance, number, errors)
        self._default_title(instance)
        instance.complete_bank_names()
        self._check_bank_names(instance, row, errors)
        self._find_representative(instance, row, number, errors)
        if before is not None:
            self._check_leaving(instance, before, errors)
            self._check_succession(instance, before, errors)
            self._check_account(instance, before, number, errors)
        if errors:
            raise ValidationError(errors)

    @staticmethod
    def _check_leaving(instance, before, errors):
        """台帳にいる組合員の脱退は、名簿ではなく脱退の操作で記録する（予告の期間を確かめるため）。"""
        if instance.left_on != before.left_on:
            errors.setdefault(
                "left_on",
                ValidationError("脱退日は、名簿からは変えられません。組合員の頁の「脱退を記録」から記録してください。"),
            )

    def _check_succession(self, instance, before, errors):
        """代表者が代わるなら、代表者の交代として記録できるかを、下見のうちに確かめる。"""
        if "representative__name" in errors or instance.representative_id == before.representative_id:
            return
        refused = operations.succession_problem(before, changed_on=self.on)
        if refused:
            errors["representative__name"] = ValidationError(refused)

    def _check_account(self, instance, before, row_number, errors):
        """台帳にいる組合員の口座は、名簿からは変わらない。違えば変更の申請を出し、別の人の承認を待つ。"""
        if any(name in errors for name in ACCOUNT_FIELDS) or instance.account == before.account:
            return
        waiting = self.waiting.get(instance.pk)
        if waiting is None:
            self._note(
                row_number,
                "口座は、変更の申請を出します。別の人が承認するまで、いまの口座のままです。",
            )
        elif all(getattr(waiting, name) == getattr(instance, name) for name in ACCOUNT_FIELDS):
            for name in (*ACCOUNT_FIELDS, "bank_name", "branch_name"):
                setattr(instance, name, getattr(before, name))
            self._note(row_number, "この口座への変更は、すでに申請が出ていて承認を待っています。")
        else:
            errors["account_number"] = ValidationError(
                "この組合員には、別の口座への変更の申請が承認を待っています。先に承認か却下をしてください。"
            )

    def _check_numbers(self, instance, row_number, errors):
        """組合員番号と法人番号が、ファイルの中でも台帳でも一つだけか。"""
        if not instance.number:
            errors.setdefault("number", ValidationError("組合員番号を入れてください。"))
            return
        if instance.number in self.merged:
            errors["number"] = ValidationError(
                f"この番号の組合員は、組合員番号 {self.merged[instance.number]} に統合されています。"
            )
        earlier = self.rows_by_number.setdefault(instance.number, row_number)
        if earlier != row_number:
            errors["number"] = ValidationError("同じ組合員番号の行が、このファイルの上のほうにもあります。")
        owner = self.corporate_numbers.get(instance.corporate_number or None)
        if owner not in (None, instance.number):
            errors.setdefault(
                "corporate_number", ValidationError(f"同じ法人番号の組合員（組合員番号 {owner}）がすでにいます。")
            )

    @staticmethod
    def _default_title(instance):
        if instance.representative_title:
            return
        if instance.kind == MemberKind.SOLE:
            instance.representative_title = OfficerTitle.OWNER
        elif "合同会社" in instance.name:
            instance.representative_title = OfficerTitle.REPRESENTATIVE_PARTNER
        else:
            instance.representative_title = OfficerTitle.REPRESENTATIVE_DIRECTOR

    def _check_bank_names(self, instance, row, errors):
        """書かれた銀行名・支店名が、コードの示す名前と違えば、どちらかの誤りである。"""
        for name, code in (("bank_name", "bank_code"), ("branch_name", "branch_code")):
            written = writing.to_name(row.get(self.fields[name].column_name))
            found = getattr(instance, name)
            if not written or code in errors:
                continue
            if not getattr(instance, code):
                errors[code] = ValidationError(f"「{written}」のコードを入れてください。")
            elif found and not banks.same_bank(written, found):
                errors[name] = ValidationError(
                    f"「{written}」は、コードの示す「{found}」と違います。どちらかを直してください。"
                )

    # --- 代表者 ----------------------------------------------------------------------------
    def _find_representative(self, instance, row, row_number, errors):
        """代表者を人の台帳から決める。同じ人か言い切れないときは、生年月日を求める。"""
        written, unreadable = {}, False
        for name in ("name", "kana", "born_on", "postal_code", "address"):
            column = self.fields[f"representative_{name}"]
            if column.column_name not in row:
                continue
            try:
                written[name] = column.clean(row)
            except ValueError as error:
                errors[column.attribute] = ValidationError(str(error))
                unreadable = True
        if not written.get("name"):
            errors["representative__name"] = ValidationError("代表者の氏名を入れてください。")
            return
        if unreadable:
            return
        instance._person_plan = None
        current = instance.representative if instance.representative_id else None
        if current is not None and self._is_same(current, written):
            self._keep(instance, current, written, row_number, errors)
        else:
            self._choose(instance, written, row_number, errors)

    def _is_same(self, person, written) -> bool:
        if writing.name_key(person.name) != writing.name_key(written["name"]):
            return False
        if written.get("kana") and person.kana and not writing.same_name(person.kana, written["kana"]):
            return False
        return not (written.get("born_on") and person.born_on and written["born_on"] != person.born_on)

    def _keep(self, instance, person, written, row_number, errors):
        """いまの代表者のまま。台帳の空いている項目だけを補い、書いてあるものは上書きしない。"""
        fill = {name: value for name, value in written.items() if value and not getattr(person, name)}
        differs = [
            self.fields[f"representative_{name}"].column_name
            for name in ("postal_code", "address")
            if written.get(name) and getattr(person, name) and written[name] != getattr(person, name)
        ]
        if differs:
            self._note(
                row_number,
                f"{'・'.join(differs)}が人の台帳と違います。人の台帳は変えません（人の画面で直してください）。",
            )
        if {"born_on", "kana"} & set(fill):
            twins = [
                other
                for other in self._alike(written["name"], written.get("kana") or person.kana)
                if other.pk != person.pk and other.born_on in (None, written.get("born_on"))
            ]
            if twins:
                self._ask_birth(errors, twins[0])
                return
        if fill:
            filled = copy.copy(person)
            for name, value in fill.items():
                setattr(filled, name, value)
            instance.representative = filled
            instance._person_plan = ("fill", person, fill)

    def _choose(self, instance, written, row_number, errors):
        """別の人（または新しい組合員の代表者）。生年月日まで同じ人がただ一人いれば、その人とする。"""
        candidates = self._alike(written["name"], written.get("kana", ""))
        born_on = written.get("born_on")
        if not candidates:
            self._plan_new(instance, written)
            return
        if born_on is None:
            self._ask_birth(errors, candidates[0])
            return
        exact = [person for person in candidates if person.born_on == born_on]
        unknown = [person for person in candidates if person.born_on is None]
        if len(exact) == 1:
            instance.representative = exact[0]
            self._note(row_number, f"代表者は、人の台帳にいる人と同じとみます（{exact[0].distinction}）。")
        elif exact:
            errors["representative__name"] = ValidationError(
                "同じ氏名・カナ・生年月日の人が台帳に二人以上います。先に人の台帳を整理してください。"
            )
        elif unknown:
            errors["representative__born_on"] = ValidationError(
                f"同じ氏名・カナで生年月日のない人（{unknown[0].distinction}）が台帳にいます。"
                "同じ人かどうか、先に人の台帳へ生年月日を入れてください。"
            )
        else:
            self._plan_new(instance, written)
            self._note(row_number, "代表者は、同じ氏名で生年月日の違う、別の人として登録します。")

    def _alike(self, name, kana) -> list[Person]:
        """氏名とカナが同じ人。カナがなければ氏名だけで探し、見落とさない。"""
        wanted = writing.name_key(name), writing.name_key(kana)
        if wanted[1]:
            return [*self.people.get(wanted, []), *self.people.get((wanted[0], ""), [])]
        return [person for key, people in self.people.items() if key[0] == wanted[0] for person in people]

    def _plan_new(self, instance, written):
        person = Person(**{name: value for name, value in written.items() if value})
        instance.representative = person
        instance._person_plan = ("new", person, {})

    @staticmethod
    def _ask_birth(errors, other):
        errors["representative__born_on"] = ValidationError(
            f"同じ氏名・カナの人（{other.distinction}）がいます。同じ人か別の人かを決めるため、生年月日を入れてください。"
        )

    def _note(self, row_number, text):
        self.notes.setdefault(row_number, []).append(text)

    # --- 確かめ・保存 ----------------------------------------------------------------------
    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """一行の確かめ。表の上で済むことだけを見る（番号の重なりは、読んだ台帳の写しで見ている）。"""
        errors = dict(import_validation_errors or {})
        exclude = {"representative", "industry", *errors}
        try:
            instance.clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        try:
            instance.clean()
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                # 種類が読めないときは、種類しだいの誤りを重ねて言わない。
                if "kind" not in errors or name not in ("representative_title", "corporate_number"):
                    errors.setdefault(name, problems)
        plan = getattr(instance, "_person_plan", None)
        if plan and "representative__name" not in errors:
            try:
                instance.representative.clean_fields()
            except ValidationError as error:
                for name, problems in error.error_dict.items():
                    errors.setdefault(f"representative__{name}", problems)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not import_validation_errors and original.pk is not None and not self.changes(original, instance)

    def save_instance(self, instance, is_create, row, **kwargs):
        if not self.for_registration:
            self._remember_person(instance.representative)
        else:
            self.do_instance_save(instance, is_create)
        if instance.corporate_number:
            self.corporate_numbers[instance.corporate_number] = instance.number

    def do_instance_save(self, instance, is_create):
        """台帳に書く。書くのは operations で、画面からの登録と同じ道を通る。"""
        try:
            kind, person, fill = getattr(instance, "_person_plan", None) or ("same", instance.representative, {})
            if kind == "new":
                values = {name: getattr(person, name) for name in operations.PERSON_FIELDS}
                instance.representative = operations.register_person(by=self.by, on=self.on, checked=True, **values)
                self._remember_person(instance.representative)
            elif kind == "fill":
                instance.representative = operations.update_person(person=person, by=self.by, on=self.on, **fill)
            values = {name: getattr(instance, name) for name in operations.MEMBER_FIELDS}
            if is_create:
                operations.register_member(by=self.by, on=self.on, checked=True, **values)
            else:
                self._update(instance, values)
        except StepRefused as refusal:
            raise ValidationError({"representative__name": str(refusal)}) from refusal

    def _update(self, instance, values):
        """台帳にいる組合員。代表者・出資・口座は、それぞれの操作を通る。"""
        current = Member.objects.get(pk=instance.pk)
        who = {"member": current, "by": self.by, "on": self.on}
        account = {name: values[name] for name in ACCOUNT_FIELDS}
        if values["representative"].pk != current.representative_id:
            operations.change_representative(
                person=values["representative"], title=values["representative_title"], changed_on=self.on, **who
            )
        plain = {name: value for name, value in values.items() if name not in operations.MANAGED_FIELDS}
        plain.pop("representative_from_on")
        operations.update_member(checked=True, **plain, **who)
        operations.correct_shares(
            shares=values["shares"], share_capital=values["share_capital"], reason="名簿の取込み", imported=True, **who
        )
        if account != current.account:
            operations.request_account(document="名簿の取込み", **account, **who)

    # --- 見せ方 ----------------------------------------------------------------------------
    def changes(self, original, instance) -> list[list[str]]:
        """変わる項目（見出し・元・新しい値）。新しい行は、入る値のすべて。"""
        found = []
        for field in self.get_import_fields():
            before = "" if original is None else shown(field.export(original))
            after = shown(field.export(instance))
            if before != after:
                found.append([field.column_name, before, after])
        return found

    def column_of(self, attribute: str) -> str:
        """誤りの付いた項目 → 列の見出し。"""
        for field in self.fields.values():
            if field.attribute == attribute:
                return field.column_name
        return ""


def shown(value) -> str:
    """下見に書く値。"""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, int):
        return words.format_yen(value)
    return str(value or "")


__all__ = ["MemberResource", "RowResult", "shown"]
