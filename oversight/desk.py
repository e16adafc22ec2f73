"""今日の仕事・メニュー・ページの欄への登録: 誓約のない人、回答を待つ指摘、監査の記録、誰が読んだか。"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from coopfin import handbook, reading, worklists
from coopfin.worklists import MenuItem, Task
from oversight import readings, targets
from oversight.models import AuditMark, CaseGrant, CaseRestriction, Pledge
from oversight.operations.access import KEEP
from oversight.register import without_pledge

GROUP = "守秘・監査"
AT_MOST = 20
#: 一つのページの欄に、はじめから出す数
SHOWN = 10


# --- 手を付けること -------------------------------------------------------------------------


@worklists.register_task
def pledges_to_make(user, on):
    """自分の誓約と、（守秘を管理する人には）誓約のない人。"""
    if user.has_perm("loans.view_application") and not Pledge.objects.of_user(user).in_force(on).exists():
        yield Task("守秘義務の誓約をする", "誓約するまで、案件は開けません", reverse("oversight:pledge"), due_on=on)
    if user.has_perm(KEEP) and (missing := without_pledge(on)):
        names = "、".join(row.name for row in missing[:3])
        rest = f" ほか{len(missing) - 3}名" if len(missing) > 3 else ""
        yield Task("守秘義務の誓約をもらう", f"{names}{rest}", reverse("oversight:pledges"))


def _mine(user, on):
    """この人が次にする監査の記録: 事務局は回答、監事は確かめ。待つものがなければ、見てよいかは調べない。"""
    found = AuditMark.objects.none()
    if user.has_perm("oversight.reply_to_marks"):
        found |= AuditMark.objects.unanswered().exclude(author=user)
    if user.has_perm("oversight.mark"):
        found |= AuditMark.objects.answered()
    return targets.without_hidden(found, user, on) if found.exists() else found.none()


def marks_count(user, on) -> int:
    """監査の記録で、この人を待つ数。"""
    return _mine(user, on).count() if _works_on_marks(user, on) else 0


def _works_on_marks(user, on) -> bool:
    if not reading.may(user, on):
        return False
    return user.has_perm("oversight.reply_to_marks") or user.has_perm("oversight.mark")


@worklists.register_task
def marks_to_answer(user, on):
    """回答を待つ指摘（事務局）と、確かめを待つ回答（監事）。"""
    if not _works_on_marks(user, on):
        return
    for mark in _mine(user, on).order_by("marked_on", "pk")[:AT_MOST]:
        word = mark.get_kind_display()
        yield Task(
            f"「{word}」への回答を確かめる" if mark.reply else f"監事の「{word}」に回答する",
            mark.object_text,
            mark.get_absolute_url(),
            since_on=mark.replied_on or mark.marked_on,
        )


# --- ページの欄 -----------------------------------------------------------------------------


def marks_panel(obj, user, on):
    """監査の記録の欄。"""
    target = targets.target_of(obj)
    if target is None or not user.has_perm("oversight.view_marks"):
        return None
    marks = list(AuditMark.objects.about(obj).select_related("author", "replied_by")[: SHOWN + 1])
    may_mark = user.has_perm("oversight.mark")
    if not marks and not may_mark:
        return None
    return {
        "template": "oversight/parts/marks_panel.html",
        "marks": marks[:SHOWN],
        "more": len(marks) > SHOWN,
        "mark_url": reverse("oversight:mark_create", args=[target.label, obj.pk]) if may_mark else "",
    }


def readers_panel(obj, user, on):
    """誰が読んだか。"""
    target = targets.target_of(obj)
    if target is None or not user.has_perm("oversight.view_readings"):
        return None
    type_id = ContentType.objects.get_for_model(target.model).pk
    readers = readings.readers_of(type_id, obj.pk)
    return {
        "template": "oversight/parts/readers_panel.html",
        "readers": readers[:SHOWN],
        "rest": len(readers) - SHOWN if len(readers) > SHOWN else 0,
        "list_url": reverse("oversight:readings"),
        "text": str(obj),
    }


def access_panel(obj, user, on):
    """閲覧の制限と許し。"""
    target = targets.target_of(obj)
    if target is None or not target.is_case or not user.has_perm("oversight.view_access"):
        return None
    restriction = CaseRestriction.objects.about(obj).in_force().select_related("placed_by").first()
    grants = list(CaseGrant.objects.about(obj).to_end(on).select_related("user").order_by("to_on", "pk"))
    may_keep = user.has_perm(KEEP)
    if restriction is None and not grants and not may_keep:
        return None
    return {
        "template": "oversight/parts/access_panel.html",
        "restriction": restriction,
        "grants": grants,
        "may_keep": may_keep,
        "label": target.label,
        "pk": obj.pk,
        "on": on,
    }


for _panel in (marks_panel, access_panel, readers_panel):
    worklists.register_object_panel(_panel)

worklists.register_menu(
    MenuItem(GROUP, 74, "監査の記録", "oversight:marks", "oversight.view_marks", marks_count, ("oversight:mark",))
)
worklists.register_menu(
    MenuItem(
        GROUP, 75, "閲覧の記録", "oversight:readings", "oversight.view_readings", None, ("oversight:readings",)
    )
)  # fmt: skip
worklists.register_menu(
    MenuItem(
        GROUP, 76, "閲覧の制限と許し", "oversight:access", "oversight.view_access", None,
        ("oversight:access", "oversight:restrict", "oversight:lift", "oversight:grant", "oversight:revoke"),
    )
)  # fmt: skip
worklists.register_menu(
    MenuItem(
        GROUP, 77, "守秘義務の誓約", "oversight:pledges", "oversight.view_pledges", None, ("oversight:pledge",)
    )
)  # fmt: skip

handbook.kept_at("守秘義務の誓約", "oversight:pledges", "oversight.view_pledges", "H2.2-e")
handbook.kept_at("閲覧の記録", "oversight:readings", "oversight.view_readings", "H2.2-e")
handbook.kept_at("閲覧の制限と許し", "oversight:access", "oversight.view_access", "H2.2-e")
handbook.kept_by(Pledge, "pledge_by_whom", "H2.2-e")
