"""The same submission twice, and too many submissions: on two real connections at once."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, connections, transaction

from zhijin.core import idempotency, ratelimit
from zhijin.core.errors import Refusal
from zhijin.core.idempotency import claim


@pytest.mark.django_db
def test_a_replay_gets_the_first_answer():
    assert not claim("intake", "k1", b"body", "C-1").is_replay
    again = claim("intake", "k1", b"body", "C-2")
    assert (again.is_replay, again.answer) == (True, "C-1")
    assert not claim("other", "k1", b"body", "C-3").is_replay, "keys belong to their scope"


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused():
    claim("intake", "k1", b"body", "C-1")
    with pytest.raises(Refusal) as told:
        claim("intake", "k1", b"another", "C-2")
    assert (told.value.id, told.value.status) == ("CO422", 409)


@pytest.mark.django_db
def test_long_keys_that_begin_alike_are_different_keys():
    assert not claim("intake", "x" * 64 + "a", b"body", "C-1").is_replay
    assert not claim("intake", "x" * 64 + "b", b"body", "C-2").is_replay
    assert claim("intake", "x" * 64 + "a", b"body", "C-3").answer == "C-1"


def test_a_claim_without_an_answer_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="answer"):
        claim("intake", "k", b"", "")


def race(contenders: int, body: bytes = b"same", fail_first: bool = False) -> list[str]:
    """Claims one key from as many connections at once, each in its own slow transaction."""
    start = threading.Barrier(contenders)
    answers: list[str] = []
    first = threading.Lock()

    def contend(n: int) -> None:
        start.wait()
        try:
            with transaction.atomic():
                got = claim("race", "key", body, f"C-{n}")
                time.sleep(0.1)
                if fail_first and not got.is_replay and first.acquire(blocking=False):
                    raise KeyError
                answers.append(got.answer or f"new C-{n}")
        except KeyError:
            answers.append("failed")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=contend, args=(n,)) for n in range(contenders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_one_is_first():
    answers = race(6)
    new = [answer for answer in answers if answer.startswith("new ")]
    assert len(new) == 1
    assert set(answers) == {new[0], new[0].removeprefix("new ")}, "all have the one answer"


@pytest.mark.django_db(transaction=True)
def test_when_the_first_fails_the_next_takes_its_place():
    answers = race(4, fail_first=True)
    assert answers.count("failed") == 1
    assert sum(answer.startswith("new ") for answer in answers) == 1


@pytest.mark.django_db
def test_old_claims_are_forgotten():
    claim("intake", "k", b"body", "C-1")
    assert idempotency.purge() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_idempotency SET at = at - interval '200 days'")
    assert idempotency.purge() == 1
    assert not claim("intake", "k", b"body", "C-2").is_replay


# -- too often ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "meaning"),
    [("30/m", (30, 60)), ("5/10m", (5, 600)), ("1/s", (1, 1)), ("9/d", (9, 86400))],
)
def test_rates_are_read(rate, meaning):
    assert ratelimit.parse(rate) == meaning


@pytest.mark.django_db
def test_one_more_than_allowed_is_refused_with_the_time_to_wait(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 120_010.0)
    for _ in range(3):
        ratelimit.hit("a", "3/m")
    with pytest.raises(Refusal) as told:
        ratelimit.hit("a", "3/m")
    assert (told.value.status, told.value.params["seconds"]) == (429, 50)
    ratelimit.hit("b", "3/m")
    monkeypatch.setattr(time, "time", lambda: 120_061.0)
    ratelimit.hit("a", "3/m")


@pytest.mark.django_db
def test_long_keys_are_counted_apart():
    for tail in ("x", "y"):
        ratelimit.hit("view:" + "1" * 120 + tail, "1/m")


@pytest.mark.django_db
def test_ended_windows_are_forgotten(monkeypatch):
    ratelimit.hit("a", "3/m")
    assert ratelimit.purge() == 0
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert ratelimit.purge() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_one_by_one():
    passed: list[bool] = []

    def use() -> None:
        for _ in range(5):
            try:
                ratelimit.hit("shared", "7/h")
                passed.append(True)
            except Refusal:
                passed.append(False)
        connections.close_all()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (passed.count(True), passed.count(False)) == (7, 13)
