"""振替伝票の印刷。伝票の値を写し、様式「振替伝票」で見せ、発行する。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone

from coopfin.models import Cooperative
from documents import access
from documents import operations as documents
from documents.models import IssuedDocument
from documents.paper import Paper
from documents.views import IssuePaperView
from ledger.accounts import Side
from ledger.models import Voucher, VoucherKind, VoucherLine, VoucherState

VOUCHER_SLIP = Paper("voucher_slip", "振替伝票", "print/ledger/voucher_slip.html", "2026年版", sheet="slip")
#: 控えを発行し、刷り損じを無効にする人
ISSUE = "ledger.prepare_voucher"


@dataclass(frozen=True, kw_only=True)
class SlipEntry:
    """借方または貸方の一行。sub は補助（組合員・契約番号）。"""

    account: str
    amount: int
    sub: str = ""
    memo: str = ""


@dataclass(frozen=True, kw_only=True)
class SlipRow:
    """左右に並べた一行。"""

    debit: SlipEntry | None
    credit: SlipEntry | None

    @property
    def memo(self) -> str:
        """左右の摘要。同じなら一度だけ書く。"""
        found = dict.fromkeys(entry.memo for entry in (self.debit, self.credit) if entry and entry.memo)
        return "／".join(found)


@dataclass(frozen=True, kw_only=True)
class Seal:
    """押印欄。"""

    label: str
    name: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class VoucherSlip:
    """振替伝票に印字する値。"""

    number: str
    issuer: str
    heading: str
    voucher_number: str
    state_note: str
    dated_on: date
    description: str
    debits: tuple[SlipEntry, ...]
    credits: tuple[SlipEntry, ...]
    seals: tuple[Seal, ...]
    reverses: str = ""
    reason: str = ""

    #: 伝票は内部の帳票で、課税文書ではない
    stamp_duty = 0

    @property
    def title(self) -> str:
        return f"{self.heading}　{self.voucher_number}"

    @property
    def rows(self) -> list[SlipRow]:
        return [SlipRow(debit=debit, credit=credit) for debit, credit in zip_longest(self.debits, self.credits)]

    @property
    def debit_total(self) -> int:
        return sum(entry.amount for entry in self.debits)

    @property
    def credit_total(self) -> int:
        return sum(entry.amount for entry in self.credits)


_HEADINGS = {
    VoucherKind.TRANSFER: "振替伝票",
    VoucherKind.OPENING: "開始伝票",
    VoucherKind.REVERSAL: "訂正伝票（赤）",
}


def voucher_slip(voucher: Voucher, *, number: str = "") -> VoucherSlip:
    """伝票の値を写す。number は発行番号（見本では空）。"""
    lines = list(voucher.lines.all())
    cooperative = Cooperative.current()
    checked_on = _day(voucher.posted_at) if voucher.state == VoucherState.POSTED else None
    return VoucherSlip(
        number=number,
        issuer=cooperative.name if cooperative else "",
        heading=_HEADINGS[VoucherKind(voucher.kind)],
        voucher_number=voucher.label,
        state_note="" if voucher.state == VoucherState.POSTED else voucher.get_state_display(),
        dated_on=voucher.dated_on,
        description=voucher.description,
        debits=tuple(_entry(line) for line in lines if line.side == Side.DEBIT),
        credits=tuple(_entry(line) for line in lines if line.side == Side.CREDIT),
        seals=(
            Seal(label="起票者", name=str(voucher.made_by), on=_day(voucher.made_at)),
            Seal(label="承認者", name=str(voucher.checked_by) if checked_on else "", on=checked_on),
        ),
        reverses=voucher.reverses.label if voucher.reverses else "",
        reason=voucher.reason,
    )


def _entry(line: VoucherLine) -> SlipEntry:
    sub = "　".join(filter(None, (line.member_label, line.reference)))
    return SlipEntry(account=line.account_label, amount=line.amount, sub=sub, memo=line.memo)


def _day(moment) -> date | None:
    return timezone.localtime(moment).date() if moment else None


def visible_vouchers(user, on: date):
    """見てよい伝票の番号。"""
    return Voucher.objects.values("pk") if user.has_perm("ledger.view_voucher") else []


def may_void_slip(user, document: IssuedDocument, on: date) -> bool:
    """刷り損じた振替伝票の控えを無効にしてよいか。伝票そのものは変わらない。"""
    return user.has_perm(ISSUE)


access.register("ledger.voucher", visible_vouchers, may_void_slip)


class VoucherPaperView(IssuePaperView):
    """振替伝票の見本と発行。計上した伝票だけを発行でき、発行した後は保存した実体へ案内する。"""

    permission_required = "ledger.view_voucher"

    def load(self):
        lines = VoucherLine.objects.select_related("account", "member").order_by("order")
        vouchers = Voucher.objects.select_related("made_by", "checked_by", "reverses")
        return get_object_or_404(vouchers.prefetch_related(Prefetch("lines", lines)), pk=self.kwargs["pk"])

    def paper_of(self, target):
        return VOUCHER_SLIP

    def context_of(self, paper, target):
        return voucher_slip(target)

    def may_issue(self) -> bool:
        return self.object.state == VoucherState.POSTED and self.request.user.has_perm(ISSUE)

    def post(self, request, *args, **kwargs):
        # 見てよいだけの人（監事など）は、書類を発行しない。
        if not request.user.has_perm(ISSUE):
            raise PermissionDenied("振替伝票を発行する権限がありません。")
        return super().post(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        document = self.issued()
        return HttpResponseRedirect(document.get_absolute_url()) if document else super().get(request, *args, **kwargs)

    def issued(self) -> IssuedDocument | None:
        """この伝票の、発行済の振替伝票。"""
        return (
            IssuedDocument.objects.without_content()
            .valid()
            .filter(paper=VOUCHER_SLIP.code)
            .about(access.content_type_of(self.object), self.object.pk)
            .first()
        )

    def issue(self, paper, target):
        return issue_voucher_slip(target, by=self.request.user, on=self.on)


def issue_voucher_slip(voucher: Voucher, *, by, on: date) -> IssuedDocument:
    """振替伝票を発行する。計上していない伝票は、番号がまだないので発行できない。"""
    if voucher.state != VoucherState.POSTED:
        raise documents.refusal("計上していない伝票は発行できません。承認を受けてから発行してください。")
    return documents.issue(
        paper=VOUCHER_SLIP,
        context_builder=lambda number: voucher_slip(voucher, number=number),
        target=voucher,
        by=by,
        on=on,
    )


voucher_paper_view = VoucherPaperView.as_view()
