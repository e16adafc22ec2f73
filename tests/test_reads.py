"""Reading leaves a trace of who read what, and leaves everything else as it was."""

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from coopfin.middleware import refuse_writes
from coopfin.models import ActionLog, ReadLog, Sequence, UsedToken
from coopfin.roles import Role
from documents.models import IssuedDocument
from governance.models import AgendaItem, Meeting
from ledger.models import Voucher, VoucherLine
from loans.models import Application, Loan, LoanEvent
from members.models import Member, Person
from tests.access_table import ROWS
from tests.factories.members import make_officer
from tests.prepared import AtWork, taken_back
from tests.test_access import address

#: 読むだけでは動かない表
KEPT = (
    ActionLog, AgendaItem, Application, IssuedDocument, Loan, LoanEvent, Meeting, Member, Person, Sequence, UsedToken, Voucher,
    VoucherLine,
)  # fmt: skip
#: 守秘義務のあるページと、開いたものの種別
CONFIDENTIAL = {
    ("loans:application", "draft"): Application,
    ("loans:application", "disbursed"): Application,
    ("loans:receive", "draft"): Application,
    ("loans:investigation", "investigation"): Application,
    ("loans:contract_papers", "contracting"): Application,
    ("loans:paper_preview", "contracting"): Application,
    ("loans:loan", "loan"): Loan,
    ("loans:loan_export", "loan"): Loan,
    ("members:detail", "member"): Member,
    ("members:person", "person"): Person,
    ("documents:issued", "issued"): IssuedDocument,
    ("documents:issued_download", "issued"): IssuedDocument,
    ("governance:meeting", "board"): Meeting,
}


class TestReading(AtWork):
    def enter(self, role):
        client = Client()
        client.force_login(self.house.user(role))
        return client

    def contents(self):
        return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in KEPT}

    def test_opening_every_page_changes_no_row_of_the_trade(self):
        """Beside the guard, which stops the statement: the rows themselves, before and after."""
        before, client = self.contents(), self.enter(Role.CHIEF)
        for name, thing, expected in ROWS:
            if expected[Role.CHIEF] == "200" and not name.startswith(("account_", "mfa_", "admin:")):
                client.get(address(self.house, name, thing))
        assert self.contents() == before

    def test_what_is_confidential_is_remembered_with_who_opened_it(self):
        user, client = self.house.user(Role.CLERK), self.enter(Role.CLERK)
        for (name, thing), model in CONFIDENTIAL.items():
            url = address(self.house, name, thing)
            before = ReadLog.objects.count()
            assert client.get(url).status_code == 200, name
            log = ReadLog.objects.order_by("pk").last()
            assert ReadLog.objects.count() == before + 1, name
            assert log.content_type == ContentType.objects.get_for_model(model), name
            assert (log.by, log.path) == (user, url.split("?")[0])

    def test_a_page_that_was_refused_was_not_read(self):
        before = ReadLog.objects.count()
        for role in (Role.ADMIN, Role.COMMITTEE, Role.DIRECTOR):
            client = self.enter(role)
            for name, thing in CONFIDENTIAL:
                if client.get(address(self.house, name, thing)).status_code == 200:
                    before += 1
        assert ReadLog.objects.count() == before
        with taken_back():
            make_officer(self.house.things["member"], self.house.user(Role.PRESIDENT).person)
            case = reverse("loans:application", args=[self.house.cases["disbursed"].pk])
            assert self.enter(Role.PRESIDENT).get(case).status_code == 404
            assert ReadLog.objects.count() == before

    def test_lists_and_searches_are_not_readings_of_a_case(self):
        before = ReadLog.objects.count()
        client = self.enter(Role.CHIEF)
        for path in ("/", "/loans/applications/", "/loans/", "/search/?q=能登", "/members/", "/documents/"):
            assert client.get(path).status_code == 200
        assert ReadLog.objects.count() == before

    def test_live_previews_that_are_posted_write_nothing_either(self):
        case, ready = self.house.cases["investigation"], self.house.cases["ready"]
        client = self.enter(Role.CLERK)
        for url, data in (
            (reverse("loans:preview"), {"loan_type": "bill", "amount": "1000万"}),
            (reverse("loans:preview") + f"?application={case.pk}", {}),
            (reverse("loans:maturity"), {"term": "90", "disburse_on": "2026-11-24"}),
            (reverse("loans:security_preview", args=[case.pk]), {"kind": "land", "amount": "1000万"}),
            (reverse("loans:guarantee_preview", args=[case.pk]), {}),
            (
                reverse("loans:contract_preview", args=[self.house.cases["approved"].pk]),
                {"contracted_on": "2026-11-24"},
            ),
            (reverse("loans:disburse_preview", args=[ready.pk]), {"disburse_on": "2026-11-24"}),
            (reverse("loans:capacity_preview", args=[case.pk]), {"profit": "1億"}),
            (reverse("loans:limit_borrowing_preview"), {"turnover_need": "1億"}),
            (reverse("loans:limit_member_preview"), {"uniform": "1億", "member_limit_mode": "uniform"}),
            (reverse("ledger:voucher_preview", args=["transfer"]), {}),
        ):
            with connection.execute_wrapper(refuse_writes), transaction.atomic():
                assert client.post(url, data).status_code == 200, url
