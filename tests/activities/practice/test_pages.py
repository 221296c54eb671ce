"""The pages of practice, and what a community asks for on the portal: without an account, and nobody named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.activities.practice.conftest import Village, picture, see, stored
from tests.activities.service.conftest import World, make_world
from tests.cast import COUNTY, VILLAGE, Cast
from zhijin.activities.models import Show, Work
from zhijin.activities.service import reading as service
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.places.models import Place

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def form(village: Village, **more: Any) -> dict[str, Any]:
    return {
        "do": "work", "org": village.org.key, "kind": "painting", "topic": "customs", "title": "婚事新办",
        "by": "农民画社", "consent": "本人书面同意", "finished_on": clock.today().isoformat(), **more,
    }  # fmt: skip


def test_a_work_goes_from_the_desk_to_the_portal_with_its_picture(
    village: Village, cast: Cast
) -> None:
    client = cast.branch_secretary.client
    made = client.post("/desk/practice/", form(village, picture=picture()))
    row = see(Work.objects.get)
    assert made.headers["Location"] == f"/desk/practice/works/{row.id}/"
    assert "本人书面同意" in text(client.get(made.headers["Location"]))
    public = text(Client().get(f"/works/{row.id}/"))
    assert "农民画社" in public
    assert "本人书面同意" not in public  # how they agreed is for the desk
    for size in ("thumb", "full"):
        shown = Client().get(f"/works/{row.id}/{size}.jpg")
        assert shown["Content-Type"] == "image/jpeg"
    assert Client().get(f"/works/{row.id}/other.jpg").status_code == 404
    client.post(f"/desk/practice/works/{row.id}/", {"do": "withdraw", "why": "作者不愿公开"})
    for address in (f"/works/{row.id}/", f"/works/{row.id}/full.jpg"):
        assert Client().get(address).status_code == 404
    assert client.get(f"/desk/practice/works/{row.id}/picture/").status_code == 200


def test_a_refusal_keeps_what_was_typed(village: Village, cast: Cast) -> None:
    page = text(cast.branch_secretary.client.post("/desk/practice/", form(village, consent="")))
    assert 'value="婚事新办"' in page
    assert not see(Work.objects.exists)


def test_a_show_is_announced_told_and_counted(village: Village, cast: Cast) -> None:
    client = cast.branch_secretary.client
    start = clock.local(clock.now() - timedelta(hours=3))
    made = client.post(
        "/desk/practice/",
        {"do": "show", "org": village.org.key, "kind": "exhibit", "title": "农民画展", "where": "村文化广场",
         "starts_at": f"{start:%Y-%m-%dT%H:%M}"},
    )  # fmt: skip
    path = made.headers["Location"]
    assert "已通知，还没登记人数" in text(client.get("/desk/practice/"))
    assert (
        client.post(
            path, {"do": "held", "came": "1620", "online": "", "how": "入口计数器"}
        ).status_code
        == 302
    )
    assert see(Show.objects.get).took_part == 1620
    for address in ("/desk/practice/", f"/practice/{VILLAGE}/", f"/practice/{COUNTY}/"):
        assert "1,620" in text(client.get(address))
    assert "农民画展" in text(client.get("/desk/practice/list/?what=attendances"))
    assert "没有记录" in text(client.get("/desk/practice/list/?what=events"))


def test_a_list_is_paged_and_narrowed(village: Village, cast: Cast) -> None:
    for at in range(50):
        village.work(f"画{at}", topic="law" if at % 10 == 0 else "customs")
    client = cast.county_officer.client
    assert "page=2" in text(client.get("/desk/practice/list/?what=works"))
    assert text(client.get("/desk/practice/list/?what=works&topic=law")).count("<figure>") == 5
    assert text(client.get("/desk/practice/list/?what=works&page=99")).count("<figure>") == 2
    assert text(Client().get(f"/practice/{VILLAGE}/?page=3")).count("<figure>") == 2


@pytest.mark.parametrize("code", ["53", "999999999999", "abc"])
def test_where_nothing_is_shown(village: Village, code: str) -> None:
    assert Client().get(f"/practice/{code}/").status_code == 404


def test_the_first_page_of_a_village_leads_there(village: Village) -> None:
    assert f"/practice/{VILLAGE}/" not in text(Client().get(f"/p/{VILLAGE}/"))
    village.work(digest=stored())
    assert f"/practice/{VILLAGE}/" in text(Client().get(f"/p/{VILLAGE}/"))


# -- what a community asks for ----------------------------------------------------------------------


@pytest.fixture
def world(places: None, cast: Cast) -> World:
    return make_world(cast)


def test_open_needs_stand_on_the_portal_without_names(world: World) -> None:
    need = world.need(seats=4)
    world.claim(need, 2)
    page = text(Client().get(f"/needs/{VILLAGE}/"))
    assert "清理排水沟" in page
    assert "还要 2 人" in page
    assert world.unit.name not in page  # who came is no matter of the public
    assert "1 件事需要帮忙" in text(Client().get(f"/p/{VILLAGE}/"))
    world.claim(need, 2)
    assert "清理排水沟" not in text(Client().get(f"/needs/{VILLAGE}/"))
    assert Client().get("/needs/530602/").status_code == 404


def test_what_is_over_is_not_asked_for(world: World) -> None:
    world.need()
    with clock.freeze(clock.now() + timedelta(days=1)):
        assert "清理排水沟" not in text(Client().get(f"/needs/{VILLAGE}/"))


def test_the_first_page_counts_in_one_statement(
    world: World, django_assert_num_queries: Any
) -> None:
    world.need()
    with scoped(Actor.system("test")), django_assert_num_queries(1):
        assert service.offered_at(VILLAGE) == service.Offered(needs=1)


def test_teams_are_told_with_numbers_only(world: World) -> None:
    world.team("南关小红")
    page = text(Client().get(f"/needs/{VILLAGE}/"))
    assert "南关小红" in page
    assert "0 名队员" in page


def test_a_place_is_chosen_by_its_name_and_asked_back_when_several_have_it(
    village: Village, cast: Cast
) -> None:
    client, url = cast.county_officer.client, "/desk/practice/"
    village.work()
    assert "婚事新办" in text(client.get(url, {"place": "大耆老"}))
    code = VILLAGE[:9] + "299"
    Place.objects.create(
        code=code,
        key=place_key(code),
        name="大耆老新村村民委员会",
        level="village",
        parent_id=VILLAGE[:9],
    )
    asked = client.get(url, {"place": "大耆老", "year": "2026"})
    page = asked.content.decode()
    assert asked.status_code == 400
    assert "PL004" in page
    assert f'value="{code}"' in page
    assert 'class="tiles"' not in page
    chosen = {"place": "大耆老", "place.was": "大耆老", "place.code": VILLAGE, "year": "2026"}
    assert f"place={VILLAGE}" in text(client.get(url, chosen))


def test_where_there_is_nothing_no_zeros_are_shown(village: Village, cast: Cast) -> None:
    client = cast.branch_secretary.client
    page = text(client.get("/desk/practice/"))
    assert "还没有作品和活动" in page
    assert 'class="stat' not in page
    client.post("/desk/practice/", form(village))
    assert 'class="stat' in text(client.get("/desk/practice/"))
