"""案件のページの部分: 答申、理事会、道のり、計算、できる手続。読むだけで、何も変えない。"""

from __future__ import annotations

from dataclasses import replace

from django.contrib.contenttypes.models import ContentType
from django.urls import Resolver404, resolve, reverse

from coopfin.delegation import Reach
from coopfin.flow import Finding, Step, block
from coopfin.models import ActionLog
from coopfin.roles import roles_with
from documents.models import Upload
from loans import fact_finding, headroom
from loans.casefile import NEXT, PERSONAL
from loans.decided import approval_runs_out
from loans.enums import EDITABLE_STATES, OPEN_STATES, FundingResult
from loans.enums import ApplicationState as S
from loans.models import Application
from loans.operations.application import REOPEN, REOPENABLE
from loans.workflow import DELEGATED, FLOW, committee_returns_its_own, waiting_events

#: ステップ → そのページ
PAGES = {
    "receive": "receive",
    "investigate": "investigate",
    "submit_to_committee": "submit_to_committee",
    "recommend": "recommend",
    "submit_to_board": "submit_to_board",
    "approve": "decide",
    "return": "return",
    "submit_again": "submit_again",
    "withdraw": "withdraw",
    "record_funding": "funding",
    "contract": "contract",
    "cancel_contract": "cancel_contract",
    "confirm_ready": "confirm_ready",
    "prepare_disbursement": "disburse",
}
BUTTON_LABELS = {"approve": "理事会の決定を記録する"}
#: 見出し「…までに残っていること」
UNTIL = {
    "receive": "受け付けるまで",
    "investigate": "実態把握を始めるまで",
    "submit_to_committee": "金融委員会に付議するまで",
    "recommend": "答申まで",
    "submit_to_board": "理事会に付議するまで",
    "approve": "承認まで",
    "contract": "契約手続を始めるまで",
    "confirm_ready": "実行の準備が整うまで",
    "prepare_disbursement": "実行の起票まで",
    "disburse": "実行の承認まで",
}
#: 理事会の決定のページは、承認できなくても否決・継続審議のために開く
_CLOSING = {"state", "permission", "interested", "receiver", "no-item", "no-meeting"}


def waiting_voucher(application: Application):
    """承認を待つ実行の伝票（なければ None）。"""
    loan = application.loan
    event = next(iter(waiting_events(loan)), None) if loan is not None else None
    return event.voucher if event else None


def may_open(user, url: str) -> bool:
    """この人が開けるページか。開けないページへのリンクは出さない。"""
    if not url:
        return True
    try:
        match = resolve(url.partition("?")[0].partition("#")[0])
    except Resolver404:
        return False
    if match.namespace == "admin":
        return user.has_perm("coopfin.use_admin")
    view = getattr(match.func, "view_class", None)
    permission = getattr(view(), "permission_required", None) if view else None
    return user.has_perm(permission) if isinstance(permission, str) else True


# --- 次のステップ ---------------------------------------------------------------------------


def next_step(application: Application, user, on, voucher=None) -> dict | None:
    """次のステップ、残っていること、それをする人。"""
    name = "disburse" if voucher is not None else NEXT.get(application.state)
    if name is None:
        return None
    step = FLOW[name]
    may = user.has_perm(step.permission)
    findings = _shorter(FLOW.findings(step, application, by=user, on=on), application)
    if not may:
        # よその人の手続では、踏む本人についての確認は出さない。
        findings = [finding for finding in findings if finding.code not in PERSONAL]
    findings = [f if may_open(user, f.url) else replace(f, url="") for f in findings]
    findings = [f if may_open(user, f.source_url) else replace(f, source_url="") for f in findings]
    return {
        "step": step,
        "name": name,
        "until": UNTIL[name],
        "findings": findings,
        "may": may,
        "who": _who(step, application, on),
    }


def _who(step: Step, application: Application, on) -> str:
    """このステップを踏む役割。額によって限られるものは、委譲表のとおり。"""
    if act := DELEGATED.get(step.name):
        return Reach.on(on).who(act, application.amount)
    return "・".join(role.label for role in sorted(roles_with(step.permission), key=lambda role: role.value))


def actions(application: Application, user, on, upcoming: dict | None, voucher=None) -> list[dict]:
    """いま踏めるステップのボタン。主なものを最後に置く。"""
    found = []
    for step in FLOW.open_steps(application):
        page = PAGES.get(step.name)
        if page is None or not user.has_perm(step.permission):
            continue
        if step.name == "record_funding" and not application.is_bank_funded:
            continue
        if step.name == "prepare_disbursement" and voucher is not None:
            continue
        if step.name == "submit_again" and any(approval_runs_out(application, by=user, on=on)):
            continue
        if step.name == "return" and any(committee_returns_its_own(application, by=user, on=on)):
            continue
        primary = upcoming is not None and step.name == upcoming["name"]
        findings = upcoming["findings"] if primary else ()
        found.append(
            {
                "label": BUTTON_LABELS.get(step.name, step.label),
                "url": reverse(f"loans:{page}", args=[application.pk]),
                "primary": primary,
                "closed": _closed(step, findings),
            }
        )
    if voucher is not None and user.has_perm("ledger.view_voucher"):
        label = "伝票を見て承認する" if upcoming and upcoming["may"] else "承認を待つ伝票を見る"
        found.append({"label": label, "url": voucher.get_absolute_url(), "primary": True, "closed": False})
    if application.state in REOPENABLE and user.has_perm("loans.edit_application"):
        url = reverse("loans:reopen", args=[application.pk])
        found.append({"label": REOPEN, "url": url, "primary": False, "closed": False})
    return sorted(found, key=lambda action: action["primary"])


def _closed(step: Step, findings: list[Finding] | tuple) -> bool:
    if step.name == "approve":
        return any(finding.blocks and finding.code in _CLOSING for finding in findings)
    return any(finding.blocks for finding in findings)


# --- 道のり ---------------------------------------------------------------------------------


def road(application: Application, advised, decided, board_item) -> list[dict]:
    """受付 → 実態把握 → 答申 → 決定 → 原資 → 契約 → 実行。日付と結果を添える。"""
    loan, funding = application.loan, application.funding
    investigation = getattr(application, "investigation", None)
    stops = [
        ("received", "受付", application.received_on, ""),
        ("investigated", "実態把握", investigation.updated_on if investigation else None, ""),
        ("advised", "金融委員会 答申", advised.decided_on if advised else None, _result(advised)),
        ("decided", "理事会 決定", *_decision_note(decided, board_item)),
        (
            "funded",
            "原資の決定",
            funding.decided_on if funding else None,
            funding.get_result_display() if funding else "",
        ),
        ("contracted", "契約", loan.contracted_on if loan else None, loan.number if loan else ""),
        ("disbursed", "実行", loan.disbursed_on if loan else None, ""),
    ]
    if not application.is_bank_funded:
        stops = [stop for stop in stops if stop[0] != "funded"]
    here = _here(application)
    names = [name for name, *_ in stops]
    reached = names.index(here) if here in names else (len(names) if application.state == S.DISBURSED else None)
    marked = []
    for place, (name, label, on, note) in enumerate(stops):
        if reached is None:
            state = "done" if on else "todo"
        else:
            state = "done" if place < reached else "now" if place == reached else "todo"
        # 差し戻されてやり直すときは、これから踏む所の前の日付を出さない。
        shown = state == "done" or (state == "now" and name in ("decided", "contracted", "funded"))
        marked.append({"label": label, "state": state, "date": on if shown else None, "note": note if shown else ""})
    return marked


def _here(application: Application) -> str | None:
    if application.state == S.APPROVED and application.is_bank_funded and not _is_funded(application):
        return "funded"
    return {
        S.DRAFT: "received", S.RECEIVED: "investigated", S.RETURNED: "investigated", S.INVESTIGATION: "investigated",
        S.COMMITTEE_QUEUE: "advised", S.RECOMMENDED: "decided", S.BOARD_QUEUE: "decided", S.APPROVED: "contracted",
        S.CONTRACTING: "contracted", S.READY: "disbursed",
    }.get(application.state)  # fmt: skip


def _is_funded(application: Application) -> bool:
    decision = application.funding
    return decision is not None and decision.result != FundingResult.REFUSED


def _result(item) -> str:
    return item.get_result_display() if item else ""


def _decision_note(decided, waiting):
    if waiting is not None:
        return (waiting.meeting.held_on, "開催") if waiting.meeting_id else (None, "議案になるのを待っています")
    return (decided.decided_on, _result(decided)) if decided else (None, "")


def attachments(application: Application, user) -> list[Upload]:
    """受け取った書類（見てよい人だけ）。"""
    if not user.has_perm("documents.view_upload"):
        return []
    found = Upload.objects.filter(content_type=ContentType.objects.get_for_model(Application), object_id=application.pk)
    return list(found.defer("content").select_related("uploaded_by"))


# --- 相談と指示 -----------------------------------------------------------------------------


def instructions(application: Application, user, upcoming: dict | None) -> dict:
    """理事長の指示と相談の記録の面、この人がここでできること。"""
    escalations = list(application.escalations.select_related("asked_by", "instructed_by").prefetch_related("misses"))
    waits = any(escalation.is_waiting for escalation in escalations)
    editable = application.state in EDITABLE_STATES
    missed = upcoming is not None and any(
        finding.blocks and finding.code.startswith("standard-") for finding in upcoming["findings"]
    )

    def page(name: str, permission: str, may: bool = True) -> str:
        return reverse(f"loans:{name}", args=[application.pk]) if may and user.has_perm(permission) else ""

    return {
        "escalations": escalations,
        "ask_url": page("escalate", "loans.escalate", editable and missed and not waits),
        "take_back_url": page("take_back_escalation", "loans.escalate", waits),
        "instruct_url": page("instruct", "loans.instruct", waits),
        "advice": list(application.advice.select_related("recorded_by")),
        "advice_url": page("advice", "loans.advise", application.state in OPEN_STATES),
    }


# --- 実態把握 -------------------------------------------------------------------------------

#: 空欄がこれより多ければ、案件のページでは一行にまとめる（調査書と付議の画面では、名を挙げる）
MOST_BLANKS = 4


def worksheet(application: Application) -> fact_finding.Sheet | None:
    """調査書の面。まだ何も書かれていなければ None。"""
    sheet = fact_finding.read(application)
    written = any(part.has_words for part in sheet.blocks) or sheet.interviews or sheet.needs
    return sheet if written or application.state == S.INVESTIGATION else None


def _shorter(findings: list[Finding], application: Application) -> list[Finding]:
    blanks = [finding for finding in findings if finding.code == "worksheet" and finding.blocks]
    if len(blanks) <= MOST_BLANKS:
        return findings
    summary = block(
        f"実態把握調査書に、まだ書かれていない問いが{len(blanks)}あります。",
        blanks[0].source,
        url=reverse("loans:worksheet", args=[application.pk]),
        url_label="調査書を書く",
        code="worksheet",
    )
    place = findings.index(blanks[0])
    rest = [finding for finding in findings if finding not in blanks]
    return [*rest[:place], summary, *rest[place:]]


#: 道を外れた状態 → そこへ来たステップ
SETBACKS = {S.RETURNED: "return", S.WITHDRAWN: "withdraw", S.DECLINED: "decline"}


def setback(application: Application) -> dict | None:
    """差戻し・取下げ・謝絶の理由。案件を開いた人が、まず読むこと。"""
    verb = SETBACKS.get(application.state)
    entry = ActionLog.objects.about(application).filter(verb=verb).order_by("-pk").first() if verb else None
    if entry is None:
        return None
    return {"label": application.get_state_display(), "by": entry.by, "on": entry.on, "reason": entry.reason}


def room(application: Application, on):
    """限度額の余力。終わった案件では出さない。"""
    if application.state in (S.DECLINED, S.WITHDRAWN):
        return None
    return headroom.of(application, on)
