"""What may be done on the pages of organisational life: the form's ``do`` → the service that does it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from zhijin.access.api import Request
from zhijin.activities.meetings import presence, voting, writing
from zhijin.activities.meetings.forms import BeginForm, MinutesForm
from zhijin.activities.models import Attendee, Meeting
from zhijin.activities.views.common import Act, number, uuid
from zhijin.core.errors import BAD_REQUEST
from zhijin.orgs.api import Organisation

TONES = {"open": "accent", "called": "info", "held": "ok"}
#: What stands on the roll form → the state, and whether from afar.
MARKS = {
    "here": (Attendee.State.PRESENT, False), "remote": (Attendee.State.PRESENT, True),
    "leave": (Attendee.State.LEAVE, False), "expected": (Attendee.State.EXPECTED, False),
}  # fmt: skip


def of_branch(request: Request, org: Organisation, form: BeginForm) -> Mapping[str, Act]:
    """Acts of a branch's calendar."""

    def begin() -> str:
        if not form.is_valid():
            raise BAD_REQUEST(fields={name: str(errors[0]) for name, errors in form.errors.items()})
        writing.take_up(actor=request.actor, org_key=org.key, **form.cleaned_data)
        return _("已启用，请先登记支部党员。")

    def feed() -> str:
        writing.renew_feed(actor=request.actor, org_key=org.key)
        return _("已换新地址，旧地址作废了。")

    return {"begin": begin, "feed": feed}


def of_meeting(request: Request, found: Meeting, form: MinutesForm | None) -> Mapping[str, Act]:
    """Acts of one meeting."""
    actor, say = request.actor, request.POST.get

    def start() -> str:
        writing.begin(actor=actor, meeting_id=found.id)
        return _("会议开始了，请把签到码给大家看。")

    def cancel() -> str:
        writing.cancel(actor=actor, meeting_id=found.id, why=say("why", ""))
        return _("已取消。")

    def marks() -> str:
        changed = _changed(request, found)
        for attendee, (state, remote) in changed.items():
            presence.mark(
                actor=actor, meeting_id=found.id, attendee_id=attendee, state=state, remote=remote
            )
        return _("到会名单已确认，改了 {n} 人。").format(n=len(changed))

    def finish() -> str:
        if form is None or not form.is_valid():
            raise BAD_REQUEST()
        writing.finish(actor=actor, meeting_id=found.id, minutes=form.minutes())
        return _("会议已结束，纪要已保存。")

    acts = {"start": start, "cancel": cancel, "marks": marks, "finish": finish}
    return {**acts, **_of_votes(request, found)}


def _of_votes(request: Request, found: Meeting) -> Mapping[str, Act]:
    """Acts of the votes of one meeting."""
    actor, say = request.actor, request.POST.get

    def put() -> str:
        minutes = number(request, "minutes") if say("minutes", "").strip() else 0
        voting.put(
            actor=actor,
            meeting_id=found.id,
            what=say("what", ""),
            secret=say("secret") == "1",
            minutes=minutes,
        )
        return _("已付表决，大家可以投票了。")

    def hands() -> str:
        voting.show_of_hands(
            actor=actor, resolution_id=uuid(request, "resolution"), choices=_hands(request)
        )
        return _("举手的票已记下。")

    def count() -> str:
        row = voting.count(actor=actor, resolution_id=uuid(request, "resolution"))
        return f"{row.text}：{row.get_state_display()}"

    return {"put": put, "hands": hands, "count": count}


def _ids(request: Request, head: str) -> dict[UUID, str]:
    found = {}
    for name, value in request.POST.items():
        if name.startswith(head):
            try:
                found[UUID(name[len(head) :])] = str(value)
            except ValueError as error:
                raise BAD_REQUEST() from error
    return found


def _changed(request: Request, found: Meeting) -> dict[UUID, tuple[str, bool]]:
    """Marks that differ from what stands on the roll."""
    given = _ids(request, "a-")
    rows = Attendee.objects.filter(meeting_id=found.id, id__in=list(given))
    out: dict[UUID, tuple[str, bool]] = {}
    for row in rows:
        mark = MARKS.get(given[row.id])
        if mark is None:
            raise BAD_REQUEST()
        if (row.state, row.remote) != mark:
            out[row.id] = mark
    return out


def _hands(request: Request) -> dict[UUID, str]:
    return {pk: choice for pk, choice in _ids(request, "h-").items() if choice}
