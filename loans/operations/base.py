"""操作の土台: 鎖錠の順（組合 → 組合員 → 申込）、古い画面の断り、状態を進めて記録すること。"""

from __future__ import annotations

from datetime import date

from coopfin import log
from coopfin.flow import StaleObject, Step, StepRefused, block
from coopfin.models import Cooperative
from loans.models import Application
from loans.workflow import FLOW, not_interested
from members.models import Member


def lock(application: Application, *, any_version: bool = False) -> Application:
    """申込を鎖錠して読み直す。つねに組合、組合員、申込の順に取るので、二人が互いに待ち合うことがない。

    渡された申込の版が古ければ（ほかの人が先に進めていれば）StaleObject。any_version は、版が進んでいても
    よい操作（委員がめいめい述べる意見）だけが渡す。
    """
    try:
        Cooperative.lock()
    except Cooperative.DoesNotExist:
        raise StepRefused(
            "申込の変更",
            [block("組合がまだ登録されていません。管理サイトで登録してください。", "設定", code="no-cooperative")],
        ) from None
    Member.objects.select_for_update().get(pk=application.member_id)
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.version != application.version and not any_version:
        raise StaleObject(
            "申込の変更",
            [
                block(
                    f"この申込は、画面を開いたあとにほかの人が更新しました（いまは「{locked.get_state_display()}」）。"
                    "最新の内容を確かめて、もう一度操作してください。",
                    "二重操作の防止",
                    code="stale",
                )
            ],
        )
    return locked


def allow(application: Application, permission: str, label: str, *, by, on: date) -> None:
    """流れの表にない操作を、してよい人か（権限があり、案件に利害関係がない）。だめなら StepRefused。"""
    refused = [finding for finding in not_interested(application, by=by, on=on) if finding.blocks]
    if not by.has_perm(permission):
        refused.insert(0, block(f"「{label}」をする権限がありません。", "役割の表", code="permission"))
    if refused:
        raise StepRefused(label, refused)


def touch(application: Application, *fields: str) -> None:
    """版を進めて保存する。"""
    application.version += 1
    application.save(update_fields=[*fields, "version"] if fields else None)


def check(application: Application, name: str, *, by, on: date, reason: str = "", **given) -> Step:
    """ステップを確かめる。だめなら StepRefused。"""
    step = FLOW[name]
    FLOW.check(step, application, by=by, on=on, reason=reason, **given)
    return step


def advance(application: Application, step: Step, *, by, on: date, reason: str = "", **detail) -> Application:
    """状態を進め、版を上げ、記録を残す。"""
    before = application.get_state_display()
    FLOW.move(step, application)
    if step.target is not None:
        application.entered_state_on = on
    touch(application)
    log.record(
        application,
        verb=step.name,
        label=step.label,
        by=by,
        on=on,
        reason=reason,
        before=before,
        after=application.get_state_display(),
        **detail,
    )
    return application


def take(application: Application, name: str, *, by, on: date, reason: str = "", **detail) -> Application:
    """鎖錠済の申込について、確かめて進める。"""
    step = check(application, name, by=by, on=on, reason=reason)
    return advance(application, step, by=by, on=on, reason=reason, **detail)
