"""Measures of rural construction: what is in use in the villages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhijin.assessment.enter_once.catalogue.model import Measure, Record, Source
from zhijin.assessment.enter_once.catalogue.registry import register, register_source
from zhijin.assessment.rural import reading
from zhijin.assessment.rural.words import KINDS, SEWAGE, TOILET, WASTE
from zhijin.core import clock

RURAL = _("乡村建设")


def _listed(rows: Sequence[Any]) -> list[Record]:
    return [
        Record(
            f"{KINDS.get(fact.subject, fact.subject)} {fact.value}",
            f"{clock.local(fact.at):%Y-%m-%d}",
            f"{reverse('desk:rural')}?place={fact.place_code}",
        )
        for fact in rows
    ]


SOURCE = Source(
    "facilities", _("乡村设施记录"), "assess.view", reading.working, order=("place_key", "at", "id"),
    listed=_listed,
)  # fmt: skip


def _of(kind: str, title: Any) -> Measure:
    where = Q(subject=kind)
    return Measure(
        f"rural.{kind}", title, RURAL, "facilities", where=where, total="value", zero=False
    )


MEASURES = (
    _of(TOILET, _("卫生厕所数")), _of(WASTE, _("生活垃圾收运点数")), _of(SEWAGE, _("生活污水处理设施数")),
)  # fmt: skip


def install() -> None:
    register_source(SOURCE)
    register(*MEASURES)
