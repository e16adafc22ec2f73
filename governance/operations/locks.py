"""鎖錠と断り方。どの操作も、会議、次に議案の順に鎖錠する。"""

from __future__ import annotations

from django.urls import reverse

from coopfin.flow import Finding, StaleObject, StepRefused, block
from governance.models import AgendaItem, Meeting

RECORD = "governance.record_meeting"


def refuse(label: str, *findings: Finding):
    """断る。理由がなければ何もしない。"""
    if findings:
        raise StepRefused(label, findings)


def need(user, permission: str, label: str) -> None:
    """権限を確かめる。"""
    if not user.has_perm(permission):
        refuse(label, block(f"「{label}」をする権限がありません。", "役割の表", code="permission"))


def lock_meeting(meeting: Meeting) -> Meeting:
    """会議を鎖錠して読み直す。"""
    return Meeting.objects.select_for_update(of=("self",)).select_related("body").get(pk=meeting.pk)


def lock_item(item: AgendaItem, label: str) -> AgendaItem:
    """議案を、その会議があれば会議から先に鎖錠して読み直す。読み直した会議は item.meeting に入る。"""
    meeting_id = AgendaItem.objects.values_list("meeting_id", flat=True).get(pk=item.pk)
    meeting = lock_meeting(Meeting(pk=meeting_id)) if meeting_id else None
    locked = AgendaItem.objects.select_for_update(of=("self",)).select_related("body").get(pk=item.pk)
    if locked.meeting_id != meeting_id:
        raise StaleObject(
            label,
            [
                block(
                    "この議案の会議が、たったいま変わりました。もう一度操作してください。",
                    "二重操作の防止",
                    code="stale",
                )
            ],
        )
    if meeting is not None:
        locked.meeting = meeting
    return locked


def touch(meeting: Meeting | None) -> None:
    """会議が変わったので版を上げる。開いたままの古い画面からの記録は断られる。"""
    if meeting is not None:
        meeting.version += 1
        meeting.save(update_fields=["version", "state"])


def open_meeting_only(meeting: Meeting, label: str) -> None:
    """終了した会議は変えない。"""
    if meeting.is_closed:
        refuse(
            label, block(f"{meeting}は終了しています。記録は変えられません。", "議事録", url=meeting.get_absolute_url())
        )


def open_item_only(item: AgendaItem, label: str) -> None:
    """議決・取下げの済んだ議案は変えない。"""
    if not item.is_open:
        refuse(
            label,
            block(f"この議案はすでに「{item.get_state_display()}」です。", "議事の記録", code="state"),
        )


def bodies_page() -> dict[str, str]:
    """席を直すページへのリンク。"""
    return {"url": reverse("governance:bodies"), "url_label": "機関と席を見る"}
