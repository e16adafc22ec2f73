"""Who may open what: every URL, every role, real objects, against a table written by hand."""

from unittest import mock

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve, reverse

from coopfin.middleware import refuse_writes
from coopfin.models import ActionLog
from coopfin.roles import Role
from governance import operations as governance
from tests.access_table import COLUMNS, READS_BUT_MAY_NOT_SEND, ROWS, SENT_TO_BE_RECKONED
from tests.factories.loans import TODAY
from tests.factories.members import make_officer
from tests.prepared import AtWork, taken_back

LOGIN = "/accounts/login/"
#: 監事が自分のことを書くところ: 監査の記録、自分の誓約、席のある会議での自分の利害関係の申出。招待は、招かれた人が使う。
AUDITORS_OWN = {
    "desk:invitation",
    "oversight:mark_create", "oversight:mark_again", "oversight:mark_resolve", "oversight:pledge", "governance:interest",
    "governance:votes", "list_choices",
}  # fmt: skip
#: 入力する画面が、打つたびに候補や様式を取りに行くところ
SERVE_A_FORM = {
    "members:bank_names", "members:person_options", "members:import_template", "members:import_refused",
    "loans:member_choices", "loans:party_search",
}  # fmt: skip
#: 案件・貸付・書類を一つ開く URL（商品と、運転資金の要因は、だれの案件でもない）
CASE_URLS = [
    row
    for row in ROWS
    if row[1]
    and row[0].startswith(("loans:", "admin:loans_", "oversight:"))
    and not {"product", "cause"} & set(row[1].split("_"))
] + [row for row in ROWS if row[0].startswith("documents:") and row[1] in ("issued", "upload")]


def addresses(resolver=None, prefix=""):
    """The names of all URLs there are."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name:
                yield f"{prefix}{entry.name}"
        else:
            yield from addresses(entry, f"{prefix}{entry.namespace + ':' if entry.namespace else ''}")


def address(house, name, thing):
    """The URL of a row of the table."""
    things = house.things
    more = {
        "documents:form": {"code": "deed"},
        "documents:form_specimen": {"code": "deed"},
        "loans:paper_preview": {"code": things["paper"]},
        "loans:paper_issue": {"code": things["paper"]},
        "loans:paper_signed": {"document": things["issued"].pk},
        "loans:case_paper": {"document": things["case_paper"].pk},
        "loans:notice_sent": {"notice": things["notice"].pk},
        "loans:comment_answer": {"comment": things["comment"].pk},
        "loans:comment_withdraw": {"comment": things["comment"].pk},
        **{
            f"loans:condition_{name}": {"condition": house.cases["approved"].conditions.first().pk}
            for name in ("unmeet", "ask", "waiver")
        },
        "loans:security_use": {"interest": things["security_link"].interest_id},
        "loans:security_remove": {"link": things["security_link"].pk},
        "loans:guarantee_use": {"guarantee": things["guarantee"].pk},
        "loans:guarantee_remove": {"link": things["guarantee_link"].pk},
        "loans:worksheet_section": {"section": "basics"},
        "loans:interview_edit": {"interview": things["interview"].pk},
        "loans:follow_up": {"interview": things["interview"].pk},
        "loans:guarantee_deed": {"link": things["guarantee_link"].pk},
        **{f"loans:checklist_{page}": {"row": things["document_row"].pk} for page in ("row", "files", "waive")},
        "loans:checklist_set_aside": {"row": things["document_row"].pk, "file": things["document_file"].pk},
        "loans:guarantee_statement": {"link": things["guarantee_link"].pk},
        "members:member_merge": {"gone": things["twin_member"].pk},
        "members:person_merge": {"gone": things["twin_person"].pk},
        "governance:votes": {"item": things["item"].pk},
        "governance:agenda_remove": {"item": things["item"].pk},
        "governance:take_up": {"item": things["item"].pk},
        "governance:room_vote": {"item": things["item"].pk},
        "governance:table": {"model": "governance.limitresolution"},
        "ledger:voucher_preview": {"kind": "transfer"},
        "oversight:restrict": {"label": "loans.application"},
        "oversight:lift": {"label": "loans.application"},
        "oversight:grant": {"label": "loans.application"},
        "oversight:mark_create": {"label": "loans.application"},
    }.get(name, {})
    query = {
        "loans:loan_export": "?export=csv",
        "members:export": "?format=csv",
        "desk:search": "?q=能登",
        "admin:autocomplete": "?app_label=governance&model_name=seat&field_name=person&term=小松",
    }.get(name, "")
    if name.startswith("desk:proposal") and thing:
        more = {"kind": things[thing]._meta.label_lower}
    if name == "admin:app_list":
        return reverse(name, args=[thing])
    if thing == "token":
        return reverse(name, args=[things["token"]])
    if name == "admin:view_on_site":
        member = things["member"]
        from django.contrib.contenttypes.models import ContentType

        return reverse(name, args=[ContentType.objects.get_for_model(member).pk, member.pk])
    found = house.cases.get(thing) or things.get(thing)
    if thing and found is None:
        raise KeyError(thing)
    if name.startswith("admin:"):
        return reverse(name, args=[found.pk] if thing else []) + query
    return reverse(name, kwargs={**({"pk": found.pk} if thing else {}), **more}) + query


def outcome(response):
    """What the table says of a response. The admin site sends strangers to its own log-in, which sends them to ours."""
    gates = (LOGIN,) if response.wsgi_request.user.is_authenticated else (LOGIN, "/admin/login/")
    if response.status_code == 302 and response["Location"].startswith(gates):
        return "in"
    return str(response.status_code)


def browser_of(user):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def test_every_url_is_in_the_table():
    listed = {name for name, _, _ in ROWS}
    assert set(addresses()) - listed == set(), "未記入の URL"
    assert listed - set(addresses()) == set(), "もうない URL"


class TestAccess(AtWork):
    @classmethod
    def setUpClass(cls):
        # The menu is the same on every page (and tried in tests/desk); counting it two thousand times is not.
        cls.enterClassContext(mock.patch("coopfin.context_processors._navigation", return_value=[]))
        super().setUpClass()

    def browsers(self):
        return {role: browser_of(self.house.user(role) if role else None) for role in COLUMNS}

    def test_each_role_opens_what_the_table_says_and_nothing_else(self):
        """Each GET runs under the guard of the middleware and inside a transaction: a page that wrote would raise."""
        browsers = self.browsers()
        wrong = []
        for name, thing, expected in ROWS:
            url = address(self.house, name, thing)
            for role, browser in browsers.items():
                with transaction.atomic():
                    response = browser.get(url)
                found = outcome(response)
                if found != expected[role]:
                    wrong.append(f"{name}@{thing} {role or '誰も'}: {expected[role]} のはずが {found}")
                if response.streaming:
                    wrong.append(f"{name}: 中身を小分けに送っている")
        assert not wrong, "\n" + "\n".join(wrong)

    def test_who_may_not_open_a_page_may_not_send_to_it_either(self):
        browsers = self.browsers()
        wrong = []
        for name, thing, expected in ROWS:
            if name.startswith(("account_", "mfa_", "admin:")):
                continue
            url = address(self.house, name, thing)
            for role, browser in browsers.items():
                refused = READS_BUT_MAY_NOT_SEND.get((name, thing), ())
                wanted = "403" if role in refused else expected[role]
                if wanted not in ("403", "404"):
                    continue
                # A refused sending does not even try to write.
                with connection.execute_wrapper(refuse_writes):
                    found = outcome(browser.post(url, {"reason": "試し"}))
                # A page that only reads takes no sending at all.
                if found not in (wanted, "405"):
                    wrong.append(f"POST {name}@{thing} {role or '誰も'}: {wanted} のはずが {found}")
        assert not wrong, "\n" + "\n".join(wrong)

    def test_the_auditor_reads_and_changes_nothing(self):
        """Every address is sent to with an empty form; no statement that writes leaves the program."""
        browser = browser_of(self.house.user(Role.AUDITOR))
        for name, thing, _ in ROWS:
            if name.startswith(("account_", "mfa_", "admin:")) or name in AUDITORS_OWN:
                continue
            with connection.execute_wrapper(refuse_writes):
                response = browser.post(address(self.house, name, thing), {})
            answers = (200,) if name in SENT_TO_BE_RECKONED else (403, 404, 405)
            assert response.status_code in answers, name

    def test_the_auditor_reads_every_page_that_the_chief_reads(self):
        """Forms aside: a page that only shows something to the chief shows it to the auditor too."""
        kept = []
        for name, thing, expected in ROWS:
            if expected[Role.CHIEF] == "200" and expected[Role.AUDITOR] != "200" and name not in SERVE_A_FORM:
                view = resolve(address(self.house, name, thing).partition("?")[0]).func
                if not name.startswith("admin:") and not hasattr(view.view_class, "post"):
                    kept.append(name)
        assert not kept

    def test_a_case_of_ones_own_company_is_not_there(self):
        """Whoever holds an office with the applicant, of whatever role, gets 404 where he would get the case."""
        with taken_back():
            for user in self.house.users.values():
                make_officer(self.house.things["member"], user.person)
            shown = [*self.opened(), *self.told()]
            assert not shown, "\n" + "\n".join(shown)

    def test_a_case_is_not_there_for_whom_declared_an_interest_at_the_meeting(self):
        thing = "board_queue"
        director = self.house.user(Role.DIRECTOR)
        with taken_back():
            governance.declare_interest(
                self.house.things["item"], person=director.person, reason="親族が役員", by=director, on=TODAY
            )
            assert outcome(browser_of(director).get(address(self.house, "loans:application", thing))) == "404"
            other = self.house.user(Role.PRESIDENT)
            assert outcome(browser_of(other).get(address(self.house, "loans:application", thing))) == "200"

    def told(self):
        """Where meetings, waiting slips and the admin site's logs tell an interested person of the case all the same."""
        things, case = self.house.things, self.house.cases["board_queue"]
        member = things["member"].name
        logs = [reverse(f"admin:coopfin_{name}_changelist") + f"?q={member}" for name in ("actionlog", "readlog")]
        entry = ActionLog.objects.about(case).first()
        pages = [
            reverse("governance:meeting", args=[things["board"].pk]),
            reverse("governance:meeting", args=[things["committee"].pk]),
            reverse("governance:interest", args=[things["item"].pk]),
            reverse("governance:interest", args=[things["committee_item"].pk]),
            reverse("ledger:voucher", args=[things["waiting"].pk]),
            reverse("ledger:voucher_approve", args=[things["waiting"].pk]),
            reverse("admin:coopfin_actionlog_change", args=[entry.pk]),
            *logs,
        ]
        found = []
        for role, user in self.house.users.items():
            browser = browser_of(user)
            for page in pages:
                response = browser.get(page)
                text = response.content.decode().replace(f"?q={member}", "").replace(f'value="{member}"', "")
                if response.status_code == 200 and (case.number in text or f"{case.amount:,}" in text):
                    found.append(f"{page} tells {role}")
        return found

    def opened(self):
        """The pages of cases, loans and papers that an interested person gets to see or send to all the same."""
        shown = []
        for role, user in self.house.users.items():
            browser = browser_of(user)
            for name, thing, expected in CASE_URLS:
                if expected[role] not in ("200", "405"):
                    continue
                url = address(self.house, name, thing)
                found = [outcome(browser.get(url))]
                if not name.startswith("admin:"):
                    found.append(outcome(browser.post(url)))
                # The admin site says "there is no such thing" and goes to its first page.
                gone = ("404", "302") if name.startswith("admin:") else ("404", "405")
                if not set(found) <= set(gone):
                    shown.append(f"{name}@{thing} {role}: {found}")
        return shown
