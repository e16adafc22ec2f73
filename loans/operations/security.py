"""申込に担保・保証を付ける、外す、公正証書を記録する（手引き 第2章2 二 c・三 e、H2.5-b）。

どの操作も、申込を鎖錠し、状態を確かめ、版を進め、記録を残す。担保・保証そのものの点検は collateral がする。
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from collateral import checks, root_guarantee
from collateral import operations as collateral
from collateral.enums import MATRIX_SOURCE, GuaranteeKind, GuaranteeScope
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee, SecurityInterest
from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.handbook import follows
from loans import coverage, protection, root_guarantees
from loans.enums import ENDED_STATES, LoanType
from loans.enums import ApplicationState as S
from loans.models import Application, LoanGuarantee, LoanSecurity
from loans.operations import base
from members.models import Member, Person

PERMISSION = "loans.edit_application"
#: 担保・保証を付け外しできる状態。付議してからは、差し戻されなければ変えられない。
CHANGEABLE = (S.DRAFT, S.RECEIVED, S.INVESTIGATION, S.RETURNED)
#: 公正証書・情報提供を記録できる状態。契約が済むまで。
RECORDABLE = (*CHANGEABLE, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE, S.APPROVED, S.CONTRACTING)


def why_closed(application, states=CHANGEABLE) -> str:
    """いまの状態で担保・保証を変えられない理由。変えられるなら空。"""
    if application.state in states:
        return ""
    if states is RECORDABLE:
        return f"いまの状態は「{application.get_state_display()}」です。記録できるのは契約が済むまでです。"
    return (
        f"いまの状態は「{application.get_state_display()}」です。"
        "担保・保証を変えられるのは付議の前だけです。変えるには、差し戻してください。"
    )


def begin(application, *, label: str, by, states=CHANGEABLE) -> Application:
    """鎖錠して、権限と状態を確かめる。"""
    locked = base.lock(application)
    refusals = []
    if not by.has_perm(PERMISSION):
        refusals.append(block(f"「{label}」をする権限がありません。", "役割の表", code="permission"))
    if closed := why_closed(locked, states):
        refusals.append(block(closed, "事務の流れ", code="state"))
    collateral.refuse(label, refusals)
    return locked


def finish(application, given, *, verb: str, label: str, by, on: date, reason: str = "", **detail) -> None:
    """版を進め、記録する。渡された申込（given）の版も合わせ、続けて次の操作に使えるようにする。"""
    base.touch(application, "version")
    given.version = application.version
    log.record(application, verb=verb, label=label, by=by, on=on, reason=reason, **detail)


# --- 担保 ----------------------------------------------------------------------------------


@transaction.atomic
def add_security(
    application, *, asset: Asset | None = None, new_asset: dict | None = None, right, amount, rank=1,
    joint_with: SecurityInterest | None = None, seniors=None, registered_on=None, by, on: date,
) -> LoanSecurity:  # fmt: skip
    """担保を付ける。登録済の物件（asset）か、新しい物件の内容（new_asset）のどちらか。

    joint_with は、同じ債権を担保するこの申込の担保権（共同担保）。seniors は先順位の一覧（kind・holder・registered・
    balance・balance_on・evidence）。登録済の物件では、渡せば置き換える。
    """
    label = "担保を付ける"
    given, application = application, begin(application, label=label, by=by)
    if (asset is None) == (new_asset is None):
        raise StepRefused(label, [block("物件を選ぶか、新しい物件を入力してください。", code="asset")])
    if joint_with is not None and not application.securities.filter(interest=joint_with).exists():
        raise StepRefused(
            label, [block("共同担保のもとは、この申込の担保から選んでください。", MATRIX_SOURCE, code="joint_with")]
        )
    if asset is None:
        asset = collateral.register_asset(**new_asset, seniors=seniors or (), by=by, on=on)
    elif seniors is not None:
        for senior in seniors:
            collateral.refuse(label, checks.senior_refusals(**senior, on=on))
        collateral.replace_seniors(asset, seniors, by=by, on=on)
    interest = collateral.register_interest(
        asset=Asset.objects.get(pk=asset.pk), debtor=application.member, right=right, amount=amount, rank=rank,
        joint_with=joint_with, registered_on=registered_on, by=by, on=on,
    )  # fmt: skip
    link = LoanSecurity.objects.create(application=application, interest=interest)
    finish(application, given, verb="add_security", label=label, by=by, on=on, security=str(interest), amount=amount)
    return link


@transaction.atomic
def use_interest(application, *, interest: SecurityInterest, by, on: date) -> LoanSecurity:
    """すでに設定してある担保権（根抵当権など）を、この申込の担保にも使う。余力は一度だけ数える（B12a）。"""
    label = "設定済の担保権を使う"
    given, application = application, begin(application, label=label, by=by)
    interest = SecurityInterest.objects.select_for_update().get(pk=interest.pk)
    collateral.refuse(label, interest_use_refusals(application, interest))
    link = LoanSecurity.objects.create(application=application, interest=interest)
    finish(application, given, verb="use_interest", label=label, by=by, on=on, security=str(interest))
    return link


@follows("H2.3-g")
def interest_use_refusals(application, interest) -> list:
    """普通抵当は一つの債権だけを担保する。ほかの貸付も担保できるのは、極度額のある根抵当権だけ。"""
    if interest.debtor_id != application.member_id:
        return [block("この担保権は、ほかの組合員の債務を担保するものです。", MATRIX_SOURCE, code="interest")]
    if interest.released_on is not None:
        return [block("この担保権は、すでに解除・取りやめになっています。", code="interest")]
    links = interest.loan_securities.exclude(application__state__in=ENDED_STATES)
    if any(link.application_id == application.pk for link in links):
        return [block("この担保権は、すでにこの申込に付いています。", code="interest")]
    if links and not interest.is_revolving:
        return [
            block(
                f"{interest.get_right_display()}は一つの債権だけを担保し、すでにほかの貸付（{links[0].application.number_label}）"
                "を担保しています。この物件に、次の順位で新しい担保権を設定してください。",
                MATRIX_SOURCE,
                code="interest",
            )
        ]
    return []


@transaction.atomic
def remove_security(application, link: LoanSecurity, *, by, on: date, reason="") -> None:
    """担保を外す。物件は台帳に残り、登記していない担保権は取りやめになる。"""
    label = "担保を外す"
    given, application = application, begin(application, label=label, by=by)
    link = LoanSecurity.objects.filter(application=application, pk=link.pk).select_related("interest").first()
    if link is None:
        raise StepRefused(label, [block("この担保は、すでに外されています。", code="gone")])
    interest, text = link.interest, str(link.interest)
    link.delete()
    if interest.registered_on is None and not root_guarantees.used_elsewhere(interest.loan_securities, application):
        collateral.release_interest(interest, by=by, on=on, reason=reason)
    finish(application, given, verb="remove_security", label=label, by=by, on=on, reason=reason, security=text)


# --- 保証 ----------------------------------------------------------------------------------


def root_fixed_on(on: date) -> date:
    """根保証の元本確定期日の初めの値。契約から5年を超えないよう、今日から5年（民法465条の3）。"""
    return root_guarantee.latest_fixing_day(on)


def terms_of_guarantee(application, *, on: date, maximum_amount=None, fixed_on=None) -> dict:
    """貸付の形式に応じた保証の範囲（H2.5-b）。手形は根保証で、極度額は初め金額と同じ。"""
    scope = coverage.SCOPE_OF[LoanType(application.loan_type)]
    if scope == GuaranteeScope.SPECIFIC:
        return {"scope": scope.value, "maximum_amount": None, "fixed_on": None}
    return {
        "scope": scope.value,
        "maximum_amount": maximum_amount or application.amount,
        "fixed_on": fixed_on or root_fixed_on(on),
    }


@transaction.atomic
def add_guarantee(
    application, *, person: Person | None = None, member: Member | None = None, new_person: dict | None = None,
    relation, maximum_amount=None, fixed_on=None, scope=None, kind=GuaranteeKind.JOINT.value, kind_reason="",
    by, on: date, **record,
) -> LoanGuarantee:  # fmt: skip
    """保証人を付ける（言わなければ連帯保証）。人・新しい人（new_person: 氏名・カナ・生年月日・住所）・組合員のいずれか。

    record は公正証書・例外の裏づけ・情報提供の記録。範囲は貸付の形式に従う。scope を渡すときは、形式と合っていなければ断る。
    """
    label = "保証人を付ける"
    given, application = application, begin(application, label=label, by=by)
    terms = terms_of_guarantee(application, on=on, maximum_amount=maximum_amount, fixed_on=fixed_on)
    if scope is not None and scope != terms["scope"]:
        wanted = GuaranteeScope(terms["scope"]).label
        sentence = f"{application.get_loan_type_display()}の保証は{wanted}です。"
        raise StepRefused(label, [block(sentence, "手引き 第2章四", code="scope")])
    if new_person is not None:
        person = _new_person(new_person, label)
    for link in coverage.guarantee_links(application):
        same_person = person is not None and link.guarantee.person_id == person.pk
        if same_person or (member is not None and link.guarantee.member_id == member.pk):
            raise StepRefused(label, [block(f"{person or member}は、すでに保証人です。", code="guarantor")])
    guarantee = collateral.register_guarantee(
        debtor=application.member, person=person, member=member, relation=relation, **terms, kind=kind,
        kind_reason=kind_reason, by=by, on=on, **record,
    )  # fmt: skip
    link = LoanGuarantee.objects.create(application=application, guarantee=guarantee)
    finish(application, given, verb="add_guarantee", label=label, by=by, on=on, guarantee=str(guarantee))
    return link


@transaction.atomic
def use_guarantee(application, *, guarantee: Guarantee, by, on: date) -> LoanGuarantee:
    """設定済の根保証を、この申込にも使う。同じ人が新しくするはずだった保証は、取りやめる。"""
    label = "設定済の根保証を使う"
    given, application = application, begin(application, label=label, by=by)
    guarantee = Guarantee.objects.select_for_update().get(pk=guarantee.pk)
    collateral.refuse(label, root_guarantees.use_refusals(application, guarantee))
    for link in root_guarantees.to_give_way(guarantee, coverage.guarantee_links(application)):
        link.delete()
        _release_unless_used(link.guarantee, application, by=by, on=on, reason=label)
    link = LoanGuarantee.objects.create(application=application, guarantee=guarantee)
    finish(application, given, verb="use_guarantee", label=label, by=by, on=on, guarantee=str(guarantee))
    return link


def _release_unless_used(guarantee: Guarantee, application, *, by, on: date, reason: str) -> None:
    """保証を取りやめる。終わっていないほかの申込も使う根保証は残す。"""
    if not root_guarantees.used_elsewhere(guarantee.loan_guarantees, application):
        collateral.release_guarantee(guarantee, by=by, on=on, reason=reason)


def _new_person(values: dict, label: str) -> Person:
    """人の台帳に新しい人を登録する。保証書に要るので、住所まで求める。"""
    values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    refusals = [
        block(f"新しい保証人の{name}を入力してください。", code=code)
        for code, name in (("name", "氏名"), ("kana", "カナ"), ("address", "住所"))
        if not values.get(code)
    ]
    collateral.refuse(label, refusals)
    person = Person(**values)
    person.full_clean()
    person.save()
    return person


@transaction.atomic
def remove_guarantee(application, link: LoanGuarantee, *, by, on: date, reason="") -> None:
    """保証人を外す。保証は取りやめの日付とともに台帳に残る。"""
    label = "保証人を外す"
    given, application = application, begin(application, label=label, by=by)
    link = LoanGuarantee.objects.filter(application=application, pk=link.pk).select_related("guarantee").first()
    if link is None:
        raise StepRefused(label, [block("この保証人は、すでに外されています。", code="gone")])
    guarantee, text = link.guarantee, str(link.guarantee)
    link.delete()
    _release_unless_used(guarantee, application, by=by, on=on, reason=reason)
    finish(application, given, verb="remove_guarantee", label=label, by=by, on=on, reason=reason, guarantee=text)


@transaction.atomic
def record_deed(link: LoanGuarantee, *, by, on: date, **record) -> LoanGuarantee:
    """公正証書（民法465条の6）・例外の裏づけ（465条の9）・情報提供（465条の10）を記録する。契約が済むまで直せる。

    record は collateral.operations.RECORD_FIELDS のうち記録するもの。渡さない項目は変えない。
    """
    label = "公正証書・情報提供の記録"
    given, application, link = _of_link(link, label=label, by=by)
    collateral.refuse(label, record_refusals(application, link.guarantee))
    collateral.update_guarantee(link.guarantee, **record, by=by, on=on, label=label)
    finish(
        application, given, verb="record_deed", label=label, by=by, on=on, guarantee=str(link.guarantee),
        **{name: value.isoformat() for name, value in record.items() if isinstance(value, date)},
    )  # fmt: skip
    return LoanGuarantee.objects.select_related("guarantee", "application").get(pk=link.pk)


def record_refusals(application, guarantee) -> list:
    """前の契約で受けた根保証の公正証書・情報提供は、その契約で確かめたもの。後の申込からは書き換えない。"""
    before = root_guarantees.given_before(application, [guarantee], before=application.loan)
    return [
        block(
            f"契約 {loan.number} で受けた根保証です。公正証書・情報提供は、その契約で確かめたものを使います。",
            root_guarantees.SOURCE, code="given",
        )
        for loan in before.values()
    ]  # fmt: skip


@transaction.atomic
def record_statement(link: LoanGuarantee, *, by, on: date, **values) -> LoanGuarantee:
    """保証人の資産・収入の申告を記録する。契約が済むまで足せる。金額は経過に書かない。"""
    label = "保証人の申告の記録"
    given, application, link = _of_link(link, label=label, by=by)
    collateral.record_statement(link.guarantee, **values, by=by, on=on)
    finish(application, given, verb="record_statement", label=label, by=by, on=on, guarantee=str(link.guarantee))
    return link


def _of_link(link: LoanGuarantee, *, label: str, by):
    """渡された申込、鎖錠した申込、読み直した保証。"""
    given, application = link.application, begin(link.application, label=label, by=by, states=RECORDABLE)
    link = LoanGuarantee.objects.filter(application=application, pk=link.pk).select_related("guarantee").first()
    if link is None:
        raise StepRefused(label, [block("この保証人は、すでに外されています。", code="gone")])
    return given, application, link


@transaction.atomic
def propose_representative(application, *, by, on: date) -> LoanGuarantee | None:
    """代表者を連帯保証人に加える（下書きを作ったとき）。個人事業主には何もしない。外すには理由が要る。"""
    if not application.member.is_corporate:
        return None
    representative = application.member.representative_id
    for link in coverage.guarantee_links(application):
        if link.guarantee.person_id == representative:
            return link
    return add_guarantee(
        application, person=application.member.representative, relation=Relation.REPRESENTATIVE.value, by=by, on=on
    )


@transaction.atomic
def follow_terms(application, *, by, on: date) -> int:
    """形式や金額を変えたあと、保証の範囲・極度額を合わせる。変えた保証の数を返す。

    人が決めた極度額は残し、根保証の極度額が金額に足りなくなったときだけ金額まで上げる。ほかの申込も使う根保証は変えない。
    """
    given, application = application, begin(application, label="保証を形式に合わせる", by=by)
    changed = 0
    for link in coverage.guarantee_links(application):
        guarantee = link.guarantee
        if root_guarantees.used_elsewhere(guarantee.loan_guarantees, application):
            continue
        maximum = max(guarantee.maximum_amount or 0, application.amount)
        terms = terms_of_guarantee(application, on=on, maximum_amount=maximum, fixed_on=guarantee.fixed_on)
        if any(getattr(guarantee, name) != value for name, value in terms.items()):
            collateral.update_guarantee(guarantee, **terms, by=by, on=on, label="保証を形式に合わせる")
            changed += 1
    if changed:
        finish(application, given, verb="follow_terms", label="保証を形式に合わせる", by=by, on=on, guarantees=changed)
    return changed


@transaction.atomic
def release_all(application, *, by, on: date, reason="") -> None:
    """謝絶・取下げのとき、登記していない担保権と保証を取りやめにする。申込との結び付きは記録として残す。"""
    for link in protection.security_links(application):
        shared = root_guarantees.used_elsewhere(link.interest.loan_securities, application)
        if link.interest.registered_on is None and not shared:
            collateral.release_interest(link.interest, by=by, on=on, reason=reason)
    for link in coverage.guarantee_links(application):
        _release_unless_used(link.guarantee, application, by=by, on=on, reason=reason)
