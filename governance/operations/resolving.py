"""決議による定め（限度額・規約・規程など）の付議と、議決の写し。"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse

from coopfin import log
from coopfin.flow import block
from governance.enums import ItemResult
from governance.models import AgendaItem, Resolved
from governance.operations.agenda import submit, withdraw
from governance.operations.locks import need, refuse
from governance.workflow import concerns_proposal

TABLE = "governance.table_proposal"


@transaction.atomic
def table(proposal: Resolved, *, by, on: date) -> AgendaItem:
    """議案にする。待っている提案を、決める機関に付議する。付議したあとは、提案の中身は直せない。"""
    label = "議案にする"
    need(by, TABLE, label)
    proposal = type(proposal).objects.select_for_update().get(pk=proposal.pk)
    if not proposal.is_waiting:
        refuse(label, block(f"この提案はすでに「{proposal.get_status_display()}」です。", "相互牽制", code="state"))
    if proposal.meeting_name:
        text = (
            f"この提案は「{proposal.citation}」の決議として書かれています。これから議決するものは、会議を空欄にします。"
        )
        refuse(label, block(text, "相互牽制", code="cited"))
    if proposal.is_frozen:
        refuse(label, *(finding for finding in proposal.approval_findings(on)),
               block("この提案はすでに議案になっています。", "相互牽制", code="tabled"))  # fmt: skip
    item = submit(
        body_kind=proposal.body_kind, title=proposal.title_on_agenda[:200], target=proposal,
        target_url=proposal.get_absolute_url(),
        decide_url="", interested={}, special=proposal.special_resolution, by=by, on=on,
    )  # fmt: skip
    item.decide_url = reverse("governance:decide", args=[item.pk])
    item.save(update_fields=["decide_url"])
    log.record(proposal, verb="table", label=label, by=by, on=on, body=str(item.body))
    return item


@transaction.atomic
def take_back(item: AgendaItem, *, reason: str, by, on: date) -> AgendaItem:
    """議決の前に、提案の付議を取り下げる。提案した人は中身を直せるようになり、もう一度議案にできる。"""
    label = "付議の取下げ"
    need(by, TABLE, label)
    if not concerns_proposal(item):
        refuse(label, block("決議による定めの議案ではありません。案件は、案件のページで取り下げます。", "事務の流れ"))
    if not reason.strip():
        refuse(label, block("取り下げる理由を記入してください。", "事務の流れ", code="reason"))
    item = withdraw(item, by=by, on=on)
    log.record(item, verb="take_back", label=label, by=by, on=on, reason=reason.strip())
    return item


def settle(item: AgendaItem) -> None:
    """可決された議案の、会議の名・議案番号・決議日を提案に写す。ほかの対象の議案では何もしない。"""
    if item.result != ItemResult.FAVOURABLE or not concerns_proposal(item):
        return
    model = ContentType.objects.get_for_id(item.content_type_id).model_class()
    proposal = model.objects.select_for_update().get(pk=item.object_id)
    if not proposal.is_waiting or item.body.kind != proposal.body_kind:
        return
    proposal.decision, proposal.meeting_name, proposal.item_number = item, str(item.meeting), item.label
    proposal.resolved_on = item.decided_on
    proposal.effective_on = max(proposal.effective_on, item.decided_on)
    proposal.save(update_fields=["decision", "meeting_name", "item_number", "resolved_on", "effective_on"])
