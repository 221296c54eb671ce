"""Writes of organisations: register, change, end. Each keeps what was before as a spell."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import CONFLICT
from zhijin.core.ids import line_key, org_key, place_key
from zhijin.orgs import errors, words
from zhijin.orgs.models import Appointment, Organisation, Post, Spell
from zhijin.places import api as places

#: What `change_organisation` takes; the first four make a new spell.
_SPELL_FIELDS = ("name", "place_code", "sector", "industry", "parent")
_PLAIN_FIELDS = ("credit_code", "employees", "members", "covered_by")
_ORG_KEYS = 800_000
_DEEPEST = 12


@transaction.atomic(savepoint=False)
def register_organisation(
    *,
    actor: Actor,
    place_code: str,
    name: str,
    kind: str,
    sector: int,
    industry: int | None = None,
    parent: Organisation | None = None,
    valid_from: date | None = None,
    simulated: bool = False,
    **plain: Any,
) -> Organisation:
    """Register an organisation at a place (village or above). Raises CO403, OR002–OR009, PL001.

    ``plain`` may hold credit_code, employees, members and covered_by.
    """
    if len(place_code) > 12:
        raise errors.PLACE_TOO_NARROW()
    actor.require("org.edit", place_key(places.get(place_code).code))
    org = Organisation(
        key=_next_key(place_code),
        kind=kind,
        valid_from=valid_from or clock.today(),
        simulated=simulated,
        changed_at=clock.now(),
    )
    _set(org, {"name": name, "place_code": place_code, "sector": sector, "industry": industry,
               "parent": parent, **plain})  # fmt: skip
    _save(org, force_insert=True)
    _open_spell(org, org.valid_from)
    _tell(actor, "org.registered", org, {"name": org.name, "kind": kind, "sector": sector})
    return org


def _next_key(place_code: str) -> int:
    lo = org_key(place_code, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT orgs_next_key(%s, %s)", [lo, lo - 1 + _ORG_KEYS])
        return int(cursor.fetchone()[0])


def _set(org: Organisation, changes: dict[str, Any]) -> None:
    """Put checked values on ``org``, and the keys that follow from them."""
    for field, value in changes.items():
        if field not in (*_SPELL_FIELDS, *_PLAIN_FIELDS):
            raise TypeError(f"not a field of an organisation: {field}")
        setattr(org, field, value)
    org.name = " ".join(str(org.name).split())
    if not org.name or len(org.name) > 120:
        raise errors.NAME_NEEDED(fields={"name": errors.NAME_NEEDED.message})
    if org.kind not in words.KINDS:
        raise errors.BAD_KIND(kind=org.kind)
    if org.sector not in words.SECTORS:
        raise errors.BAD_SECTOR()
    if org.industry is not None and org.industry not in words.INDUSTRIES:
        raise errors.BAD_INDUSTRY(industry=org.industry)
    org.place_key = place_key(org.place_code)
    org.sector_key = line_key(org.sector, org.place_code)
    org.industry_key = line_key(org.industry, org.place_code) if org.industry else None
    org.credit_code = org.credit_code or ""
    if changes.get("parent") is not None:
        _check_parent(org)
    if changes.get("credit_code"):
        _check_credit_code(org)


def _check_parent(org: Organisation) -> None:
    """The parent exists still, and is not below the organisation itself."""
    above, steps = org.parent, 0
    if above is not None and above.valid_to is not None:
        raise errors.PARENT_WRONG(reason=_("{name}已经撤销").format(name=above.name))
    # Nothing can stand below an organisation that is only being registered.
    while above is not None and not org._state.adding:
        if above.key == org.key or steps > _DEEPEST:
            raise errors.PARENT_WRONG(reason=_("上下级连成了圈"))
        above, steps = Organisation.objects.filter(key=above.parent_id or 0).first(), steps + 1


def _check_credit_code(org: Organisation) -> None:
    same = Organisation.objects.filter(credit_code=org.credit_code, valid_to=None)
    if same.exclude(key=org.key).exists():
        raise errors.CREDIT_CODE_TAKEN(code=org.credit_code)


def _save(org: Organisation, *, force_insert: bool = False) -> None:
    """Save; a credit code that somebody holds outside the caller's sight is refused like any other."""
    if not org.credit_code:
        org.save(force_insert=force_insert)
        return
    try:
        with transaction.atomic():
            org.save(force_insert=force_insert)
    except IntegrityError as error:
        raise errors.CREDIT_CODE_TAKEN(code=org.credit_code) from error


def _open_spell(org: Organisation, on: date | None) -> None:
    Spell.objects.create(
        org=org, name=org.name, place_code=org.place_code, place_key=org.place_key,
        sector=org.sector, industry=org.industry, parent_key=org.parent_id, valid_from=on,
    )  # fmt: skip


def lock_organisation(*, actor: Actor, key: int) -> Organisation:
    """The organisation, locked, when ``actor`` may edit it and it exists. Raises OR001, OR008, CO403."""
    org = Organisation.objects.select_for_update(no_key=True).filter(key=key).first()
    if org is None:
        raise errors.NO_SUCH_ORG()
    actor.require("org.edit", org.place_key, org_keys=(org.key,), line_keys=org.line_keys)
    if org.valid_to is not None:
        raise errors.ALREADY_ENDED(name=org.name, day=org.valid_to)
    return org


@transaction.atomic(savepoint=False)
def change_organisation(
    *, actor: Actor, key: int, version: int | None = None, on: date | None = None, **changes: Any
) -> Organisation:
    """Change fields of an organisation from the day ``on`` (default: today).

    A new name, place, sector, industry or parent begins a new spell. ``version`` guards against
    overwriting somebody else's change. Raises CO403, CO409, OR001–OR009.
    """
    org = lock_organisation(actor=actor, key=key)
    if version is not None and version != org.version:
        raise CONFLICT()
    before = {field: getattr(org, _column(field)) for field in changes}
    if "place_code" in changes:
        actor.require("org.edit", place_key(places.get(changes["place_code"]).code))
    _set(org, changes)
    after = {field: getattr(org, _column(field)) for field in changes}
    changed = [field for field in changes if before[field] != after[field]]
    if not changed:
        return org
    org.version += 1
    org.changed_at = clock.now()
    _save(org)
    if any(field in _SPELL_FIELDS for field in changed):
        _next_spell(org, on or clock.today())
    if "place_code" in changed or "sector" in changed or "industry" in changed:
        _move_posts(org)
    detail = {field: [before[field], after[field]] for field in changed}
    _tell(actor, "org.changed", org, detail)
    return org


def _column(field: str) -> str:
    return field + "_id" if field in {"parent", "covered_by"} else field


def _next_spell(org: Organisation, on: date) -> None:
    current = Spell.objects.filter(org=org, valid_to=None).first()
    if current is not None and current.valid_from is not None and current.valid_from >= on:
        current.delete()
    elif current is not None:
        current.valid_to = on
        current.save(update_fields=["valid_to"])
    _open_spell(org, on)


def _move_posts(org: Organisation) -> None:
    """Posts and appointments of an organisation go where it goes."""
    keys = {
        "place_code": org.place_code,
        "place_key": org.place_key,
        "sector_key": org.sector_key,
        "industry_key": org.industry_key,
    }
    org.posts.update(**keys)
    Appointment.objects.filter(org=org).update(**keys)


@transaction.atomic(savepoint=False)
def end_organisation(
    *, actor: Actor, key: int, on: date | None = None, why: str = ""
) -> Organisation:
    """End an organisation on the day ``on``. Raises CO403, OR001, OR008, OR010."""
    # Whoever is appointed at this moment holds the post: they are waited for, and counted. Before the organisation's
    # row, in the order in which they take them.
    held = Post.objects.select_for_update(no_key=True).filter(org_id=key, valid_to=None)
    list(held.order_by("id").values_list("id"))
    org = lock_organisation(actor=actor, key=key)
    day = on or clock.today()
    children = Organisation.objects.filter(parent=org, valid_to=None).count()
    holders = Appointment.objects.filter(org=org, valid_to=None).count()
    if children or holders:
        raise errors.STILL_IN_USE(name=org.name, children=children, holders=holders)
    if org.valid_from and day < org.valid_from:
        raise errors.BAD_TERM()
    org.valid_to, org.version, org.changed_at = day, org.version + 1, clock.now()
    org.save(update_fields=["valid_to", "version", "changed_at"])
    Spell.objects.filter(org=org, valid_to=None).update(valid_to=day)
    org.posts.filter(valid_to=None).update(valid_to=day)
    _tell(actor, "org.ended", org, {"why": why[:200]})
    return org


def refresh_lead(org: Organisation) -> None:
    """Bring ``led`` and ``term_ends`` to what the appointments now say.

    Of two posts of one organisation that are changed at one moment the second sees what became of the first.
    """
    Organisation.objects.select_for_update(no_key=True).filter(key=org.key).values_list(
        "key"
    ).first()
    current = Appointment.objects.filter(org=org, valid_to=None, post__kind__in=words.LEADING)
    ends = [a.term_ends for a in current]
    org.led = bool(ends)
    dated = [day for day in ends if day is not None]
    org.term_ends = min(dated) if dated else None
    org.save(update_fields=["led", "term_ends"])


def default_term_end(kind: str, start: date) -> date | None:
    """When the next election (or the end of the posting) is due, by the kind of post."""
    years = words.POST_KINDS[kind].term_years
    if not years:
        return None
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28) + timedelta(days=1)


def _tell(actor: Actor, kind: str, org: Organisation, detail: dict[str, Any]) -> None:
    shown = {k: v.isoformat() if isinstance(v, date) else v for k, v in detail.items()}
    journal.write(actor, kind, org.record, place_key=org.place_key, detail=shown)
    facts.record(
        kind, at=clock.now(), place_code=org.place_code, subject=org.record, actor=actor,
        record=org.record, org_key=org.key, attrs={"kind": org.kind, "sector": org.sector},
    )  # fmt: skip
