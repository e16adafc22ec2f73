"""必要書類のそろい具合（手引き 第2章2 一 d）: 何が要るか、何が足りないか。読むだけで、何も変えない。

何が要るかは、商品の版と使いみちだけで決まる。だれの申込でも同じで、この案件だけのものは理由を添えて人が加える。
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from coopfin.calc.words import to_wareki
from coopfin.flow import Finding, block, passed, warn
from coopfin.handbook import follows
from documents.models import DocumentKind
from loans.enums import DocumentBasis, DocumentDue

SOURCE = "手引き 第2章2 一 d"
#: 商品を選ばない申込の基本の書類（手引きの挙げる、はじめての申込の三つ）。参考に挙げ、なくても止めない。
BASIC_KINDS = ("financials", "profile", "use-of-funds")
BASIC_SOURCE = f"{SOURCE}（はじめての申込の基本の書類）"


@dataclass(frozen=True)
class Wanted:
    """要る書類の一つ。"""

    kind: DocumentKind
    basis: str
    basis_text: str
    note: str
    is_required: bool


def wanted(product, purposes) -> list[Wanted]:
    """この商品の版と使いみちに要る書類。ほかの何にもよらない。"""
    if product is None:
        kinds = DocumentKind.objects.filter(code__in=BASIC_KINDS)
        return [Wanted(kind, DocumentBasis.RULE, BASIC_SOURCE, kind.note, False) for kind in kinds]
    return [
        Wanted(
            row.kind,
            DocumentBasis.PRODUCT,
            product.cite()[:300],
            "　".join(filter(None, (row.note, row.kind.note)))[:300],
            # 「新しく取引する組合員だけ」のように場合を限ったものは、求めるかどうかを人が決める。
            not row.note,
        )
        for row in product.documents_for(*purposes)
    ]


def of(application) -> list[Wanted]:
    """この申込に要る書類。"""
    return wanted(application.product if application.product_id else None, sorted(application.purpose_parts))


def rows_of(application) -> list:
    return list(application.required_documents.all()) if application.pk else []


def _named(rows) -> list[tuple[str, str]]:
    """求める理由ごとに、書類の名を並べて（理由, 「決算書」「企業概要」）。"""
    names: dict[str, str] = {}
    for row in rows:
        names[row.basis_text] = names.get(row.basis_text, "") + f"「{row.name}」"
    return list(names.items())


def _findings(application, on, *, due: str, say) -> list[Finding]:
    """足りないもの・期限切れ・原本を見ていないもの。say は、足りないときの重さ（block か warn）。"""
    rows = [row for row in rows_of(application) if row.due == due]
    page = {
        "url": reverse("loans:checklist", args=[application.pk]) if application.pk else "",
        "url_label": "必要書類を開く",
    }
    found = [
        say(f"{names}を受け取っていません。", f"{SOURCE}。{basis}", code="document", **page)
        for basis, names in _named(row for row in rows if row.is_missing)
    ]
    found += [
        say(
            f"「{row.name}」の有効期限（{to_wareki(row.expires_on)}）が過ぎています。新しいものを受け取ってください。",
            f"{SOURCE}。{row.basis_text}",
            code="document-expired",
            **page,
        )
        for row in rows
        if not row.is_missing and row.has_expired(on)
    ]
    found += [
        warn(f"{names}の原本を、まだ見ていません。", SOURCE, code="document-original", **page)
        for _, names in _named(row for row in rows if row.unseen and row.waived_on is None and not row.has_expired(on))
    ]
    needed = [row for row in rows if row.is_required]
    if needed and not found:
        waived = [row for row in needed if row.waived_on]
        more = f"（うち{len(waived)}件は省略）" if waived else ""
        found.append(passed(f"必要書類{len(needed)}件がそろっています{more}。", SOURCE, code="documents"))
    return found


@follows("H2.2-d")
def drawn_up(application, *, by, on, **given):
    """商品に要る書類の一覧が作られていること。"""
    if application.pk and application.product_id and not rows_of(application) and of(application):
        yield block(
            "この商品に要る書類の一覧が、まだ作られていません。",
            SOURCE,
            url=reverse("loans:checklist", args=[application.pk]),
            url_label="必要書類の一覧を作る",
            code="no-checklist",
        )


@follows("H2.2-d")
def documents_asked_for(application, *, by, on, **given):
    """受付で、まだ届いていない必要書類を名で知らせる（受け付けてからそろえてよい）。"""
    yield from _findings(application, on, due=DocumentDue.COMMITTEE, say=warn)


@follows("H2.2-d")
def documents_complete(application, *, by, on, **given):
    """付議までに、必要書類がそろい、期限内であること（別の人が理由を添えて省いたものを除く）。"""
    yield from drawn_up(application, by=by, on=on)
    yield from _findings(application, on, due=DocumentDue.COMMITTEE, say=block)


@follows("H2.2-d", "H2.5-a")
def documents_before_disbursement(application, *, by, on, **given):
    """実行までに出してもらうと決めた書類が、そろっていること。"""
    yield from _findings(application, on, due=DocumentDue.DISBURSEMENT, say=block)
