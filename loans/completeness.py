"""申込に書くべきことがそろっているか（H2.2-a・b・c）。下書きは欠けたまま保存でき、欠けたものは受付のときに名で言う。"""

from __future__ import annotations

from django.urls import reverse

from coopfin.flow import block, passed, warn
from coopfin.handbook import follows
from loans.enums import EDITABLE_STATES, Purpose

SOURCE = "手引き 第2章2 一"
#: 空のままでは受け付けない欄
NEEDED = ("purpose_detail", "repayment_source")
#: 一つの文で名を挙げる明細の数
MOST_NAMED = 3


@follows("H2.2-a", "H2.2-b", "H2.2-d")
def findings(application, *, by, on, **given):
    """受付と付議: 欠けている欄、資金計画の合計、設備と運転の内訳、本人の申込であること。"""
    page = {"url": _page("edit", application), "url_label": "申込の内容を書く"}
    for name in NEEDED:
        if not getattr(application, name).strip():
            label = application._meta.get_field(name).verbose_name
            yield block(f"{label}が書かれていません。", f"{SOURCE} a", code=f"missing-{name}", **page)
    uses, sources = _rows(application, "uses"), _rows(application, "sources")
    if uses:
        yield from _adds_up(application, uses, sources, page)
        yield from _split(application, uses, page)
        yield from _estimates(application, uses)
    elif application.product_id:
        yield block(
            "使いみちの明細（何を、だれから、いくらで）が書かれていません。", f"{SOURCE} c", code="uses", **page
        )
    if application.product_id:
        yield from _asked_by_the_member(application, page)


def _rows(application, name: str) -> list:
    return list(getattr(application, name).all()) if application.pk else []


def _page(name: str, application) -> str:
    if application.pk is None:
        return ""
    return reverse(f"loans:{name if application.state in EDITABLE_STATES else 'return'}", args=[application.pk])


def _adds_up(application, uses, sources, page):
    """使いみちの合計 = この申込 + ほかの資金。"""
    used, other = sum(row.amount for row in uses), sum(row.amount for row in sources)
    gap = used - application.amount - other
    if gap:
        which = "多い" if gap > 0 else "少ない"
        yield block(
            f"使いみちの明細の計 {used:,}円が、この申込 {application.amount:,}円とほかの資金 {other:,}円の計"
            f" {application.amount + other:,}円より {abs(gap):,}円{which}です。",
            f"{SOURCE} c",
            code="plan-sum",
            **page,
        )
    else:
        yield passed("資金計画は、使いみちとまかない方の計が合っています。", f"{SOURCE} c", code="plan-sum")


def _split(application, uses, page):
    """設備と運転が混ざるときは、金額の内訳を分ける（H2.2-b）。内訳の設備は、設備の明細を超えない。"""
    totals = {code: sum(row.amount for row in uses if row.purpose == code) for code in Purpose.values}
    parts = application.purpose_parts
    missing = [Purpose(code).label for code, total in totals.items() if total and code not in parts]
    if missing:
        yield block(
            f"明細に{'・'.join(missing)}がありますが、申込の使いみちは{application.purpose_label}だけです。"
            "両方に使うときは、金額の内訳を書いてください。",
            f"{SOURCE} a",
            code="split",
            **page,
        )
        return
    for code, part in parts.items():
        if part > totals[code]:
            label = Purpose(code).label
            yield block(
                f"申込の{label} {part:,}円が、{label}の明細の計 {totals[code]:,}円を超えています。",
                f"{SOURCE} a",
                code="split",
                **page,
            )


def _estimates(application, uses):
    """設備の明細には見積書。"""
    bare = [row.what for row in uses if row.purpose == Purpose.EQUIPMENT and row.estimate_id is None]
    if bare:
        named = "、".join(bare[:MOST_NAMED]) + (f"、ほか{len(bare) - MOST_NAMED}件" if len(bare) > MOST_NAMED else "")
        yield warn(
            f"見積書が付いていない設備があります（{named}）。",
            f"{SOURCE} c",
            url=_page("attach", application),
            url_label="見積書を付ける",
            code="estimate",
        )


def _asked_by_the_member(application, page):
    """本人の申込であること: 本人の署名のある申込書か、来た人と本人の同意の日。"""
    if application.signed_form_id:
        yield passed("本人の署名のある申込書を受け取っています。", f"{SOURCE} a", code="asked")
    elif application.consented_on:
        day = application.consented_on
        yield passed(
            f"{application.applied_by}さんの来店で、{day.year}年{day.month}月{day.day}日に本人の同意を確かめています。",
            f"{SOURCE} a",
            code="asked",
        )
    else:
        yield block(
            "本人の申込であることが確かめられていません。来た人と本人の同意の日を書くか、本人の署名のある申込書を付けてください。",
            f"{SOURCE} a",
            code="asked",
            **page,
        )
