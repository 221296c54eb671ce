"""Organisations, residents and members by the HTTP API: masked, in scope, journalled."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import GRID, OTHER_VILLAGE, VILLAGE, give, make_account
from tests.orgs.conftest import SYSTEM, places, register
from zhijin.access.api import issue_key
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs import posts
from zhijin.people import branches, services
from zhijin.people.branches import MemberDraft

__all__ = ["places"]
pytestmark = pytest.mark.usefixtures("places")
PAPER = "2026-03-01 书面同意"
API = "/api/v1"


def person(place: str = GRID, name: str = "罗立夏", **more: Any) -> Any:
    with scoped(SYSTEM):
        return services.register_person(
            actor=SYSTEM, place_code=place, name=name, phone="12900000001",
            consents={"phone": PAPER}, **more,
        )  # fmt: skip


def test_residents_are_masked_and_only_ones_own(cast):
    mine = person(birth_year=1950)
    person(OTHER_VILLAGE, "别处人")
    answer = cast.township_officer.client.get(f"{API}/people", {"who": "elders"})
    (one,) = answer.json()["items"]
    assert (one["id"], one["name_masked"], one["phone_masked"]) == (
        str(mine.id),
        "罗**",
        "129****0001",
    )
    assert "罗立夏" not in answer.content.decode()
    assert JournalEntry.objects.get(action="person.listed").detail == {"rows": 1}
    full = cast.township_officer.client.get(f"{API}/people/{mine.id}").json()
    assert full["consents"][0]["purpose"] == "phone"
    assert JournalEntry.objects.filter(action="person.seen").count() == 1
    assert cast.outsider.client.get(f"{API}/people/{mine.id}").status_code == 404
    (other,) = cast.outsider.client.get(f"{API}/people").json()["items"]
    assert other["name_masked"] == "别**"


def test_pages_hang_together(cast):
    for at in range(5):
        person(name=f"示例{at}")
    seen, after = [], ""
    while True:
        page = cast.township_officer.client.get(f"{API}/people", {"size": 2, "after": after}).json()
        seen += [one["id"] for one in page["items"]]
        after = page["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 5


def test_organisations_with_their_holders_masked(cast):
    org = register("大耆老村党支部")
    register("外县党支部", OTHER_VILLAGE)
    with scoped(SYSTEM):
        post = posts.create_post(actor=SYSTEM, kind="secretary", org_key=org.key)
        term = posts.Term(start=clock.today(), ends=None, number=1, how="elected")
        posts.appoint(actor=SYSTEM, post_id=post.id, holder="张小满", term=term)
    client = cast.township_officer.client
    listed = client.get(f"{API}/organisations", {"place": VILLAGE, "kind": "party"}).json()["items"]
    assert [one["key"] for one in listed] == [str(org.key)]
    found = client.get(f"{API}/organisations/{org.key}")
    assert found.json()["holders"][0]["name_masked"] == "张**"
    assert "张小满" not in found.content.decode()
    kinds = client.get(f"{API}/post-kinds").json()
    assert {"secretary", "grid_worker"} <= {one["id"] for one in kinds}
    assert all(one["en"].isascii() for one in kinds)


def test_a_branchs_list_for_whoever_answers_for_it(cast):
    org = register("大耆老村党支部")
    with scoped(SYSTEM):
        for name, floating in (("张小满", True), ("李大勇", False)):
            draft = MemberDraft(
                name, PAPER, floating=floating, whereabouts="昆明" if floating else ""
            )
            branches.enrol_member(actor=SYSTEM, org_key=org.key, draft=draft)
    url = f"{API}/organisations/{org.key}/members"
    rows = cast.branch_secretary.client.get(url, {"floating": "true"}).json()
    assert [row["name_masked"] for row in rows] == ["张**"]
    assert cast.grid_worker.client.get(url).status_code == 403
    assert cast.outsider.client.get(url).status_code == 404
    assert JournalEntry.objects.filter(action="member.listed").exists()


def test_another_system_reads_with_its_key(cast, client):
    account = make_account("county-system", is_program=True)
    give(account, "county_officer", "530602")
    key = issue_key(actor=SYSTEM, account=account, label="t", ends_at=None)
    person()
    headers = {"Authorization": f"Bearer {key}"}
    assert len(client.get(f"{API}/people", headers=headers).json()["items"]) == 1
    assert client.get(f"{API}/people").status_code == 401


@pytest.mark.parametrize("query", [
    {"place": "530602105207001999"}, {"place": "53a"}, {"who": "rich"}, {"size": 0}, {"size": 999},
    {"after": "'; drop table"},
])  # fmt: skip
def test_what_makes_no_sense_is_refused(cast, query):
    answer = cast.township_officer.client.get(f"{API}/people", query)
    assert (answer.status_code, answer.json()["error"]["id"]) == (400, "CO400")
