"""What is typed into the form of a broadcast, brought into shape."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from zhijin.broadcast import circles, errors, repeating
from zhijin.broadcast.orders import MOST_TURNS
from zhijin.broadcast.services.channels import Wanted
from zhijin.broadcast.services.drafting import MOST_DAYS, Draft
from zhijin.core import clock
from zhijin.core.errors import Refusal


def draft(request: HttpRequest) -> Draft:
    """A broadcast as the form tells of it. Raises BC005 for times that are none, BC016."""
    given = request.POST
    file = request.FILES.get("audio")
    audio = file if isinstance(file, UploadedFile) and file.size else None
    times = given.get("times", "")
    return Draft(
        text=given.get("text", ""), areas=given.getlist("areas"), title=given.get("title", ""),
        level=given.get("level", "plain"), urgent=bool(given.get("urgent")),
        exercise=bool(given.get("exercise")), turns=turns(given), times=int(times) if times in set("12345") else None,
        circle=circle(given), portal=bool(given.get("portal")), channels=given.getlist("channels"),
        audio=BytesIO(audio.read()) if audio is not None else None, audio_name=(audio.name or "") if audio else "",
    )  # fmt: skip


def channel(given: QueryDict, place: str) -> Wanted:
    """A robot or gateway as the form tells of it, for the broadcasts of ``place``."""
    settings = {key[2:]: str(value) for key, value in given.items() if key.startswith("s-")}
    return Wanted(
        given.get("kind", ""), given.get("label", ""), place,
        given.get("url", ""), given.get("secret", ""), given.get("least", "plain"),
        bool(given.get("shared")), settings,
    )  # fmt: skip


def circle(given: QueryDict) -> circles.Circle | None:
    """Raises BC016."""
    try:
        return circles.read(given.get("lon", ""), given.get("lat", ""), given.get("metres", ""))
    except ValueError as error:
        raise errors.BAD_CIRCLE(
            least=circles.LEAST, most=circles.MOST, fields={"circle": str(errors.BAD_CIRCLE.id)}
        ) from error


def turns(given: QueryDict) -> Sequence[datetime]:
    """Moments: none for at once, one, or those of the chosen days until a date. Raises BC005."""
    when = given.get("when", "now")
    try:
        if when == "once":
            return [datetime.fromisoformat(given.get("at", "")).replace(tzinfo=clock.TZ)]
        if when == "daily":
            return _repeated(given)
    except ValueError as error:
        raise _bad(_("请填写日期和时间")) from error
    return []


def _repeated(given: QueryDict) -> list[datetime]:
    times = [time.fromisoformat(given.get("daily", ""))]
    if given.get("second", "").strip():
        times.append(time.fromisoformat(given.get("second", "")))
    until, now = date.fromisoformat(given.get("until", "")), clock.now()
    if (until - clock.today()).days > MOST_DAYS + 1:
        raise _bad(_("太远了"))
    found = repeating.moments(times, until, given.get("days", repeating.EVERY), now)
    if not found:
        over = until < clock.today() or given.get("days", repeating.EVERY) == repeating.EVERY
        raise _bad(_("已经过去了") if over else _("到那天为止没有这样的日子"))
    return found


def _bad(what: str) -> Refusal:
    return errors.BAD_TIMES(what=what, days=MOST_DAYS, most=MOST_TURNS, fields={"when": what})
