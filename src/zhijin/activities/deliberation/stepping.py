"""A matter's way through its line: begun, voted on, published, carried out, its result published. None is skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhijin.activities import errors
from zhijin.activities.deliberation import hooks, programme
from zhijin.activities.deliberation.common import part_columns, place_columns, public_text, require
from zhijin.activities.deliberation.format import Step, Way
from zhijin.activities.models import Matter, Passage, Proposal, Sitting
from zhijin.activities.services.common import in_state, locked, note, numbered, tell
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.roles import ROLES

State = Matter.State


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be settled, by which line. ``agenda``: one line a point."""

    line: str
    title: str
    text: str
    agenda: Sequence[str] = ()


@transaction.atomic(savepoint=False)
def begin(
    *, actor: Actor, place_code: str, draft: Draft, proposal_id: UUID | None = None, simulated: bool = False
) -> Matter:  # fmt: skip
    """Put a matter on its line, from a proposal or without one. Raises CO400, CO403, CO404, AV001, AV131, AV132."""
    columns = place_columns(place_code)
    actor.require("deliberate.act", columns["place_key"])
    held = programme.current(place_code)
    if held.model.way(draft.line) is None:
        raise errors.NO_SUCH_LINE(name=draft.line)
    now = clock.now()
    row = Matter(
        **columns, revision=held.id, line=draft.line, title=public_text(draft.title, 120, "title"),
        text=public_text(draft.text, 2000, "text"), agenda=[line[:120] for line in numbered(draft.agenda)][:20],
        proposal_id=proposal_id, step_since=now, made_by=actor.label, made_at=now, simulated=simulated,
    )  # fmt: skip
    row.save(force_insert=True)
    if proposal_id is not None:
        _take(actor, proposal_id, row)
    note(actor, "matter.begun", row.record, row.place_key, line=draft.line)
    tell(actor, "activity.deliberation.begun", row, row.record, subject=row.record,
         attrs={"line": draft.line, "proposed": proposal_id is not None})  # fmt: skip
    return row


def _take(actor: Actor, proposal_id: UUID, matter: Matter) -> None:
    """Mark a proposal as taken; what was proposed counts as answered from now on."""
    row = locked(Proposal.objects.filter(place_code=matter.place_code, hidden=False), proposal_id)
    in_state(row, Proposal.State.OPEN)
    row.state = Proposal.State.TAKEN
    row.save(update_fields=["state"])
    days = (clock.local(matter.made_at).date() - clock.local(row.made_at).date()).days
    tell(actor, "activity.proposal.answered", row, row.record, subject=row.record, value=max(days, 0),
         attrs={"taken": True})  # fmt: skip


def own(actor: Actor, matter_id: UUID) -> Matter:
    """The matter, locked, for whoever holds deliberation at its place. Raises CO403, CO404."""
    row = locked(Matter.objects.all(), matter_id)
    require(actor, row)
    return row


def way_of(matter: Matter) -> Way:
    """The line that holds for the matter to its end."""
    found = programme.revision(matter.revision).model.way(matter.line)
    assert found is not None  # a published revision never changes
    return found


def step_of(matter: Matter) -> Step:
    """The step at which it stands (the last one once it is done)."""
    steps = way_of(matter).steps
    return steps[min(matter.step, len(steps) - 1)]


def expected(actor: Actor, matter: Matter, act: str) -> Step:
    """The step at which the matter stands, when it is one of ``act`` and ``actor`` may hold it.

    Raises AV001, AV133, AV134.
    """
    in_state(matter, State.RUNNING)
    step = step_of(matter)
    if step.act != act:
        raise errors.WRONG_STEP(step=step.title.in_(lang()))
    require_holder(actor, matter, step)
    return step


def may_hold(actor: Actor, matter: Matter, step: Step) -> bool:
    return actor.is_system or bool(actor.roles_at(matter.place_key) & set(step.by))


def require_holder(actor: Actor, matter: Matter, step: Step) -> None:
    """Raise AV134 unless the programme lets one of ``actor``'s roles there hold the step."""
    if not may_hold(actor, matter, step):
        roles = _("、").join(ROLES[role].title(lang()) for role in step.by)
        raise errors.NOT_THE_HOLDER(step=step.title.in_(lang()), roles=roles)


def lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def side_titles(sitting: Sitting) -> dict[str, str]:
    """The titles of the sides of a sitting's step."""
    way = way_of(Matter.objects.get(id=sitting.matter_id))
    found = next((step for step in way.steps if step.id == sitting.step), None)
    return {side.id: side.title.in_(lang()) for side in found.sides} if found else {}


# -- going on -----------------------------------------------------------------------------------


def _passage(
    matter: Matter, step: Step, reference: UUID, code: str = "", at: datetime | None = None
) -> Passage:
    return Passage.objects.create(
        **part_columns(matter), matter_id=matter.id, number=matter.step, step=step.id,
        reference=reference, code=code, begun_at=clock.now(), at=at,
    )  # fmt: skip


def _go_on(actor: Actor, matter: Matter) -> None:
    """To the next step, or to the end."""
    matter.step, matter.step_since = matter.step + 1, clock.now()
    if matter.step >= len(way_of(matter).steps):
        matter.state, matter.ended_at = State.DONE, clock.now()
    matter.save(update_fields=["step", "step_since", "state", "ended_at"])
    if matter.state == State.DONE:
        note(actor, "matter.done", matter.record, matter.place_key)
        days = (matter.step_since - matter.made_at).days
        tell(actor, "activity.deliberation.done", matter, matter.record, subject=matter.record,
             value=max(days, 0), attrs={"line": matter.line})  # fmt: skip


def voted(actor: Actor, matter: Matter, sitting: Sitting) -> None:
    """What follows from a count: on to the next step, or the end of the matter. Called by the count alone."""
    step = step_of(matter)
    if sitting.state == Sitting.State.PASSED:
        _passage(matter, step, sitting.id, at=sitting.closed_at)
        _go_on(actor, matter)
        return
    matter.state, matter.ended_at = State.REFUSED, clock.now()
    matter.save(update_fields=["state", "ended_at"])
    note(actor, "matter.refused", matter.record, matter.place_key, step=step.id)


@transaction.atomic(savepoint=False)
def publish(*, actor: Actor, matter_id: UUID, result: str = "") -> Passage:
    """Draft and hand in the publication of the resolution (or of its ``result``); somebody else approves it.

    Raises CO400, CO403, CO404, AV001, AV131, AV133, AV134, AV141, and what disclosure refuses.
    """
    matter = own(actor, matter_id)
    in_state(matter, State.RUNNING)
    step = expected(actor, matter, "result" if step_of(matter).act == "result" else "publish")
    if _pending(matter) is not None:
        raise errors.WRONG_STATE(state=_("等待批准公开"))
    words = public_text(result, 2000, "result") if step.act == "result" else ""
    document, code = hooks.publish(actor, _paper(matter, step, words))
    note(actor, "matter.publication", matter.record, matter.place_key, step=step.id)
    return _passage(matter, step, document, code)


def _pending(matter: Matter) -> Passage | None:
    return Passage.objects.filter(matter_id=matter.id, number=matter.step, at=None).first()


def _paper(matter: Matter, step: Step, result: str) -> hooks.Paper:
    sat = {
        row.step: row
        for row in Sitting.objects.filter(matter_id=matter.id, state=Sitting.State.PASSED)
    }
    rows = [
        [one.title.zh, row.body, f"{clock.local(row.closed_at or row.starts_at):%Y-%m-%d}", str(row.due),
         str(row.present), f"{row.yes} / {row.no} / {row.abstained}"]
        for one in way_of(matter).steps if (row := sat.get(one.id)) is not None
    ]  # fmt: skip
    head = _("实施结果") if result else _("决议")
    if result and not carried_out(matter):
        head = _("未能落实")
    return hooks.Paper(
        matter.place_code, step.board, f"{head}：{matter.title}"[:120], f"{matter.text}\n\n{result}".strip(),
        [_("步骤"), _("会议"), _("日期"), _("应到"), _("实到"), _("赞成 / 反对 / 弃权")], rows,
        [_("议事记录：{n} 次会议的计票").format(n=len(rows))], matter.simulated,
    )  # fmt: skip


def carried_out(matter: Matter) -> bool:
    """Whether the resolution was carried out, as far as anybody can tell."""
    numbers = [at for at, step in enumerate(way_of(matter).steps) if step.act == "carry"]
    done = Passage.objects.filter(matter_id=matter.id, number__in=numbers).order_by("-number")
    last = done.first()
    found = hooks.outcome(last.reference) if last is not None else None
    return found is None or found.carried


def _awaited(document_id: UUID) -> Passage | None:
    """The passage of a step that waits for a document, locked."""
    rows = Passage.objects.select_for_update(no_key=True)
    return rows.filter(reference=document_id, at=None).first()


def published(document_id: UUID, at: datetime, actor: Actor) -> bool:
    """A document was published; the step that waited for it is passed. True when there was one.

    Called inside the publishing transaction, under the approver's scope.
    """
    passage = _awaited(document_id)
    if passage is None:
        return False
    matter = locked(Matter.objects.all(), passage.matter_id)
    passage.at = at
    passage.save(update_fields=["at"])
    step = step_of(matter)
    note(actor, "matter.published", matter.record, matter.place_key, step=step.id)
    days = (at - matter.step_since).days
    tell(actor, "activity.deliberation.published", matter, matter.record, subject=matter.record,
         value=max(days, 0), attrs={"line": matter.line, "stage": step.id})  # fmt: skip
    _go_on(actor, matter)
    return True


def discarded(document_id: UUID, actor: Actor) -> bool:
    """The draft that a matter waited for was thrown away: the step stands open for another. True when there was one."""
    passage = _awaited(document_id)
    if passage is None:
        return False
    matter = locked(Matter.objects.all(), passage.matter_id)
    Passage.objects.filter(id=passage.id).delete()
    note(actor, "matter.publication-discarded", matter.record, matter.place_key, step=passage.step)
    return True


@transaction.atomic(savepoint=False)
def carry(*, actor: Actor, matter_id: UUID) -> Passage:
    """Open the case by which the resolution is carried out; the step is passed when the case has ended.

    Raises CO403, CO404, AV001, AV133, AV134, AV141, and what the cases' room refuses.
    """
    matter = own(actor, matter_id)
    step = expected(actor, matter, "carry")
    if _pending(matter) is not None:
        raise errors.WRONG_STATE(state=_("落实中"))
    # The last body that agreed, by its place in the line.
    agreed = (
        Passage.objects.filter(matter_id=matter.id)
        .order_by("number")
        .values_list("reference", flat=True)
    )
    bodies = {
        row.id: row.body for row in Sitting.objects.filter(matter_id=matter.id).defer("sealed")
    }
    decided_by = next((bodies[one] for one in reversed(agreed) if one in bodies), "")
    order = hooks.Order(
        step.playbook or "", matter.place_code, f"{matter.id}:{matter.step}",
        f"{matter.title}\n{matter.text}"[:2000], decided_by, matter.org_key, matter.org_name,
        matter.simulated,
    )  # fmt: skip
    case, number = hooks.carry_out(actor, order)
    note(actor, "matter.carried", matter.record, matter.place_key, case=number)
    return _passage(matter, step, case, number)


def case_ended(case_id: UUID, at: datetime, actor: Actor, *, carried: bool = True) -> bool:
    """The case of a resolution has ended; the step that waited for it is passed. True when there was one.

    Also when it could not be carried out: what came of it is published all the same, and says so.
    """
    passage = (
        Passage.objects.select_for_update(no_key=True).filter(reference=case_id, at=None).first()
    )
    if passage is None:
        return False
    matter = locked(Matter.objects.all(), passage.matter_id)
    passage.at = at
    passage.save(update_fields=["at"])
    note(actor, "matter.carried-out", matter.record, matter.place_key, carried=carried)
    _go_on(actor, matter)
    return True
