"""A household's villagers' group (组): found by its name or code among the groups of its village.

The grid says who looks after a household, the group to whose assembly and assets it belongs: a grid may cut across
groups, so neither follows from the other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from zhijin.core.ids import Level
from zhijin.people import errors
from zhijin.places import api as places

_DIGITS = "零一二三四五六七八九"
_ENDINGS = ("村民小组", "村民组", "小组", "组", "社")
#: A household by its village and number.
Key = tuple[str, str]
#: So many names of groups stand in a refusal.
_NAMED = 12


def of(village: str) -> list[places.Place]:
    """The groups that a village has now, in the order of their codes; one query."""
    return [one for one in places.children(village[:12]) if one.level == Level.GROUP]


def find(village: str, text: str, known: list[places.Place] | None = None) -> str:
    """The code of the group that ``text`` names: 一组, 第1村民组 or 1, or its 14 digits. Raises PE040.

    ``known``: the village's groups, where they were looked up already.
    """
    rows = of(village) if known is None else known
    words = unicodedata.normalize("NFKC", text).strip()
    for alike in (
        lambda one: words in (one.code, one.name),
        lambda one: _key(one.name) == _key(words),
    ):
        found = [one.code for one in rows if alike(one)]
        if len(found) == 1:
            return found[0]
    raise unknown(village, text, rows)


def checked(village: str, code: str) -> str:
    """``code`` when it is a group of the village, or empty. Raises PE040."""
    return find(village, code) if code else ""


class Written:
    """Groups as a table writes them, row after row; each village's groups are looked up once."""

    def __init__(self) -> None:
        self._villages: dict[str, list[places.Place]] = {}

    def code(self, home: Key, text: str, said: Mapping[Key, str]) -> str:
        """The code of the group that a row names for a household; ``said``: what rows before it named.

        Raises PE040, PE041.
        """
        village, number = home
        if village not in self._villages:
            self._villages[village] = of(village)
        code = find(village, text, self._villages[village])
        before = said.get(home, code)
        if before != code:
            raise errors.GROUP_TWICE(number=number, other=self.name(before), name=text[:20])
        return code

    def name(self, code: str) -> str:
        """What a group is called; its code when it has ended."""
        village = code[:12]
        if code and village not in self._villages:
            self._villages[village] = of(village)
        rows = self._villages.get(village, [])
        return next((one.name for one in rows if one.code == code), code)


def unknown(village: str, text: str, rows: list[places.Place]) -> Exception:
    """The refusal, which says what groups there are."""
    names = "、".join(one.name for one in rows[:_NAMED]) + ("……" if len(rows) > _NAMED else "")
    place = places.find(village[:12])
    return errors.GROUP_UNKNOWN(
        name=text[:20], village=place.short if place else village[:12], groups=names or "—"
    )


def _key(name: str) -> str:
    """What two ways of writing the same group share: 第1村民组, 一组 and 1 are one."""
    words = unicodedata.normalize("NFKC", name).replace(" ", "").removeprefix("第")
    for ending in _ENDINGS:
        if words.endswith(ending) and words != ending:
            words = words.removesuffix(ending)
            break
    number = int(words) if words.isascii() and words.isdigit() and len(words) < 3 else 0
    return _chinese(number) if number else words


def _chinese(number: int) -> str:
    """One to ninety-nine as it is written in names: 一, 十, 十二, 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")
