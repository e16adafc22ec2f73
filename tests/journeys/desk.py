"""A desk: one person's own browser, logged in, and the few gestures that every page understands."""

import re

from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.browser import check_accessibility

#: The kinds of page that axe has passed in this run. A page is looked at once per kind and stage, not once per visit.
LOOKED_AT: set[str] = set()
#: axe copies the sheet that the admin site's forms.css imports into a style element, which our policy rightly refuses.
OF_AXE_ITSELF = re.compile(r"style-src-elem inline|Applying inline style")

#: Milliseconds. Papers are drawn and many people served by one busy machine.
PATIENCE = 40_000
expect.set_options(timeout=PATIENCE / 2)


def labelled(label: str) -> re.Pattern:
    """A label as it is read, with or without the mark of a required field and the colon of the admin site."""
    return re.compile(rf"^\s*{re.escape(label)}\s*(\*\s*必須|\*|:)?\s*$")


class Desk:
    """Somebody's desk. `fill`, `choose`, `pick`, `press` and `follow` are what hands do; `see` is what eyes do."""

    def __init__(self, page, user, watch, *, password=None, address=None):
        """Logged in by typing the password; or, where logging in is not what is tried, at once at that address."""
        self.page, self.user, self.watch = page, user, watch
        page.set_default_timeout(PATIENCE)
        if password is not None:
            self.open("/accounts/login/").log_in(user.username, password)
        else:
            session = Client()
            session.force_login(user)
            cookie = {"name": settings.SESSION_COOKIE_NAME, "url": address}
            page.context.add_cookies([{**cookie, "value": session.session.session_key}])

    @classmethod
    def of_a_stranger(cls, page, watch) -> "Desk":
        """A browser in which nobody has logged in yet."""
        desk = cls.__new__(cls)
        desk.page, desk.user, desk.watch = page, None, watch
        page.set_default_timeout(PATIENCE)
        return desk

    def log_in(self, username: str, password: str) -> "Desk":
        return self.fill("利用者名", username).fill("パスワード", password).press("ログイン")

    # --- going ---

    @property
    def path(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self.page.url)

    def open(self, address: str, *, status: int = 200) -> "Desk":
        answer = self.quiet().page.goto(address)
        assert answer.status == status, f"{address} answered {answer.status}"
        return self.look()

    def quiet(self) -> "Desk":
        """What is just being fetched is there: nobody sends a form away in the same moment as it changes."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        return self

    def follow(self, link: str) -> "Desk":
        self.quiet()
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link, exact=True).first.click()
        return self.look()

    def follow_to(self, address: str) -> "Desk":
        """Follow whichever link of the page leads there, whatever it is called."""
        self.quiet()
        with self.page.expect_navigation():
            self.page.locator(f"main a[href^='{address}']").first.click()
        return self.look()

    def press(self, button: str, *, part_of_name=False) -> "Desk":
        """Press a button that sends a form, and wait for the page that comes back."""
        self.quiet()
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button, exact=not part_of_name).first.click()
        return self.look()

    def has_link(self, link: str) -> bool:
        return self.page.get_by_role("link", name=link, exact=True).count() > 0

    # --- writing ---

    def field(self, label: str):
        return self.page.get_by_label(labelled(label)).first

    def fill(self, label: str, value) -> "Desk":
        self.field(label).fill(str(value))
        return self

    def pick(self, label: str, option: str) -> "Desk":
        """Choose from a drop-down list."""
        self.field(label).select_option(label=option)
        return self

    def choose(self, question: str, answer: str) -> "Desk":
        """Choose one of the round buttons under a question."""
        self.page.get_by_role("group", name=labelled(question)).get_by_role("radio", name=answer, exact=True).check()
        return self

    def attach(self, label: str, file) -> "Desk":
        self.field(label).set_input_files(file)
        return self

    def typed(self) -> dict[str, str]:
        """Everything the form of this page would send."""
        return self.page.evaluate("Object.fromEntries(new FormData(document.querySelector('main form[method=post]')))")

    # --- reading ---

    @property
    def sheet(self):
        """What the page says, without the menu."""
        return self.page.locator("main").first

    def see(self, *texts: str) -> "Desk":
        for text in texts:
            expect(self.sheet).to_contain_text(text)
        return self

    def not_see(self, *texts: str) -> "Desk":
        for text in texts:
            expect(self.sheet).not_to_contain_text(text)
        return self

    def stage(self, label: str) -> "Desk":
        """What the page is about stands at this stage."""
        expect(self.page.locator(".page-head .stage").first).to_have_text(label)
        return self

    def holds(self, **fields) -> "Desk":
        """What was typed is still there. The keys are the names of the fields."""
        for name, value in fields.items():
            expect(self.page.locator(f"[name={name}]")).to_have_value(str(value))
        return self

    def beside(self, label: str) -> str:
        """What the page says beside a field that it did not accept."""
        return self.page.locator(f"#div_{self.field(label).get_attribute('id')} .invalid-feedback").inner_text()

    def table(self, caption: str) -> list[list[str]]:
        """The rows of a table, cell by cell, as read on the page."""
        return self._rows(caption, "table.querySelectorAll('tbody tr')")

    def sums(self, caption: str) -> list[str]:
        """The last line of a table."""
        return self._rows(caption, "table.querySelectorAll('tfoot tr')")[-1]

    def _rows(self, caption: str, rows: str) -> list[list[str]]:
        """Read in one glance: a table that is being replaced by a newer one would answer with half of each."""
        self.quiet()
        table = self.page.get_by_role("table", name=caption, exact=True).first
        return table.evaluate(f"table => [...{rows}].map(row => [...row.cells].map(cell => cell.innerText))")

    def look(self) -> "Desk":
        """Once per kind of page: axe finds nothing serious."""
        stage = self.page.locator(".page-head .stage")
        kind = re.sub(r"(?<=/invitation/)[^/]+|\d+", "#", self.path.partition("?")[0])
        kind += f" {stage.first.inner_text() if stage.count() else ''} {self.page.locator('.error-summary').count()}"
        # Waited for each time, so that the journey goes on alike whether or not this page is looked at here.
        self.quiet()
        if kind not in LOOKED_AT:
            before = len(self.watch.seen)
            check_accessibility(self.page)
            self.watch.seen[before:] = [line for line in self.watch.seen[before:] if not OF_AXE_ITSELF.search(line)]
            LOOKED_AT.add(kind)
        return self
