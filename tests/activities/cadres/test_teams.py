"""The make-up of teams counted from their people: document 001's three figures, 002's three 80%, and drilling down."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.cadres.conftest import SYSTEM, TODAY, Team, ago, do, refusing, team
from tests.cast import COUNTY, OTHER_VILLAGE, VILLAGE, Cast
from zhijin.activities.cadres import teams
from zhijin.activities.cadres.elections import Seat
from zhijin.activities.cadres.teams import Asked
from zhijin.activities.models import Election, ElectionSeat
from zhijin.activities.services.common import keys_of
from zhijin.core.actor import Actor
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.models import Appointment
from zhijin.people import api as people
from zhijin.people.models import Particulars
from zhijin.people.particulars import Share

KNOWN = {"gender": "m", "birth_year": 1985, "education": 3}


def told(actor: Actor, asked: Asked) -> people.Makeup:
    with scoped(actor):
        return people.makeup(teams.holders(actor, asked))


def elect(made: Team, holder: str, on: date = TODAY, kind: str = "secretary", **known: Any) -> None:
    seat = Seat(
        made.posts[kind].id, holder, concurrent=known.pop("concurrent", False), particulars=known
    )
    made.elect(seats=(seat,), on=on)


def load_secretaries(made: Team, number: int, able: int, back: int, graduates: int) -> None:
    """``number`` new secretaries (of as many posts) as an import of a finished 换届 would write them."""
    keys = {name: value for name, value in keys_of(made.org).items() if name != "org_name"}
    placed = {name: keys[name] for name in ("place_key", "sector_key", "industry_key")}
    with scoped(SYSTEM):
        post = made.posts["secretary"]
        held = Appointment.objects.bulk_create(
            Appointment(post=post, org=made.org, place_code=VILLAGE, holder=f"书记{n}", how="elected",
                        valid_from=TODAY, **placed)
            for n in range(number)
        )  # fmt: skip
        election = Election.objects.create(
            **keys_of(made.org), number=1, held_on=TODAY, term_ends=TODAY, electors=10, voted=10,
            made_by="test", made_at="2030-11-15T01:00:00Z",
        )  # fmt: skip
        ElectionSeat.objects.bulk_create(
            ElectionSeat(**keys_of(made.org), election_id=election.id, appointment_id=one.id,
                         kind="secretary", held_on=TODAY, fresh=True)
            for one in held
        )  # fmt: skip
        Particulars.objects.bulk_create(
            Particulars(county=keys["county"], org_key=made.org.key, appointment=one,
                        able_earner=n < able, returnee=able <= n < able + back,
                        graduate=number - graduates <= n, **placed)
            for n, one in enumerate(held)
        )  # fmt: skip


def test_document_001_new_secretaries(village: Team, cast: Cast) -> None:
    """42.1% able earners, 13.1% returned, 12.2% graduates of the new secretaries: 2,000 records at once."""
    load_secretaries(village, 2000, 842, 262, 244)
    officer = cast.county_officer.actor
    asked = Asked(COUNTY, "secretary", since=ago(30), fresh=True)
    made = told(officer, asked)
    assert made.holders == 2000
    rates = {key: made.share(key).rate for key in ("able_earner", "returnee", "graduate")}
    assert rates == {"able_earner": 4210, "returnee": 1310, "graduate": 1220}
    with scoped(officer):
        for key in rates:
            rows = people.counted(teams.holders(officer, asked), key)
            assert rows.count() == made.share(key).count
            assert all(getattr(one.particulars.get(), key) for one in rows[:3])


def test_a_makeup_takes_one_statement(
    village: Team, cast: Cast, django_assert_num_queries: Any
) -> None:
    elect(village, "李春禾", **KNOWN)
    officer = cast.county_officer.actor
    with scoped(officer), django_assert_num_queries(1):
        people.makeup(teams.holders(officer, Asked(COUNTY, "both")))


def test_ages_sexes_and_schooling_of_a_team(village: Team, cast: Cast) -> None:
    seats = tuple(
        Seat(village.posts[kind].id, name, particulars={"birth_year": TODAY.year - age, "gender": sex,
                                                         "education": level})
        for kind, name, age, sex, level in (
            ("secretary", "甲", 35, "m", 4), ("deputy_secretary", "乙", 36, "f", 3),
            ("deputy_secretary", "丙", 55, "f", 3), ("committee_member", "丁", 56, "m", 1),
        )
    )  # fmt: skip
    village.elect(seats=(*seats, Seat(village.posts["committee_member"].id, "戊")))
    made = told(cast.county_officer.actor, Asked(VILLAGE, "party"))
    assert (made.holders, made.known) == (5, 4)
    assert [(one.count, one.of) for one in made.ages] == [(1, 4), (1, 4), (1, 4), (1, 4)]
    assert [(one.key, one.count) for one in made.sexes] == [("sex-m", 2), ("sex-f", 2)]
    assert [one.count for one in made.schooling] == [1, 0, 2, 1, 0]
    assert made.share("able_earner") == Share("able_earner", 0, 0)
    assert made.share("able_earner").rate is None


def test_who_is_new_and_when(village: Team, cast: Cast) -> None:
    elect(village, "李春禾", ago(1900), **KNOWN)
    elect(village, "李春禾", TODAY, able_earner=True)
    other = team(cast.township_officer.actor, "第二党支部")
    elect(other, "祁立春", TODAY, able_earner=True)
    actor = cast.county_officer.actor
    counted = [
        told(actor, asked).holders
        for asked in (
            Asked(COUNTY), Asked(COUNTY, since=ago(10)), Asked(COUNTY, since=ago(10), fresh=True),
            Asked(COUNTY, since=ago(2000), until=ago(10)), Asked(COUNTY, org=other.org.key),
            Asked(OTHER_VILLAGE),
        )
    ]  # fmt: skip
    assert counted == [2, 2, 1, 1, 1, 0]
    with scoped(actor):
        assert teams.renewed(actor, COUNTY, ago(10)) == 2


def test_cross_appointments_are_counted(village: Team, cast: Cast) -> None:
    elect(village, "李春禾", concurrent=True)
    committee = team(
        cast.township_officer.actor, "大耆老村村民委员会", kind="villagers_committee",
        kinds={"director": 1, "committee_member": 3},
    )  # fmt: skip
    elect(committee, "李春禾", kind="director", concurrent=True)
    made = told(cast.county_officer.actor, Asked(VILLAGE, "both"))
    assert (made.concurrent.count, made.concurrent.of, made.concurrent.rate) == (2, 2, 10_000)
    assert told(cast.county_officer.actor, Asked(VILLAGE, "committee")).holders == 1


def test_document_002_three_eighties(at_work: None, cast: Cast) -> None:
    """Of ten members eight lead projects and eight are backbone staff; of five highly qualified four are members."""
    firm = team(SYSTEM, "东方世纪示例公司", kind="firm", sector=7, kinds={"engineer": 20})
    with scoped(SYSTEM):
        for n in range(11):
            held = orgs.appoint(
                actor=SYSTEM, post_id=firm.posts["engineer"].id, holder=f"员工{n}",
                term=orgs.Term(ago(400), how="hired"),
            )  # fmt: skip
            people.record_particulars(
                actor=SYSTEM, appointment_id=held.id, party_member=n < 10, leads_project=n < 8,
                backbone=2 <= n < 10, talent=n >= 6,
            )  # fmt: skip
    made = told(cast.county_officer.actor, Asked(VILLAGE, "staff"))
    assert [(one.key, one.count, one.of, one.rate) for one in made.eighties] == [
        ("eighty-lead", 8, 10, 8000), ("eighty-backbone", 8, 10, 8000), ("eighty-talent", 4, 5, 8000),
    ]  # fmt: skip


def test_another_county_counts_nobody_here(village: Team, cast: Cast) -> None:
    elect(village, "李春禾", **KNOWN)
    assert told(cast.outsider.actor, Asked("", "both")).holders == 0
    with scoped(cast.outsider.actor):
        assert Particulars.objects.count() == 0
        assert Election.objects.count() == 0


# -- particulars -----------------------------------------------------------------------------


def test_particulars_are_corrected_and_leave_no_values_behind(village: Team, cast: Cast) -> None:
    elect(village, "李春禾", **KNOWN)
    (held,) = village.holding()
    township = cast.township_officer.actor
    row = do(
        township, people.record_particulars, appointment_id=held.id, education=4, returnee=True
    )
    assert (row.gender, row.birth_year, row.education, row.returnee) == ("m", 1985, 4, True)
    assert row.version == 2
    with scoped(SYSTEM):
        fact = Fact.objects.filter(kind="particulars.recorded").last()
        entry = JournalEntry.objects.filter(action="particulars.recorded").last()
    assert fact.attrs == {}
    assert entry.detail == {"fields": ["education", "returnee"]}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"birth_year": 2029}, "PE011"), ({"birth_year": 1899}, "PE011"), ({"gender": "x"}, "PE026"),
     ({"education": 6}, "PE026"), ({"certificate": 9}, "PE026"), ({"graduate": "yes"}, "PE026")],
)  # fmt: skip
def test_wrong_particulars_are_refused(
    village: Team, cast: Cast, wrong: dict[str, Any], error: str
) -> None:
    village.elect("李春禾")
    (held,) = village.holding()
    with refusing() as caught:
        do(cast.township_officer.actor, people.record_particulars, appointment_id=held.id, **wrong)
    assert caught.value.id == error


def test_who_may_not_edit_writes_no_particulars(village: Team, cast: Cast) -> None:
    village.elect("李春禾")
    (held,) = village.holding()
    for actor in (cast.outsider.actor, cast.grid_worker.actor):
        with refusing() as caught:
            do(actor, people.record_particulars, appointment_id=held.id, gender="m")
        assert caught.value.id in {"CO404", "CO403"}
    with pytest.raises(TypeError):
        do(SYSTEM, people.record_particulars, appointment_id=held.id, health="good")


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_is_rounded_down_in_basis_points(count: int, more: int) -> None:
    share = Share("x", count, count + more)
    if share.of:
        assert share.rate is not None
        assert share.rate * share.of <= count * 10_000 < (share.rate + 1) * share.of
    else:
        assert share.rate is None
