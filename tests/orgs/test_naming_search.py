"""Names found through indexes: the same as reading every name, in the same order, within the same scope."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connections
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast
from tests.orgs.conftest import SYSTEM, register
from tests.plans import leave_only
from zhijin.core.actor import Actor
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.orgs import selectors
from zhijin.orgs.models import Organisation
from zhijin.orgs.naming_search import keys_named
from zhijin.orgs.picking import Question, _best

pytestmark = pytest.mark.usefixtures("places")
NAMES = [
    "大耆老村党支部", "大耆老村党总支", "大耆老村第一党支部", "党支部", "支部党", "KTV行业党支部", "100%好合作社",
    "a_b合作社", "合作社", "新合作社联合社", "星火  合作社", "\\奇怪\\名称", "村", "耆", "党",
]  # fmt: skip


@pytest.fixture
def many() -> list[Organisation]:
    places = (VILLAGE, TOWNSHIP, COUNTY, OTHER_VILLAGE)
    return [register(name, places[n % 4]) for n, name in enumerate(NAMES * 2)]


def plainly(actor: Actor, parts: list[str], text: str, most: int) -> list[int]:
    """By reading every name."""
    named = Q()
    for part in parts:
        named &= Q(name__contains=part)
    rows = selectors.visible(actor).filter(named, valid_to=None)
    return [one.key for one in _best(rows, text)[:most]]


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.one_of(
        st.sampled_from(
            [
                "党",
                "支部",
                "合作社",
                "%",
                "_",
                "\\",
                "KTV",
                "ktv",
                "100%",
                "a_b",
                "村 支部",
                "党 大耆",
            ]
        ),
        st.text("大耆老村党支部合作社K%_\\ ", min_size=1, max_size=5),
    )
)
def test_it_finds_what_reading_every_name_finds(many: Any, cast: Cast, text: str):
    parts = text.split()[:4]
    if not parts:
        return
    for actor in (SYSTEM, cast.branch_secretary.actor, cast.outsider.actor):
        with scoped(actor):
            assert keys_named(actor, parts, text, (), 12) == plainly(actor, parts, text, 12)


def test_of_a_common_name_the_best_come_first(cast: Cast):
    """More than are sorted at once: the name itself, then beginnings, then the shortest."""
    base = place_key(VILLAGE)
    with scoped(SYSTEM):
        Organisation.objects.bulk_create(
            Organisation(
                key=base + n, place_code=VILLAGE, place_key=base, kind="branch", sector=1, sector_key=1,
                name=f"第{n}党支部" + "甲" * (n % 7),
            )
            for n in range(1, 700)
        )  # fmt: skip
        Organisation.objects.filter(key=base + 333).update(name="党支部")
        Organisation.objects.filter(key=base + 444).update(name="党支部筹备组")
    actor = cast.branch_secretary.actor
    with scoped(actor):
        for text in ("党支部", "党", "支部"):
            found = keys_named(actor, [text], text, (), 12)
            assert found == plainly(actor, [text], text, 12)
        assert keys_named(actor, ["党支部"], "党支部", (), 2) == [base + 333, base + 444]


def test_kinds_and_the_ended_are_left_out(many: list[Organisation], cast: Cast):
    with scoped(SYSTEM):
        assert keys_named(SYSTEM, ["党支部"], "党支部", ("firm",), 12) == []
        Organisation.objects.filter(name="KTV行业党支部").update(valid_to="2026-01-01")
        assert keys_named(SYSTEM, ["KTV"], "KTV", (), 12) == []


def test_nothing_outside_the_transactions_scope_whatever_is_asked_for(
    many: list[Organisation], cast: Cast
):
    """Another scope than the transaction's widens nothing, and without one nothing is seen."""
    with scoped(cast.outsider.actor):
        found = set(keys_named(SYSTEM, ["党"], "党", (), 50))
        seen = set(Organisation.objects.values_list("key", flat=True))
        assert found <= seen
    assert keys_named(SYSTEM, ["党"], "党", (), 12) == []


def test_three_statements_for_a_name_however_many_there_are(
    many: list[Organisation], cast: Cast, django_assert_max_num_queries
):
    actor = cast.branch_secretary.actor
    with scoped(actor), django_assert_max_num_queries(5):
        assert Question().offer(actor, "org", "党支部").choices


@pytest.mark.parametrize(
    ("where", "index"),
    [
        ("places_bigrams(name) @> '{支部}'", "orgs_organisation_pairs"),
        ("name LIKE '党支部%'", "orgs_organisation_name"),
        ("name LIKE '%a%' ORDER BY length(name), key LIMIT 12", "orgs_organisation_short"),
    ],
)
def test_each_way_of_finding_has_an_index(db: None, where: str, index: str):
    """Read as the function reads, as the owner: under a policy no index serves these."""
    params = connections["owner"].get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        params.pop(name, None)
    with psycopg.connect(**params) as owner:
        owner.execute(
            "INSERT INTO orgs_organisation (key, place_code, place_key, name, kind, sector, sector_key,"
            " simulated, led, version, credit_code) SELECT n, '53', n, left(md5(n::text), 3 + n % 9),"
            " 'firm', 1, 1, true, false, 1, '' FROM generate_series(1, 4000) n"
        )
        owner.execute("ANALYZE orgs_organisation")
        leave_only(owner.cursor(), index)
        told = owner.execute(
            "EXPLAIN SELECT key FROM orgs_organisation WHERE valid_to IS NULL AND " + where
        )
        plan = "\n".join(str(row[0]) for row in told)
        owner.rollback()
    assert index in plan
