"""What every write of this room shares: whose organisation it is, the state it must be in, journal and fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.models import Event, OfOrganisation
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.ids import place_key
from zhijin.core.texts import clean
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation

M = TypeVar("M", bound=Model)


class Placed(Protocol):
    """A row of one organisation."""

    place_key: int
    org_key: int | None

    @property
    def line_keys(self) -> tuple[int, ...]: ...


def organisation(actor: Actor, key: int, permission: str = "activity.act") -> Organisation:
    """An organisation for which ``actor`` may act. Raises OR001, CO403."""
    org = orgs.get(actor, key)
    actor.require(permission, org.place_key, org_keys=(org.key,), line_keys=org.line_keys)
    return org


def require_own(actor: Actor, row: Placed, permission: str = "activity.act") -> None:
    """Raise CO403 unless ``actor`` may act for the row's organisation."""
    keys = (row.org_key,) if row.org_key is not None else ()
    actor.require(permission, row.place_key, org_keys=keys, line_keys=row.line_keys)


def require_host(actor: Actor, event: Event, permission: str = "activity.organise") -> None:
    """Raise CO403 unless ``actor`` organises at the place that holds the event."""
    lines = (event.sector_key,) if event.sector_key is not None else ()
    actor.require(permission, event.place_key, line_keys=lines)


def locked(rows: QuerySet[M], pk: UUID) -> M:
    """One row, locked until the transaction ends. Raises CO404 when it is not in sight."""
    found = rows.select_for_update(no_key=True).filter(id=pk).first()
    if found is None:
        raise NOT_FOUND()
    return found


def in_state(row: Any, *states: str) -> None:
    """Raise AV001 unless the row is in one of ``states``."""
    if row.state not in states:
        raise errors.WRONG_STATE(state=row.get_state_display())


def keys_of(org: Organisation) -> dict[str, Any]:
    """The columns that every row of an organisation repeats."""
    return {
        "county": facts.county_of(org.place_code), "place_code": org.place_code,
        "place_key": org.place_key, "org_key": org.key, "org_name": org.name,
        "sector_key": org.sector_key, "industry_key": org.industry_key,
    }  # fmt: skip


def same_keys(row: OfOrganisation) -> dict[str, Any]:
    """The same columns, from a row that has them."""
    names = (
        "county",
        "place_code",
        "place_key",
        "org_key",
        "org_name",
        "sector_key",
        "industry_key",
    )
    return {name: getattr(row, name) for name in names}


def tell(
    actor: Actor, kind: str, row: OfOrganisation, record: str, *,
    subject: str, value: int = 1, attrs: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """One fact of ``row``'s organisation; ``record`` is what it opens to."""
    facts.record(
        kind, at=at or clock.now(), place_code=row.place_code, subject=subject, actor=actor,
        record=record, value=value, org_key=row.org_key, attrs=attrs or {},
    )  # fmt: skip


def note(actor: Actor, action: str, record: str, key: int, **detail: Any) -> None:
    """One entry of the journal."""
    journal.write(actor, action, record, place_key=key, detail=detail)


def text(value: str, most: int, what: str = "") -> str:
    """A text that was entered: trimmed, without control characters. Raises CO400 when empty or too long."""
    found = str(clean(value)).strip()
    if not found or len(found) > most:
        raise BAD_REQUEST(fields={what or "text": _("请填写，最多 {n} 个字。").format(n=most)})
    return found


def host_of(actor: Actor, place_code: str) -> int:
    """The key of a place where ``actor`` may hold something. Raises CO403."""
    key = place_key(place_code)
    actor.require("activity.organise", key)
    return key


def numbered(lines: Iterable[str]) -> list[str]:
    """Lines that hold something, trimmed."""
    return [line.strip() for line in lines if line.strip()]
