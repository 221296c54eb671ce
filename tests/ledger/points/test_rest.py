"""Points by the HTTP API and as Word and Excel files: rules with their resolution, honours, statements."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse

from tests import matrix_points
from tests.cast import VILLAGE
from tests.orgs.conftest import SYSTEM, places
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.ledger.models import Book
from zhijin.ledger.points import awards
from zhijin.ledger.points.common import rules_of
from zhijin.people import api as people

__all__ = ["places"]
API = "/api/v1/points"


@pytest.fixture
def points(places: Any, settings: Any, tmp_path: Any) -> SimpleNamespace:
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    with scoped(SYSTEM):
        home = people.register_household(actor=SYSTEM, place_code=VILLAGE, number="012")
    return matrix_points.make(home)


def words(body: bytes) -> str:
    with ZipFile(BytesIO(body)) as file:
        return file.read("word/document.xml").decode()


def test_rules_tell_the_resolution_that_passed_them(points, client):
    (found,) = client.get(f"{API}/{VILLAGE}/rules").json()
    with scoped(SYSTEM):
        rules = rules_of(Book.objects.get(id=points.book))
    assert found["resolution"]["number"] == rules.resolution.number
    assert [(one["id"], one["article"]) for one in found["rules"]] == [
        (rule.id, rule.article) for rule in rules.rules
    ]  # fmt: skip
    english = client.get(f"{API}/{VILLAGE}/rules", headers={"Accept-Language": "en"}).json()
    assert english[0]["title"] == rules.title.in_("en")
    assert client.get(f"{API}/1/rules").status_code == 400


def test_one_reads_ones_own_statement_by_the_card(points, client):
    answer = client.get(f"{API}/cards/{points.code}/statements")
    (found,) = answer.json()
    assert (found["opening"], found["closing"], found["lines"]) == (0, 0, [])
    assert client.get(f"{API}/cards/ZZZZZZZZZZ/statements").status_code == 404


def test_whoever_keeps_the_book_reads_a_statement_and_it_is_noted(points, cast):
    client = cast.branch_secretary.client
    (book,) = client.get(f"{API}/books").json()
    (account,) = client.get(f"{API}/books/{book['id']}/accounts").json()
    found = client.get(f"{API}/accounts/{account['id']}/statement").json()
    assert found["account"] == str(points.account)
    for action in ("points.statement-read", "points.accounts-listed"):
        assert JournalEntry.objects.filter(action=action).count() == 1
    assert cast.outsider.client.get(f"{API}/accounts/{account['id']}/statement").status_code == 404
    assert cast.grid_worker.client.get(f"{API}/books").status_code == 403


def test_a_statement_adds_up(points, cast):
    with scoped(SYSTEM):
        awards.check(actor=cast.county_officer.actor, award_id=points.award)
    client = cast.branch_secretary.client
    found = client.get(f"{API}/accounts/{points.account}/statement").json()
    assert found["closing"] == found["opening"] + sum(line["amount"] for line in found["lines"])
    assert found["lines"][-1]["balance"] == found["closing"]


@pytest.mark.parametrize("query", [
    {"first": "2020-01-01", "last": "2026-01-01"}, {"first": "2026-02-01", "last": "2026-01-01"},
    {"last": "0001-01-01"}, {"first": "yesterday"},
])  # fmt: skip
def test_spans_that_make_no_sense_are_refused(points, cast, query):
    answer = cast.branch_secretary.client.get(f"{API}/accounts/{points.account}/statement", query)
    assert answer.status_code == 400


def test_honours_are_public_and_without_points(points, client):
    assert client.get(f"{API}/{VILLAGE}/honours").json() == []


# -- files ------------------------------------------------------------------------------------


def test_a_statement_and_the_rules_as_word(points, cast):
    client = cast.branch_secretary.client
    body = client.get(reverse("desk:points-account-paper", args=[points.account])).content
    assert "积分账" in words(body)
    told = words(client.get(reverse("desk:points-rules-file", args=[points.book, "docx"])).content)
    with scoped(SYSTEM):
        rules = rules_of(Book.objects.get(id=points.book))
    assert rules.resolution.number in told
    assert all(rule.title.zh in told for rule in rules.rules)
    assert "光荣榜" in words(client.get(reverse("desk:points-lists-paper")).content)
    assert JournalEntry.objects.filter(action="points.statement-exported").count() == 3


def test_the_rules_as_excel(points, cast):
    answer = cast.branch_secretary.client.get(
        reverse("desk:points-rules-file", args=[points.book, "xlsx"])
    )
    assert answer.content[:2] == b"PK"
    assert "spreadsheetml" in answer["Content-Type"]
