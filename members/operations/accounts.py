"""振込先の口座の変更。申請した人とは別の人が承認する（相互牽制、ドメイン E）。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopfin import log, proposals
from coopfin.flow import StepRefused, block
from members.models import ACCOUNT_FIELDS, AccountRequest, Member
from members.operations.base import known, lock_member, refuse_stale, save

REQUEST = "members.request_account"
APPROVE = "members.approve_account"
ALREADY = "この組合員の口座変更の申請が、すでに承認を待っています。先の申請が承認か却下されてから、申請してください。"


def request_account(*, member: Member, document: str, by, on: date, version=None, **account) -> AccountRequest:
    """口座の変更を申請する。すべて空なら、口座の登録をなくす申請になる。口座はまだ変わらない。"""
    label = "口座変更の申請"
    if not by.has_perm(REQUEST):
        raise StepRefused(label, [block("口座の変更を申請する権限がありません。", "役割の表")])
    wanted = {name: known(account, frozenset(ACCOUNT_FIELDS)).get(name, "") for name in ACCOUNT_FIELDS}
    with transaction.atomic():
        locked = lock_member(member, label)
        refuse_stale(locked, version, label)
        if wanted == locked.account:
            raise ValidationError("いまの口座と同じです。変えるところがありません。")
        waiting = AccountRequest.objects.waiting().filter(member=locked).first()
        if waiting is not None:
            raise StepRefused(label, [block(ALREADY, "相互牽制", url=waiting.get_absolute_url(), code="waiting")])
        tried = _as_member(locked, wanted)
        request = AccountRequest(
            member=locked, before={**locked.account, "bank_name": locked.bank_name, "branch_name": locked.branch_name},
            bank_name=tried.bank_name, branch_name=tried.branch_name, document=document, proposed_by=by, **wanted,
        )  # fmt: skip
        request.full_clean(exclude=["decided_by", "decided_at"], validate_constraints=False)
        try:
            with transaction.atomic():
                request.save()
        except IntegrityError as error:
            raise StepRefused(label, [block(ALREADY, "相互牽制", code="waiting")]) from error
        log.record(locked, verb="request_account", label=label, by=by, on=on, text=f"承認を待っています（{document}）")
    return request


def approve_account(*, request: AccountRequest, by, on: date) -> AccountRequest:
    """口座の変更を承認する。承認すると、組合員の口座がその場で変わる。"""
    label = "口座変更の承認"
    with transaction.atomic():
        member = lock_member(request.member, label)
        decided = proposals.approve(request, by=by, on=on, permission=APPROVE)
        if any(member.account[name] != decided.before[name] for name in ACCOUNT_FIELDS):
            text = "申請のあとに口座が変わっています。却下して、いまの口座から申請し直してください。"
            raise StepRefused(label, [block(text, "相互牽制", url=member.get_absolute_url(), code="moved")])
        for name in ACCOUNT_FIELDS:
            setattr(member, name, getattr(decided, name))
        member.complete_bank_names()
        save(member, by)
        log.record(
            member, verb="approve_account", label=label, by=by, on=on, text=f"申請 {decided.proposed_by}",
        )  # fmt: skip
    return decided


def withdraw_account(*, request: AccountRequest, reason: str, by, on: date) -> AccountRequest:
    """口座の変更の申請を、申請した本人が取り下げる。書き間違えた申請のあとに、正しいものを出せる。"""
    label = "口座変更の申請の取下げ"
    with transaction.atomic():
        member = lock_member(request.member, label)
        withdrawn = proposals.withdraw(request, by=by, on=on, reason=reason)
        log.record(member, verb="withdraw_account", label=label, by=by, on=on, reason=reason)
    return withdrawn


def reject_account(*, request: AccountRequest, reason: str, by, on: date) -> AccountRequest:
    """口座の変更を却下する。理由を残す。"""
    label = "口座変更の却下"
    with transaction.atomic():
        member = lock_member(request.member, label)
        decided = proposals.reject(request, by=by, on=on, permission=APPROVE, reason=reason)
        log.record(member, verb="reject_account", label=label, by=by, on=on, reason=reason)
    return decided


def _as_member(member: Member, account: dict) -> Member:
    """この口座を持ったとした組合員。口座の確かめは組合員の規則をそのまま使う。"""
    tried = Member(**account)
    tried.complete_bank_names()
    problems = tried.problems_of_account()
    if problems:
        raise ValidationError(problems)
    tried.clean_fields(exclude=[field.name for field in Member._meta.fields if field.name not in ACCOUNT_FIELDS])
    return tried
