"""What rows in a browser share: Chromium as it is started, signing in, when a page shows its first picture, its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

FIRST_PICTURE = "gridmap:first-picture"
"""The mark a page sets when its cells and figures are drawn for the first time."""
FLAT = ("--disable-gpu",)
"""Without a graphics chip: what is drawn on a plane is drawn by the processor."""
RELIEF = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-sandbox")
"""WebGL without a graphics chip: a program plays one."""

_TRIES, _PAUSE_MS = 600, 200


@contextmanager
def chromium(drawing: tuple[str, ...]) -> Iterator[Browser]:
    """Debian's Chromium; `drawing` is FLAT or RELIEF."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", *drawing]
        )
        try:
            yield browser
        finally:
            browser.close()


def wait_for_mark(page: Page, name: str = FIRST_PICTURE) -> float:
    """When the page set a mark, in seconds since it was asked for. Raises TimeoutError after two minutes."""
    for _ in range(_TRIES):
        # Asked again and again from outside: the page's own policy forbids it to evaluate text.
        found = page.evaluate(f"performance.getEntriesByName('{name}')[0]?.startTime ?? null")
        if found is not None:
            return float(found) / 1000
        page.wait_for_timeout(_PAUSE_MS)
    raise TimeoutError(f"no mark {name}")


def sign_in(page: Page, address: str, username: str, password: str) -> None:
    """Sign in, and rest on a page that draws nothing: leaving one half drawn would be measured too."""
    page.goto(f"{address}/sign-in?next=/healthz")
    page.fill("#username", username)
    page.fill("#password", password)
    page.click("form button[type=submit]")
    page.wait_for_url("**/healthz")
    page.wait_for_load_state("networkidle")


class Traffic:
    """The bytes that come over the wire to a page from now on, as they are sent (compressed or not)."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._add)

    def _add(self, told: dict[str, float]) -> None:
        self.received += int(told["encodedDataLength"])
