"""The machinery under every test: settings, the restored database, the browser, and the count of what ran."""

import copy
import os
from contextlib import ExitStack
from unittest import mock

import django
import hypothesis
import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase
from playwright.sync_api import expect

from tests import browser, databases
from tests.memory import MEMORY
from tests.summary import Summary

# Before anything reads the settings. Both are ours to decide here, whatever the shell or .env says.
os.environ["COOPFIN_MODE"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "coopfin.settings"
# Playwright's synchronous interface keeps an event loop in this thread; Django would refuse its own ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()
# A busy machine answers late; that is not a mistake of the page.
expect.set_options(timeout=20_000)

# The same examples on both databases and on every machine, however slow it is that day.
hypothesis.settings.register_profile("coopfin", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("coopfin")

BROWSER_FIXTURES = {"live_url", "new_page", "browser_page", "tablet_page"}


def pytest_configure(config):
    config.pluginmanager.register(Summary(), "coopfin-summary")


def pytest_itemcollected(item):
    """`browser` and `transaction` say what a test is; what pytest-django needs to hear follows from it."""
    if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
        item.add_marker("browser")
    if item.get_closest_marker("browser") or item.get_closest_marker("transaction"):
        item.add_marker(pytest.mark.django_db(transaction=True))


# --- database ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    databases.choose_name()
    yield
    databases.forget_name()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tables made, master data loaded, template kept; every committing test ends with the template put back."""
    template = databases.TEMPLATE
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        databases.note_migrations()
        databases.load_master_data()
        template.keep()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: template.restore())
        yield
        template.discard()


@pytest.fixture(scope="module")
def for_the_module(django_db_setup, django_db_blocker):
    """What a module's tests all begin with, made once: `world = for_the_module(make)`; each test gets a copy of it.

    The rows stay in a transaction that ends with the module; what a test does to them is undone after the test, and
    the objects are copied, so that no test sees what another changed. What `@remembered` factories add to such a world
    is walked once and repeated from memory after that (tests/memory.py). Not for tests that commit.
    """
    with django_db_blocker.unblock(), ExitStack() as stack:
        stack.callback(MEMORY.end)
        stack.enter_context(connection.execute_wrapper(MEMORY.watch))

        def make(world):
            atomic = transaction.atomic()
            atomic._from_testcase = (
                True  # as Django's TestCase marks its own: code that must be outermost may run inside
            )
            stack.enter_context(atomic)
            stack.callback(transaction.set_rollback, True)
            with mock.patch("documents.operations.render_pdf", return_value=(b"%PDF-1.7\n%%EOF\n", 1)):
                made = world()
            MEMORY.begin()
            return lambda: copy.deepcopy(made)

        yield make


@pytest.fixture(scope="module")
def made_office(for_the_module):
    """`office = made_office()`: the standing office (people, bodies, seats, policy, resolutions), made once a module."""
    # Only here: factories import models, which nobody may before django.setup().
    from tests.factories.loans import make_office

    return for_the_module(make_office)


# --- browser -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": browser.executable(), "args": browser.FLAGS}


@pytest.fixture
def live_url(live_server):
    """The address of a real server on the test database."""
    return live_server.url


@pytest.fixture
def watch():
    """What the pages complained about. Fails the test at its end; `watch.expect(pattern)` allows what is provoked."""
    watch = browser.Watch()
    yield watch
    complaints = watch.complaints()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture
def new_page(request, live_url, watch):
    """Opens a page in a context of its own (own cookies, so another person): `new_page()`, `new_page(browser.TABLET)`.

    Paths are relative to the live server: `page.goto("/")`.
    """
    # Asked for late, so that the browser starts only for tests that open a page.
    chromium = request.getfixturevalue("browser")
    contexts = []

    def open_page(viewport=browser.WIDE):
        context = chromium.new_context(
            base_url=live_url, viewport=viewport, locale="ja-JP", timezone_id="Asia/Tokyo", accept_downloads=True
        )
        context.set_default_timeout(10_000)
        context.add_init_script(browser.SAY_VIOLATIONS)
        context.on("page", watch.follow)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(new_page):
    """A page 1400 × 1000: a clerk's screen."""
    return new_page(browser.WIDE)


@pytest.fixture
def tablet_page(new_page):
    """A page 820 × 1180: a tablet held upright at the board's table."""
    return new_page(browser.TABLET)
