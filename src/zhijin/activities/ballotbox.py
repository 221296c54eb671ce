"""The inside of a ballot box: papers of equal length, sorted, padded to the size of the whole roll. Plain Python.

Every paper is a random receipt and one digit per question. Sorting by receipt takes away the order in which papers
came; padding takes away how many there are; what is sealed says nothing else. See ADR 14.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from zhijin.core.ids import CROCKFORD

RECEIPT = 16
#: The digit of a question left unanswered.
ABSTAIN = "0"


@dataclass(frozen=True, slots=True, order=True)
class Paper:
    """One paper: its receipt, and one digit a question (0 abstained, else the number of the option)."""

    receipt: str
    marks: str

    @property
    def shown(self) -> str:
        """The receipt as people read it: XXXX-XXXX-XXXX-XXXX."""
        return "-".join(self.receipt[i : i + 4] for i in range(0, RECEIPT, 4))


def fresh(marks: str) -> Paper:
    """A new paper with a receipt of 80 random bits."""
    return Paper("".join(secrets.choice(CROCKFORD) for _ in range(RECEIPT)), marks)


def packed(event: str, papers: Sequence[Paper], places: int, questions: int) -> str:
    """The text to seal: always as long as ``places`` papers of ``questions`` answers.

    Raises ValueError when there are more papers than places, or one with another number of answers.
    """
    if len(papers) > places:
        raise ValueError("more papers than names on the roll")
    if any(len(paper.marks) != questions for paper in papers):
        raise ValueError("a paper with another number of answers")
    body = "".join(f"{paper.receipt}{paper.marks}\n" for paper in sorted(papers))
    return f"{event}\n" + body.ljust(places * (RECEIPT + questions + 1))


def unpacked(event: str, text: str) -> list[Paper]:
    """The papers in a sealed text. Raises ValueError when it belongs to another ballot."""
    head, _, body = text.partition("\n")
    if head != event:
        raise ValueError("the box belongs to another ballot")
    lines = [line for line in body.splitlines() if line.strip()]
    return [Paper(line[:RECEIPT], line[RECEIPT:].strip()) for line in lines]


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of one question: papers by option; ``valid`` leaves abstentions out."""

    votes: tuple[int, ...]
    abstained: int

    @property
    def valid(self) -> int:
        return sum(self.votes)

    def share(self, options: Sequence[int]) -> int | None:
        """Share of the valid papers that chose one of ``options`` (from 1), in basis points, rounded down."""
        chosen = sum(self.votes[option - 1] for option in options)
        return chosen * 10_000 // self.valid if self.valid else None


def count(papers: Sequence[Paper], question: int, options: int) -> Tally:
    """Count one question (from 0) over all papers."""
    digits = [paper.marks[question] for paper in papers]
    votes = tuple(digits.count(str(option)) for option in range(1, options + 1))
    return Tally(votes, len(digits) - sum(votes))
