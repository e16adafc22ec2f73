"""A page asks the database as often for a thousand rows as for ten, and no list asks row by row."""

from datetime import date, time, timedelta
from decimal import Decimal
from unittest import mock

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collateral.enums import AssetKind, GuaranteeScope, RightKind
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee, SecurityInterest
from coopfin.models import ActionLog, Policy, ReadLog
from coopfin.roles import Role
from documents.models import IssuedDocument
from governance.enums import BodyKind, ItemState, MeetingState
from governance.models import AgendaItem, Body, Meeting, Seat
from ledger.accounts import AccountCode, Side
from ledger.models import Voucher, VoucherLine, VoucherState
from loans.enums import ApplicationState as S
from loans.enums import EventKind, LoanState
from loans.filters import STAGES
from loans.models import Application, DirectorDealing, Instalment, Loan, LoanEvent, LoanGuarantee, LoanSecurity
from members.enums import OfficerTitle
from members.models import Kinship, KinshipKind, Officer
from oversight.enums import MarkKind
from oversight.models import AuditMark, CaseGrant, CaseRestriction
from tests.databases import count_rows
from tests.factories.loans import TODAY, bill_terms, make_application_in, make_office
from tests.factories.members import make_members
from tests.prepared import PLAYERS, pages_on

pytestmark = pytest.mark.django_db
EVERYBODY = tuple(PLAYERS)
OFFICE = (Role.CLERK, Role.CHIEF)
APPROVED = (S.APPROVED, S.CONTRACTING, S.READY, S.DISBURSED)

#: ページ → 開く人
PAGES = {
    "/": EVERYBODY,
    "/search/?q=試験": EVERYBODY,
    "/loans/applications/": (Role.CLERK, Role.COMMITTEE, Role.DIRECTOR, Role.AUDITOR),
    **{f"/loans/applications/?stage={stage}": OFFICE[:1] for stage in STAGES},
    "/loans/applications/?q=試験": OFFICE[:1],
    "/loans/contracting/": OFFICE,
    "/loans/": OFFICE,
    "/loans/products/?versions=all": OFFICE[:1],
    "/loans/headroom/": OFFICE[:1],
    "/loans/headroom/members/": OFFICE[:1],
    "/loans/limits/member/": OFFICE[:1],
    "/loans/dealings/": OFFICE,
    "/loans/related-parties/": (Role.CHIEF, Role.AUDITOR),
    "/members/": OFFICE,
    "/members/?q=試験": OFFICE,
    "/members/?relation=none&standing=leaving": OFFICE[:1],
    "/members/people/": OFFICE,
    "/members/people/?role=none": OFFICE[:1],
    "/members/accounts/": OFFICE,
    "/members/duplicates/": OFFICE,
    "/ledger/vouchers/": OFFICE,
    "/ledger/journal/": OFFICE,
    "/ledger/trial-balance/": OFFICE,
    "/ledger/general-ledger/?account=131": OFFICE,
    "/governance/meetings/": EVERYBODY,
    "/governance/decisions/": EVERYBODY,
    "/governance/resolutions/": OFFICE,
    "/governance/rules/": OFFICE[:1],
    "/governance/rules/policy/": OFFICE[:1],
    "/collateral/": OFFICE,
    "/collateral/?q=試験": OFFICE,
    "/collateral/guarantees/": OFFICE,
    "/documents/": OFFICE,
    "/setup/": (Role.ADMIN, Role.CHIEF),
    "/setup/bodies/": (Role.ADMIN,),
    "/setup/users/": (Role.ADMIN,),
    **{f"/oversight/{name}/": (Role.CHIEF, Role.AUDITOR) for name in ("pledges", "readings", "access", "marks")},
    "/oversight/readings/?unusual=on": (Role.AUDITOR,),
    **{
        f"/admin/{name}/": (Role.AUDITOR,)
        for name in (
            "loans/application", "loans/loan", "ledger/voucher", "ledger/voucherline", "members/member",
            "members/person", "coopfin/actionlog",
        )
    },
}  # fmt: skip


#: すべての状態。はじめの十件で、どの一覧にも出るものがあるように並べる。
STATES = sorted(S, key=lambda state: state in (S.RECEIVED, S.RETURNED, S.WITHDRAWN))


class Crowd:
    """Rows by the hundred, straight into the tables: what is tried here is reading."""

    def __init__(self):
        self.office = make_office(borrowing_limit=10**12, member_limit=10**12)
        self.users = self.office.cast
        self.policy = Policy.on(TODAY)
        self.bodies = {body.kind: body for body in Body.objects.all()}
        self.count = 0

    def grow(self, total):
        numbers = range(self.count, total)
        members = make_members(len(numbers))
        applications = self._applications(numbers, members)
        loans = self._loans(applications)
        self._vouchers(numbers, members, loans)
        self._security(members, applications)
        self._papers(loans)
        self._meetings(numbers, applications)
        self._oversight(applications)
        self._dealings(loans)
        self.count = total
        count_rows()

    def _applications(self, numbers, members):
        clerk, chief = self.users["yamada"], self.users["kitamura"]
        made = []
        for number, member in zip(numbers, members, strict=True):
            state = STATES[number % len(STATES)]
            row = Application(
                member=member, state=state, created_by=clerk, entered_state_on=TODAY - timedelta(days=5), **bill_terms()
            )
            if state not in (S.DRAFT, S.WITHDRAWN):
                row.received_on, row.received_by, row.policy = TODAY, clerk, self.policy
                row.fiscal_year, row.sequence, row.number = 2025, number + 1, f"2025-{number + 1:04d}"
            if state in APPROVED:
                row.approved_on, row.decided_by = TODAY, chief
                row.approval_expires_on = TODAY + timedelta(days=60)
            made.append(row)
        return Application.objects.bulk_create(made)

    def _loans(self, applications):
        terms = {"damages_rate": Decimal("14.5"), "policy": self.policy, "contracted_by": self.users["yamada"]}
        copied = ("member", "loan_type", "funding_source", "interest_rate", "fee_rate", "maturity_on")
        return Loan.objects.bulk_create(
            Loan(
                application=row, fiscal_year=2025, sequence=row.sequence, number=f"T-2025-{row.sequence:04d}",
                principal=row.amount, contracted_on=TODAY, **{name: getattr(row, name) for name in copied}, **terms,
                state=LoanState.ACTIVE if row.state == S.DISBURSED else LoanState.CONTRACTED,
                disbursed_on=TODAY if row.state == S.DISBURSED else None,
                confirmed_by=None if row.state == S.CONTRACTING else row.decided_by,
                confirmed_on=None if row.state == S.CONTRACTING else TODAY,
            )
            for row in applications
            if row.state in (S.CONTRACTING, S.READY, S.DISBURSED)
        )  # fmt: skip

    def _vouchers(self, numbers, members, loans):
        active = [loan for loan in loans if loan.state == LoanState.ACTIVE]
        about = [*active, *([None] * (len(numbers) - len(active)))]
        vouchers = Voucher.objects.bulk_create(
            Voucher(
                dated_on=TODAY, fiscal_year=2026, description="実行" if loan else "入金", made_by=self.users["yamada"]
            )
            for loan in about
        )
        bill, cash = str(AccountCode.BILL_LOANS), str(AccountCode.ORDINARY_DEPOSIT)
        lines = []
        for voucher, loan, member in zip(vouchers, about, members, strict=True):
            who = {"member": loan.member if loan else member, "reference": loan.number if loan else ""}
            lines += [
                VoucherLine(voucher=voucher, order=1, side=Side.DEBIT, account_id=bill, amount=10_000_000, **who),
                VoucherLine(voucher=voucher, order=2, side=Side.CREDIT, account_id=cash, amount=10_000_000),
            ]
        VoucherLine.objects.bulk_create(lines)
        LoanEvent.objects.bulk_create(
            LoanEvent(
                loan=loan, kind=EventKind.DISBURSEMENT, on=TODAY, principal=loan.principal, cash=loan.principal,
                voucher=voucher,
            )
            for voucher, loan in zip(vouchers, about, strict=True)
            if loan
        )  # fmt: skip
        Instalment.objects.bulk_create(
            Instalment(loan=loan, no=1, due_on=TODAY, pay_on=TODAY, days=30, principal=10, interest=1, fee=0, balance=0)
            for loan in active
        )
        posted = [voucher.pk for voucher in vouchers[: len(vouchers) // 2]]
        Voucher.objects.filter(pk__in=posted).update(
            state=VoucherState.POSTED, number=F("pk") + 1000, posted_at=Now(), checked_by=self.users["kitamura"]
        )

    def _security(self, members, applications):
        assets = Asset.objects.bulk_create(
            Asset(
                kind=AssetKind.LAND, description=f"石川県金沢市試験町{member.pk}番", owner_member=member,
                appraised=50_000_000, appraised_on=TODAY, appraisal_method="road", haircut_rate=Decimal(70),
            )
            for member in members
        )  # fmt: skip
        interests = SecurityInterest.objects.bulk_create(
            SecurityInterest(asset=asset, debtor=member, right=RightKind.MORTGAGE, amount=30_000_000, rank=1)
            for asset, member in zip(assets, members, strict=True)
        )
        guarantees = Guarantee.objects.bulk_create(
            Guarantee(
                debtor=member, person=member.representative, relation=Relation.REPRESENTATIVE.value,
                scope=GuaranteeScope.ROOT, maximum_amount=10_000_000, fixed_on=date(2031, 3, 31),
            )
            for member in members
        )  # fmt: skip
        LoanSecurity.objects.bulk_create(
            LoanSecurity(application=row, interest=interest)
            for row, interest in zip(applications, interests, strict=True)
        )
        LoanGuarantee.objects.bulk_create(
            LoanGuarantee(application=row, guarantee=guarantee)
            for row, guarantee in zip(applications, guarantees, strict=True)
        )
        Officer.objects.bulk_create(
            Officer(member=member, person=member.representative, title=OfficerTitle.DIRECTOR) for member in members
        )

    def _papers(self, loans):
        kind = ContentType.objects.get_for_model(Loan)
        IssuedDocument.objects.bulk_create(
            IssuedDocument(
                content_type=kind, object_id=loan.pk, object_text=str(loan), paper="guarantee_letter",
                paper_label="保証書", form_version="2026年版", fiscal_year=2025, number=loan.sequence, issued_on=TODAY,
                issued_by=self.users["yamada"], content=b"%PDF", sha256="0" * 64, pages=1,
            )
            for loan in loans
        )  # fmt: skip

    def _meetings(self, numbers, applications):
        for kind in (BodyKind.BOARD, BodyKind.COMMITTEE):
            Meeting.objects.bulk_create(
                Meeting(
                    body=self.bodies[kind], number=1000 + number, held_on=TODAY - timedelta(days=number % 300),
                    starts_at=time(14), place="組合会館", state=MeetingState.CONVENED,
                )
                for number in numbers
            )  # fmt: skip
        kind = ContentType.objects.get_for_model(Application)
        queues = {S.COMMITTEE_QUEUE: BodyKind.COMMITTEE, S.BOARD_QUEUE: BodyKind.BOARD}
        meeting = Meeting.objects.filter(body=self.bodies[BodyKind.BOARD]).order_by("pk").first()
        AgendaItem.objects.bulk_create(
            AgendaItem(
                body=self.bodies[queues[row.state]], content_type=kind, object_id=row.pk, title=str(row),
                submitted_on=TODAY, submitted_by=self.users["yamada"],
                **({"meeting": meeting, "order": place, "state": ItemState.ON_AGENDA} if row.state == S.BOARD_QUEUE else {}),
            )
            for place, row in enumerate(applications, 1)
            if row.state in queues
        )  # fmt: skip

    def _dealings(self, loans):
        """Every active loan is one to a company that a director, or a relative of one, is an officer of."""
        item = AgendaItem.objects.order_by("pk").first()
        active = [loan for loan in loans if loan.state == LoanState.ACTIVE]
        seats = list(Seat.objects.select_related("person").order_by("pk")[:3])
        DirectorDealing.objects.bulk_create(
            DirectorDealing(
                loan=loan, person=seats[0].person, capacity="申込先の代表取締役", decision=item, disbursed_on=TODAY
            )
            for loan in active
        )  # fmt: skip
        Officer.objects.bulk_create(
            Officer(member=loan.member, person=seats[place % 3].person, title=OfficerTitle.DIRECTOR)
            for place, loan in enumerate(active)
        )
        Kinship.objects.bulk_create(
            Kinship(person=seats[1].person, relative=loan.member.representative, kind=KinshipKind.SIBLING)
            for loan in active
        )

    def _oversight(self, applications):
        kind, auditor, clerk = (
            ContentType.objects.get_for_model(Application),
            self.users["kenmochi"],
            self.users["yamada"],
        )
        about = [{"content_type": kind, "object_id": row.pk, "object_text": str(row)} for row in applications]
        AuditMark.objects.bulk_create(
            AuditMark(kind=MarkKind.REMARK, comment="確かめたい。", marked_on=TODAY, author=auditor, **target)
            for target in about
        )
        CaseGrant.objects.bulk_create(
            CaseGrant(
                user=clerk, reason="試験", from_on=TODAY, to_on=TODAY, granted_on=TODAY,
                granted_by=self.users["kitamura"], **target,
            )
            for target in about
        )  # fmt: skip
        CaseRestriction.objects.bulk_create(
            CaseRestriction(reason="試験", placed_on=TODAY, placed_by=self.users["kitamura"], **target)
            for target in about
        )
        ReadLog.objects.bulk_create(ReadLog(by=clerk, path="/", **target) for target in about)


@pytest.fixture
def crowd():
    # Hundreds of lists, of which only the questions are counted: nobody reads the copy of every template's context.
    with pages_on(), mock.patch("django.test.client.store_rendered_templates"):
        yield Crowd()


def ask(client, path):
    """How often the page asks the database. The log keeps 9000 questions only, so it begins anew for every page."""
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return len(queries)


def test_every_list_and_gathering_page_asks_as_often_for_a_thousand_rows_as_for_ten(crowd, client):
    """So none asks row by row either: a list shows fifty, and from ten rows to a thousand that would be seen."""
    few, many = {}, {}
    for rows, counts in ((10, few), (1000, many)):
        crowd.grow(rows)
        for role in EVERYBODY:
            client.force_login(crowd.users[PLAYERS[role]])
            for path in (path for path, roles in PAGES.items() if role in roles):
                if counts is few or "?" in path:
                    # Content types, and in the session the place in a list, are remembered from here on.
                    ask(client, path)
                counts[path, role] = ask(client, path)
    changed = [
        f"{path} {role}: {few[path, role]} → {many[path, role]}"
        for path, role in few
        if few[path, role] != many[path, role]
    ]
    assert not changed, "\n" + "\n".join(changed)


def test_the_pages_of_one_case_do_not_feel_the_other_cases_nor_a_long_history(crowd, client):
    case = make_application_in(crowd.office, S.CONTRACTING)
    crowd.grow(10)
    client.force_login(crowd.users["kitamura"])
    pages = [
        reverse("loans:application", args=[case.pk]),
        reverse("loans:loan", args=[case.loan.pk]),
        reverse("loans:contract_papers", args=[case.pk]),
        reverse("loans:confirm_ready", args=[case.pk]),
        case.member.get_absolute_url(),
        case.member.representative.get_absolute_url(),
    ]
    for path in pages:
        ask(client, path)
    few = {path: ask(client, path) for path in pages}
    crowd.grow(1000)
    kind = ContentType.objects.get_for_model(Application)
    ActionLog.objects.bulk_create(
        ActionLog(
            content_type=kind, object_id=case.pk, object_text=str(case), verb="edit", label="条件の変更",
            by=crowd.users["yamada"], on=TODAY, detail={"amount": number},
        )
        for number in range(1000)
    )  # fmt: skip
    assert {path: ask(client, path) for path in pages} == few
