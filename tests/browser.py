"""A real Chromium on a real server, for any room's tests: tests/conftest.py makes its fixtures known.

``site`` is the address of the whole platform running in this process on the test database; ``open_page``
gives pages of a size and language; ``findings`` runs axe; ``overflow`` names what is wider than the screen;
``problems`` is both, at both sizes.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHECKOUT = Path(__file__).resolve().parents[1]
AXE = CHECKOUT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A microphone that beeps, and nobody who asks whether it may.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
#: WCAG 2.2 A and AA, and axe's best practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESKTOP = (360, 740), (1440, 900)
#: Milliseconds in which a page must do what is expected of it: beside other work everything takes longer.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)
#: Sizes and languages in which pages are looked at; see :func:`problems`.
LOOKS = {"phone-zh-hans": (PHONE, "zh-hans"), "desktop-en": (DESKTOP, "en")}


def chromium() -> str | None:
    """The browser to drive: ``ZHIJIN_CHROMIUM``, or what the machine has.

    The shell first: the same engine, whose pages open in a fifth of the processor time, since no window is made
    for them that nobody sees.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return os.environ.get("ZHIJIN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def free_port() -> int:
    """A port nobody listens on, below the range that outgoing connections take.

    By the system's own dice: a test's are set to the same seed in every process of a run, which all would then
    reach for the same port.
    """
    for port in random.SystemRandom().sample(range(21000, 32000), 200):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port between 21000 and 32000")


class _Server(LiveServerThread):
    """Django's own test server; a thread per request, each closing its database connections."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", StaticFilesHandler, {}, port)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@pytest.fixture
def site(transactional_db: None, settings: Any) -> Iterator[str]:
    """The address of the platform, without a slash at the end."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    server = _Server(free_port())
    server.daemon = True
    server.start()
    server.is_ready.wait(120)
    if server.error:
        raise server.error
    yield server.url
    server.terminate()
    for connection in connections.all():
        connection.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; skipped where there is none."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (set ZHIJIN_CHROMIUM)")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright keeps an event loop running in this thread; Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # The settings of tests take the terminal's language away; without one a browser opens no file named in Chinese.
        spoken = {**os.environ, "LC_ALL": "C.UTF-8"}
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, env=spoken)
        yield running
        running.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """``open_page("/desk/", size=PHONE, lang="en", elder=False, zoom=1, **context)`` → a page.

    Paths are on ``site``; the answer must be ``status``. A script error, or something that the
    content security policy refuses, fails the test.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def opened(path: str, *, size: tuple[int, int] = DESKTOP, lang: str = "zh-hans",
               elder: bool = False, zoom: float = 1, status: int = 200, **options: Any) -> Page:  # fmt: skip
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB" if lang == "en" else "zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        cookies = {"lang": lang, "elder": "1" if elder else "0"}
        context.add_cookies([{"name": k, "value": v, "url": site} for k, v in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if _is_refusal(m.text) else None)
        answer = page.goto(site + path)
        assert answer is not None, path
        assert answer.status == status, f"{path}: {answer.status}"
        if zoom != 1:
            enlarge(page, zoom)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not problems, problems


def _is_refusal(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text


def enlarge(page: Page, zoom: float) -> None:
    """Text of ``zoom`` times its size, as when the reader has set it so in the browser."""
    page.evaluate(
        "zoom => { const s = new CSSStyleSheet(); const size = parseFloat(getComputedStyle("
        "document.documentElement).fontSize) * zoom; s.replaceSync(`html{font-size:${size}px !important}`);"
        "document.adoptedStyleSheets.push(s); }",
        zoom,
    )


def findings(page: Page, *, within: str = "html") -> list[str]:
    """What axe has against the page, one line each."""
    session = page.context.new_cdp_session(page)
    # Evaluated through the debugger, so the page's content security policy stays as it is.
    session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    # Only what is wrong leaves the page: what axe found right takes longer to hand over than to find.
    wrong = page.evaluate(
        "([within, rules]) => axe.run(document.querySelector(within), "
        "{runOnly: rules, resultTypes: ['violations']}).then(({violations}) => violations)",
        [within, RULES],
    )
    return [
        f"{rule['id']}: {rule['help']} — {node['target']} {node.get('failureSummary', '')}"
        for rule in wrong
        for node in rule["nodes"]
    ]


def problems(page: Page) -> list[str]:
    """What axe has against the page as it is open, and what is too wide at its size and at the other one.

    With :data:`LOOKS` every page is read by axe at either size and in either language, and measured at
    either size in either language, while it is loaded twice and not four times.
    """
    found = [*findings(page), *overflow(page)]
    size = page.viewport_size
    assert size is not None
    width, height = DESKTOP if size["width"] == PHONE[0] else PHONE
    page.set_viewport_size({"width": width, "height": height})
    found += overflow(page)
    page.set_viewport_size(size)
    return found


def overflow(page: Page) -> list[str]:
    """What makes the page wider than the screen; nothing when it does not scroll sideways."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const inScroller = (e) => { for (let p = e.parentElement; p; p = p.parentElement)
            if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return true; return false; };
          const ends = (e) => Math.round(e.getBoundingClientRect().right);
          const wide = [...document.querySelectorAll('body *')].filter((e) => ends(e) > width && !inScroller(e));
          return [`the page is ${document.documentElement.scrollWidth} wide on ${width}`,
            ...wide.map((e) => `${e.tagName}.${e.className} ends at ${ends(e)}`)];
        }"""
    )
    return found
