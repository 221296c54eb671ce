"""Answers as people read them: choices by their titles, places by their names, dates in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from zhijin.core import clock
from zhijin.places import api as places
from zhijin.playbooks.engine import FieldSpec
from zhijin.ui import spans


def _lang() -> str:
    return "en" if spans.is_english() else "zh"


def shown(spec: FieldSpec, value: Any) -> str:
    """An answer as people read it."""
    if value is None or value == "":
        return "—"
    unit = f" {spec.unit.in_(_lang())}" if spec.unit else ""
    show = _SHOWN.get(spec.type)
    return show(spec, value) if show else f"{value}{unit}"


def _chosen(spec: FieldSpec, value: Any) -> str:
    titles = {choice.id: choice.title(_lang()) for choice in spec.choices}
    chosen = value if isinstance(value, list) else [value]
    return _("、").join(titles.get(str(one), str(one)) for one in chosen)


def _yes_no(_spec: FieldSpec, value: Any) -> str:
    return _("是") if value else _("否")


def _stars(spec: FieldSpec, value: Any) -> str:
    return "★" * int(value) + "☆" * (int(spec.max or 5) - int(value))


def _point(_spec: FieldSpec, value: Any) -> str:
    return f"{value['lon']:.5f}, {value['lat']:.5f}"


def _money(_spec: FieldSpec, value: Any) -> str:
    return f"{value} " + _("元")


def _place(_spec: FieldSpec, value: Any) -> str:
    found = places.find(str(value))
    return found.short if found else str(value)


def _day(_spec: FieldSpec, value: Any) -> str:
    try:
        return spans.dated(date.fromisoformat(str(value)[:10]))
    except ValueError:
        return str(value)


def _moment(_spec: FieldSpec, value: Any) -> str:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    here = clock.local(at) if at.tzinfo else at
    return f"{spans.dated(here.date())} {here:%H:%M}"


_SHOWN: dict[str, Callable[[FieldSpec, Any], str]] = {
    "boolean": _yes_no,
    "choice": _chosen,
    "choices": _chosen,
    "rating": _stars,
    "point": _point,
    "money": _money,
    "place": _place,
    "date": _day,
    "datetime": _moment,
}
