"""A form that is sent twice is done once; what was refused, or meant again, is done again."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from zhijin.access import twice
from zhijin.core.actor import Actor
from zhijin.core.errors import CONFLICT, Refusal
from zhijin.core.scope import scoped

WHO = "account:1"


def sent(path: str = "/desk/shop/?book=1", token: str = "t" * 64, **said: str) -> Any:
    return RequestFactory().post(path, {"csrfmiddlewaretoken": token, "do": "stock", **said})


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", data)


def key(**more: str) -> str:
    return twice.key_of(sent(**more), WHO)


class Shop:
    """A view that counts how often it was done."""

    def __init__(self, answer: Any = None, pause: float = 0.0) -> None:
        self.done, self.answer, self.pause = 0, answer, pause

    def __call__(self) -> Any:
        self.done += 1
        time.sleep(self.pause)
        if isinstance(self.answer, Refusal):
            raise self.answer
        return self.answer or HttpResponseRedirect("/desk/shop/?done")


def answered(how: str, name: str, shop: Shop) -> Any:
    if how == "around":
        return twice.around(name, shop)
    with scoped(Actor.system("test")):
        return twice.inside(name, shop)


BOTH = pytest.mark.parametrize("how", ["inside", "around"])


def test_the_same_sending_is_told_by_its_token_content_address_and_sender():
    assert key() == key()
    others = {
        key(),
        key(token="u" * 64),
        key(delta="5"),
        key(path="/desk/shop/?book=2"),
        twice.key_of(sent(), "account:2"),
    }
    assert len(others) == 5
    assert len(key()) == 64, "as long as a key may be"


def test_what_carries_no_token_is_never_taken_for_a_second_sending():
    assert twice.key_of(RequestFactory().post("/desk/shop/", {"do": "stock"}), WHO) == ""
    assert (
        twice.key_of(RequestFactory().get("/desk/shop/", {"csrfmiddlewaretoken": "t"}), WHO) == ""
    )


def test_a_form_with_a_key_of_its_own_is_left_to_its_view():
    assert key(idempotency_key="01a21f23-801c-7000-8000-000000000000") == ""
    assert key(idempotency_key="") != ""


def test_fields_with_several_values_and_files_are_part_of_it():
    fields = (
        {"areas": ["1"]},
        {"areas": ["1", "2"]},
        {"photo": upload(b"x")},
        {"photo": upload(b"xy")},
    )
    posts = [RequestFactory().post("/", {"csrfmiddlewaretoken": "t", **one}) for one in fields]
    assert len({twice.key_of(one, WHO) for one in posts}) == 4


@BOTH
@pytest.mark.django_db
def test_a_second_sending_gets_the_first_ones_answer_and_does_nothing(how):
    shop = Shop()
    first, second = (answered(how, key(), shop) for _ in range(2))
    assert (first.url, second.url, shop.done) == ("/desk/shop/?done", "/desk/shop/?done", 1)
    answered(how, key(delta="6"), shop)
    assert shop.done == 2, "other content is another sending"


@BOTH
@pytest.mark.django_db
def test_what_was_refused_or_shown_may_be_sent_again(how):
    shop = Shop(HttpResponse("库存不够", status=409))
    assert [answered(how, key(), shop).status_code for _ in range(2)] == [409, 409]
    shop = Shop(CONFLICT())
    for _ in range(2):
        with pytest.raises(Refusal):
            answered(how, key(token="v" * 64), shop)
    assert shop.done == 2


@BOTH
@pytest.mark.django_db
def test_an_answer_that_gives_a_cookie_is_given_again(how):
    """Who signs in with a double click would else be led on without having been let in."""
    answer = HttpResponseRedirect("/desk/")
    answer.set_cookie("session", "x")
    shop = Shop(answer)
    assert all("session" in answered(how, key(), shop).cookies for _ in range(2))
    assert shop.done == 2


@BOTH
@pytest.mark.django_db
def test_after_two_minutes_somebody_means_it_again(how):
    shop = Shop()
    answered(how, key(), shop)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_idempotency SET at = at - interval '121 seconds'")
    answered(how, key(), shop)
    assert shop.done == 2


@pytest.mark.django_db
def test_a_long_address_leads_back_to_the_page_itself():
    shop = Shop(HttpResponseRedirect("/desk/shop/?q=" + "x" * 200))
    answered("inside", key(), shop)
    assert answered("inside", key(), shop).url == "."


@BOTH
def test_two_clicks_at_once_are_done_once(transactional_db, how):
    shop, got, start = Shop(pause=0.2), [], threading.Barrier(2)

    def click() -> None:
        start.wait(30)
        try:
            got.append(answered(how, key(), shop).url)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert (got, shop.done) == (["/desk/shop/?done"] * 2, 1)


@pytest.mark.django_db
def test_who_waits_in_vain_is_told_so(monkeypatch):
    monkeypatch.setattr(twice, "PATIENCE", 0.0)
    with pytest.raises(Refusal) as caught:
        twice.around(key(), lambda: twice.around(key(), Shop()))
    assert caught.value.id == "CO429"
