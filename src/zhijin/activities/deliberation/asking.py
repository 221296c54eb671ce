"""What the pages of deliberation read from their forms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.activities.deliberation.common import ACT
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST, NOT_FOUND
from zhijin.core.ids import place_key
from zhijin.core.roles import ROLES
from zhijin.places import api as places

#: A year outside of these is a slip of the keyboard (0026), and some are none that the database could give back.
YEARS = range(2000, 2101)


def moment(request: Request, name: str = "starts_at") -> datetime:
    """A moment of the form, in the country's time. Raises CO400."""
    try:
        found = parse_datetime(request.POST.get(name, "").strip())
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise BAD_REQUEST(fields={name: _("请填写日期和时间。")})
    return found if found.tzinfo else found.replace(tzinfo=clock.TZ)


def lines(request: Request, name: str) -> list[str]:
    return request.POST.get(name, "").splitlines()


def chosen(request: Request, name: str) -> list[UUID]:
    """The ids of the boxes that were ticked. Raises CO400."""
    return _ids(request.POST.getlist(name))


def _ids(values: Iterable[object]) -> list[UUID]:
    try:
        return [UUID(str(value)) for value in values]
    except ValueError as error:
        raise BAD_REQUEST() from error


def hands(request: Request) -> dict[UUID, str]:
    """``h-<seat>`` → choice, of those that were filled in. Raises CO400."""
    given = {k[2:]: str(v) for k, v in request.POST.items() if k.startswith("h-") and v}
    return dict(zip(_ids(given), given.values(), strict=True))


def own_places(actor: Actor) -> list[tuple[str, str]]:
    """Villages and communities where the viewer holds deliberation by a grant of their own: code and name."""
    codes = {
        grant.place_code
        for grant in actor.grants
        if grant.over_place and len(grant.place_code) == 12 and ACT in ROLES[grant.role].permissions
    }
    known = places.get_many(codes)
    return [(code, known[code].short) for code in sorted(known)]


def place_asked(request: Request) -> str:
    """The place that the form or ``?place=`` names, else the viewer's first own one. Raises CO404."""
    own = own_places(request.actor)
    code = request.POST.get("place") or request.GET.get("place") or (own[0][0] if own else "")
    known = len(code) == 12 and code.isascii() and code.isdigit()
    if not known or not request.actor.can(ACT, place_key(code)):
        raise NOT_FOUND()
    return code
