"""限度額の余力: 内訳の一行ずつ、どの日でも、組合員ごとの定め方、融資枠、先の山。"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from governance.models import LimitResolution
from ledger.accounts import AccountCode
from ledger.slips import Slip, credit, debit
from loans import exposure, facilities, headroom, workflow
from loans.enums import ApplicationState as S
from loans.limits import LimitKind
from loans.models import Application
from loans.operations import disbursement
from members import operations as members
from members.models import AnnualSales, ShareChange
from tests.factories.collateral import REVOLVING, make_asset, make_interest
from tests.factories.funding import BANK, make_facility
from tests.factories.governance import make_resolution
from tests.factories.ledger import make_voucher
from tests.factories.loans import REASON, TODAY, bill_terms, fresh, make_application, make_application_in
from tests.factories.members import make_member, make_members
from tests.factories.security import put

BORROWED = bill_terms(funding_source="bank")


def texts(application, day=TODAY):
    return [finding.text for finding in headroom.findings(headroom.of(application, day)) if finding.blocks]


def codes(application, day=TODAY):
    return {finding.code: finding.level for finding in headroom.findings(headroom.of(application, day))}


def book(*lines, on=TODAY, description="借入"):
    return make_voucher(Slip(description, lines), posted=True, on=on)


def borrow(amount, *, memo="", reference="", on=TODAY, code=AccountCode.BORROWINGS_ON_DEED):
    return book(debit(AccountCode.CURRENT_DEPOSIT, amount), credit(code, amount, memo=memo, reference=reference), on=on)


# --- 内訳 ----------------------------------------------------------------------------------


def test_the_page_and_the_guard_count_the_same(office):
    make_facility()
    borrow(60_000_000, memo="商工中金 金沢支店 転貸原資")
    member = make_member()
    make_application_in(office, S.DISBURSED, member=member, terms=BORROWED)
    make_application_in(office, S.APPROVED, terms=BORROWED)
    put(make_application(office, member=member, terms=bill_terms(amount=3_000_000)), S.DRAFT)
    application = make_application(office, member=member, terms=BORROWED)
    guard, page = headroom.of(application, TODAY), headroom.standing(TODAY, on=TODAY)
    row = next(row for row in page.rows if row.member == member)
    assert (guard.member.outstanding, guard.member.committed) == (row.outstanding, row.committed) == (10_000_000, 0)
    assert (guard.borrowing.outstanding, guard.borrowing.committed) == (70_000_000, 10_000_000)
    assert (page.borrowing.outstanding, page.borrowing.committed) == (70_000_000, 10_000_000)
    assert guard.borrowing.headroom_before == page.borrowing.headroom
    # 枠ごとの使用と、枠のない借入を合わせると、借入金残高に等しい。
    [use] = page.facilities.uses
    assert use.exposure.outstanding == 70_000_000
    assert use.exposure.total + page.facilities.loose.total == page.exposures.borrowing.total == 80_000_000
    assert [part.member for part in page.facilities.undecided] == [
        Application.objects.get(state=S.APPROVED).member.name
    ]


def test_a_past_day_is_told_as_it_stood_on_that_day(office):
    application = make_application_in(office, S.DISBURSED)
    before = exposure.read(TODAY - timedelta(days=1), on=TODAY).of_member(application.member_id)
    assert (before.outstanding, before.committed) == (0, 0)
    Application.objects.update(approved_on=TODAY - timedelta(days=3))
    before = exposure.read(TODAY - timedelta(days=1), on=TODAY).of_member(application.member_id)
    assert (before.outstanding, before.committed) == (0, 10_000_000)
    now = exposure.read(TODAY, on=TODAY).of_member(application.member_id)
    assert (now.outstanding, now.committed) == (10_000_000, 0)


def test_a_reversal_counts_from_its_own_day(office):
    application = make_application_in(office, S.DISBURSED, terms=BORROWED)
    event = fresh(application).loan.events.get()
    later = TODAY + timedelta(days=3)
    undone = disbursement.prepare_reversal(
        event.voucher, dated_on=later, by=office.clerk, on=later, reason="口座の誤り"
    )
    disbursement.approve(undone.voucher, by=office.chief, on=later, reason=REASON)
    found = {day: exposure.read(day, on=later).borrowing for day in (TODAY, later)}
    assert (found[TODAY].outstanding, found[TODAY].committed) == (10_000_000, 0)
    assert (found[later].outstanding, found[later].committed) == (0, 10_000_000)


def test_an_opening_balance_without_a_contract_number_is_the_members_too(office):
    member = make_member()
    book(debit(AccountCode.DEED_LOANS, 4_000_000, member=member), credit(AccountCode.RETAINED_EARNINGS, 4_000_000))
    assert headroom.member_outstanding(member, TODAY) == 4_000_000
    [part] = exposure.read(TODAY, on=TODAY).of_member(member.pk).parts
    assert part.label == "証書貸付 契約番号のない残高"
    assert f"member={member.number}" in part.url


def test_an_expired_decision_holds_no_headroom_and_a_day_to_come_counts_what_is_known_today(office):
    application = make_application_in(office, S.APPROVED)
    expires = application.approval_expires_on

    def committed(at, on):
        return exposure.read(at, on=on).of_member(application.member_id).committed

    assert committed(expires, expires) == 10_000_000
    assert committed(expires + timedelta(days=1), expires + timedelta(days=1)) == 0
    assert committed(expires + timedelta(days=1), TODAY) == 10_000_000


def test_borrowing_of_an_unknown_bank_is_named_as_such(office):
    make_facility()
    borrow(5_000_000)
    borrow(7_000_000, memo="北國銀行 県庁支店", code=AccountCode.BORROWINGS_ON_BILL)
    known = headroom.standing(TODAY, on=TODAY).facilities
    assert [part.amount for part in known.unnamed] == [5_000_000]
    assert [(part.bank, part.amount) for part in known.without_facility] == [("北國銀行 県庁支店", 7_000_000)]


def test_guarantees_and_use_by_those_who_left_are_shown(office):
    staying, leaving = make_member(), make_member()
    for member, amount in ((staying, 10_000_000), (leaving, 2_000_001)):
        book(debit(AccountCode.BILL_LOANS, amount, member=member), credit(AccountCode.CURRENT_DEPOSIT, amount))
    book(
        debit(AccountCode.GUARANTEES_CONTRA, 3_000_000, member=staying),
        credit(AccountCode.GUARANTEES_ISSUED, 3_000_000, member=staying),
    )
    type(leaving).objects.filter(pk=leaving.pk).update(left_on=TODAY)
    page = headroom.standing(TODAY, on=TODAY)
    assert (page.guarantee.outstanding, page.guarantee.headroom) == (3_000_000, 47_000_000)
    assert {row.member: row.guaranteed for row in page.rows}[staying] == 3_000_000
    assert (page.nonmember.percent, page.nonmember.within, page.nonmember_amount) == ("20.0", False, 2_000_001)


def test_without_a_resolution_the_balances_are_still_told(office):
    LimitResolution.objects.update(effective_on=TODAY + timedelta(days=1))
    page = headroom.standing(TODAY, on=TODAY)
    assert (page.resolution, page.borrowing, page.rows) == (None, None, ())


# --- 組合員ごとの定め方 ---------------------------------------------------------------------


def test_backing_is_cover_and_shares_and_deposits_inside_the_resolved_limit(office):
    LimitResolution.objects.update(member_limit_mode="backing")
    member = make_member(share_capital=500_000)
    application = make_application(office, member=member)
    assert texts(application) == [
        "1組合員に対する貸付残高の最高限度500,000円に対し実行後10,000,000円で、9,500,000円超えます。"
    ]
    make_interest(
        asset=make_asset(owner=member, appraised=20_000_000, haircut_rate=70), debtor=member, amount=9_000_000
    )
    book(debit(AccountCode.CURRENT_DEPOSIT, 1_500_000), credit(AccountCode.MEMBER_DEPOSITS, 1_500_000, member=member))
    found = headroom.of(fresh(application), TODAY)
    assert (found.member.limit, found.member.within) == (11_000_000, True)
    [finding] = [one for one in headroom.findings(found) if one.code == "limit-member_limit"]
    assert "担保9,000,000円 ＋ 出資金500,000円 ＋ 預り金1,500,000円" in finding.detail
    assert "一律50,000,000円" in finding.detail
    # 担保も預り金も出資も、その日のもの。
    assert headroom.of(fresh(application), TODAY - timedelta(days=1)).member.limit == 9_500_000
    ShareChange.objects.create(
        member=member, kind="increase", on=TODAY, shares=1, amount=200_000, shares_after=1, amount_after=500_000,
        made_by=office.clerk, applied_on=TODAY,
    )  # fmt: skip
    assert headroom.of(fresh(application), TODAY - timedelta(days=1)).member.limit == 9_300_000


def test_sales_are_the_months_of_the_latest_year_and_missing_ones_are_asked_for(office):
    LimitResolution.objects.update(member_limit_mode="sales", sales_months=2)
    application = make_application(office)
    found = {one.code: one for one in headroom.findings(headroom.of(application, TODAY))}
    assert "年間売上高が記録されていない" in found["no-sales"].text
    assert found["no-sales"].blocks
    assert found["no-sales"].url == f"/members/{application.member_id}/sales/"
    members.record_sales(
        member=application.member, ended_on=date(2026, 3, 31), amount=146_000_000, source="決算書", by=office.clerk,
        on=TODAY,
    )  # fmt: skip
    check = headroom.of(application, TODAY).member
    assert (check.limit, check.within) == (24_330_000, True)
    assert "2026年3月期（決算書、2026年11月24日記録）" in str(check.basis[0])
    assert "no-sales" not in codes(application)


def test_both_figures_stay_in_the_record_of_the_decision(office):
    LimitResolution.objects.update(member_limit_mode="backing")
    member = make_member(share_capital=40_000_000)
    application = make_application_in(office, S.DISBURSED, member=member)
    for verb in ("approve", "disburse"):
        [row] = ActionLog.objects.about(application).get(verb=verb).detail["limits"]
        assert (row["uniform"], row["limit"], row["request"]) == (50_000_000, 40_000_000, 10_000_000)
        assert any("出資金40,000,000円" in line for line in row["basis"])


# --- 先の山 --------------------------------------------------------------------------------


def test_later_disbursements_are_told_day_by_day(office):
    member = make_member()
    later = TODAY + timedelta(days=30)
    make_application_in(
        office, S.APPROVED, member=member,
        terms=bill_terms(amount=20_000_000, disburse_on=later, maturity_on=later + timedelta(days=89)),
    )  # fmt: skip
    application = make_application(office, member=member)
    peaks = headroom.of(application, TODAY).peaks_of(LimitKind.MEMBER)
    assert [(peak.on, peak.after) for peak in peaks] == [(TODAY, 10_000_000), (later, 30_000_000)]
    assert headroom.of(application, TODAY).member.after == peaks[-1].after
    alone = headroom.of(make_application(office), TODAY)
    assert alone.peaks_of(LimitKind.MEMBER) == ()


def test_a_lower_limit_that_comes_into_force_before_the_peak_refuses(office):
    start = TODAY + timedelta(days=20)
    terms = bill_terms(disburse_on=start, maturity_on=start + timedelta(days=89))
    application = make_application(office, terms=terms)
    assert texts(application) == []
    make_resolution(effective_on=start, meeting_name="臨時総会", member_loan_limit=8_000_000)
    [sentence] = texts(application)
    assert sentence == "2026年12月14日のこの申込の実行のあと、2,000,000円超えます。"


def test_a_resolution_that_will_have_ended_is_a_warning(office):
    start = date(2027, 7, 1)
    terms = bill_terms(disburse_on=start, maturity_on=start + timedelta(days=89))
    assert codes(make_application(office, terms=terms))["resolution-ends"] == "warn"
    assert "resolution-ends" not in codes(make_application(office))


# --- 融資枠と指定 ---------------------------------------------------------------------------


def test_at_receipt_some_facility_must_have_room_unless_a_designated_bank_has_none(office):
    application = make_application(office, terms=BORROWED)
    assert "limit-bank_facility" not in codes(application)
    make_facility(amount=9_999_999)
    finding = next(one for one in headroom.findings(headroom.of(application, TODAY)) if "融資枠" in one.text)
    assert finding.level == "warn"
    assert "北國銀行 県庁支店" in finding.detail
    make_facility(bank="北國銀行 県庁支店", amount=5_000_000)
    assert codes(application)["limit-bank_facility"] == "block"
    make_facility(bank="北國銀行 県庁支店", amount=10_000_000, effective_on=date(2026, 7, 1))
    assert codes(application)["limit-bank_facility"] == "pass"
    assert "limit-bank_facility" not in codes(make_application(office))


def test_once_the_bank_is_known_its_own_facility_is_tested(office):
    make_facility(amount=15_000_000)
    make_application_in(office, S.DISBURSED, terms=BORROWED)
    application = make_application_in(office, S.READY, terms={**BORROWED, "amount": 5_000_000})
    found = headroom.of(application, TODAY)
    assert (found.facility.outstanding, found.facility.request, found.facility.headroom) == (10_000_000, 5_000_000, 0)
    LimitResolution.objects.update(borrowing_limit=10**9)
    make_facility(amount=14_999_999, effective_on=date(2026, 7, 1))
    assert codes(application)["limit-bank_facility"] == "block"
    assert [one.level for one in workflow.facility_has_room(application, by=office.clerk, on=TODAY)] == ["block"]


def test_only_a_designated_bank_may_lend(office):
    application = make_application_in(office, S.CONTRACTING, terms=BORROWED)
    for bank, level in ((BANK, "pass"), ("知らない銀行", "block")):
        assert headroom.bank_finding(bank, TODAY).level == level
    assert [one.level for one in workflow.funding_is_decided(application, by=office.clerk, on=TODAY)] == ["pass"] * 2
    office.bank = "知らない銀行"
    with pytest.raises(StepRefused, match="取引金融機関の指定にありません"):
        make_application_in(office, S.CONTRACTING, terms=BORROWED)


def test_every_part_of_the_borrowing_falls_to_one_facility_or_to_none(office):
    make_facility(form="bill", amount=20_000_000)
    make_facility(form="any")
    make_application_in(office, S.DISBURSED, terms=BORROWED)
    borrowing = exposure.read(TODAY, on=TODAY).borrowing
    known = facilities.read(borrowing, TODAY)
    assert [(use.facility.form, use.exposure.total) for use in known.uses] == [("bill", 10_000_000), ("any", 0)]


# --- 問合せの数 ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["backing", "sales"])
def test_the_standing_asks_as_often_for_many_members_as_for_few(office, mode, django_assert_num_queries):
    LimitResolution.objects.update(member_limit_mode=mode, sales_months=2 if mode == "sales" else None)

    def grow(count):
        for member in make_members(count):
            make_interest(asset=make_asset(owner=member, seniors=[(REVOLVING, 1_000, None)]), debtor=member)
            AnnualSales.objects.create(
                member=member, ended_on=date(2026, 3, 31), amount=1, source="決算書", recorded_by=office.clerk,
                recorded_on=TODAY,
            )  # fmt: skip

    grow(2)
    with CaptureQueriesContext(connection) as few:
        headroom.standing(TODAY, on=TODAY)
    grow(10)
    with django_assert_num_queries(len(few)):
        assert len(headroom.standing(TODAY, on=TODAY).rows) >= 12
