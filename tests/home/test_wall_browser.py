"""The wall in a real browser, at the sizes of a hall: nothing cut, nothing too small for five metres, live, and dark
when its link is revoked."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import OpenPage, findings, overflow
from tests.cases.conftest import GRID_2, files, ground, opened
from tests.cast import GRID, VILLAGE
from tests.home.test_wall import SYSTEM, alarm, meeting
from zhijin.core import clock
from zhijin.core.scope import scoped
from zhijin.home.wall import links, services
from zhijin.home.wall.models import Wall
from zhijin.sensing.services.devices import Entry, register

__all__ = ["files", "ground"]
pytestmark = pytest.mark.browser
#: Pixels of 1920 that are 20 mm on a screen of 65 inches: what is read at five metres.
LEAST = 27
#: Boxes of type reach a little beyond their ink, and a line cut is three times as much.
CUT = """() => [...document.querySelectorAll('.wall-panel, .wall-figures p, .wall-top')]
  .filter((e) => e.scrollHeight > e.clientHeight + innerWidth / 160
    || e.getBoundingClientRect().bottom > innerHeight + 1)
  .map((e) => `${e.className}: ${e.scrollHeight} in ${e.clientHeight}`)"""
SMALL = """() => { const wall = document.querySelector('.wall');
  const walker = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
  const found = []; for (let node; (node = walker.nextNode());) { if (!node.data.trim()) continue;
  const range = document.createRange(); range.selectNode(node); const box = range.getBoundingClientRect();
  if (!box.height) continue; const svg = node.parentElement.closest('svg');
  const scale = svg ? svg.getScreenCTM().a : 1;
  found.push([parseFloat(getComputedStyle(node.parentElement).fontSize) * scale, node.data.trim()]); }
  return found.sort((a, b) => a[0] - b[0]).slice(0, 3); }"""


def a_full_day() -> None:
    """More of everything than there is room for."""
    now = clock.now()
    opened(at=now - timedelta(days=20), place_code=GRID)
    for number in range(8):
        opened(at=now, place_code=(GRID, GRID_2)[number % 2])
    device, _ = register(actor=SYSTEM, entry=Entry("smoke", "一号", GRID))
    with scoped(SYSTEM):
        for number in range(5):
            alarm(device, number)
            meeting(
                title=str(number),
                org_name="昭阳区靖安镇大耆老村高原苹果种植专业合作社联合党支部委员会",
            )


def sounding(page: Page) -> None:
    """The stream of events, as the event process would say that something happened."""
    body = "retry: 300\n\nevent: fact\ndata: {}\n\n"
    page.route(
        "**/events/", lambda route: route.fulfill(content_type="text/event-stream", body=body)
    )


class Server:
    """The wall's address: another number at every look, or nobody there."""

    def __init__(self, page: Page) -> None:
        self.looks, self.away = 0, False
        self.body = page.request.get(page.url).text()
        page.route("**/events/", lambda route: route.abort())
        page.route("**/wall/*/", self.answer)

    def answer(self, route: Route) -> None:
        if self.away:
            route.abort()
            return
        self.looks += 1
        body = re.sub(
            r"(wall-figures.*?<b[^>]*>)\d+",
            rf"\g<1>{self.looks}",
            self.body,
            count=1,
            flags=re.DOTALL,
        )
        route.fulfill(content_type="text/html", body=body)


def gathered(page: Page) -> dict[str, float]:
    """What the browser holds of the page after it has tidied up."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    found = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return {one["name"]: one["value"] for one in found}


def passing(page: Page, check: Callable[[], None]) -> None:
    """Let the page's time pass by one look, until ``check`` holds; by a second and a third where a busy browser set
    its timer only after the clock was moved."""
    for _look in range(2):
        page.clock.run_for(11_000)
        with suppress(AssertionError):
            return check()
    page.clock.run_for(11_000)
    return check()


def lives_for_days(page: Page) -> None:
    """Hundreds of looks gather nothing; a server that is away is told and forgiven; a day later it loads anew."""
    page.clock.install()
    server = Server(page)
    page.reload()

    def look(times: int) -> None:
        figure = page.locator(".wall-figures b").first
        for _ in range(times):
            seen = figure.inner_text()
            passing(page, lambda seen=seen: expect(figure).not_to_have_text(seen, timeout=30_000))

    look(5)
    before = gathered(page)
    look(200)
    # A busy machine tidies up late; what is still held after many rounds is held for good.
    for _round in range(40):
        after = gathered(page)
        if after["Nodes"] <= before["Nodes"] * 1.1 + 50:
            break
        page.evaluate("() => new Promise(requestAnimationFrame)")
    assert after["Nodes"] <= before["Nodes"] * 1.1 + 50
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 5
    server.away = True
    lost = page.locator("[data-lost]")
    page.clock.run_for(120_000)
    passing(page, lambda: expect(lost).to_have_count(1, timeout=30_000))
    server.away = False
    passing(page, lambda: expect(lost).to_have_count(0, timeout=30_000))
    page.evaluate("() => { window.before = true; }")
    page.clock.fast_forward(25 * 3_600_000)
    page.wait_for_function("() => !window.before")
    page.unroute_all()


@pytest.mark.django_db(transaction=True)
def test_a_wall_for_days(ground: Any, open_page: OpenPage) -> None:
    a_full_day()
    for language in ("zh-hans", "en"):
        wall = services.make(actor=SYSTEM, place_code=VILLAGE, label="一楼大厅", language=language)
        path = f"/wall/{links.token_of(wall.id)}/"
        for width, height in ((1920, 1080), (3840, 2160)):
            page = open_page(path, size=(width, height))
            assert overflow(page) == []
            assert page.evaluate(CUT) == []
            smallest = page.evaluate(SMALL)
            assert smallest[0][0] >= LEAST * width / 1920, smallest
    assert findings(page) == []
    phone = open_page(path, size=(390, 844))
    assert overflow(phone) == []

    lives_for_days(phone)
    sounding(page)
    page.reload()
    expect(page.locator(".wall-figures b").first).to_have_text("9")
    opened(at=clock.now(), place_code=GRID)
    expect(page.locator(".wall-figures b").first).to_have_text("10")
    with scoped(SYSTEM):
        made = Wall.objects.get(pk=wall.pk)
    services.revoke(actor=SYSTEM, pk=made.pk)
    expect(page.locator("body")).to_contain_text("HW404")
