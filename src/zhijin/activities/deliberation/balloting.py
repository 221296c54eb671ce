"""A sitting of one body for one step: its roll with a code a name, its vote, its count that anybody can repeat.

The row of the sitting is locked by every vote and by the count, so that a vote stands wholly before the count or is
refused. At the closing second and after it a vote is refused; the sitting keeps the latest moment at which somebody
came to vote, so that a clock set back afterwards opens nothing again.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import ballotbox, errors
from zhijin.activities.ballotbox import Paper
from zhijin.activities.deliberation import stepping
from zhijin.activities.deliberation.common import CLERK, part_columns, public_text
from zhijin.activities.deliberation.format import Step, share
from zhijin.activities.meetings.format import Vote
from zhijin.activities.models import Matter, Seat, Sitting
from zhijin.activities.services.ballots import CODE, LEAST, Slip, read_code
from zhijin.activities.services.common import in_state, locked, note, numbered, same_keys, tell
from zhijin.core import clock, crypto
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import CROCKFORD
from zhijin.core.scope import scoped
from zhijin.core.signing import side_file, sign_document
from zhijin.ui import spans

PURPOSE = "activities.sitting-box"
DOCUMENT = "activities.sitting/1"
#: The choices, in the order of the digits on a paper; 0 is abstained.
CHOICES = ("yes", "no")
ABSTAIN = "abstain"
MOST = 2000
State = Sitting.State
_shuffle = random.SystemRandom().shuffle


@dataclass(frozen=True, slots=True)
class Call:
    """How a sitting is called. ``roll``: one line a name; a council's names the side after it."""

    starts_at: datetime
    roll: Sequence[str]
    secret: bool = False
    place: str = ""
    link: str = ""


@transaction.atomic(savepoint=False)
def call(*, actor: Actor, matter_id: UUID, wanted: Call) -> tuple[Sitting, list[Slip]]:
    """Call the body of the step at which a matter stands; the codes of its roll are returned this once.

    Raises CO400, CO403, CO404, AV001, AV034, AV133–AV136.
    """
    matter = stepping.own(actor, matter_id)
    step = stepping.expected(actor, matter, "meet")
    if Sitting.objects.filter(matter_id=matter.id, state__in=(State.CALLED, State.VOTING)).exists():
        raise errors.SITTING_THERE()
    seats = _roll(step, wanted.roll)
    if wanted.secret and len(seats) < LEAST:
        raise errors.ROLL_TOO_SHORT(n=len(seats), least=LEAST)
    if wanted.link and not wanted.link.startswith("https://"):
        raise BAD_REQUEST(fields={"link": "https://…"})
    assert step.vote is not None
    assert step.body is not None
    row = Sitting(
        **same_keys(matter), matter_id=matter.id, step=step.id, body=step.body.zh[:60],
        starts_at=wanted.starts_at, place=wanted.place.strip()[:80], link=wanted.link.strip()[:300],
        secret=wanted.secret, rule=step.vote.model_dump(), due=len(seats), made_by=actor.label,
        parties=[side.id for side in step.sides], simulated=matter.simulated,
    )  # fmt: skip
    row.save(force_insert=True)
    slips = [(Slip(name, _fresh()), side) for name, side in seats]
    _shuffle(slips)
    # In a random order and with ids that tell no time, so that the table says nothing of who votes when.
    Seat.objects.bulk_create(_seat(row, slip, side) for slip, side in slips)
    note(actor, "sitting.called", row.record, row.place_key, step=step.id, due=len(seats))
    return row, sorted((slip for slip, _side in slips), key=lambda slip: slip.name)


def _roll(step: Step, lines: Sequence[str]) -> list[tuple[str, str]]:
    """Names with their sides. Raises AV136."""
    out: list[tuple[str, str]] = []
    titles = {side.title.zh: side.id for side in step.sides} | {
        side.id: side.id for side in step.sides
    }
    for line in numbered(lines):
        name, side = line, ""
        if step.sides:
            name, _space, last = line.replace("\u3000", " ").rpartition(" ")
            side = titles.get(last, "")
            if not name.strip() or not side:
                raise errors.BAD_ROLL(why=line[:40])
        if len(name.strip()) > 64:
            raise errors.BAD_ROLL(why=name[:40])
        out.append((name.strip(), side))
    if not 1 <= len(out) <= MOST:
        raise errors.BAD_ROLL(why=_("1 到 {n} 人").format(n=MOST))
    twice = [name for name, times in Counter(name for name, _side in out).items() if times > 1]
    if twice:
        raise errors.BAD_ROLL(why=_("“{name}”写了两次").format(name=twice[0]))
    return out


def _fresh() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(CODE))


def _digest(code: str) -> bytes:
    return crypto.hmac_sm3("activities.seat", read_code(code).encode())


def _seat(row: Sitting, slip: Slip, side: str) -> Seat:
    return Seat(
        **part_columns(row), id=UUID(bytes=secrets.token_bytes(16), version=4), sitting_id=row.id,
        name=slip.name, party=side, code=_digest(slip.code),
    )  # fmt: skip


def own(actor: Actor, sitting_id: UUID, *states: str) -> Sitting:
    """The sitting, locked, for whoever holds its step. Raises CO403, CO404, AV001, AV134."""
    row = locked(Sitting.objects.all(), sitting_id)
    matter = stepping.own(actor, row.matter_id)
    stepping.require_holder(actor, matter, stepping.step_of(matter))
    in_state(row, *states)
    return row


@transaction.atomic(savepoint=False)
def new_code(*, actor: Actor, sitting_id: UUID, seat_id: UUID) -> Slip:
    """A new code for a lost slip; the old one is worth nothing. Raises CO403, CO404, AV001, AV089."""
    row = own(actor, sitting_id, State.CALLED, State.VOTING)
    seat = locked(Seat.objects.filter(sitting_id=row.id), seat_id)
    if seat.voted:
        raise errors.VOTED_ALREADY()
    slip = Slip(seat.name, _fresh())
    seat.code = _digest(slip.code)
    seat.save(update_fields=["code"])
    note(actor, "sitting.code", row.record, row.place_key, seat=str(seat.id))
    return slip


@transaction.atomic(savepoint=False)
def check_in(*, actor: Actor, sitting_id: UUID, seat_ids: Sequence[UUID]) -> int:
    """Who is in the room, as a whole list; who voted stays present. Raises CO403, CO404, AV001."""
    row = own(actor, sitting_id, State.CALLED, State.VOTING)
    seats = Seat.objects.filter(sitting_id=row.id)
    seats.filter(voted=False).exclude(id__in=seat_ids).update(present=False)
    seats.filter(id__in=seat_ids).update(present=True)
    here = seats.filter(present=True).count()
    note(actor, "sitting.present", row.record, row.place_key, present=here)
    return here


@transaction.atomic(savepoint=False)
def open_vote(*, actor: Actor, sitting_id: UUID, minutes: int = 0) -> Sitting:
    """Begin the vote; ``minutes``: how long (at most a week), 0 until it is counted. Raises CO400, CO403, AV001."""
    row = own(actor, sitting_id, State.CALLED)
    if not 0 <= minutes <= 7 * 24 * 60:
        raise BAD_REQUEST(fields={"minutes": _("投票时间在七天以内。")})
    now = clock.now()
    row.state, row.opened_at, row.seen_at = State.VOTING, now, now
    row.closes_at = now + timedelta(minutes=minutes) if minutes else None
    row.sealed = _seal(row, []) if row.secret else None
    row.save(update_fields=["state", "opened_at", "seen_at", "closes_at", "sealed"])
    note(actor, "sitting.vote", row.record, row.place_key, secret=row.secret, minutes=minutes)
    return row


def _seal(row: Sitting, papers: list[Paper]) -> bytes:
    return crypto.seal(PURPOSE, ballotbox.packed(str(row.id), papers, row.due, 1))


def _box(row: Sitting) -> list[Paper]:
    assert row.sealed is not None  # made when a secret vote opens, removed at the count
    return ballotbox.unpacked(str(row.id), crypto.unseal(PURPOSE, row.sealed))


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a code opens: the sitting and the matter to vote on."""

    sitting: Sitting
    matter: Matter


def ballot_for(code: str) -> Ballot:
    """The ballot that a code opens; looking notes nothing. Raises AV030, AV088, AV089, AV169."""
    with scoped(CLERK):
        seat = Seat.objects.filter(code=_digest(code)).first()
        if seat is None:
            raise errors.CODE_UNKNOWN()
        row = Sitting.objects.get(id=seat.sitting_id)
        _under_way(row)
        if seat.voted:
            raise errors.VOTED_ALREADY()
        if row.is_over(clock.now()):
            raise errors.VOTE_CLOSED()
        return Ballot(row, Matter.objects.get(id=row.matter_id))


def _under_way(row: Sitting) -> None:
    """Raise AV169 before the vote was opened, AV088 once it is over: said to a resident, who knows no steps."""
    if row.state != State.VOTING:
        raise errors.VOTE_NOT_OPEN() if row.state == State.CALLED else errors.VOTE_CLOSED()


def cast(*, code: str, choice: str) -> Paper:
    """Put one paper in, by code; it is given back with its receipt. Raises CO400, AV030, AV088, AV089, AV169."""
    if choice not in (*CHOICES, ABSTAIN):
        raise BAD_REQUEST(fields={"choice": _("请选择一项。")})
    with scoped(CLERK):
        found = Seat.objects.filter(code=_digest(code)).values_list("sitting_id", flat=True).first()
        if found is None:
            raise errors.CODE_UNKNOWN()
        row = locked(Sitting.objects.all(), found)
        _under_way(row)
        late = not _in_time(row)
        # A late comer's moment is kept (the transaction ends well), and only then refused.
        paper = None if late else _put_in(row, code, choice)
    if paper is None:
        raise errors.VOTE_CLOSED()
    return paper


def _in_time(row: Sitting) -> bool:
    """Whether a vote that comes now counts; keeps the moment, so that a clock set back changes nothing."""
    now = clock.now()
    seen = max(now, row.seen_at or now)
    if seen != row.seen_at:
        row.seen_at = seen
        row.save(update_fields=["seen_at"])
    return not row.is_over(seen)


def _put_in(row: Sitting, code: str, choice: str) -> Paper:
    seat = Seat.objects.select_for_update(no_key=True).filter(code=_digest(code)).first()
    if seat is None:
        raise errors.CODE_UNKNOWN()
    if seat.voted:
        raise errors.VOTED_ALREADY()
    paper = _paper(choice)
    if row.secret:
        row.sealed = _seal(row, [*_box(row), paper])
        row.save(update_fields=["sealed"])
    _strike(row, seat, paper, choice)
    # That a paper came in; for a secret vote nothing of whose it is.
    note(CLERK, "sitting.paper", row.record, row.place_key)
    return paper


def _paper(choice: str) -> Paper:
    return ballotbox.fresh(
        ballotbox.ABSTAIN if choice == ABSTAIN else str(CHOICES.index(choice) + 1)
    )


def _strike(row: Sitting, seat: Seat, paper: Paper, choice: str) -> None:
    seat.present = seat.voted = True
    seat.choice, seat.receipt = ("", "") if row.secret else (choice, paper.receipt)
    seat.save(update_fields=["present", "voted", "choice", "receipt"])


@transaction.atomic(savepoint=False)
def show_of_hands(*, actor: Actor, sitting_id: UUID, choices: Mapping[UUID, str]) -> int:
    """Whoever holds the step writes down how those in the room voted openly; who voted already stays.

    Returns how many were written down. Raises CO400, CO403, CO404, AV001, AV088.
    """
    row = own(actor, sitting_id, State.VOTING)
    if row.secret:
        raise errors.WRONG_STATE(state=_("无记名"))
    if not _in_time(row):
        raise errors.VOTE_CLOSED()
    seats = Seat.objects.select_for_update(no_key=True).filter(sitting_id=row.id, voted=False)
    found = {seat.id: seat for seat in seats}
    done = 0
    for seat_id, choice in choices.items():
        if choice not in (*CHOICES, ABSTAIN):
            raise BAD_REQUEST()
        if seat_id in found:
            _strike(row, found[seat_id], _paper(choice), choice)
            done += 1
    note(actor, "sitting.hands", row.record, row.place_key, count=done)
    return done


@transaction.atomic(savepoint=False)
def count(*, actor: Actor, sitting_id: UUID, opinion: str = "") -> Sitting:
    """Count, sign, and let the matter go on or end. Below quorum it is refused, and the sitting stays open.

    Raises CO403, CO404, AV001, AV131, AV134, AV137–AV140.
    """
    row = own(actor, sitting_id, State.VOTING)
    seats = list(Seat.objects.filter(sitting_id=row.id).order_by("id"))
    _may_end(row, seats)
    papers = _box(row) if row.secret else _open_papers(seats)
    _stands(row, seats, papers)
    tally = ballotbox.count(papers, 0, len(CHOICES))
    row.present = sum(seat.present for seat in seats)
    row.yes, row.no, row.abstained = *tally.votes, tally.abstained
    row.state = State.PASSED if _passed(row) else State.FAILED
    row.opinion = public_text(opinion, 2000, "opinion") if opinion.strip() else ""
    row.closed_at = max(clock.now(), row.seen_at or clock.now())
    row.sealed = None
    row.papers = [[paper.receipt, paper.marks] for paper in sorted(papers)]
    matter = Matter.objects.get(id=row.matter_id)
    signed = sign_document(DOCUMENT, told(row, matter), at=row.closed_at)
    row.document, row.document_sig = signed.data, side_file(signed.signature)
    row.save()
    note(actor, "sitting.counted", row.record, row.place_key, state=row.state, yes=row.yes)
    tell(actor, "activity.deliberation.voted", row, matter.record, subject=matter.record, value=row.yes, attrs={
        "line": matter.line, "stage": row.step, "passed": row.state == State.PASSED, "secret": row.secret,
        "due": row.due, "present": row.present,
    })  # fmt: skip
    stepping.voted(actor, matter, row)
    return row


def _may_end(row: Sitting, seats: Sequence[Seat]) -> None:
    """Nobody who still has time is cut off. Raises AV138."""
    seen = max(clock.now(), row.seen_at or clock.now())
    if row.closes_at and not row.is_over(seen) and not all(seat.voted for seat in seats):
        raise errors.STILL_VOTING(until=spans.moment(row.closes_at))


def _open_papers(seats: Sequence[Seat]) -> list[Paper]:
    marks = {"yes": "1", "no": "2", ABSTAIN: ballotbox.ABSTAIN}
    return [Paper(seat.receipt, marks[seat.choice]) for seat in seats if seat.voted]


def _stands(row: Sitting, seats: Sequence[Seat], papers: Sequence[Paper]) -> None:
    """Raises AV137 (a side is missing), AV139 (too few are there), AV140 (a secret vote of too few)."""
    rule = Vote.model_validate(row.rule)
    here = [seat for seat in seats if seat.present]
    if len(here) * 10_000 < row.due * rule.quorum:
        raise errors.QUORUM_MISSED(present=len(here), due=row.due, share=share(rule.quorum))
    missing = [side for side in row.parties if all(seat.party != side for seat in here)]
    if missing:
        titles = stepping.side_titles(row)
        raise errors.SIDE_MISSING(sides=_("、").join(titles.get(side, side) for side in missing))
    if row.secret and len(papers) < LEAST:
        raise errors.TOO_FEW_PAPERS(n=len(papers), least=LEAST)


def _decides(row: Sitting) -> bool:
    """Whether those who voted already make a quorum, with every side among them and papers enough."""
    seats = list(Seat.objects.filter(sitting_id=row.id, voted=True))
    least = Vote.model_validate(row.rule).quorum
    sides = {seat.party for seat in seats}
    enough = bool(seats) and len(seats) * 10_000 >= row.due * least
    return enough and sides >= set(row.parties) and (not row.secret or len(seats) >= LEAST)


def _passed(row: Sitting) -> bool:
    rule = Vote.model_validate(row.rule)
    of = row.due if rule.of == "due" else row.present
    return row.yes * 10_000 > of * rule.pass_over


def told(row: Sitting, matter: Matter) -> dict[str, object]:
    """What is signed: the matter, the rule, the figures, and every paper without a name."""
    return {
        "sitting": str(row.id), "matter": str(matter.id), "title": matter.title, "place": matter.place_code,
        "line": matter.line, "step": row.step, "body": row.body, "secret": row.secret, "rule": row.rule,
        "due": row.due, "present": row.present, "yes": row.yes, "no": row.no, "abstained": row.abstained,
        "passed": row.state == State.PASSED, "papers": row.papers, "simulated": row.simulated,
    }  # fmt: skip


@transaction.atomic(savepoint=False)
def adjourn(*, actor: Actor, sitting_id: UUID, why: str) -> Sitting:
    """End a sitting without result; its papers are destroyed uncounted and another may be called for the step.

    Not once enough have voted for a result: a vote that does not please is not held again. Raises CO400, CO403,
    CO404, AV001, AV134, AV168.
    """
    row = own(actor, sitting_id, State.CALLED, State.VOTING)
    if row.state == State.VOTING and _decides(row):
        raise errors.MUST_COUNT()
    row.opinion = public_text(why, 200, "why")
    row.present = Seat.objects.filter(sitting_id=row.id, present=True).count()
    row.state, row.sealed, row.closed_at = State.ADJOURNED, None, clock.now()
    Seat.objects.filter(sitting_id=row.id).update(choice="", receipt="")
    row.save(update_fields=["opinion", "present", "state", "sealed", "closed_at"])
    note(actor, "sitting.adjourned", row.record, row.place_key, why=why)
    matter = Matter.objects.get(id=row.matter_id)
    tell(actor, "activity.deliberation.adjourned", row, matter.record, subject=matter.record,
         attrs={"line": matter.line, "stage": row.step, "due": row.due, "present": row.present})  # fmt: skip
    return row
