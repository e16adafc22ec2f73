"""A real browser: Debian's Chromium, watched for everything that should not happen on a page."""

import os
import re
import shutil
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response

WIDE = {"width": 1400, "height": 1000}
TABLET = {"width": 820, "height": 1180}

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

# A policy that only reports would say nothing on the console, so the page is made to say it.
SAY_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP violation: ${event.effectiveDirective} ${event.blockedURI || event.sourceFile}`));
"""


def executable() -> str | None:
    """The browser to use; None lets Playwright look for its own."""
    if given := os.environ.get("COOPFIN_CHROMIUM"):
        return given
    # Debian's build without windows draws the same pages and is a fifth faster.
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


#: axe need not describe at length what is right.
ONLY_WHAT_IS_WRONG = {"resultTypes": ["violations"], "iframes": False}


class Watch:
    """Collects console errors, script errors, CSP violations and 5xx answers of a page.

    A test that provokes a refusal says so beforehand: `watch.expect(r"status of 403")`.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.expected: list[re.Pattern] = []

    def expect(self, pattern: str) -> None:
        self.expected.append(re.compile(pattern))

    def follow(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.seen.append(f"{page.url}: script error: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            address = (message.location or {}).get("url", "")
            self.seen.append(f"{address}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.append(f"{response.url}: answered {response.status}")

    def complaints(self) -> list[str]:
        return [line for line in self.seen if not any(pattern.search(line) for pattern in self.expected)]


def check_accessibility(page: Page, *, context: Callable | str | dict | None = None) -> None:
    """Fail if axe finds anything serious or critical on the page as it stands."""
    found = Axe().run(page, context=context, options=ONLY_WHAT_IS_WRONG).response["violations"]
    grave = [violation for violation in found if violation["impact"] in {"serious", "critical"}]
    lines = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
        + "\n    ".join(
            f"{' '.join(map(str, node['target']))}  {node['html'][:160]}" for node in violation["nodes"][:5]
        )
        for violation in grave
    ]
    assert not grave, f"axe on {page.url}:\n" + "\n".join(lines)
