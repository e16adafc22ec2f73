"""経過: 案件に起きたことのすべて。手続・内容の変更・意見・議決・条件・書類・伝票・やりとりの記録を、一つの並びにする。

閲覧は含まない（閲覧の記録は oversight）。同じことを二つの記録が言うときは、くわしいほうだけを採る。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, IntegerField, Q, Value
from django.utils import timezone

from coopfin.models import ActionLog
from documents.models import IssuedDocument, Upload
from governance.models import AgendaItem
from ledger.models import Voucher
from loans.conditions import WAIVER
from loans.models import Application, Condition, Loan, LoanEvent
from loans.workflow import FLOW

#: 種類 → 見出し（並びは、案件のたどる順）
KINDS = {
    "step": "手続",
    "terms": "内容の変更",
    "document": "書類",
    "opinion": "意見・答申",
    "decision": "議案・議決",
    "condition": "条件",
    "comment": "意見・質問",
    "voucher": "伝票",
}
_STEPS = {step.name for step in FLOW.steps} | {
    "draft", "reopen", "reopened", "continued", "record_funding", "advise", "escalate", "take_back_escalation", "instruct",
}  # fmt: skip
_OPINIONS = {"opinion", "recommend"}
_CONDITIONS = {"meet_condition", "unmeet_condition", "ask_waiver", "waive_condition"}
_COMMENTS = {"comment_question", "comment_opinion", "comment_answer", "comment_withdrawn"}
_PAPERS = {"send_notice"}
#: 申込の記録のうち、発行した書類の記録がくわしく言うもの
_TOLD_BY_PAPERS = {"issue_paper", "receive_signed", "attach"}
#: 貸付の記録のうち、申込のステップの記録と同じことを言うもの
_TOLD_BY_STEPS = {"contract", "cancel_contract", "disburse", "undo_disbursement"}
#: 議案の記録のうち、申込の記録が言うもの
_TOLD_BY_THE_CASE = {"submit", "give_opinion", "conclude", "decide", "withdraw"}

VOTE = "cast_vote"

_DETAIL_LABELS = {
    "number": "受付番号", "contract": "契約番号", "result": "結果", "bank": "金融機関", "choice": "意見", "paper": "書類",
    "voucher": "", "security": "担保", "guarantee": "保証", "condition": "条件", "evidence": "確かめた方法",
    "document": "書類", "file": "ファイル", "receipt": "受領証", "proof": "控え", "means": "渡し方", "sent": "送った日", "decision": "決定番号", "previous": "前の申込", "copied_from": "写した申込", "topic": "内容", "addressee": "宛先", "text": "",
    "meeting": "会議",
}  # fmt: skip
#: 記録の値 → 読む言葉（議決）
_WORDS = {"yes": "賛成", "no": "反対", "abstain": "棄権"}


#: 記録に残る日付（2026-11-24）
_DAY = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")


def _as_read(found: re.Match) -> str:
    year, month, day = (int(part) for part in found.groups())
    return f"{year}年{month}月{day}日"


def _figure(value) -> str:
    """記録に残る数（13999996）を、桁を区切って。番号のような 0 で始まるものは、そのまま。"""
    return f"{int(value):,}" if re.fullmatch(r"-?[1-9]\d{4,}", str(value)) else str(value)


@dataclass(frozen=True)
class Entry:
    """経過の一行。"""

    #: 後日に記録したことは、時刻ではなく、その日付で言う。
    at: datetime | date
    kind: str
    label: str
    by: object
    reason: str
    text: str

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]


def _types() -> dict[type, int]:
    return {
        model: content_type.pk
        for model, content_type in ContentType.objects.get_for_models(
            Application, Loan, AgendaItem, Condition, IssuedDocument, Upload, Voucher
        ).items()
    }


def _attached(application: Application, types: dict) -> dict[type, list[int]]:
    """この案件に付いたものの番号を、一度に読む。"""
    loans = Loan.objects.filter(application=application).values("pk")
    ours = Q(content_type=types[Application], object_id=application.pk)
    waivers = Q(content_type=types[Condition], object_id__in=application.conditions.order_by().values("pk"))
    of_loans = Q(content_type=types[Loan], object_id__in=loans)
    vouchers = LoanEvent.objects.filter(loan__in=loans).values("voucher")
    sources = {
        Loan: Loan.objects.filter(application=application),
        AgendaItem: AgendaItem.objects.filter(ours | waivers),
        IssuedDocument: IssuedDocument.objects.filter(ours | of_loans),
        Upload: Upload.objects.filter(ours | of_loans),
        Voucher: Voucher.objects.filter(pk__in=vouchers),
    }
    rows = [
        queryset.order_by().values_list(Value(types[model], output_field=IntegerField()), "pk")
        for model, queryset in sources.items()
    ]
    found: dict[type, list[int]] = {model: [] for model in sources}
    by_type = {types[model]: model for model in sources}
    for type_id, pk in rows[0].union(*rows[1:], all=True):
        found[by_type[type_id]].append(pk)
    return found


def _kind_filters(types: dict) -> dict[str, Q]:
    own = Q(content_type=types[Application])
    told = _STEPS | _OPINIONS | _CONDITIONS | _COMMENTS | _PAPERS
    steps = _STEPS - _OPINIONS
    return {
        "step": (own & Q(verb__in=steps)) | Q(content_type=types[Loan]),
        "terms": own & ~Q(verb__in=told),
        "document": Q(content_type__in=(types[IssuedDocument], types[Upload])) | (own & Q(verb__in=_PAPERS)),
        "opinion": own & Q(verb__in=_OPINIONS),
        "decision": Q(content_type=types[AgendaItem]),
        "condition": own & Q(verb__in=_CONDITIONS),
        "comment": own & Q(verb__in=_COMMENTS),
        "voucher": Q(content_type=types[Voucher]),
    }


class History:
    """一件の経過。records は記録の QuerySet（新しい順）、entries(records) が読む言葉にする。"""

    def __init__(self, application: Application):
        self.types = _types()
        self.filters = _kind_filters(self.types)
        #: どれのことかを言わなければ分からないもの（書類・伝票）
        self.named = {self.types[model] for model in (IssuedDocument, Upload, Voucher)}
        attached = _attached(application, self.types)
        about = Q(content_type=self.types[Application], object_id=application.pk) & ~Q(verb__in=_TOLD_BY_PAPERS)
        left_out = {Loan: _TOLD_BY_STEPS, AgendaItem: _TOLD_BY_THE_CASE}
        for model, numbers in attached.items():
            if numbers:
                of_model = Q(content_type=self.types[model], object_id__in=numbers)
                about |= of_model & ~Q(verb__in=left_out.get(model, set()))
        self.all = ActionLog.objects.filter(about).select_related("by").order_by("-on", "-pk")

    def without_votes(self):
        """一人ひとりの議決を除いた記録（案件のページでは、議決は理事会の面が言う）。"""
        return self.all.exclude(verb=VOTE, content_type=self.types[AgendaItem])

    def records(self, kind: str = ""):
        return self.all.filter(self.filters[kind]) if kind in self.filters else self.all

    def counts(self) -> dict[str, int]:
        """種類ごとの件数（一度に数える）。"""
        return self.all.order_by().aggregate(
            **{kind: Count("pk", filter=condition) for kind, condition in self.filters.items()}, all=Count("pk")
        )

    def entries(self, records) -> list[Entry]:
        return [
            Entry(
                at=record.at if timezone.localtime(record.at).date() == record.on else record.on,
                kind=self._kind_of(record),
                label=record.label,
                by=record.by,
                reason=record.reason,
                text=self._told(record),
            )
            for record in records
        ]

    def _kind_of(self, record) -> str:
        fixed = {
            Loan: "step",
            AgendaItem: "decision",
            IssuedDocument: "document",
            Upload: "document",
            Voucher: "voucher",
        }
        for model, kind in fixed.items():
            if record.content_type_id == self.types[model]:
                return kind
        for kind, verbs in (
            ("opinion", _OPINIONS),
            ("step", _STEPS),
            ("condition", _CONDITIONS),
            ("comment", _COMMENTS),
            ("document", _PAPERS),
        ):
            if record.verb in verbs:
                return kind
        return "terms"

    def _told(self, record) -> str:
        """何が、何から何に、どうなったか。"""
        detail, parts = record.detail, []
        if record.verb == VOTE and record.content_type_id == self.types[AgendaItem]:
            return f"{detail.get('seat', '')}　{_WORDS.get(detail.get('choice', ''), '')}"
        if record.content_type_id in self.named or WAIVER in record.object_text:
            parts.append(record.object_text)
        if detail.get("before") and detail["before"] != detail.get("after"):
            parts.append(f"{detail['before']} → {detail['after']}")
        parts += [
            f"{label} {_WORDS.get(detail[key], detail[key])}".strip()
            for key, label in _DETAIL_LABELS.items()
            if detail.get(key) and isinstance(detail[key], str)
        ]
        parts += [
            f"{label}: {_figure(before) or '（なし）'} → {_figure(after) or '（なし）'}"
            for label, (before, after) in _changed(detail)
        ]
        if isinstance(detail.get("conditions"), list) and detail["conditions"]:
            parts.append("条件 " + "、".join(detail["conditions"]))
        parts += [str(line) for line in detail.get("lines", ())]
        if record.text:
            parts.append(record.text)
        return _DAY.sub(_as_read, "\n".join(dict.fromkeys(parts)))


def _changed(detail: dict):
    changed = detail.get("changed")
    return changed.items() if isinstance(changed, dict) else ()
