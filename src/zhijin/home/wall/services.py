"""Makes and revokes the links of walls, and notes when a screen shows one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from zhijin.core import clock, journal
from zhijin.core.actor import Actor, Grant
from zhijin.core.errors import NOT_FOUND
from zhijin.core.ids import place_key, place_span
from zhijin.core.scope import scope_q, scoped
from zhijin.home.wall import errors
from zhijin.home.wall.models import Wall
from zhijin.places import api as places

PERMISSION = "wall.manage"
#: Lengths of the codes of villages, townships and counties.
LEVELS = (6, 9, 12)
LANGUAGES = ("zh-hans", "en")
MOST = 20
#: How often the last showing is written down, and after which absence it stands in the journal again.
SEEN_EVERY, NOTED_EVERY = timedelta(minutes=1), timedelta(hours=12)
_SYSTEM = Actor.system("wall")


def make(
    *, actor: Actor, place_code: str, label: str, language: str = "zh-hans", simulated: bool = False
) -> Wall:
    """A link that shows a place. Raises CO403, HW001, HW002, HW003."""
    code, label = place_code.strip(), label.strip()
    if len(code) not in LEVELS or not places.known(code):
        raise errors.NO_PLACE(fields={"place_code": code})
    actor.require(PERMISSION, place_key(code))
    if not label or len(label) > 40:
        raise errors.NO_LABEL(fields={"label": label})
    with scoped(actor):
        # The place's own row is locked, so that two at once do not pass the limit together.
        places.Place.objects.select_for_update(no_key=True).get(pk=code)
        if Wall.objects.filter(place_code=code, revoked_at=None).count() >= MOST:
            raise errors.TOO_MANY(most=MOST)
        wall = Wall.objects.create(
            county=int(code[:6]), place_code=code, place_key=place_key(code), label=label,
            language=language if language in LANGUAGES else LANGUAGES[0], made_at=clock.now(),
            made_by=actor.label, maker=actor.name[:60], simulated=simulated,
        )  # fmt: skip
        journal.write(
            actor, "wall.make", wall.record, place_key=wall.place_key, detail={"place": code}
        )
    return wall


def revoke(*, actor: Actor, pk: UUID) -> Wall:
    """The link opens nothing from now on; screens that show it go dark within a minute. Raises CO403, CO404."""
    with scoped(actor):
        rows = Wall.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"))
        wall = rows.filter(pk=pk).first()
        if wall is None:
            raise NOT_FOUND()
        actor.require(PERMISSION, wall.place_key)
        if wall.revoked_at is None:
            wall.revoked_at, wall.revoked_by = clock.now(), actor.name[:60]
            wall.save(update_fields=["revoked_at", "revoked_by"])
            journal.write(actor, "wall.revoke", wall.record, place_key=wall.place_key)
    return wall


def shown(wall: Wall) -> None:
    """Write down that a screen shows it: each minute in the row, in the journal after an absence."""
    now = clock.now()
    before = wall.seen_at
    if before is not None and now - before < SEEN_EVERY:
        return
    with scoped(_SYSTEM):
        Wall.objects.filter(pk=wall.pk, county=wall.county).update(seen_at=now)
        if before is None or now - before > NOTED_EVERY:
            journal.write(actor_of(wall), "wall.show", wall.record, place_key=wall.place_key)


def actor_of(wall: Wall) -> Actor:
    """Who reads for a wall: it sees its place, and may do nothing (no role of the catalogue)."""
    lo, hi = place_span(wall.place_code)
    return Actor("wall", str(wall.id), wall.label, (Grant("wall", wall.place_code, lo, hi),))
