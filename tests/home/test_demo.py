"""The demonstration: seeded, simulated throughout, safe to make again, and holding what the shows need."""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connections

from tests.home import figures
from zhijin.access.api import DEMO_PASSWORD, Account, actor_of, create_account
from zhijin.cases.api import Case, CaseEvent
from zhijin.cases.models import CaseParty
from zhijin.config.home import Home
from zhijin.config.up import _accounts
from zhijin.core import clock, identifiers
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.ids import line_span, place_key
from zhijin.core.roles import ROLES
from zhijin.core.scope import scoped
from zhijin.home import commands
from zhijin.home.demo import accounts, bulk, filling, making, names, people, steps
from zhijin.home.demo.cast import MEMBERS, PLANT, VILLAGE
from zhijin.home.demo.orgs import DEPARTMENTS, Draft, Tops, draft
from zhijin.home.demo.registry import Demo, Scale, register_step
from zhijin.orgs import api as orgs
from zhijin.people.api import Household, Membership, Person, household_gaps
from zhijin.places.api import Place

SYSTEM = Actor.system("test")
TODAY = date(2026, 7, 1)


def demo(scale: Scale = Scale.VILLAGE, seed: int = 7) -> Demo:
    return Demo(scale, seed, TODAY)


# -- plain parts -------------------------------------------------------------------------------


def test_made_up_numbers_reach_nobody() -> None:
    rng = random.Random(1)
    for _ in range(500):
        assert identifiers.is_test_phone(names.phone(rng))
        assert not identifiers.is_mobile(names.phone(rng))
        code = names.credit_code(rng, "530602")
        assert identifiers.credit_code_flaw(code) is None
        assert code[8:11] == "000"
        assert 2 <= len(names.person(rng)) <= 3


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    place = Place(code=VILLAGE, name="大耆老村村民委员会", level="village")

    def drawn(seed: int) -> list[tuple[str, str, int | None]]:
        (made,) = draft(demo(seed=seed), [place], Tops())
        return [(one.name, one.kind, one.members) for one in made]

    assert drawn(7) == drawn(7)
    assert any(drawn(7) != drawn(seed) for seed in range(8, 12))


def test_every_county_has_its_departments_court_hospital_schools_and_all_kinds_of_fields() -> None:
    place = Place(code="530602", name="昭阳区", level="county")
    (made,) = draft(demo(), [place], Tops())
    industries = {one.industry for one in made if one.kind == "agency"}
    assert industries == {industry for industry, _name in DEPARTMENTS}
    assert {"court", "hospital", "school", "firm", "social_org"} <= {one.kind for one in made}
    assert {one.sector for one in made} == {3, 4, 6, 7}
    parties = [one for one in made if one.is_primary]
    assert all(one.parent in made for one in parties[1:])


def test_a_step_has_its_name_alone() -> None:
    def step(_demo: Demo) -> None:
        return None

    register_step("test.step", 999, step)
    register_step("test.step", 999, step)
    with pytest.raises(ValueError, match="twice"):
        register_step("test.step", 999, lambda _demo: None)
    from zhijin.home.demo import registry

    assert registry.steps()[-1].run is step
    del registry._steps["test.step"]


@pytest.mark.parametrize("total", [0, 1, 87, 88, 12345])
def test_shares_add_up(total: int) -> None:
    shares = list(steps._shares(total, 88))
    assert sum(shares) == total
    assert max(shares) - min(shares) <= 1


# -- in the database ---------------------------------------------------------------------------


@contextmanager
def only(*wanted: str) -> Iterator[None]:
    """Make the demonstration of a few steps: the others have tests of their own."""
    from zhijin.home.demo import registry

    kept = dict(registry._steps)
    for name in set(kept) - set(wanted):
        del registry._steps[name]
    try:
        yield
    finally:
        registry._steps.clear()
        registry._steps.update(kept)


database = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@database
@pytest.mark.slow
def test_the_village_is_alive_and_everything_in_it_is_flagged() -> None:
    with only(
        "shipped",
        "divisions",
        "grids",
        "organisations",
        "units",
        "accounts",
        "people",
        "firms",
        "branch-life",
        "service",
        "cadres",
        "walls",
    ):
        made = making.make(Scale.VILLAGE, 7)
        again = making.make(Scale.VILLAGE, 7)
    assert (made.counts["households"], made.counts["accounts"]) == (500, len(MEMBERS))
    assert sum(again.counts.values()) == 0
    with scoped(SYSTEM):
        _everything_is_flagged()
        _the_cast_can_work()
        _the_court_and_the_works_have_something_to_do()
        gaps = household_gaps(SYSTEM, VILLAGE)
        assert (gaps.households, gaps.is_clean) == (500, True)
        assert _memberships_without_household() == 0
        koujiang = Place.objects.filter(code__startswith="522631206", level="grid").count()
    assert koujiang == 48
    figures.all_figures()
    lines = accounts.table()
    assert DEMO_PASSWORD in lines[0]
    assert len(lines) == len(MEMBERS) + 2
    assert "{site}/wall/" in lines[-1]
    told = accounts.tables()
    assert "密码都是" in told["zh"][0]
    assert not any(re.search("[\u4e00-\u9fff]", line.split(" · ", 1)[-1]) for line in told["en"])


def _everything_is_flagged() -> None:
    for model in (orgs.Organisation, orgs.Post, orgs.Appointment, Household, Person, Account):
        assert model.objects.exists()
        assert not model.objects.filter(simulated=False).exists()
    assert not Person.objects.exclude(id_number=None).exists()
    phones = Person.objects.exclude(phone=None).values_list("phone_masked", flat=True)
    assert all(phone.startswith("129") for phone in phones)


def _the_court_and_the_works_have_something_to_do() -> None:
    """Documents 002 and 001: three applications at three stages; a call at 3:15 over within the hour."""
    court = Case.objects.filter(playbook="court-green-channel")
    assert sorted(court.values_list("state", flat=True)) == [
        "reviewing",
        "submitted",
        "swap-review",
    ]
    assert set(court.values_list("priority", flat=True)) == {"first"}
    sides = CaseParty.objects.filter(case_id=court.get(state="swap-review").id)
    assert "respondent" in sides.values_list("kind", flat=True)
    night = Case.objects.get(playbook="plant-fault", state="closed")
    assert (clock.local(night.opened_at).hour, clock.local(night.opened_at).minute) == (3, 15)
    restored = CaseEvent.objects.get(case_id=night.id, move="restored")
    assert restored.at - night.opened_at < timedelta(hours=1)
    assert night.late_stages == 0
    assert Case.objects.get(playbook="plant-fault", is_open=True).state == "called"
    assert not Case.objects.filter(simulated=False).exists()


def _the_cast_can_work() -> None:
    roles = {member.role for member in MEMBERS}
    assert roles == set(ROLES) - {"resident", "reporter", "device"}
    for member in MEMBERS:
        account = Account.objects.get(username=member.username)
        actor = actor_of(str(account.id))
        if account.is_program:
            continue
        assert actor is not None
        assert check_password(DEMO_PASSWORD, account.password)
        assert member.role in {grant.role for grant in actor.grants}
        if member.via == "post":
            assert (
                member.role in actor.roles_at(place_key(VILLAGE + "001"))
                or member.username[-1:].isdigit()
            )
        if member.via == "line":
            own = {grant.org_key for grant in actor.grants} - {None}
            lines = {grant.line for grant in actor.grants} - {None}
            assert orgs.Organisation.objects.get(key__in=own).industry == member.industry
            assert lines == {line_span(member.industry, member.place)}
    secretary = orgs.Appointment.objects.get(account__username="shuji")
    assert secretary.post.kind == "secretary"
    plant = orgs.Organisation.objects.get(name=PLANT)
    assert plant.place_code.startswith("520123")


def _memberships_without_household() -> int:
    return Person.objects.exclude(
        id__in=Membership.objects.filter(valid_to=None).values("person_id")
    ).count()


@database
def test_bulk_rows_keep_every_kind_of_value() -> None:
    drafts = [Draft("甲\t乙\\丙\n", "branch", 1, members=3, place=VILLAGE)]
    filling.number(drafts)
    filling.write(demo(), filling.fill(demo(), [drafts]))
    with scoped(SYSTEM):
        org = orgs.Organisation.objects.get()
        assert org.name == "甲\t乙\\丙\n"
        assert (org.key, org.simulated, org.industry) == (drafts[0].key, True, None)
    with pytest.raises(TypeError):
        bulk.insert(orgs.Post, ("id",), [(object(),)])


@database
def test_forced_row_security_stays_on_for_the_owner_too() -> None:
    drafts = [Draft("甲支部", "branch", 1, members=3, place=VILLAGE)]
    filling.number(drafts)
    filling.write(demo(), filling.fill(demo(), [drafts]))
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'orgs%%' AND relkind = 'r'"
            " AND NOT relforcerowsecurity"
        )
        assert cursor.fetchall() == []
    assert not orgs.Organisation.objects.exists()


def test_one_village_takes_no_household_outside_its_grid() -> None:
    square = {
        "type": "Polygon",
        "coordinates": [[[106, 26], [107, 26], [107, 27], [106, 27], [106, 26]]],
    }
    spots = people._spots(square, random.Random(3))
    for _ in range(200):
        lon, lat = next(spots)
        assert lon is not None
        assert lat is not None
        assert 106 <= lon <= 107
        assert 26 <= lat <= 27
    assert next(people._spots(None, random.Random(3))) == (None, None)


@pytest.mark.django_db(databases=["default", "owner"])
def test_no_demonstration_is_made_among_real_people(capsys: pytest.CaptureFixture[str]) -> None:
    create_account(actor=SYSTEM, username="real", name="真实的人", password="a-long-password-7")
    with only(), pytest.raises(Refusal) as caught:
        making.make(Scale.VILLAGE, 7)
    assert caught.value.id == "HD001"
    args = argparse.Namespace(what="make", scale="village", seed=7, json=False)
    with only():
        assert commands.run(args) == 2
    assert "HD001" in capsys.readouterr().err
    assert commands.run(argparse.Namespace(what="accounts", json=False)) == 1


@pytest.mark.parametrize(("language", "shown"), [("zh", ["罗小满"]), ("en", ["Luo"])])
def test_a_start_shows_the_accounts_in_the_terminals_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, shown: list[str]
) -> None:
    """Whoever made the demonstration may have spoken another one; older homes have a plain list."""
    monkeypatch.setenv("ZHIJIN_LANG", language)
    home = Home(tmp_path)
    assert _accounts(home) == []
    home.remember(demo_accounts=["as it was"])
    assert _accounts(home) == ["as it was"]
    home.remember(demo_accounts={"zh": ["罗小满"], "en": ["Luo"]})
    assert _accounts(home) == shown
