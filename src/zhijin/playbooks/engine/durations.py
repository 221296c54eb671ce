"""Lengths of time as a playbook writes them: ``2 work hours``, ``3 workdays``, ``5 days``, ``3个工作日``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from zhijin.core.workcal import Pause, WorkCalendar


class Unit(StrEnum):
    """What a length of time is counted in."""

    WORK_MINUTES = "work minutes"
    WORK_HOURS = "work hours"
    WORKDAYS = "workdays"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


_ENGLISH: Final = {
    "work minute": Unit.WORK_MINUTES,
    "working minute": Unit.WORK_MINUTES,
    "work hour": Unit.WORK_HOURS,
    "working hour": Unit.WORK_HOURS,
    "workday": Unit.WORKDAYS,
    "work day": Unit.WORKDAYS,
    "working day": Unit.WORKDAYS,
    "minute": Unit.MINUTES,
    "hour": Unit.HOURS,
    "day": Unit.DAYS,
}
_CHINESE: Final = {
    "工作分钟": Unit.WORK_MINUTES,
    "工作小时": Unit.WORK_HOURS,
    "工作时": Unit.WORK_HOURS,
    "工作日": Unit.WORKDAYS,
    "分钟": Unit.MINUTES,
    "小时": Unit.HOURS,
    "天": Unit.DAYS,
    "日": Unit.DAYS,
}
_TITLES_ZH: Final = {
    Unit.WORK_MINUTES: "个工作分钟",
    Unit.WORK_HOURS: "个工作小时",
    Unit.WORKDAYS: "个工作日",
    Unit.MINUTES: "分钟",
    Unit.HOURS: "小时",
    Unit.DAYS: "天",
}
_MINUTES: Final = {Unit.WORK_MINUTES: 1, Unit.WORK_HOURS: 60, Unit.MINUTES: 1, Unit.HOURS: 60}
_FORM = re.compile(r"\s*(\d{1,6})\s*个?\s*([A-Za-z ]+?|[\u4e00-\u9fff]+)\s*\Z")
PATTERN: Final = (
    r"^\s*[0-9]{1,6}\s*(work(ing)? ?(minutes?|hours?|days?)|minutes?|hours?|days?"
    r"|个?工作(分钟|小时|时|日)|分钟|个?小时|天|日)\s*$"
)


@dataclass(frozen=True, slots=True, order=False)
class Duration:
    """A count of a unit. Hours and minutes pass by the clock, workdays and days by the date."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``text``. Raises ValueError when it is not a length of time."""
        return _parsed(text)

    def __str__(self) -> str:
        unit = self.unit.value
        return f"{self.count} {unit[:-1] if self.count == 1 else unit}"

    def title(self, lang: str = "zh") -> str:
        """As people say it."""
        return (
            str(self) if lang.lower().startswith("en") else f"{self.count} {_TITLES_ZH[self.unit]}"
        )

    @property
    def is_working(self) -> bool:
        """Whether it is counted in office time."""
        return self.unit in {Unit.WORK_MINUTES, Unit.WORK_HOURS, Unit.WORKDAYS}

    @property
    def by_date(self) -> bool:
        """Whether it is counted in whole days."""
        return self.unit in {Unit.WORKDAYS, Unit.DAYS}

    def rough_minutes(self, day: int = 420) -> int:
        """Elapsed minutes, roughly, to compare lengths: a workday stands for a day."""
        if self.by_date:
            return self.count * 1440
        minutes = self.count * _MINUTES[self.unit]
        return minutes * 1440 // day if self.is_working else minutes

    def scaled(self, factor: Fraction) -> Duration:
        """Multiplied by a priority's factor, rounded up, never to nothing."""
        if factor == 1:
            return self
        if self.by_date:
            return Duration(max(1, -((-self.count * factor.numerator) // factor.denominator)),
                            self.unit)  # fmt: skip
        minutes = self.count * _MINUTES[self.unit]
        exact = max(1, -((-minutes * factor.numerator) // factor.denominator))
        if exact % 60 == 0:
            return Duration(exact // 60, Unit.WORK_HOURS if self.is_working else Unit.HOURS)
        return Duration(exact, Unit.WORK_MINUTES if self.is_working else Unit.MINUTES)

    def after(
        self, start: datetime, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
    ) -> datetime:
        """The moment at which this much has passed since ``start``; workcal.NEVER if it stands."""
        if self.unit is Unit.WORKDAYS:
            return calendar.add_workdays(start, self.count, pauses)
        if self.unit is Unit.DAYS:
            return calendar.add_days(start, self.count, pauses)
        minutes = self.count * _MINUTES[self.unit]
        if self.is_working:
            return calendar.add_work_minutes(start, minutes, pauses)
        return calendar.add_minutes(start, minutes, pauses)

    def before(self, end: datetime, calendar: WorkCalendar) -> datetime:
        """The latest moment at which this much is left until ``end``."""
        if self.unit is Unit.WORKDAYS:
            return calendar.sub_work_minutes(end, self.count * calendar.minutes_per_day)
        if self.unit is Unit.DAYS:
            return end - _minutes(self.count * 1440)
        minutes = self.count * _MINUTES[self.unit]
        if self.is_working:
            return calendar.sub_work_minutes(end, minutes)
        return end - _minutes(minutes)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "pattern": PATTERN,
            "examples": ["2 work hours", "3 workdays", "24 hours", "5 days", "3个工作日"],
        }


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Duration:
    found = _FORM.match(text)
    if found is not None:
        count, word = int(found.group(1)), " ".join(found.group(2).lower().split())
        unit = _ENGLISH.get(word) or _ENGLISH.get(word.removesuffix("s")) or _CHINESE.get(word)
        if unit is not None:
            return Duration(count, unit)
    raise ValueError(f"not a length of time: {text!r}")


def _validated(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    if isinstance(value, str):
        try:
            return _parsed(value)
        except ValueError:
            pass
    raise PydanticCustomError("duration", "not a length of time", {"value": str(value)})
