"""担保・保証の登録と変更。どの操作も、点検 → 保存 → 記録。断りは collateral.checks の文のまま返す。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from collateral import checks
from collateral.enums import INFORMATION, GuaranteeKind
from collateral.models import Asset, Guarantee, GuarantorStatement, SecurityInterest, SeniorLien
from coopfin import log
from coopfin.flow import StepRefused, block
from members.models import Member, Person
from members.operations.base import standing

ASSET_FIELDS = (
    "kind", "description", "appraised", "appraised_on", "appraisal_method", "appraiser", "appraisal_note",
    "haircut_rate",
)  # fmt: skip
SENIOR_FIELDS = ("kind", "holder", "registered", "balance", "balance_on", "evidence")
TERM_FIELDS = ("relation", "scope", "kind", "kind_reason", "maximum_amount", "fixed_on")
RECORD_FIELDS = (
    "deed_on", "deed_office", "deed_number", "informed_on", "told", "confirmation", "exception_evidence",
    "exception_seen_on",
)  # fmt: skip
GUARANTEE_FIELDS = (*TERM_FIELDS, *RECORD_FIELDS)
STATEMENT_AMOUNTS = ("income", "real_estate", "deposits", "other_assets", "debts", "other_guarantees")
#: 三つとも（民法465条の10第1項）
ALL_TOLD = ",".join(INFORMATION)
#: 担保・保証を変えられる権限。申込に付けるときは、申込を直す権限で足りる。
_EDITORS = ("collateral.edit_collateral", "loans.edit_application")


def refuse(label: str, findings) -> None:
    """一つでも断りがあれば、すべて挙げて断る。"""
    findings = list(findings)
    if findings:
        raise StepRefused(label, findings)


def _check_permission(by, label: str) -> None:
    if not any(by.has_perm(permission) for permission in _EDITORS):
        raise StepRefused(label, [block(f"「{label}」をする権限がありません。", "役割の表", code="permission")])


def _owner_fields(owner) -> dict:
    return {
        "owner_person": owner if isinstance(owner, Person) else None,
        "owner_member": owner if isinstance(owner, Member) else None,
    }


def _plain(value):
    """記録に残せる形。"""
    return value if value is None or isinstance(value, (int, bool)) else str(value)


def _differences(obj, values: dict) -> dict:
    """変わった項目だけを、前と後の組で。"""
    return {
        name: [_plain(getattr(obj, name)), _plain(value)]
        for name, value in values.items()
        if getattr(obj, name) != value
    }


@transaction.atomic
def register_asset(
    *, kind, description, owner, appraised, appraised_on, appraisal_method, appraiser="", appraisal_note="",
    haircut_rate, haircut_reason="", seniors=(), by, on: date,
) -> Asset:  # fmt: skip
    """担保物件を登録する。owner は Person か Member。掛目は方針の定めまで、超えるには理由が要る。

    評価した人を書かなければ、登録した人が評価したものとする（鑑定には、鑑定した人の名が要る）。
    """
    label = "担保物件の登録"
    _check_permission(by, label)
    values = {
        "kind": kind,
        "description": (description or "").strip(),
        "appraised": appraised,
        "appraised_on": appraised_on,
        "appraisal_method": appraisal_method,
        "appraiser": (appraiser or "").strip(),
        "appraisal_note": (appraisal_note or "").strip(),
        "haircut_rate": haircut_rate,
    }
    refuse(label, checks.asset_refusals(**values, owner=owner, haircut_reason=haircut_reason, on=on))
    owner = standing(owner, label)
    for senior in seniors:
        refuse(label, checks.senior_refusals(**senior, on=on))
    values["appraiser"] = values["appraiser"] or str(by)
    asset = Asset(**values, **_owner_fields(owner))
    asset._change_reason = haircut_reason[:100] or None
    asset.full_clean()
    asset.save()
    SeniorLien.objects.bulk_create(SeniorLien(asset=asset, **senior) for senior in seniors)
    log.record(
        asset, verb="register", label=label, by=by, on=on, reason=haircut_reason,
        appraised=appraised, haircut_rate=str(haircut_rate), seniors=[str(lien) for lien in asset.seniors.all()],
    )  # fmt: skip
    return asset


@transaction.atomic
def update_asset(asset: Asset, *, owner=None, haircut_reason="", by, on: date, **changes) -> Asset:
    """担保物件の評価などを改める。owner は変えるときだけ渡す。設定済の権利に合わない種類には変えられない。"""
    label = "担保物件の変更"
    _check_permission(by, label)
    asset = Asset.objects.select_for_update().get(pk=asset.pk)
    values = {name: changes.get(name, getattr(asset, name)) for name in ASSET_FIELDS}
    keeper = owner or asset.owner
    if not haircut_reason and (values["kind"], values["haircut_rate"]) == (asset.kind, asset.haircut_rate):
        # 掛目に触れない変更に、登録のときの理由をもう一度は求めない。
        asked_reason = checks.UNCHANGED
    else:
        asked_reason = haircut_reason
    refusals = checks.asset_refusals(**values, owner=keeper, haircut_reason=asked_reason, on=on)
    if values["kind"] != asset.kind:
        for interest in asset.interests_in_force():
            refusals += [
                finding
                for finding in checks.interest_refusals(
                    kind=values["kind"], right=interest.right, amount=interest.amount, rank=interest.rank
                )
                if finding.code == "right"
            ]
    refuse(label, refusals)
    values |= _owner_fields(keeper)
    changed = _differences(asset, values)
    if not changed:
        return asset
    for name, value in values.items():
        setattr(asset, name, value)
    asset._change_reason = haircut_reason[:100] or None
    asset.full_clean()
    asset.save()
    log.record(asset, verb="update", label=label, by=by, on=on, reason=haircut_reason, changes=changed)
    return asset


@transaction.atomic
def change_asset(asset: Asset, *, seniors, haircut_reason="", by, on: date, **changes) -> Asset:
    """評価などと先順位を、一つの画面からまとめて改める。"""
    for senior in seniors:
        refuse("担保物件の変更", checks.senior_refusals(**senior, on=on))
    asset = update_asset(asset, haircut_reason=haircut_reason, by=by, on=on, **changes)
    replace_seniors(asset, seniors, by=by, on=on)
    return asset


@transaction.atomic
def add_senior(
    asset: Asset, *, kind, holder, registered, balance=None, balance_on=None, evidence="", by, on: date
) -> SeniorLien:
    """先順位を登録する。"""
    label = "先順位の登録"
    _check_permission(by, label)
    values = {"kind": kind, "registered": registered, "balance": balance, "balance_on": balance_on}
    refuse(label, checks.senior_refusals(**values, holder=holder, evidence=evidence, on=on))
    asset = Asset.objects.select_for_update().get(pk=asset.pk)
    lien = SeniorLien.objects.create(asset=asset, **values, holder=holder.strip(), evidence=(evidence or "").strip())
    log.record(asset, verb="add_senior", label=label, by=by, on=on, senior=str(lien), balance=balance)
    return lien


@transaction.atomic
def remove_senior(lien: SeniorLien, *, by, on: date, reason="") -> None:
    """先順位を外す（抹消・登録の誤り）。"""
    label = "先順位の抹消"
    _check_permission(by, label)
    asset = Asset.objects.select_for_update().get(pk=lien.asset_id)
    log.record(asset, verb="remove_senior", label=label, by=by, on=on, reason=reason, senior=str(lien))
    lien.delete()


@transaction.atomic
def replace_seniors(asset: Asset, seniors, *, by, on: date) -> bool:
    """先順位を、画面に見えるとおりに置き換える。同じなら何もしない。"""
    wanted = [_senior_values(row) for row in seniors]
    changed = False
    for lien in asset.seniors.all():
        key = {name: getattr(lien, name) for name in SENIOR_FIELDS}
        if key in wanted:
            wanted.remove(key)
        else:
            remove_senior(lien, by=by, on=on)
            changed = True
    for values in wanted:
        add_senior(asset, **values, by=by, on=on)
        changed = True
    return changed


def _senior_values(row: dict) -> dict:
    """先順位の一行の値。書かれていない項目は空。"""
    values = {name: row.get(name) for name in SENIOR_FIELDS}
    return values | {name: (values[name] or "").strip() for name in ("holder", "evidence")}


@transaction.atomic
def register_interest(
    *, asset: Asset, debtor: Member, right, amount, rank=1, joint_with: SecurityInterest | None = None,
    registered_on=None, by, on: date,
) -> SecurityInterest:  # fmt: skip
    """担保権を登録する。種類に合わない権利・重なる順位は断る（H2.3-f）。

    joint_with は、同じ債権をほかの物件で担保する担保権（共同担保）。
    """
    label = "担保権の登録"
    _check_permission(by, label)
    asset = Asset.objects.select_for_update().get(pk=asset.pk)
    leader = joint_with.joint_with or joint_with if joint_with is not None else None
    refuse(
        label,
        [
            *checks.interest_refusals(
                kind=asset.kind, right=right, amount=amount, rank=rank, seniors=asset.seniors.count(),
                taken=[interest.rank for interest in asset.interests_in_force()],
            ),
            *checks.joint_refusals(right=right, amount=amount, leader=leader),
        ],
    )  # fmt: skip
    interest = SecurityInterest(
        asset=asset, debtor=debtor, right=right, amount=amount, rank=rank, joint_with=leader,
        registered_on=registered_on,
    )  # fmt: skip
    interest.full_clean()
    interest.save()
    log.record(asset, verb="register_interest", label=label, by=by, on=on, interest=str(interest), amount=amount)
    return interest


@transaction.atomic
def release_interest(interest: SecurityInterest, *, by, on: date, reason="") -> SecurityInterest:
    """担保権を解除する・設定を取りやめる。消さずに日付を残す。"""
    label = "担保権の解除・取りやめ"
    _check_permission(by, label)
    interest = SecurityInterest.objects.select_for_update().get(pk=interest.pk)
    if interest.released_on is None:
        interest.released_on = on
        interest.save()
        log.record(interest.asset, verb="release_interest", label=label, by=by, on=on, reason=reason,
                   interest=str(interest))  # fmt: skip
    return interest


@transaction.atomic
def register_guarantee(
    *, debtor: Member, person: Person | None = None, member: Member | None = None, relation, scope,
    kind=GuaranteeKind.JOINT.value, kind_reason="", maximum_amount=None, fixed_on=None, by, on: date, **record,
) -> Guarantee:  # fmt: skip
    """保証を登録する。債務者本人・関係の合わない人・極度額のない根保証・理由のない単純保証は断る。

    record は公正証書・例外の裏づけ・情報提供の記録（RECORD_FIELDS。なければ空）。
    """
    label = "保証の登録"
    _check_permission(by, label)
    terms = {
        "relation": relation, "scope": scope, "kind": kind, "kind_reason": (kind_reason or "").strip(),
        "maximum_amount": maximum_amount, "fixed_on": fixed_on,
    }  # fmt: skip
    kept = _record_of(Guarantee(), record)
    refuse(
        label,
        [
            *checks.guarantee_refusals(debtor=debtor, person=person, member=member, **terms, on=on),
            *checks.deed_refusals(**kept, on=on),
        ],
    )
    person, member = person and standing(person, label), member and standing(member, label)
    guarantee = Guarantee(debtor=debtor, person=person, member=member, **terms, **kept)
    guarantee.full_clean()
    guarantee.save()
    log.record(guarantee, verb="register", label=label, by=by, on=on, scope=scope, maximum_amount=maximum_amount)
    return guarantee


def _record_of(guarantee: Guarantee, changes: dict) -> dict:
    """公正証書・例外の裏づけ・情報提供の、変えたあとの値。説明を受けたことを言わなければ、三つとも受けたものとする。"""
    unknown = set(changes) - set(RECORD_FIELDS)
    if unknown:
        raise TypeError(f"記録できない項目です: {sorted(unknown)}")
    values = {name: changes.get(name, getattr(guarantee, name)) for name in RECORD_FIELDS}
    for name in ("deed_office", "deed_number", "exception_evidence"):
        values[name] = (values[name] or "").strip()
    if values["informed_on"] is None and "told" not in changes:
        values["told"] = ""
    elif values["informed_on"] != guarantee.informed_on and "told" not in changes:
        values["told"] = ALL_TOLD
    return values


@transaction.atomic
def update_guarantee(guarantee: Guarantee, *, by, on: date, reason="", label="保証の変更", **changes) -> Guarantee:
    """保証の内容・公正証書・情報提供を改める。渡した項目だけを変える。"""
    _check_permission(by, label)
    unknown = set(changes) - set(GUARANTEE_FIELDS)
    if unknown:
        raise TypeError(f"変えられない項目です: {sorted(unknown)}")
    guarantee = Guarantee.objects.select_for_update().get(pk=guarantee.pk)
    terms = {name: changes.get(name, getattr(guarantee, name)) for name in TERM_FIELDS}
    record = _record_of(guarantee, {name: value for name, value in changes.items() if name in RECORD_FIELDS})
    refusals = checks.deed_refusals(**record, on=on)
    if terms.keys() & changes.keys():
        refusals += checks.guarantee_refusals(
            debtor=guarantee.debtor, person=guarantee.person, member=guarantee.member, **terms, on=on
        )
    refuse(label, refusals)
    values = {**terms, **record}
    changed = _differences(guarantee, values)
    if not changed:
        return guarantee
    for name, value in values.items():
        setattr(guarantee, name, value)
    guarantee.full_clean()
    guarantee.save()
    log.record(guarantee, verb="update", label=label, by=by, on=on, reason=reason, changes=changed)
    return guarantee


@transaction.atomic
def record_statement(
    guarantee: Guarantee, *, stated_on: date, note="", document=None, by, on: date, **amounts
) -> GuarantorStatement:
    """保証人の資産・収入の申告を記録する。前の申告は残す。金額は記録（ログ）に書かない。"""
    label = "保証人の申告の記録"
    _check_permission(by, label)
    refuse(label, checks.statement_refusals(stated_on=stated_on, amounts=amounts, on=on))
    statement = GuarantorStatement(
        guarantee=guarantee, stated_on=stated_on, note=(note or "").strip(), document=document, recorded_by=by,
        recorded_on=on, **{name: amounts.get(name) or 0 for name in STATEMENT_AMOUNTS},
    )  # fmt: skip
    statement.full_clean()
    statement.save()
    log.record(guarantee, verb="statement", label=label, by=by, on=on, stated_on=stated_on.isoformat())
    return statement


@transaction.atomic
def release_guarantee(guarantee: Guarantee, *, by, on: date, reason="") -> Guarantee:
    """保証を解除する・取りやめる。消さずに日付を残す。"""
    label = "保証の解除・取りやめ"
    _check_permission(by, label)
    guarantee = Guarantee.objects.select_for_update().get(pk=guarantee.pk)
    if guarantee.released_on is None:
        guarantee.released_on = on
        guarantee.save()
        log.record(guarantee, verb="release", label=label, by=by, on=on, reason=reason)
    return guarantee
