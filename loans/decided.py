"""理事会の決定のあとに確かめること: 条件を満たしたか、決定の有効期限（手引き 第2章2 三、ドメイン E1）。"""

from __future__ import annotations

from django.urls import reverse

from coopfin.calc.words import to_wareki
from coopfin.flow import block, passed
from coopfin.handbook import follows
from coopfin.models import Policy
from loans.enums import ApplicationState as S
from loans.enums import ConditionDue

CONDITIONS = "手引き 第2章2 三（条件付の決定）"


def _page(name: str, application) -> str:
    return reverse(f"loans:{name}", args=[application.pk])


def _conditions(application, *, only=None):
    """理事会の定めた条件のうち、まだ満たされていないもの。"""
    for condition in application.conditions.all():
        if condition.lapsed_on is not None or (only is not None and condition.due != only):
            continue
        if condition.is_outstanding:
            yield block(
                f"理事会の条件「{condition.text}」（{condition.get_due_display()}）を満たしたことが記録されていません。",
                CONDITIONS,
                detail=f"期日は{to_wareki(condition.due_on)}です。" if condition.due_on else "",
                url=_page("conditions", application),
                url_label="条件の記録をする",
                code="condition",
            )
        else:
            what = "満たしています" if condition.met_on else "理事会が免除しています"
            yield passed(f"条件「{condition.text}」は、{what}。", CONDITIONS, code="condition")


@follows("H2.4-g")
def conditions_before_contract(application, *, by, on, **given):
    """契約までに満たす条件。"""
    yield from _conditions(application, only=ConditionDue.CONTRACT)


@follows("H2.4-g", "H2.5-a")
def conditions_are_met(application, *, by, on, **given):
    """実行までに、すべての条件が満たされ、または理事会が免除していること。"""
    yield from _conditions(application)


@follows("H2.4-g")
def approval_is_valid(application, *, by, on, **given):
    """理事会の決定の有効期限が過ぎていないこと。"""
    expires = application.approval_expires_on
    if expires is not None and on > expires:
        yield block(
            f"理事会の決定の有効期限（{expires.year}年{expires.month}月{expires.day}日）が過ぎています。"
            "理事会に付議し直すか、条件から改めるときは差し戻すか、取り下げてください。",
            "金融事業規程",
            url=_page("submit_again" if application.state == S.APPROVED else "cancel_contract", application),
            url_label="理事会に付議し直す" if application.state == S.APPROVED else "先に契約手続を取りやめる",
            code="expired",
        )


@follows("H2.4-g")
def approval_runs_out(application, *, by, on, **given):
    """付議し直せるのは、決定の有効期限が切れたか、知らせる日数のうちに切れる承認だけ。"""
    expires, policy = application.approval_expires_on, application.policy or Policy.on(on)
    if expires is None or policy is None or (expires - on).days > policy.approval_reminder_days:
        day = f"（{expires.year}年{expires.month}月{expires.day}日）" if expires else ""
        yield block(f"決定の有効期限{day}までは、まだ日があります。", "金融事業規程", code="not-expiring")
