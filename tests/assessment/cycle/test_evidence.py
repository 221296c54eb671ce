"""Freezing a year: which facts counted is kept, hashed and signed; what comes later changes nothing; nothing that
may still change is frozen, and nothing that its records do not show."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.activities.conftest import as_system, facts, places, refusing, units
from tests.assessment.cycle import yearly
from tests.assessment.cycle.yearly import OFFICER, SYSTEM, YEAR, YEARLY
from tests.support.racing import overtaken
from zhijin.assessment import commands, records, services
from zhijin.assessment.cycle import evidence
from zhijin.assessment.cycle.freezing import annual, freeze_run, signed_of, still_open
from zhijin.assessment.cycle.verifying import verify_run
from zhijin.assessment.engine.periods import Period
from zhijin.assessment.models import Evidence, Run, Value
from zhijin.assessment.services import watching
from zhijin.config.postgres import ADMIN
from zhijin.core import facts as core_facts
from zhijin.core import signing
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.orgs import services as orgs
from zhijin.orgs.models import Organisation

__all__ = ["places", "units"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def administrator(django_db_setup):
    """A cursor of whoever owns the machine, with every protection switched off."""
    address = django_db_setup.cluster.url(ADMIN, django_db_setup.name)
    with psycopg.connect(address, autocommit=True) as line, line.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor


@pytest.fixture
def made(units):
    return units(3)


@pytest.fixture
def published(made) -> Run:
    """November and December of three units, computed and published, and the year of them."""
    return yearly.computed_year(made.orgs, (11, 12))


def freeze(run: Run) -> Run:
    with yearly.later(run):
        return freeze_run(actor=OFFICER, run_id=run.id)


def cell(run: Run, org_key: int, indicator: str) -> Evidence:
    return as_system(
        lambda: Evidence.objects.get(run_id=run.id, org_key=org_key, indicator=indicator)
    )


def correct(fact: Fact, **attrs) -> None:
    """A further fact that takes the place of ``fact``."""
    with scoped(SYSTEM):
        core_facts.record(
            fact.kind, at=fact.at, place_code=fact.place_code, subject=fact.subject, actor=SYSTEM,
            record=fact.record, org_key=fact.org_key,
            attrs={**fact.attrs, **attrs, "corrects": str(fact.id)},
        )  # fmt: skip


def of_unit(org_key: int, kind: str = "activity.pledge.done") -> list[Fact]:
    return [fact for fact in facts(kind) if fact.org_key == org_key]


# -- what is kept


def test_the_facts_behind_every_value_are_kept_with_a_digest_that_is_signed(made, published):
    frozen = freeze(published)
    told = json.loads(signed_of(frozen).data)
    first = made.keys[0]
    row = cell(frozen, first, "pledges")
    entries = evidence.entries_of(bytes(row.ids))
    counted = of_unit(first)
    assert set(entries) == {fact.id for fact in counted}
    assert row.count == len(counted) == 20
    in_time = {fact.id for fact in counted if fact.attrs["on_time"]}
    assert {id_ for id_, flags in entries.items() if flags & evidence.FLAGS["of"]} == in_time
    assert all(flags & evidence.FLAGS["to"] for flags in entries.values())
    ids = sorted(entries, key=lambda one: one.bytes)
    assert list(entries) == ids, "in the order of ids, so that the digest is one"
    signed = next(o for o in told["organisations"] if o["org"] == str(first))["evidence"]
    assert signed["pledges"] == [20, bytes(row.digest).hex()]
    assert signed["rectified"] == [0, hashlib.sha256().hexdigest()], "nothing counted is kept too"
    assert as_system(Evidence.objects.count) == 3 * (5 + 2)


def test_the_digest_can_be_made_again_by_anybody(made, published):
    """From the facts alone, by the words of the explanation: nothing of ours is needed."""
    frozen = freeze(published)
    row = cell(frozen, made.keys[0], "topics")
    lines = []
    for fact in of_unit(made.keys[0], "activity.topic.done"):
        told = [
            str(fact.id), fact.at.astimezone(UTC).isoformat(timespec="microseconds"), fact.county,
            fact.org_key, fact.place_code, fact.kind, fact.subject, fact.actor, fact.value,
            fact.attrs, fact.playbook, fact.revision, fact.record,
        ]  # fmt: skip
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        flags = 3 if fact.attrs["on_time"] else 2
        lines.append(bytes([flags]) + fact.id.bytes + hashlib.sha256(text.encode()).digest())
    lines.sort(key=lambda line: line[1:17])
    assert hashlib.sha256(b"".join(lines)).digest() == bytes(row.digest)


def test_a_corrected_fact_changes_nothing_that_was_frozen(made, published):
    frozen = freeze(published)
    before = cell(frozen, made.keys[1], "pledges")
    wrong = of_unit(made.keys[1])[0]
    correct(wrong, on_time=not wrong.attrs["on_time"])
    with scoped(SYSTEM):
        found = verify_run(frozen)
        kept = evidence.frozen(frozen, made.keys[1], "pledges")
    assert found.holds
    assert (found.values, found.facts) == (21, sum(c.count for c in as_system(_cells)))
    assert wrong.id in kept
    assert bytes(cell(frozen, made.keys[1], "pledges").ids) == bytes(before.ids)


def _cells() -> list[Evidence]:
    return list(Evidence.objects.all())


def test_what_was_corrected_before_is_frozen_as_it_was_counted(made, published):
    """Published, then corrected, and only then frozen (the new result was not published)."""
    wrong = of_unit(made.keys[2])[0]
    correct(wrong, on_time=not wrong.attrs["on_time"])
    frozen = freeze(published)
    entries = evidence.entries_of(bytes(cell(frozen, made.keys[2], "pledges").ids))
    assert wrong.id in entries, "the fact that was there when it was counted"
    assert len(entries) == 20
    assert not set(entries) & {f.id for f in facts("activity.pledge.done") if "corrects" in f.attrs}


def test_what_had_been_corrected_when_it_was_counted_stays_out(made):
    yearly.work(made.orgs, (12,))
    wrong = of_unit(made.keys[0])[0]
    correct(wrong, on_time=False)
    void = of_unit(made.keys[0])[1]
    correct(void, void=True)
    yearly.publish_programmes(yearly.MONTHLY, YEARLY)
    with yearly.at(date(YEAR + 1, 1, 6)):
        services.request_due()
        yearly.compute_all()
        run = yearly.publish(YEARLY, date(YEAR, 1, 1))
    entries = evidence.entries_of(bytes(cell(freeze(run), made.keys[0], "pledges").ids))
    assert wrong.id not in entries
    assert void.id not in entries
    assert len(entries) == 9


def test_a_tampered_fact_is_found(made, published, administrator):
    frozen = freeze(published)
    victim = of_unit(made.keys[0])[0]
    update = "UPDATE core_fact SET value = 9 WHERE id = %s"
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM):
        connection.cursor().execute(update, [victim.id])
    # Whoever owns the database can switch its triggers off: that is what the digests are for.
    administrator.execute(update, [victim.id])
    assert administrator.rowcount == 1
    with scoped(SYSTEM):
        found = verify_run(frozen)
    assert found.signature
    assert not found.holds
    assert found.broken == [(made.keys[0], "pledges")]


def test_a_fact_that_is_gone_is_found(made, published, monkeypatch):
    frozen = freeze(published)
    victim = of_unit(made.keys[0])[0].id
    real = evidence.read_facts
    from zhijin.assessment.cycle import verifying

    monkeypatch.setattr(
        verifying, "read_facts", lambda ids: {k: v for k, v in real(ids).items() if k != victim}
    )
    with scoped(SYSTEM):
        assert verify_run(frozen).broken == [(made.keys[0], "pledges")]


# -- what the database keeps


def test_nothing_is_added_to_or_taken_from_the_evidence_of_a_frozen_result(made, published):
    frozen = freeze(published)
    row = cell(frozen, made.keys[0], "pledges")
    for change in (
        lambda: Evidence.objects.filter(run_id=frozen.id).delete(),
        lambda: Evidence.objects.filter(run_id=frozen.id).update(count=1),
        lambda: Evidence.objects.create(
            county=row.county, run_id=frozen.id, org_key=row.org_key, indicator="more", count=0,
            ids=b"", digest=b"", place_code=row.place_code, place_key=row.place_key,
            sector_key=row.sector_key,
        ),
        lambda: Run.objects.filter(id=frozen.id).update(seen={}),
        lambda: Run.objects.filter(id=frozen.id).update(signature=bytes(64)),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM):
            change()


def test_what_a_published_run_saw_is_kept_too(published):
    assert set(published.seen) == {f"{YEAR}-11", f"{YEAR}-12"}
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(SYSTEM):
        Run.objects.filter(id=published.id).update(seen={"2026-11": "1:2:"})


def test_evidence_is_read_only_within_ones_scope(made, published, cast):
    frozen = freeze(published)
    with scoped(cast.outsider.actor):
        assert not Evidence.objects.exists()
    with scoped(made.secretary(0).actor):
        seen = set(Evidence.objects.values_list("org_key", flat=True))
    assert seen == {made.keys[0]}
    assert frozen.state == "frozen"


# -- when it is frozen


def test_freezing_signs_once_and_says_who(published):
    frozen = freeze(published)
    again = freeze(published)
    assert bytes(frozen.canonical) == bytes(again.canonical)
    signed = signed_of(again)
    assert signing.verify(signed.data, signed.signature)
    assert [fact.record for fact in facts("assessment.frozen")] == [f"run:{frozen.id}"]
    assert json.loads(signed.data)["signed_at"].endswith("+00:00")
    assert (frozen.frozen_by, frozen.frozen_name) == (OFFICER.label, OFFICER.name)


def test_only_a_published_result_is_frozen_and_only_by_whom_it_concerns(made, published, cast):
    with refusing() as caught:
        freeze_run(actor=cast.outsider.actor, run_id=published.id)
    assert caught.value.id == "AE101"
    with refusing() as caught:
        freeze_run(actor=OFFICER, run_id=uuid4())
    assert caught.value.id == "AE101"
    as_system(lambda: Run.objects.filter(id=published.id).update(state="superseded"))
    with refusing() as caught:
        freeze(published)
    assert caught.value.id == "AE102"


def test_nothing_is_frozen_while_it_may_be_contested(made, published):
    with yearly.later(published, 14), refusing() as caught:
        freeze_run(actor=OFFICER, run_id=published.id)
    assert caught.value.id == "AE104"
    fact = of_unit(made.keys[0])[0]
    with yearly.later(published, 2):
        appeal = services.file_appeal(
            actor=SYSTEM, run_id=published.id, org_key=made.keys[0], indicator="pledges",
            fact_id=fact.id, why="这一项是按时做完的",
        )  # fmt: skip
    with yearly.later(published), refusing() as caught:
        freeze_run(actor=OFFICER, run_id=published.id)
    assert caught.value.id == "AE104"
    with yearly.later(published, 5):
        services.decide_appeal(
            actor=OFFICER, appeal_id=appeal.id, accepted=False, answer="记录无误"
        )
    assert freeze(published).state == "frozen"


def test_nothing_is_frozen_while_a_newer_result_waits(made, published):
    correct(of_unit(made.keys[0])[0], void=True)
    with yearly.later(published):
        assert watching.request_late() == 2, "December, and the year"
        yearly.compute_all()
        waits = yearly.ready(YEARLY, date(YEAR, 1, 1))
        assert waits.names == published.id
        with refusing() as caught:
            freeze_run(actor=OFFICER, run_id=published.id)
        assert caught.value.id == "AE104"
        newer = yearly.publish(YEARLY, date(YEAR, 1, 1))
    assert freeze(newer).state == "frozen"


def test_once_frozen_nothing_newer_is_published(made, published):
    frozen = freeze(published)
    correct(of_unit(made.keys[0])[0], void=True)
    with yearly.later(frozen, 30):
        watching.request_late()
        yearly.compute_all()
        with refusing() as caught:
            yearly.publish(YEARLY, date(YEAR, 1, 1))
        assert caught.value.id == "AE021"
        beside = yearly.ready(YEARLY, date(YEAR, 1, 1))
    assert beside.names == frozen.id, "it stands beside, and says what would be otherwise"


def test_the_cycle_waits_until_it_may_be_frozen(made, published):
    class OfYear:
        county, programme = published.county, YEARLY

    with yearly.later(published, 3):
        assert annual(OfYear, YEAR) is None
    with yearly.later(published):
        assert still_open(published) == ""
        signed = annual(OfYear, YEAR)
    assert signed is not None
    assert signing.verify(signed.data, signed.signature)
    OfYear.programme = ""
    assert annual(OfYear, YEAR) is None


def test_a_result_that_its_records_do_not_show_is_not_frozen(made, published, administrator):
    taken = of_unit(made.keys[0])[0]
    administrator.execute("DELETE FROM core_fact WHERE id = %s", [taken.id])
    with refusing() as caught:
        freeze(published)
    assert caught.value.id == "AE103"
    assert "2" in str(caught.value.message), "its numerator and its denominator"
    assert not as_system(Evidence.objects.exists)
    run = as_system(lambda: Run.objects.get(id=published.id))
    assert (run.state, run.signature) == ("published", None), "all or nothing"


def test_a_run_of_before_this_was_kept_is_frozen_by_the_facts_of_today(made, published):
    run = as_system(lambda: Run.objects.get(id=published.id))
    run.seen = {}
    assert records.seen_of(run).months == {}
    with scoped(SYSTEM):
        kept = evidence.keep(run)
    assert kept[made.keys[0]]["pledges"].count == 20


# -- what it costs


def statements(run: Run) -> tuple[int, int]:
    """How many cells are kept, and how many statements that takes."""
    with scoped(SYSTEM), CaptureQueriesContext(connection) as told:
        kept = evidence.keep(run)
    return sum(len(cells) for cells in kept.values()), len(told)


@pytest.mark.parametrize("number", [2, 9])
def test_how_many_organisations_there_are_costs_no_more_statements(units, number):
    assert statements(yearly.computed_year(units(number).orgs, (11,))) == (number * 7, 9)


def test_whose_they_were_is_found_for_all_together_as_for_each_alone(
    made, django_assert_num_queries
):
    """A tree over three levels that changed in the year: who was below whom at the end of each month."""
    first, second, third = made.orgs
    with scoped(SYSTEM):
        for number, (above, below, since) in enumerate(
            [(first, second, date(YEAR, 3, 5)), (second, third, date(YEAR, 5, 31))]
        ):
            org = Organisation.objects.get(key=below.key)
            orgs.change_organisation(
                actor=SYSTEM, key=org.key, parent=above, on=since, name=f"改{number}"
            )
        period = Period(date(YEAR, 1, 1), "year")
        for tree, asked, most in (
            (False, made.orgs, 1),
            (True, made.orgs, 2),
            (True, made.orgs[:1], 4),
        ):
            places = {org.key: org.place_key for org in asked}
            alone = [
                records.whose(key, place, period, by_tree=tree) for key, place in places.items()
            ]
            with django_assert_num_queries(most):
                together = records.whose_of(places, period, by_tree=tree)
            assert [(one.org_key, one.places) for one in together] == [
                (one.org_key, one.places) for one in alone
            ]
            for one, other in zip(together, alone, strict=True):
                assert (one.members is None) is (other.members is None) is (not tree)
                for month, members in (one.members or {}).items():
                    assert set(members) == set((other.members or {})[month])
    assert [len((together[0].members or {})[date(YEAR, month, 1)]) for month in (2, 3, 5)] == [
        1,
        2,
        3,
    ]


# -- on the command line


def test_the_command_verifies_and_says_what_is_broken(made, published, capsys, monkeypatch):
    frozen = freeze(published)
    assert run_command("verify", YEARLY, str(YEAR)) == 0
    assert "21" in capsys.readouterr().out
    monkeypatch.setattr("zhijin.assessment.cycle.verifying.read_facts", lambda _ids: {})
    assert run_command("verify", YEARLY, str(YEAR), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told[0]["run"] == str(frozen.id)
    assert told[0]["signature"] is True
    assert [str(made.keys[0]), "pledges"] in told[0]["broken"]
    assert run_command("verify", YEARLY, "2019") == 1, "nothing is frozen there"


def run_command(*words: str) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    args = parser.parse_args(["assess", *words])
    return args.run(args)


def test_the_desk_opens_a_frozen_value_to_the_facts_of_then(made, published):
    frozen = freeze(published)
    wrong = of_unit(made.keys[0])[0]
    correct(wrong, on_time=not wrong.attrs["on_time"])
    correct(of_unit(made.keys[0])[1], void=True)
    key, day = made.keys[0], published.period_start
    address = f"/desk/standing/org/{key}/pledges/?programme={YEARLY}&period={day}"
    page = made.secretary(0).client.get(address).content.decode()
    value = as_system(lambda: Value.objects.get(run_id=frozen.id, org_key=key))
    assert f"计入分母 20 条，其中计入分子 {value.numerators[0]} 条" in page
    assert "看到的条数和当时计入的不同" not in page


def test_the_desk_opens_a_published_value_to_the_facts_of_then(made, published):
    """Not frozen yet: the same, by what the run saw."""
    wrong = of_unit(made.keys[0])[0]
    correct(wrong, on_time=not wrong.attrs["on_time"])
    key, day = made.keys[0], published.period_start
    address = f"/desk/standing/org/{key}/pledges/?programme={YEARLY}&period={day}"
    page = made.secretary(0).client.get(address).content.decode()
    value = as_system(lambda: Value.objects.get(run_id=published.id, org_key=key))
    assert f"计入分母 20 条，其中计入分子 {value.numerators[0]} 条" in page
    assert "看到的条数和当时计入的不同" not in page


def test_what_is_frozen_while_a_newer_result_is_published_is_never_replaced(made, published):
    correct(of_unit(made.keys[0])[0], void=True)

    def newer() -> object:
        watching.request_late()
        yearly.compute_all()
        return yearly.publish(YEARLY, date(YEAR, 1, 1))

    with yearly.later(published):
        got = overtaken(lambda: freeze_run(actor=OFFICER, run_id=published.id), newer)
    assert got == "AE021"
    assert as_system(lambda: Run.objects.get(id=published.id).state) == "frozen"
