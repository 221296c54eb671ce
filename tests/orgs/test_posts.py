"""Posts and who holds them; a grid post brings its role to the account, and takes it away again."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.cast import COUNTY, GRID, PASSWORD, TOWNSHIP, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, refusing, register
from zhijin.access.api import Account, actor_of, create_account
from zhijin.core import clock
from zhijin.core.ids import place_key
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs import posts, selectors, services
from zhijin.orgs.models import Organisation, Post
from zhijin.orgs.posts import Term

pytestmark = pytest.mark.usefixtures("places")
START = date(2024, 3, 1)


@pytest.fixture
def account(db: None) -> Account:
    return create_account(
        actor=SYSTEM, username="luo", name="示例甲", password=PASSWORD, must_change_password=False
    )


def roles(account: Account, code: str = GRID) -> set[str]:
    actor = actor_of(str(account.id))
    assert actor is not None
    return set(actor.roles_at(place_key(code)))


def test_a_grid_post_gives_its_role_for_as_long_as_it_is_held(cast: Cast, account: Account) -> None:
    secretary = cast.branch_secretary.actor
    with scoped(secretary):
        post = posts.ensure_post(actor=secretary, kind="grid_worker", place_code=GRID)
        held = posts.appoint(
            actor=secretary, post_id=post.id, holder="示例甲", term=Term(START), username="luo"
        )
        assert roles(account) == {"grid_worker"}
        assert roles(account, VILLAGE) == set()
        posts.end_appointment(actor=secretary, appointment_id=held.id, why="调动")
        kinds = set(
            Fact.objects.filter(record=f"appointment:{held.id}").values_list("kind", flat=True)
        )
    assert roles(account) == set()
    assert kinds == {"appointment.began", "appointment.ended"}


def test_other_posts_give_no_role(account: Account) -> None:
    org = register("大耆老村总支", kind="general_branch")
    with scoped(SYSTEM):
        post = posts.create_post(actor=SYSTEM, kind="secretary", org_key=org.key)
        posts.appoint(
            actor=SYSTEM, post_id=post.id, holder="示例甲", term=Term(START), username="luo"
        )
    assert roles(account, VILLAGE) == set()


def test_an_administrator_is_given_no_grid(cast: Cast) -> None:
    admin = cast.system_admin.account
    assert admin is not None
    with scoped(SYSTEM), refusing() as caught:
        post = posts.ensure_post(actor=SYSTEM, kind="grid_worker", place_code=GRID)
        posts.appoint(
            actor=SYSTEM,
            post_id=post.id,
            holder="系统甲",
            term=Term(START),
            username=admin.username,
        )
    assert caught.value.id == "AC006"


def test_a_leader_shows_on_the_organisation_with_the_end_of_the_term() -> None:
    org = register("大耆老村总支", kind="general_branch")
    with scoped(SYSTEM):
        post = posts.create_post(actor=SYSTEM, kind="secretary", org_key=org.key)
        held = posts.appoint(
            actor=SYSTEM, post_id=post.id, holder="示例乙",
            term=Term(START, how="elected", number=8, concurrent=True),
        )  # fmt: skip
        led = Organisation.objects.get(key=org.key)
        assert (led.led, led.term_ends) == (True, date(2029, 3, 1))
        assert (held.term_no, held.concurrent) == (8, True)
        posts.end_appointment(actor=SYSTEM, appointment_id=held.id)
        assert Organisation.objects.get(key=org.key).led is False


def test_what_is_refused() -> None:
    with scoped(SYSTEM):
        with refusing() as at_village:
            posts.create_post(actor=SYSTEM, kind="grid_worker", place_code=VILLAGE)
        with refusing() as unknown:
            posts.create_post(actor=SYSTEM, kind="king", place_code=VILLAGE)
        post = posts.create_post(actor=SYSTEM, kind="grid_leader", place_code=GRID)
        call = {"actor": SYSTEM, "post_id": post.id, "term": Term(START)}
        with refusing() as nameless:
            posts.appoint(holder=" ", **call)
        with refusing() as accountless:
            posts.appoint(holder="甲", username="nobody", **call)
        with refusing() as backwards:
            posts.appoint(holder="甲", **call | {"term": Term(START, START - timedelta(days=1))})
        posts.appoint(holder="甲", **call)
        with refusing() as full:
            posts.appoint(holder="乙", **call)
        with refusing() as missing:
            posts.appoint(holder="乙", **call | {"post_id": uuid4()})
    found = [
        c.value.id for c in (at_village, unknown, nameless, accountless, backwards, full, missing)
    ]
    assert found == ["OR104", "OR102", "OR109", "OR106", "OR105", "OR103", "OR101"]


def test_an_appointment_ends_once_and_not_before_it_began() -> None:
    with scoped(SYSTEM):
        post = posts.ensure_post(actor=SYSTEM, kind="grid_worker", place_code=GRID)
        held = posts.appoint(actor=SYSTEM, post_id=post.id, holder="甲", term=Term(START))
        with refusing() as early:
            posts.end_appointment(
                actor=SYSTEM, appointment_id=held.id, on=START - timedelta(days=1)
            )
        posts.end_appointment(actor=SYSTEM, appointment_id=held.id)
        with refusing() as twice:
            posts.end_appointment(actor=SYSTEM, appointment_id=held.id)
    assert (early.value.id, twice.value.id) == ("OR105", "OR107")


def test_a_post_that_is_held_is_not_closed() -> None:
    with scoped(SYSTEM):
        post = posts.ensure_post(actor=SYSTEM, kind="grid_worker", place_code=GRID)
        held = posts.appoint(actor=SYSTEM, post_id=post.id, holder="甲", term=Term(START))
        with refusing() as caught:
            posts.close_post(actor=SYSTEM, post_id=post.id)
        posts.end_appointment(actor=SYSTEM, appointment_id=held.id)
        closed = posts.close_post(actor=SYSTEM, post_id=post.id)
    assert caught.value.id == "OR010"
    assert closed.valid_to == clock.today()


def test_posts_follow_their_organisation_when_it_moves(cast: Cast) -> None:
    org = register("甲公司", kind="firm", sector=7)
    with scoped(SYSTEM):
        post = posts.create_post(actor=SYSTEM, kind="head", org_key=org.key)
        posts.appoint(actor=SYSTEM, post_id=post.id, holder="甲", term=Term(START))
        services.change_organisation(actor=SYSTEM, key=org.key, place_code=TOWNSHIP)
        assert Post.objects.get(id=post.id).place_code == TOWNSHIP
    secretary = cast.branch_secretary.actor
    with scoped(secretary):
        assert not selectors.visible_posts(secretary).filter(id=post.id).exists()


def test_posts_are_seen_along_the_line_and_not_beyond(cast: Cast) -> None:
    bureau = register("昭阳区公安局", COUNTY, kind="agency", sector=3, industry=101)
    with scoped(SYSTEM):
        seen = posts.create_post(actor=SYSTEM, kind="head", org_key=bureau.key)
        hidden = posts.ensure_post(actor=SYSTEM, kind="grid_worker", place_code=GRID)
    officer = cast.department_officer.actor
    with scoped(officer):
        assert set(selectors.visible_posts(officer)) == {seen}
        assert not Post.objects.filter(id=hidden.id).exists()
