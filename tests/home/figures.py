"""The documents' figures on the demonstration's pages, each opened by the account that works with it. Called by the
test that makes the demonstration, so that its world is made once."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

from zhijin.access.api import Account
from zhijin.access.middleware import COOKIE
from zhijin.access.sign_ins import open_session
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs


def desk(username: str) -> Client:
    """A browser in which this account is signed in."""
    client = Client()
    client.cookies[COOKIE] = open_session(Account.objects.get(username=username), "tests")
    return client


def said(answer: Any) -> str:
    """The words of a page in one line."""
    assert answer.status_code == 200, (answer.request["PATH_INFO"], answer.status_code)
    body = answer.content.decode()
    body = re.sub(r"<(script|style|svg|nav)\b.*?</\1>", " ", body, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def page(username: str, path: str) -> str:
    return said(desk(username).get(path))


def link(username: str, path: str, pattern: str) -> str:
    """The first address on a page that looks like ``pattern``."""
    found = re.search(rf'href="({pattern})"', desk(username).get(path).content.decode())
    assert found, (path, pattern)
    return unescape(found[1])


def all_figures() -> None:
    """Every row whose document gives one."""
    year = clock.today().year
    two_domains()
    elections(year)
    community_workers()
    branch_life(year)
    double_reporting()
    studies()
    postings(year)
    teams()


def two_domains() -> None:
    """A4: the line sees its own industry in the whole district, the territory every industry; each counts coverage."""
    line, territory = page("wangxin", "/desk/orgs/"), page("yunyan", "/desk/orgs/")
    with scoped(Actor.system("test")):
        firms = orgs.Organisation.objects.filter(
            place_code__startswith="520103",
            kind__in=("firm", "social_org"),
            sector=7,
            valid_to=None,
        )
        own, everything = firms.filter(industry=120), firms
        assert 0 < own.count() < everything.count()
        for shown, rows in ((line, own), (territory, everything)):
            told = f"{rows.exclude(covered_by=None).count()} / {rows.count()}"
            assert told in shown, told
            assert "有 3 名以上党员的" in shown
        other = everything.exclude(industry=120)[0]
    assert desk("yunyan").get(f"/desk/orgs/{other.key}/").status_code == 200
    assert desk("wangxin").get(f"/desk/orgs/{other.key}/").status_code == 404
    assert "交叉任职" in page("yunyan", "/desk/teams/?team=secretary")


def elections(year: int) -> None:
    """A5, document 001: of the new secretaries 42.1% able earners, 13.1% returned, 12.2% graduates; 002: three 80%."""
    asked = f"team=secretary&since={year - 1}-01-01&fresh=1"
    shown = page("xishui", f"/desk/teams/?place=520330&{asked}")
    for words in (
        "致富能手 42.1% 48 / 114",
        "返乡回引人才 13.1% 15 / 114",
        "大学毕业生 12.2% 14 / 114",
    ):
        assert words in shown, words
    assert "48" in page("xishui", f"/desk/teams/list/?place=520330&share=able_earner&{asked}")
    shown = page("wangxin", "/desk/teams/?team=staff")
    assert shown.count("80.0% 4 / 5") == 3


def community_workers() -> None:
    """A6, document 000: 365 sub-districts; the communities are those of the register (of June 2023)."""
    shown = page("guizhou", "/desk/community-workers/")
    assert "街道 365" in shown
    assert "街道下的社区 2,385" in shown


def branch_life(year: int) -> None:
    """B1: most of 甘南村's members are away and take part; B2, document 003: 768 sessions, 326 lectures, 1,400 openings
    with law."""
    assert "在外地怎样过好组织生活" in page(
        "gannan", link("gannan", "/desk/meetings/", r"/desk/courses/[^\"]*")
    )
    shown = page("shi", f"/desk/meetings/counts/?year={year}")
    for words in ("768", "326", "1,400", "800"):
        assert words in shown, words


def double_reporting() -> None:
    """B3: the unit and the community see the same; of twelve who reported nine came to 大耆老村."""
    assert "报到的党员 12" in page("danwei", "/desk/service/counts/")
    assert "报到的党员 9" in page("shuji", "/desk/service/counts/")


def studies() -> None:
    """B5, document 004: 387 villages surveyed, 318 cadres enrolled, four fifths paid by prefecture and county."""
    shown = page("haixi", "/desk/studies/")
    assert "387" in shown
    assert "318" in shown


def postings(year: int) -> None:
    """B6, document 000: 214 cadres and 122 groups meet the conditions of a commendation; 20 counties have a plan."""
    values = {"place": "52", "year": str(year - 1)}
    shown = said(desk("guizhou").post("/desk/postings/commendations/", values))
    assert "214" in shown
    assert "122" in shown
    assert f"{year} 年有方案的县 20" in page("guizhou", "/desk/county-plans/")


def teams() -> None:
    """B7: 36 members in 南关小红 (001); eleven helping pairs with more than 500 times of service (003)."""
    pattern = r"/desk/service/teams/[0-9a-f-]{36}/"
    assert "队员 36" in page("nanguan", link("nanguan", "/desk/service/teams/", pattern))
    shown = page("shuji", link("shuji", "/desk/service/teams/", pattern))
    assert "帮扶对子 11" in shown
    times = re.search(r"服务人次 ([\d,]+)", shown)
    assert times is not None
    assert int(times[1].replace(",", "")) > 500
