"""The documents' figures on the pages of those whose work it is, out of the demonstration's own records.

A row each: the room makes its part of the demonstration on the places and organisations of the steps before it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import VILLAGE, Cast, Member, Part, make_member
from tests.orgs.conftest import places, register
from tests.support import shipped
from zhijin.activities import api as activities
from zhijin.activities.practice import demo as painted
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import ancestor_codes, level_of, parent_code, place_key, show_receipt
from zhijin.core.scope import scoped
from zhijin.disclosure import api as disclosure
from zhijin.disclosure.models import Document
from zhijin.home import demo_customs
from zhijin.home.demo.cast import MEMBERS
from zhijin.home.demo.registry import Demo, Scale
from zhijin.people import api as people
from zhijin.places.models import Place
from zhijin.places.names import kind_of
from zhijin.programmes import api as programmes
from zhijin.sensing import rules
from zhijin.sensing.services import alarms

__all__ = ["places"]
pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture(autouse=True)
def programmes_in_force(db: None) -> Any:
    shipped.install()
    rules.forget()
    yield
    rules.forget()


def add(*codes: str) -> None:
    """Places with all above them, by their codes."""
    wanted = {one for code in codes for one in (*ancestor_codes(code), code)}
    there = set(Place.objects.filter(code__in=wanted).values_list("code", flat=True))
    for code in sorted(wanted - there, key=len):
        level = level_of(code)
        Place.objects.create(
            code=code, key=place_key(code), name=f"{level}{code[-3:]}", level=level,
            kind=kind_of(code), parent_id=parent_code(code) or None,
        )  # fmt: skip


def signed_in(username: str) -> Member:
    """Somebody of the demonstration's cast."""
    who = next(one for one in MEMBERS if one.username == username)
    return make_member(username, Part(who.name, who.role, who.place))


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def stats(html: str) -> dict[str, str]:
    """The tiles of a page: label and figure."""
    found = re.findall(r'class="stat-label">([^<]+)</span><span class="stat-value">([^<]+)', html)
    return {label: figure.strip() for label, figure in found}


def test_d4_the_four_lists_and_the_council_of_the_property_alliance() -> None:
    add("632802002004")
    register("乌兰路社区党委", "632802002004", sector=2)
    assert activities.make_demo_deliberation(clock.today()) > 10
    client = signed_in("wulanlu").client
    html = page(client, "/desk/deliberation/services/")
    for title in ("物业服务", "政策服务", "公共服务", "特色服务"):
        assert title in html
    assert html.count('name="item"') == 12
    assert "3 号院加装电动车充电棚" in page(client, "/desk/deliberation/")
    public = page(Client(), "/service-lists/632802002004/")
    assert "水电暖报修" in public


def test_d5_an_evening_each_month_with_what_villagers_suggested() -> None:
    add("520181203207")
    register("小坡村党支部", "520181203207")
    activities.make_demo_deliberation(clock.today())
    client = signed_in("xiaopo").client
    html = page(client, "/desk/deliberation/gatherings/")
    assert html.count("星火夜话</a>") == 7, "six months, and the one to come"
    assert "把老井边的台阶修一修" in page(client, "/desk/deliberation/proposals/?state=all") + page(
        Client(), "/talk/520181203207/"
    )


def test_d5_four_deliberations_two_publications_stand_at_their_steps(places: None) -> None:
    register("大耆老村党总支", VILLAGE, kind="general_branch", simulated=True)
    activities.make_demo_deliberation(clock.today())
    html = page(signed_in("shuji").client, "/desk/deliberation/")
    for title in ("三组到五组机耕路硬化", "文化广场安装太阳能路灯", "村集体收益分配方案"):
        assert title in html


def test_d6_every_paper_is_followed_and_what_is_late_waits_on_the_first_page(places: None) -> None:
    register("大耆老村党总支", VILLAGE, kind="general_branch", simulated=True)
    assert activities.make_demo_proxies(clock.today()) == 6
    client = signed_in("shuji").client
    html = page(client, "/desk/service/proxies/?view=open")
    assert "已送达 1" in html
    late = int(re.search(r"逾期 (\d+)", html).group(1))  # type: ignore[union-attr]
    assert late >= 1
    assert "件帮办代办到期或逾期" in page(client, "/desk/")


def test_d8_eleven_townships_and_122_households_each_with_a_file() -> None:
    townships = [f"522727{number:03d}" for number in (1, *range(100, 109), 200)]
    add(*(f"{one}{village}" for one in townships for village in (201, 202)))
    register("平塘县供电局党支部", "522727", sector=3, industry=114, simulated=True)
    assert programmes.make_demo_households(clock.today(), 7) == 122
    assert programmes.make_demo_households(clock.today(), 7) == 0
    with clock.freeze(clock.now() + timedelta(days=2)):
        assert alarms.look_for_silent() == 0, "nobody speaks for its meters the next day"
    client = signed_in("pingtang").client
    tiles = stats(page(client, "/desk/service/households/"))
    assert (tiles["乡镇"], tiles["建档的户"], tiles["今年走访过的户"]) == ("11", "122", "122")
    assert (tiles["在办的预警"], tiles["今年办结的预警"]) == ("2", "8")
    with scoped(SYSTEM):
        assert not Case.objects.filter(simulated=False).exists()


def test_d10_230_works_28_exhibitions_and_160_000_attendances(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add("520204109200")
    register("陡箐村党支部", "520204109200", simulated=True)
    for _org, name, *_numbers in [(0, *share) for share in painted.SHARES[1:]]:
        register(name, "520204", sector=3, simulated=True)
    # Drawing 230 pictures is another test's matter; each must be one of its own.
    numbers = iter(range(1000))
    monkeypatch.setattr(painted, "_painting", lambda _rng: None)
    monkeypatch.setattr(
        painted, "_stored", lambda _picture: hashlib.sha256(b"%d" % next(numbers)).hexdigest()
    )
    assert activities.make_demo_practice(clock.today()) == 230
    made = Demo(Scale.VILLAGE, 7, clock.today())
    demo_customs.step(made)
    demo_customs.step(made)
    assert made.notes["cases"] == len(demo_customs.FEASTS) == 14
    tiles = stats(page(signed_in("shuicheng").client, "/desk/practice/"))
    assert (tiles["作品"], tiles["画展（场）"]) == ("230", "28")
    assert int(tiles["参与人次"].replace(",", "")) > 160_000
    own = page(signed_in("douqing").client, "/desk/practice/")
    assert stats(own) | {"从简比例": "81.8%", "登记的红白事": "14", "已办完": "11"} == stats(own)
    assert "9 / 11" in own


def test_f4_i4_affairs_are_read_without_an_account_and_one_is_more_than_a_year_old(
    places: None,
) -> None:
    register("大耆老村党总支", VILLAGE, kind="general_branch", simulated=True)
    assert disclosure.make_demo(VILLAGE, "村党支部书记（模拟）") >= 10
    assert "财务收支" in page(Client(), f"/p/{VILLAGE}/affairs/")
    with scoped(SYSTEM):
        oldest = Document.objects.order_by("published_at")[0]
    assert (clock.now() - oldest.published_at).days > 365
    shown = page(Client(), f"/d/{show_receipt(oldest.code)}/")
    assert "集体资产清查" in shown


def test_e1_e2_points_and_shop_agree_on_the_village_s_page(places: None, cast: Cast) -> None:
    from zhijin.ledger import api as ledger

    with scoped(SYSTEM):
        for number in range(1, 25):
            home = people.register_household(
                actor=SYSTEM, place_code=VILLAGE, number=f"01-{number:03d}", head="张小满"
            )
            people.register_person(
                actor=SYSTEM, place_code=VILLAGE, name="张小满", birth_year=1950 + number, household=home,
                party="member" if number < 7 else "", consents={"party": "书面"},
            )  # fmt: skip
    assert ledger.make_demo(VILLAGE, 7) > 40
    client = cast.branch_secretary.client
    shop = page(client, "/desk/points/shop/")
    assert "洗衣液" in shop
    assert "账实相符" in shop
    public = page(Client(), f"/p/{VILLAGE}/points/")
    assert "示范户" in public
    assert "张小满" not in public
