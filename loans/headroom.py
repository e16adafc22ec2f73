"""限度額の余力。①〜④ と融資枠を、決議・残高・承認済未実行から数える（H2.1-c、H2.2-a、B12b）。

一件の申込の確認（of）も、どの日についての頁（standing）も、同じ内訳（loans.exposure）を足す。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse

from coopfin.flow import Finding, block, passed, warn
from funding.models import designated_banks, is_designated
from governance.models import LimitResolution
from loans import exposure, facilities, member_limits
from loans.enums import ApplicationState
from loans.exposure import Exposure, Exposures
from loans.facilities import Facilities
from loans.limits import (
    LimitCheck,
    LimitChecks,
    LimitKind,
    NonmemberUse,
    check_all,
    check_limit,
    nonmember_use,
)
from loans.models import Application
from members import banks
from members.models import Member

SOURCE = "手引き 第2章1 c・2 一 a"
BANKS_SOURCE = "手引き 第2章1 ⑤ 取引金融機関の指定"


# --- 一件の申込 ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Peak:
    """先の山。実行の予定日ごとの、その日までに実行される分を足した残高。"""

    on: date
    label: str
    kind: str
    limit: int
    after: int
    source: str
    explained: str

    @property
    def kind_label(self) -> str:
        return "この組合員" if self.kind == LimitKind.MEMBER else "組合の借入金"

    @property
    def headroom(self) -> int:
        return self.limit - self.after

    @property
    def within(self) -> bool:
        return self.after <= self.limit


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """ある申込を実行したときの余力。決議がなければ checks は None。"""

    resolution: LimitResolution | None
    checks: LimitChecks | None
    found: member_limits.Found | None = None
    peaks: tuple[Peak, ...] = ()
    #: 融資枠について言うこと（枠がない・足りないなど）
    notes: tuple[Finding, ...] = field(default=())
    #: 実行の予定日に、決議の効力が切れていれば、その予定日
    unresolved_on: date | None = None

    @property
    def member(self) -> LimitCheck | None:
        return self.checks.of(LimitKind.MEMBER) if self.checks else None

    @property
    def borrowing(self) -> LimitCheck | None:
        return self.checks.of(LimitKind.COOPERATIVE_BORROWING) if self.checks else None

    @property
    def facility(self) -> LimitCheck | None:
        return self.checks.of(LimitKind.BANK_FACILITY) if self.checks else None

    @property
    def peaks_to_show(self) -> tuple[Peak, ...]:
        return tuple(
            peak for check in (self.checks.checks if self.checks else ()) for peak in self.peaks_of(check.kind)
        )

    def peaks_of(self, kind: str) -> tuple[Peak, ...]:
        """その限度の山。実行の予定が一日だけなら、山を言うまでもない。"""
        found = tuple(peak for peak in self.peaks if peak.kind == kind)
        return found if len(found) > 1 else ()


def member_outstanding(member, at: date) -> int:
    """1組合員の貸付残高（計上済）。円。"""
    return exposure.read(at, on=at, member=member).of_member(member.pk).outstanding


def borrowing_outstanding(at: date) -> int:
    """借入金残高。元帳の転貸借入金に、借入がまだ元帳にない転貸の残高を足す。円。"""
    return exposure.read(at, on=at).borrowing.outstanding


def of(application: Application, on: date) -> Headroom:
    """この申込を実行したあとの余力（この申込自身は「今回」に数え、「承認済未実行」には数えない）。"""
    resolution = LimitResolution.in_force(on)
    if resolution is None:
        return Headroom(resolution=None, checks=None)
    # 全体を読む（問合せの数は同じ）。会議資料では、何件もの申込が同じ一度の答えを使う。
    everything = exposure.read(on, on=on)
    # 実行済なら残高に入っているので、今回の額としてもう一度は数えない。
    requested = 0 if application.state == ApplicationState.DISBURSED else application.amount
    own, borrowed = everything.of_member(application.member_id), everything.borrowing
    if requested:
        own, borrowed = own.without(application), borrowed.without(application)
    rule = member_limits.Rule.of(resolution)
    found = member_limits.find(application.member, rule, on)
    member = _check(LimitKind.MEMBER, found.limit.limit, own, requested, basis=found.limit.explanation)
    borrowing = facility = None
    notes: list[Finding] = []
    # 銀行が先に貸した分は、もう元帳の借入金に入っている。
    borrowing_request = max(0, requested - exposure.borrowed_for(application, on))
    if application.is_bank_funded:
        borrowing = _check(LimitKind.COOPERATIVE_BORROWING, resolution.borrowing_limit, borrowed, borrowing_request)
        facility, notes = _facility(application, facilities.read(borrowed, on), borrowing_request, on)
    requests = {LimitKind.MEMBER: requested, LimitKind.COOPERATIVE_BORROWING: borrowing_request}
    peaks, unresolved_on = _peaks(application, resolution, found, own, borrowed, requests, on)
    return Headroom(
        resolution=resolution,
        checks=check_all(member, borrowing, facility),
        found=found,
        peaks=tuple(peaks),
        notes=tuple(notes),
        unresolved_on=unresolved_on,
    )


def _check(kind, limit: int, held: Exposure, request: int = 0, basis=()) -> LimitCheck:
    return check_limit(
        kind=kind, limit=limit, outstanding=max(0, held.outstanding), committed=held.committed, request=request,
        basis=basis,
    )  # fmt: skip


def _peaks(application, resolution, found, own: Exposure, borrowed: Exposure, requests: dict, on: date):
    """実行の予定日と、その後に予定のある日ごとの残高。限度は、その日に効力のある決議の額。"""
    start = max(on, application.disburse_on)
    held = {LimitKind.MEMBER: own}
    if application.is_bank_funded:
        held[LimitKind.COOPERATIVE_BORROWING] = borrowed
    planned = {start} | {
        part.planned_on
        for parts in held.values()
        for part in parts.parts
        if part.planned_on and part.planned_on > start
    }
    coming = list(
        LimitResolution.objects.approved()
        .filter(effective_on__gt=on, effective_on__lte=max(planned))
        .order_by("-effective_on", "-pk")
    )
    peaks = []
    for kind, parts in held.items():
        days = {start} | {part.planned_on for part in parts.parts if part.planned_on and part.planned_on > start}
        for day in sorted(days):
            valid = next((one for one in coming if one.effective_on <= day), resolution)
            limit = valid.borrowing_limit
            if kind == LimitKind.MEMBER:
                limit = min(found.limit.limit, valid.member_loan_limit) if valid == resolution else _limit(
                    application.member, valid, on
                )  # fmt: skip
            # 借入金の山には、ほかの組合員の案件が入る。名前は、案件のページには出さない。
            others = [part for part in parts.parts if part.planned_on == day != start]
            named = "・".join(part.label for part in others)
            if kind != LimitKind.MEMBER:
                named = f"ほか{len(others)}件"
            done = sum(part.amount for part in parts.parts if not part.is_committed or max(on, part.planned_on) <= day)
            peaks.append(
                Peak(
                    on=day,
                    label="この申込の実行" if day == start else f"{named}の実行",
                    kind=kind,
                    limit=limit,
                    after=max(0, done) + requests[kind],
                    source=str(valid),
                    explained=f"{valid}の限度 {limit:,}円",
                )
            )
    replaced = any(one.effective_on <= start for one in coming)
    lapsed = start > on and not replaced and LimitResolution.in_force(start) is None
    return peaks, start if lapsed else None


def _limit(member, resolution, on: date) -> int:
    return member_limits.find(member, member_limits.Rule.of(resolution), on).limit.limit


def _facility(application, known: Facilities, requested: int, on: date):
    """借入先が決まっていればその枠、まだなら、どれかの枠に余力があるか。"""
    decision = application.funding if application.pk else None
    url = reverse("funding:facilities")
    if decision is not None and decision.result != "refused":
        use = known.of(decision.bank, application.loan_type)
        if use is not None:
            return use.check(requested), []
        if not known.uses:
            return None, []
        return None, [
            warn(
                f"{decision.bank}の融資枠が登録されていません。枠の余力は確かめられません。",
                SOURCE, url=url, url_label="融資枠を見る", code="no-facility",
            )
        ]  # fmt: skip
    open_uses = known.open_to(application.loan_type)
    if not open_uses:
        return None, []
    best = max(open_uses, key=lambda use: use.headroom)
    if best.headroom >= requested:
        return None, [
            passed(
                f"{best.facility}に余力 {best.headroom:,}円があります。借入先は、原資の決定で決まります。",
                SOURCE, code="limit-bank_facility",
            )
        ]  # fmt: skip
    bare = [name for name in designated_banks(on) if not any(banks.is_of(use.facility.bank, name) for use in open_uses)]
    say = warn if bare else block
    more = f"枠の登録がない{'、'.join(bare)}から、個別に借りられるか確かめてください。" if bare else ""
    return None, [
        say(
            f"どの融資枠にも余力が足りません（いちばん大きい余力は{best.facility}の{best.headroom:,}円）。",
            SOURCE, detail=more, url=url, url_label="融資枠を見る", code="limit-bank_facility",
        )
    ]  # fmt: skip


def findings(headroom: Headroom, *, without_resolution: str = "block", url: str = "") -> list[Finding]:
    """限度額の確認事項。超えるものはすべて挙げる。"""
    if headroom.resolution is None:
        say = block if without_resolution == "block" else warn
        return [
            say(
                "有効な限度額の決議がありません。総会の決議が承認されるまで、貸付の承認・実行はできません。",
                SOURCE,
                url=url,
                url_label="限度額・決議を見る",
                code="no-resolution",
            )
        ]
    found = [_finding(headroom, check, url) for check in headroom.checks.checks]
    if headroom.found is not None and headroom.found.missing:
        found.append(
            block(
                headroom.found.missing,
                member_limits.SALES_SOURCE,
                url=headroom.found.missing_url,
                url_label="年間売上高を記録する",
                code="no-sales",
            )
        )
    exceeded = {check.kind for check in headroom.checks.failing}
    for peak in headroom.peaks:
        # その日の限度で断ったものは、二度言わない。残るのは、先に効力を生じる決議が下げる限度。
        if not peak.within and peak.kind not in exceeded:
            exceeded.add(peak.kind)
            found.append(
                block(
                    f"{_day(peak.on)}の{peak.label}のあと、{-peak.headroom:,}円超えます。",
                    peak.source,
                    detail=f"{peak.explained}に対し {peak.after:,}円。",
                    url=url,
                    url_label="限度額・決議を見る",
                    code=f"peak-{peak.kind}",
                )
            )
    if headroom.unresolved_on is not None:
        found.append(
            warn(
                f"実行の予定日（{_day(headroom.unresolved_on)}）には、いまの限度額の決議の効力が切れています。",
                str(headroom.resolution),
                detail="その日までに次の総会の決議が承認されなければ、実行できません。",
                url=url,
                url_label="限度額・決議を見る",
                code="resolution-ends",
            )
        )
    return [*found, *headroom.notes]


def facility_findings(headroom: Headroom) -> list[Finding]:
    """融資枠の確認事項だけ。"""
    own = [_finding(headroom, headroom.facility, "")] if headroom.facility else []
    return [*own, *headroom.notes]


def _finding(headroom: Headroom, check: LimitCheck, url: str) -> Finding:
    facility = check.kind == LimitKind.BANK_FACILITY
    formulas = [row.formula for row in (*check.basis, *check.explanation[:1])]
    page, label = (reverse("funding:facilities"), "融資枠を見る") if facility else (url, "限度額・決議を見る")
    return (passed if check.within else block)(
        check.sentence,
        SOURCE if facility else str(headroom.resolution),
        detail="。".join(formulas),
        url="" if check.within else page,
        url_label=label,
        code=f"limit-{check.kind}",
        source_url="" if facility else headroom.resolution.decision_url,
    )


def bank_finding(bank: str, on: date, url: str = "") -> Finding:
    """借入先は、有効な決議の ⑤ 取引金融機関の指定にある金融機関だけ（H2.1-f）。"""
    if is_designated(bank, on):
        return passed(f"{bank}は、指定のある取引金融機関です。", BANKS_SOURCE, code="designated")
    return block(
        f"{bank}は、有効な決議の ⑤ 取引金融機関の指定にありません。指定のある金融機関の決定を記録してください。",
        BANKS_SOURCE,
        url=url,
        url_label="原資の決定を記録する",
        code="not-designated",
    )


def figures(headroom: Headroom) -> list[dict]:
    """記録に残す限度額の数字（一律の限度と組合員別限度の両方）。"""
    if headroom.checks is None:
        return []
    rows = [
        {
            "kind": str(check.kind), "label": check.label, "limit": check.limit, "outstanding": check.outstanding,
            "committed": check.committed, "request": check.request, "after": check.after,
            "basis": [str(row) for row in check.basis],
        }
        for check in headroom.checks.checks
    ]  # fmt: skip
    rows[0]["uniform"] = headroom.resolution.member_loan_limit
    rows[0]["resolution"] = str(headroom.resolution)
    return rows


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# --- どの日についても ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MemberRow:
    """組合員ひとりの余力。"""

    member: Member
    limit: int | None
    basis_amount: int | None
    exposure: Exposure
    guaranteed: int
    guarantee_limit: int | None

    @property
    def outstanding(self) -> int:
        return self.exposure.outstanding

    @property
    def committed(self) -> int:
        return self.exposure.committed

    @property
    def used(self) -> int:
        return self.exposure.total

    @property
    def headroom(self) -> int | None:
        return None if self.limit is None else self.limit - self.used

    @property
    def percent(self) -> int | None:
        """使用率（％、切捨て）。並べるためにも使う。"""
        return self.used * 100 // self.limit if self.limit else None

    @property
    def is_over(self) -> bool:
        return self.headroom is not None and self.headroom < 0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """ある日の限度額の余力のすべて。決議がなければ限度は None で、残高だけを見せる。"""

    at: date
    resolution: LimitResolution | None
    exposures: Exposures
    borrowing: LimitCheck | None
    guarantee: LimitCheck | None
    facilities: Facilities
    rows: tuple[MemberRow, ...]
    nonmember: NonmemberUse
    nonmember_amount: int


def standing(at: date, *, on: date) -> Standing:
    """その日の余力。過ぎた日はその日の残高で、先の日はいま分かっている承認済未実行まで数える。"""
    resolution = LimitResolution.in_force(at)
    everything = exposure.read(at, on=on)
    held = {member_id for member_id, found in everything.members.items() if found.parts} | set(everything.guarantees)
    members = [
        member
        for member in Member.objects.select_related("representative").order_by("number")
        if member.is_current(at) or member.pk in held
    ]
    rows = member_rows(members, everything, resolution, at)
    outside = sum(row.outstanding for row in rows if not row.member.is_current(at))
    inside = sum(row.outstanding for row in rows) - outside
    return Standing(
        at=at,
        resolution=resolution,
        exposures=everything,
        borrowing=_check(LimitKind.COOPERATIVE_BORROWING, resolution.borrowing_limit, everything.borrowing)
        if resolution
        else None,
        guarantee=check_limit(
            kind=LimitKind.GUARANTEE,
            limit=resolution.guarantee_limit,
            outstanding=max(0, everything.guarantee_total),
        )
        if resolution
        else None,
        facilities=facilities.read(everything.borrowing, at),
        rows=tuple(rows),
        nonmember=nonmember_use(member_use=max(0, inside), nonmember_use=max(0, outside)),
        nonmember_amount=outside,
    )


def member_rows(members, everything: Exposures, resolution: LimitResolution | None, at: date) -> list[MemberRow]:
    """組合員ごとの余力。問合せの数は、人数によらない。"""
    rule = member_limits.Rule.of(resolution) if resolution else None
    figures_by_member = member_limits.figures_of(members, rule, at) if rule else {}
    rows = []
    for member in members:
        found = member_limits.limit_of(member, rule, figures_by_member[member.pk]).limit if rule else None
        rows.append(
            MemberRow(
                member=member,
                limit=found.limit if found else None,
                basis_amount=found.basis_amount if found else None,
                exposure=everything.of_member(member.pk),
                guaranteed=everything.guarantees.get(member.pk, 0),
                guarantee_limit=resolution.member_guarantee_limit if resolution else None,
            )
        )
    return rows


def of_member(member: Member, at: date, on: date) -> dict:
    """組合員ひとりの余力。確認事項と同じ内訳・同じ定め方から。"""
    resolution = LimitResolution.in_force(at)
    everything = exposure.read(at, on=on, member=member)
    held = everything.of_member(member.pk)
    guaranteed = everything.guarantees.get(member.pk, 0)
    if resolution is None:
        return {"resolution": None, "held": held, "check": None, "found": None, "guarantee": None}
    found = member_limits.find(member, member_limits.Rule.of(resolution), at)
    return {
        "resolution": resolution,
        "held": held,
        "found": found,
        "check": check_limit(
            kind=LimitKind.MEMBER,
            limit=found.limit.limit,
            outstanding=max(0, held.outstanding),
            committed=held.committed,
            basis=found.limit.explanation,
        ),
        "guarantee": check_limit(
            kind=LimitKind.MEMBER_GUARANTEE, limit=resolution.member_guarantee_limit, outstanding=max(0, guaranteed)
        ),
    }
