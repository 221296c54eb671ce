"""Grants and journal entries as pages show them: roles by title, places by name, actors by who they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.access import journal_words
from zhijin.access.models import RoleGrant
from zhijin.core import labels
from zhijin.core.actor import Grant
from zhijin.core.ids import code_of
from zhijin.core.models import JournalEntry
from zhijin.core.roles import ADMINISTRATIVE, ROLES
from zhijin.ui import spans


def role_title(key: str) -> str:
    """The role's name in the reader's language."""
    role = ROLES.get(key)
    return role.title(get_language() or "zh") if role else key


def role_note(key: str) -> str:
    """One sentence on what the role is for."""
    role = ROLES.get(key)
    if role is None:
        return ""
    return role.note_en if (get_language() or "").startswith("en") else role.note_zh


@dataclass(frozen=True)
class RoleChoice:
    """One role to choose from."""

    key: str
    title: str
    note: str


def role_choices() -> list[RoleChoice]:
    return [RoleChoice(key, role_title(key), role_note(key)) for key in ROLES]


@dataclass(frozen=True)
class Held:
    """A grant in words. ``narrowed`` says so when it reaches only a line or an organisation there."""

    role: str
    title: str
    note: str
    place: str
    code: str
    narrowed: str
    since: datetime | None = None
    until: datetime | None = None
    pk: str = ""
    source: str = ""
    account: Any = None


def held(grants: Iterable[Grant | RoleGrant]) -> list[Held]:
    """Grants for a page, the names of all their places in one go."""
    rows = list(grants)
    names = labels.labels("place", [g.place_code for g in rows])
    orgs = labels.labels("granted-org", [str(g.org_key) for g in rows if g.org_key is not None])
    return [_held(grant, names, orgs) for grant in rows]


def _held(grant: Grant | RoleGrant, names: dict[str, str], orgs: dict[str, str]) -> Held:
    code = grant.place_code
    place = names.get(code, code)
    if not code:
        place = _("全平台，看不到业务数据") if grant.role in ADMINISTRATIVE else _("只限所属单位")
    stored = grant if isinstance(grant, RoleGrant) else None
    line = grant.line_lo if isinstance(grant, RoleGrant) else (grant.line or (None,))[0]
    narrowed = ""
    if line is not None:
        narrowed = _("只限条线：{name}").format(name=labels.label("line", str(line // 10**12)))
    if grant.org_key is not None:
        narrowed = orgs.get(str(grant.org_key), str(grant.org_key))
    return Held(
        grant.role, role_title(grant.role), role_note(grant.role), place, code, narrowed,
        since=stored.valid_from if stored else None, until=stored.valid_to if stored else None,
        pk=str(stored.pk) if stored else "", source=stored.source if stored else "",
        account=stored.account if stored else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A journal entry in words: who did what to which record, why, where and when."""

    id: int
    at: datetime
    who: str
    actor: str
    did: str
    action: str
    what: str
    object: str
    why: str
    place: str
    more: str
    #: Every detail as it is kept, for the file.
    raw: str


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}")
_REASONS = ("why", "purpose", "reason")
#: Told elsewhere on the line, or of use to programs only.
_NO_MORE = frozenset({*_REASONS, "event", "seq", "program"})


def entries(rows: Sequence[JournalEntry]) -> list[Entry]:
    """Journal rows for a page or a file, labels fetched a kind at a time."""
    named = labels.objects({r.object for r in rows} | {r.actor for r in rows})
    codes = {r.place_key: _code(r.place_key) for r in rows if r.place_key}
    names = labels.labels("place", codes.values())
    places = {key: names.get(code, code) for key, code in codes.items()}
    return [_entry(row, named, places) for row in rows]


def _code(key: int) -> str:
    """The place of a key; the village (or wider) where it is an organisation's."""
    try:
        return code_of(key)
    except ValueError:
        return str(key)[:12]


def _entry(row: JournalEntry, named: dict[str, str], places: dict[int, str]) -> Entry:
    detail = row.detail if isinstance(row.detail, dict) else {}
    why = next((str(detail[name]) for name in _REASONS if detail.get(name)), "")
    rest = {k: v for k, v in detail.items() if k not in _NO_MORE and v not in (None, "", [], {})}
    told = [
        f"{_word(key)} {_plain(key, value)}" for key, value in rest.items() if _is_told(key, value)
    ]
    return Entry(
        row.id, row.at, journal_words.who(row.actor, row.actor_name), row.actor,
        labels.action(row.action), row.action, named.get(row.object) or journal_words.record(row.object),
        row.object, journal_words.reason(why), places.get(row.place_key or 0, ""), _("；").join(told),
        "; ".join(f"{key} {_plain(key, value)}" for key, value in rest.items()),
    )  # fmt: skip


def _is_told(key: str, value: Any) -> bool:
    """Whether a detail says something to people: it has a name, and is no id."""
    return key in journal_words.WORDS and not _ID.search(str(value))


def _word(name: str) -> str:
    return str(journal_words.WORDS.get(name, name))


def _plain(key: str, value: Any) -> str:
    if key == "period":
        return spans.period(str(value))
    if key == "role":
        return role_title(str(value))
    if key == "fields" and isinstance(value, list):
        return "、".join(_word(str(v)) for v in value)
    return "、".join(str(v) for v in value) if isinstance(value, list) else str(value)
