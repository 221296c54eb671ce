"""A lower room asks for a place, a higher one knows how it is found."""

from __future__ import annotations

import pytest

from zhijin.core import finders
from zhijin.core.actor import Actor

SYSTEM = Actor.system("test")


class _Found:
    template = "x.html"

    def __init__(self, code: str) -> None:
        self.code = code

    def sure(self) -> str:
        return self.code


def _finder(actor, data, field, permission):
    return _Found(f"{data[field]} {permission}")


def _other(actor, data, field, permission):
    return _Found(permission)


def test_who_registered_answers_and_nobody_else_may(monkeypatch):
    monkeypatch.setattr(finders, "_finders", {})
    with pytest.raises(KeyError):
        finders.find("thing", SYSTEM, {}, "x")
    finders.register("thing", _finder)
    finders.register("thing", _finder)
    assert finders.find("thing", SYSTEM, {"x": "a"}, "x", "may").sure() == "a may"
    with pytest.raises(ValueError, match="thing"):
        finders.register("thing", _other)


def test_places_are_found():
    assert "place" in finders._finders
