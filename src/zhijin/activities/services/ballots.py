"""Secret ballots: a roll of names with a code each, a box whose papers nobody can tie to a name, a count that
everybody can repeat. What the database holds while voting goes on and afterwards does not link paper and voter."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhijin.activities import ballotbox, errors, words
from zhijin.activities.ballotbox import Paper
from zhijin.activities.models import BallotBox, Event, Party, Voter
from zhijin.activities.services import events
from zhijin.activities.services.common import in_state, locked, note, numbered, tell
from zhijin.core import crypto, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.ids import CROCKFORD
from zhijin.core.scope import scoped

State = Event.State
DOCUMENT = "activities.review/1"
CODE = 12
#: A ballot of fewer is no secret.
LEAST = 5
PURPOSE = "activities.ballot-box"
OPTIONS = tuple(words.OPTIONS)
SATISFIED = [OPTIONS.index(name) + 1 for name in words.SATISFIED]
_CLERK = Actor.system("ballot")


@dataclass(frozen=True, slots=True)
class Slip:
    """A name and the code for it, known only at the moment it is made."""

    name: str
    code: str

    @property
    def shown(self) -> str:
        return show_code(self.code)


def show_code(code: str) -> str:
    """The code as people read it: XXXX-XXXX-XXXX."""
    return "-".join(code[i : i + 4] for i in range(0, CODE, 4))


def read_code(typed: str) -> str:
    """A typed code in its stored form (any case, gaps, O for 0, I and L for 1)."""
    kept = "".join(c for c in typed.upper() if c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def _digest(code: str) -> bytes:
    return crypto.hmac_sm3("activities.vote", code.encode())


@transaction.atomic(savepoint=False)
def enrol(*, actor: Actor, event_id: UUID, names: Iterable[str]) -> list[Slip]:
    """Put names on the roll, before voting; their codes are returned this once. Raises AV001, CO400."""
    event = events.own(actor, event_id, Event.Kind.REVIEW)
    in_state(event, State.PREPARING, State.OPEN)
    wanted = numbered(names)
    there = Voter.objects.filter(event_id=event.id).count()
    if not wanted or there + len(wanted) > 2000 or any(len(name) > 64 for name in wanted):
        raise BAD_REQUEST(fields={"names": _("每行一个姓名，最多 2000 人。")})
    slips = [Slip(name, _fresh_code()) for name in wanted]
    # In the order of their random ids, so that the table's order says nothing either.
    Voter.objects.bulk_create(_voter(event, slip) for slip in sorted(slips, key=lambda s: s.code))
    note(actor, "ballot.enrolled", event.record, event.place_key, added=len(slips))
    return slips


def _fresh_code() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(CODE))


def _voter(event: Event, slip: Slip) -> Voter:
    return Voter(
        county=event.county, event_id=event.id, host_key=event.place_key, name=slip.name,
        code=_digest(slip.code),
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def new_code(*, actor: Actor, event_id: UUID, voter_id: UUID) -> Slip:
    """A new code for a lost slip; the old one is worth nothing any more. Raises CO404, AV001, AV031."""
    event = events.own(actor, event_id, Event.Kind.REVIEW)
    in_state(event, State.PREPARING, State.OPEN, State.VOTING)
    voter = locked(Voter.objects.filter(event_id=event.id), voter_id)
    if voter.voted:
        raise errors.ALREADY_VOTED()
    slip = Slip(voter.name, _fresh_code())
    voter.code = _digest(slip.code)
    voter.save(update_fields=["code"])
    note(actor, "ballot.code", event.record, event.place_key, voter=str(voter.id))
    return slip


@transaction.atomic(savepoint=False)
def open_vote(*, actor: Actor, event_id: UUID) -> Event:
    """Begin voting on every report that was handed in. Raises CO404, AV001, AV004, AV034."""
    event = events.own(actor, event_id, Event.Kind.REVIEW)
    in_state(event, State.OPEN)
    questions = [row for row in events.entrants_held(event) if row.handed_at is not None]
    if not questions:
        raise errors.NOTHING_IN_IT(what=_("交来的述职报告"))
    roll = Voter.objects.filter(event_id=event.id).count()
    if roll < LEAST:
        raise errors.ROLL_TOO_SHORT(n=roll, least=LEAST)
    event.rules |= {"questions": [str(row.id) for row in questions], "due": roll}
    event.state = State.VOTING
    event.save(update_fields=["state", "rules"])
    BallotBox.objects.create(
        event_id=event.id, county=event.county, host_key=event.place_key, sealed=_seal(event, [])
    )
    note(actor, "ballot.opened", event.record, event.place_key, due=roll)
    return event


def _seal(event: Event, papers: list[Paper]) -> bytes:
    questions = len(event.rules["questions"])
    text = ballotbox.packed(str(event.id), papers, int(event.rules["due"]), questions)
    return crypto.seal(PURPOSE, text)


@dataclass(frozen=True)
class Ballot:
    """What a voter sees: the event and the organisations to be judged, in their order."""

    event: Event
    entrants: tuple[Party, ...]


def ballot_for(code: str) -> Ballot:
    """The ballot that a code opens. Looking notes nothing. Raises AV001, AV030, AV031."""
    with scoped(_CLERK):
        voter = Voter.objects.filter(code=_digest(read_code(code))).first()
        if voter is None:
            raise errors.CODE_UNKNOWN()
        event = Event.objects.get(id=voter.event_id)
        in_state(event, State.VOTING)
        if voter.voted:
            raise errors.ALREADY_VOTED()
        return Ballot(event, tuple(asked(event)))


def asked(event: Event) -> list[Party]:
    """The organisations on the paper, in its order."""
    rows = Party.objects.in_bulk([UUID(one) for one in event.rules["questions"]])
    return [rows[UUID(one)] for one in event.rules["questions"]]


def cast(*, code: str, choices: Mapping[str, str]) -> Paper:
    """Put one paper into the box; returns it with its receipt, which is kept nowhere beside the paper.

    ``choices`` maps an entrant's id to an option or ``abstain``. The box is locked, so that papers come one at a
    time; the whole box is sealed anew, so that nothing shows which part of it is new. Raises AV001, AV030–AV032.
    """
    with scoped(_CLERK):
        found = Voter.objects.filter(code=_digest(read_code(code))).values_list("event_id").first()
        if found is None:
            raise errors.CODE_UNKNOWN()
        box = BallotBox.objects.select_for_update().filter(event_id=found[0]).first()
        event = Event.objects.get(id=found[0])
        in_state(event, State.VOTING)
        assert box is not None  # made with the state, removed with it
        voter = Voter.objects.select_for_update(no_key=True).get(code=_digest(read_code(code)))
        if voter.voted:
            raise errors.ALREADY_VOTED()
        paper = ballotbox.fresh(_marks(event, choices))
        papers = _open(event, box)
        box.sealed = _seal(event, [*papers, paper])
        box.save(update_fields=["sealed"])
        voter.present = voter.voted = True
        voter.save(update_fields=["present", "voted"])
        # That a paper came in, and nothing of whose it is.
        journal.write(_CLERK, "ballot.paper", event.record, place_key=event.place_key)
    return paper


def _marks(event: Event, choices: Mapping[str, str]) -> str:
    out = []
    for row in asked(event):
        choice = choices.get(str(row.id), "")
        if choice == "abstain":
            out.append(ballotbox.ABSTAIN)
        elif choice in OPTIONS:
            out.append(str(OPTIONS.index(choice) + 1))
        else:
            raise errors.BAD_BALLOT(name=row.org_name)
    return "".join(out)


def _open(event: Event, box: BallotBox) -> list[Paper]:
    return ballotbox.unpacked(str(event.id), crypto.unseal(PURPOSE, box.sealed))


@transaction.atomic(savepoint=False)
def check_in(*, actor: Actor, event_id: UUID, voter_id: UUID) -> Voter:
    """Note that somebody came (whoever votes is present too). Raises CO404, CO403, AV001."""
    event = events.own(actor, event_id, Event.Kind.REVIEW)
    in_state(event, State.OPEN, State.VOTING)
    voter = locked(Voter.objects.filter(event_id=event.id), voter_id)
    voter.present = True
    voter.save(update_fields=["present"])
    note(actor, "ballot.present", event.record, event.place_key, voter=str(voter.id))
    return voter


@transaction.atomic(savepoint=False)
def close(*, actor: Actor, event_id: UUID) -> Event:
    """Count, sign and publish; the box is destroyed. Raises CO404, CO403, AV001, AV033, AV034."""
    event = events.own(actor, event_id, Event.Kind.REVIEW)
    in_state(event, State.VOTING)
    box = BallotBox.objects.select_for_update().get(event_id=event.id)
    papers = _open(event, box)
    roll = Voter.objects.filter(event_id=event.id)
    due, present = roll.count(), roll.filter(present=True).count()
    quorum = int(event.rules["quorum"])
    if present * 10_000 < due * quorum:
        raise errors.NO_QUORUM(present=present, due=due, share=f"{quorum / 100:g}%")
    if len(papers) < LEAST:
        raise errors.ROLL_TOO_SHORT(n=len(papers), least=LEAST)
    rows = asked(event)
    counts = {"due": due, "present": present, "cast": len(papers)}
    results = [_result(papers, at, row) for at, row in enumerate(rows)]
    box.delete()
    note(actor, "ballot.counted", event.record, event.place_key, **counts)
    for row, result in zip(rows, results, strict=True):
        row.score = result["satisfied"]
        row.save(update_fields=["score"])
        if row.score is not None:
            tell(actor, "activity.review.scored", row, event.record, subject=event.record,
                 value=row.score, attrs={"review": str(event.id), "year": event.year, **counts,
                                         "valid": result["valid"]})  # fmt: skip
    events.shut(event, DOCUMENT, {
        "options": list(OPTIONS), "quorum": quorum, **counts, "results": results,
        "papers": [[paper.receipt, paper.marks] for paper in sorted(papers)],
    })  # fmt: skip
    return event


def _result(papers: list[Paper], at: int, row: Party) -> dict[str, Any]:
    tally = ballotbox.count(papers, at, len(OPTIONS))
    return {
        "org": str(row.org_key), "name": row.org_name, "valid": tally.valid,
        "abstained": tally.abstained, "votes": list(tally.votes),
        "satisfied": tally.share(SATISFIED),
    }  # fmt: skip
