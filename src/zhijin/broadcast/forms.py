"""What is typed into the form of a broadcast, brought into shape."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from zhijin.broadcast import circles, errors
from zhijin.broadcast.services.channels import Wanted
from zhijin.broadcast.services.drafting import MOST_DAYS, Draft
from zhijin.core import clock


def draft(request: HttpRequest) -> Draft:
    """A broadcast as the form tells of it. Raises BC005 for times that are none, BC016."""
    given = request.POST
    file = request.FILES.get("audio")
    audio = file if isinstance(file, UploadedFile) and file.size else None
    times = given.get("times", "")
    return Draft(
        text=given.get("text", ""), areas=given.getlist("areas"), title=given.get("title", ""),
        level=given.get("level", "plain"), urgent=bool(given.get("urgent")),
        exercise=bool(given.get("exercise")), turns=turns(given.get("when", "now"), given.get("at", ""),
        given.get("daily", ""), given.get("until", "")), times=int(times) if times in set("12345") else None,
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


def turns(when: str, at: str, daily: str, until: str) -> Sequence[datetime]:
    """Moments: none for at once, one, or one a day until a date. Raises BC005."""
    try:
        if when == "once":
            return [datetime.fromisoformat(at).replace(tzinfo=clock.TZ)]
        if when == "daily":
            return _daily(time.fromisoformat(daily), date.fromisoformat(until))
    except ValueError as error:
        what = _("请填写日期和时间")
        raise errors.BAD_TIMES(what=what, days=MOST_DAYS, most=62, fields={"when": what}) from error
    return []


def _daily(at: time, until: date) -> list[datetime]:
    now = clock.now()
    days = (until - clock.today()).days
    if days > MOST_DAYS + 1:
        raise errors.BAD_TIMES(
            what=_("太远了"), days=MOST_DAYS, most=62, fields={"when": _("太远了")}
        )
    moments = [
        datetime.combine(clock.today() + timedelta(days=day), at, tzinfo=clock.TZ)
        for day in range(days + 1)
    ]
    found = [moment for moment in moments if moment > now]
    if not found:
        raise errors.BAD_TIMES(
            what=_("已经过去了"), days=MOST_DAYS, most=62, fields={"when": _("已经过去了")}
        )
    return found
