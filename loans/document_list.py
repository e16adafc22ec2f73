"""書類のご案内（手引き 第2章2 一 d）: 申込に要る書類を、組合員に渡す一枚。持ってきたら印を付けられる。発行はしない。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from documents.paper import Paper
from members.enums import MemberKind

DOCUMENT_LIST = Paper("document_list", "書類のご案内", "print/loans/document_list.html", "2026年版")


@dataclass(frozen=True, kw_only=True)
class ListedDocument:
    """一つの書類。"""

    name: str
    note: str = ""
    conditions: str = ""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentList:
    """書類のご案内に印字する値。"""

    issuer: str
    member: str
    honorific: str = "御中"
    about: str
    written_on: date
    person_in_charge: str
    needed: tuple[ListedDocument, ...]
    later: tuple[ListedDocument, ...]
    welcome: tuple[ListedDocument, ...]
    received: tuple[ListedDocument, ...]

    number = "案内"
    stamp_duty = 0

    @property
    def title(self) -> str:
        return "借入申込の書類のご案内"


def _asked(row) -> str:
    """受け取るときの条件を、持ってくる人への言葉で。"""
    found = [f"発行から{row.validity_months}か月以内のもの"] if row.validity_months else []
    return "・".join(found + (["原本"] if row.original_needed else []))


def document_list(application, rows, *, issuer: str, on: date) -> DocumentList:
    """一覧から、まだのもの・受け取ったものを分けて書く。省いたものは書かない。"""

    def listed(found) -> tuple[ListedDocument, ...]:
        return tuple(
            ListedDocument(name=row.name, note=row.note, conditions=_asked(row), state=row.state(on)[0])
            for row in found
        )

    shown = [row for row in rows if row.waived_on is None]
    waiting = [row for row in shown if row.received_on is None or row.has_expired(on)]
    return DocumentList(
        issuer=issuer,
        member=str(application.member.name),
        honorific="御中" if application.member.kind == MemberKind.CORPORATE else "様",
        about=f"{application.get_loan_type_display()}　{application.purpose_name}　{application.amount:,}円",
        written_on=on,
        person_in_charge=str(application.received_by or application.created_by),
        needed=listed(row for row in waiting if row.is_required and row.due == "committee"),
        later=listed(row for row in waiting if row.is_required and row.due == "disbursement"),
        welcome=listed(row for row in waiting if not row.is_required),
        received=listed(row for row in shown if row.received_on is not None and not row.has_expired(on)),
    )
