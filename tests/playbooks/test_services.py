"""Drafts and revisions in the database: who may, what is refused, what can never change."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from tests.cast import COUNTY, OTHER_COUNTY, PREFECTURE, VILLAGE, Part, make_member
from tests.playbooks.support import ROOT, SOUND, spoilt
from tests.playbooks.test_scenarios import STORIES
from zhijin.core import labels
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.playbooks import selectors, services
from zhijin.playbooks.api import catalogue, current, install_shipped, revision
from zhijin.playbooks.commands import _publish
from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.models import PlaybookRevision

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    selectors.forget()
    yield
    selectors.forget()


def draft(actor: Actor, source: str = SOUND, place: str = COUNTY) -> PlaybookRevision:
    with scoped(actor):
        return services.save_draft(actor=actor, source=source, scenarios=STORIES, place_code=place)


def published(actor: Actor, source: str = SOUND, place: str = COUNTY) -> PlaybookRevision:
    """A draft of ``actor``'s that somebody else put into force."""
    row = draft(actor, source, place)
    with scoped(SYSTEM):
        found = services.publish(actor=SYSTEM, pk=row.pk)
    selectors.forget()
    return found


def colleague() -> Actor:
    """Another officer of the county."""
    return make_member("colleague", Part("丁霜降", "county_officer", COUNTY)).actor


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.id


def test_a_draft_is_saved_proven_and_put_into_force(
    cast, django_capture_on_commit_callbacks
) -> None:
    county = cast.county_officer.actor
    row = draft(county)
    assert (row.state, row.revision, row.playbook) == ("draft", 1, "drain")
    assert refused(revision, row.pk) == "PR001"  # a draft runs no case
    with django_capture_on_commit_callbacks(execute=True), scoped(county):
        services.publish(actor=colleague(), pk=row.pk)
    found = current("drain", VILLAGE)
    assert found.id == row.pk
    assert found.digest == digest(found.playbook) == row.digest
    assert found.machine.initial == "reported"
    assert [r.playbook_id for r in catalogue(VILLAGE, "resident")] == ["drain"]
    assert catalogue(OTHER_COUNTY) == []
    assert refused(current, "drain", OTHER_COUNTY) == "PR001"
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT action FROM core_journal WHERE object = %s ORDER BY id",
                       [f"playbook_revision:{row.pk}"])  # fmt: skip
        assert [r[0] for r in cursor.fetchall()] == ["playbook.upload", "playbook.publish"]
        cursor.execute("SELECT kind, playbook, revision FROM core_fact WHERE record = %s",
                       [f"playbook_revision:{row.pk}"])  # fmt: skip
        assert cursor.fetchall() == [("playbook.published", "drain", 1)]


def test_the_next_revision_retires_the_one_before(cast) -> None:
    county = cast.county_officer.actor
    first = published(county)
    second = published(county, spoilt(("within: 3 workdays", "within: 4 workdays")))
    first.refresh_from_db()
    assert (first.state, second.state) == ("retired", "in_force")
    assert (first.revision, second.revision) == (1, 2)
    assert first.retired_at is not None
    assert current("drain", VILLAGE).id == second.pk
    assert revision(first.pk).machine.state("handling").within[""].count == 3  # open cases stay


def test_one_draft_per_playbook_and_place(cast) -> None:
    county = cast.county_officer.actor
    one = draft(county)
    two = draft(county, spoilt(("within: 3 workdays", "within: 4 workdays")))
    assert one.pk == two.pk
    assert PlaybookRevision.objects.filter(playbook="drain").count() == 1


def test_the_nearest_place_has_its_way(cast) -> None:
    with scoped(SYSTEM):
        row = services.save_draft(
            actor=SYSTEM, source=SOUND, scenarios=STORIES, place_code=PREFECTURE
        )
        services.publish(actor=SYSTEM, pk=row.pk)
    own = published(cast.county_officer.actor, spoilt(("within: 3 workdays", "within: 4 workdays")))
    assert current("drain", VILLAGE).id == own.pk
    assert current("drain", OTHER_COUNTY).id == row.pk
    with scoped(cast.county_officer.actor):
        services.retire(actor=cast.county_officer.actor, pk=own.pk, why="并入市里的方案")
    selectors.forget()
    assert current("drain", VILLAGE).id == row.pk


def test_what_is_refused(cast) -> None:
    county = cast.county_officer.actor
    assert refused(draft, county, spoilt(("to: verifying", "to: verifyign"))) == "PR002"
    assert refused(draft, county, SOUND, VILLAGE) == "PR004"
    assert refused(draft, county, SOUND, "") == "PR004"
    assert refused(draft, county, SOUND, OTHER_COUNTY) == "CO403"
    assert refused(draft, cast.township_officer.actor) == "CO403"
    row, other = draft(county), colleague()
    outsider = cast.outsider.actor
    for call in (services.publish, services.discard):
        assert refused(call, actor=outsider, pk=row.pk) == "CO403"
    with scoped(county):
        assert refused(services.retire, actor=county, pk=row.pk, why="x") == "PR007"
        assert refused(services.retire, actor=county, pk=row.pk, why=" ") == "CO400"
        services.publish(actor=other, pk=row.pk)
        assert refused(services.publish, actor=other, pk=row.pk) == "PR005"
        assert refused(services.discard, actor=county, pk=row.pk) == "PR005"
    again = draft(county, "# 只加了一行注释\n" + SOUND)
    with scoped(county):
        assert refused(services.publish, actor=other, pk=again.pk) == "PR006"
        services.discard(actor=county, pk=again.pk)
    assert not PlaybookRevision.objects.filter(pk=again.pk).exists()


def test_scenarios_must_take_every_step(cast) -> None:
    county, other = cast.county_officer.actor, colleague()
    with scoped(county):
        row = services.save_draft(actor=county, source=SOUND, scenarios="", place_code=COUNTY)
        assert refused(services.publish, actor=other, pk=row.pk) == "PR003"
        missing = STORIES.split("  - name: 退回")[0]
        row = services.save_draft(actor=county, source=SOUND, scenarios=missing, place_code=COUNTY)
        assert refused(services.publish, actor=other, pk=row.pk) == "PR003"


def test_it_takes_two_to_put_a_playbook_into_force(cast) -> None:
    """Whoever wrote it last cannot, nor can the other one what they have not looked at."""
    county, other = cast.county_officer.actor, colleague()
    row = draft(county)
    assert refused(services.publish, actor=county, pk=row.pk) == "PR010"
    looked_at = row.digest
    changed = draft(county, spoilt(("within: 3 workdays", "within: 4 workdays")))
    assert refused(services.publish, actor=other, pk=changed.pk, seen=looked_at) == "PR011"
    draft(other, spoilt(("within: 3 workdays", "within: 5 workdays")))
    assert refused(services.publish, actor=other, pk=row.pk) == "PR010"
    row.refresh_from_db()
    with scoped(county):
        found = services.publish(actor=county, pk=row.pk, seen=row.digest)
    assert (found.state, found.published_by) == ("in_force", county.label)


@pytest.mark.parametrize(
    "change",
    [
        {"source": "x"}, {"scenarios": "x"}, {"digest": "0" * 64}, {"state": "draft"},
        {"place_code": OTHER_COUNTY}, {"published_by": "x"}, {"revision": 9},
    ],
)  # fmt: skip
def test_what_was_in_force_never_changes(cast, change: dict[str, Any]) -> None:
    row = published(cast.county_officer.actor)
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        PlaybookRevision.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        row.delete()
    PlaybookRevision.objects.filter(pk=row.pk).update(state="retired")
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        PlaybookRevision.objects.filter(pk=row.pk).update(state="in_force")


def test_shipped_playbooks_are_put_into_force_once() -> None:
    shipped = len(list((ROOT / "playbooks").glob("*/*.yaml"))) - len(
        list((ROOT / "playbooks").glob("*/scenarios.yaml"))
    )
    assert install_shipped(ROOT / "playbooks") == shipped
    assert install_shipped(ROOT / "playbooks") == 0
    names = {found.playbook_id for found in catalogue(VILLAGE)}
    assert "road-hazard" in names
    assert "court-green-channel" in names
    row = PlaybookRevision.objects.get(playbook="road-hazard")
    with scoped(SYSTEM):
        assert refused(services.retire, actor=SYSTEM, pk=row.pk, why="x") == "PR008"


def test_a_county_may_have_its_own_of_a_shipped_one(cast) -> None:
    install_shipped(ROOT / "playbooks")
    text = (ROOT / "playbooks/suggestion/playbook.yaml").read_text(encoding="utf-8")
    stories = (ROOT / "playbooks/suggestion/scenarios.yaml").read_text(encoding="utf-8")
    county = cast.county_officer.actor
    with scoped(county):
        row = services.save_draft(
            actor=county, source=text.replace("amount: 3", "amount: 5"),
            scenarios=stories.replace("points: {reporter: 3}", "points: {reporter: 5}"),
            place_code=COUNTY,
        )  # fmt: skip
        services.publish(actor=colleague(), pk=row.pk)
    selectors.forget()
    assert current("suggestion", VILLAGE).id == row.pk
    assert current("suggestion", OTHER_COUNTY).place_code == ""


def test_who_sees_what(cast) -> None:
    county = cast.county_officer.actor
    row = draft(county)
    assert selectors.visible(county, row.pk).pk == row.pk
    assert refused(selectors.visible, cast.outsider.actor, row.pk) == "PR001"
    assert refused(selectors.visible, cast.branch_secretary.actor, row.pk) == "PR001"
    assert [r.pk for r in selectors.listed(county)] == [row.pk]
    assert selectors.listed(cast.outsider.actor) == []
    with scoped(county):
        services.publish(actor=colleague(), pk=row.pk)
    assert selectors.visible(cast.outsider.actor, row.pk).pk == row.pk  # rules are public
    assert [r.pk for r in selectors.listed(cast.branch_secretary.actor)] == [row.pk]
    assert selectors.listed(cast.outsider.actor) == []  # but do not hold there
    assert selectors.own_places(county) == [COUNTY]
    assert selectors.own_places(cast.township_officer.actor) == []


def test_the_operator_publishes_from_the_command_line(tmp_path, capsys) -> None:
    from argparse import Namespace

    (tmp_path / "playbook.yaml").write_text(SOUND, encoding="utf-8")
    args = Namespace(file=tmp_path, place=COUNTY)
    assert _publish(args) == 1
    assert "PR003" in capsys.readouterr().err
    (tmp_path / "scenarios.yaml").write_text(STORIES, encoding="utf-8")
    assert _publish(args) == 0
    assert "drain@1" in capsys.readouterr().out
    selectors.forget()
    assert current("drain", VILLAGE).number == 1
    assert _publish(Namespace(file=tmp_path / "none.yaml", place=COUNTY)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_make_one_draft_and_one_in_force(cast) -> None:
    county, other = cast.county_officer.actor, colleague()
    results: list[str] = []

    def work() -> None:
        try:
            row = draft(county)
            with scoped(county):
                services.publish(actor=other, pk=row.pk)
            results.append("ok")
        except Refusal as refusal:
            results.append(refusal.id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("ok") == 1
    assert set(results) <= {"ok", "PR005", "PR006"}
    assert PlaybookRevision.objects.filter(playbook="drain", state="in_force").count() == 1


def test_the_journal_names_revisions_and_years(cast) -> None:
    row = draft(cast.county_officer.actor)
    named = labels.objects([f"playbook_revision:{row.pk}", "calendar:2027", "playbook_revision:x"])
    assert named["calendar:2027"] == "2027 年工作日历"
    assert labels.objects([f"playbook_revision:{row.pk}"]) == {
        f"playbook_revision:{row.pk}": "排水沟堵塞 1"
    }
    assert labels.action("playbook.publish") == "行动方案生效"
