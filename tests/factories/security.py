"""担保・保証の試験に要る、小さな事務局と、状態だけを進めた申込。"""

from datetime import date, timedelta
from types import SimpleNamespace

from coopfin.roles import Role
from loans.enums import ApplicationState as S
from loans.models import Application, GuaranteeReview
from loans.operations import security
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.loans import TODAY as ON
from tests.factories.loans import fresh


def make_small_office():
    """組合・方針・事務局の一人だけ。会議を開かない試験には、これで足りる。"""
    make_cooperative()
    make_policy()
    return SimpleNamespace(clerk=make_user(Role.CLERK))


def put(application, state):
    """道を歩かずに、後の状態に置く（行の約束があるので、受付と決定は添える）。"""
    changes = {"state": state}
    if state not in (S.DRAFT, S.WITHDRAWN):
        changes |= {
            "received_on": ON, "received_by": application.created_by, "sequence": 1, "fiscal_year": 2026,
            "number": "2026-0001",
        }  # fmt: skip
    if state in (S.APPROVED, S.CONTRACTING, S.READY, S.DISBURSED):
        changes |= {
            "approved_on": ON,
            "approval_expires_on": ON + timedelta(days=90),
            "decided_by": make_user(Role.CHIEF),
        }
    Application.objects.filter(pk=application.pk).update(**changes)
    return fresh(application)


def land(application, **changes):
    """申込者の土地（登録の操作に渡す値）。"""
    return {
        "kind": "land",
        "description": "金沢市鞍月二丁目20番 更地",
        "owner": application.member,
        "appraised": 50_000_000,
        "appraised_on": date(2026, 11, 2),
        "appraisal_method": "road",
        "haircut_rate": 70,
        **changes,
    }


def add_land(application, office, **changes):
    """その土地を担保に付ける。"""
    return security.add_security(
        application, new_asset=land(application), right="mortgage", amount=10_000_000, **changes, by=office.clerk, on=ON
    )


#: 三つの要件の判断（操作に渡す値）
CRITERIA = {
    "separation": {"verdict": "met", "finding": "役員への貸付はない。", "evidence": "決算書2期"},
    "finances": {"verdict": "partly", "finding": "自己資本比率は15%。", "evidence": "決算書2期"},
    "disclosure": {"verdict": "met", "finding": "試算表を四半期ごとに受け取る。", "evidence": "試算表"},
}
EXPLAINED = {
    "explained_on": ON,
    "explained_to": "代表者",
    "explained_why": "財務基盤が足りない。",
    "explained_release": "自己資本比率が30%を超えれば外す。",
}


def make_review(application, *, explained=True, **changes):
    """経営者保証の検討（行だけ）。言わなければ、代表者を保証人とし、三つの要件を確かめ、説明した。"""
    by = application.created_by
    told = {**EXPLAINED, "explained_by": by} if explained else {}
    review = GuaranteeReview.objects.create(
        application=application, **{"decision": "take", **told, "recorded_by": by, "recorded_on": ON, **changes}
    )
    for criterion, values in CRITERIA.items():
        review.findings.create(criterion=criterion, **values, judged_by=by, judged_on=ON)
    return review
