"""The place switch of the desk's top bar."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from zhijin.core.actor import Actor, Grant
from zhijin.home.scopes import scopes
from zhijin.places import api as places

pytestmark = pytest.mark.django_db


class Place:
    def __init__(self, short: str) -> None:
        self.short = short


def request(path: str, *codes: str, kind: str = "account") -> Any:
    made = RequestFactory().get(path)
    grants = tuple(Grant("village_staff", code, 0, 1) for code in codes)
    made.actor = Actor(kind, "1", "张三", grants)
    return made


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"530602105": Place("靖安镇"), "530602105207": Place("大耆老村")}
    monkeypatch.setattr(
        places, "get_many", lambda codes: {c: known[c] for c in codes if c in known}
    )


def test_each_place_once_the_widest_first_and_the_pages_own_is_current() -> None:
    asked = request("/desk/cases/?place=530602105207", "530602105207", "530602105", "530602105")
    found = scopes(asked)
    assert [(item.name, item.current) for item in found] == [("靖安镇", False), ("大耆老村", True)]
    assert found[1].url == "/desk/cases/?place=530602105207"


def test_places_that_are_gone_and_other_actors_have_none() -> None:
    assert scopes(request("/desk/", "999999")) == []
    assert scopes(request("/desk/")) == []
    assert scopes(request("/desk/", "530602105", kind="client")) == []
