"""Sorts what was entered by the questions of a playbook: checked, open, sealed, shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language

from zhijin.cases import errors
from zhijin.core.crypto import seal, unseal
from zhijin.core.models import StoredFile
from zhijin.playbooks.api import Playbook
from zhijin.playbooks.engine import FieldProblem, FieldSpec

SEALED = "case.data"
#: Types whose answer is text that a person wrote.
PROSE = frozenset({"text", "longtext"})


#: Characters of a title.
TITLE = 60


@dataclass(frozen=True)
class Answers:
    """Checked answers: ``open`` is stored plainly, ``private`` only sealed."""

    values: Mapping[str, Any]
    open: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    rating: int | None = None

    @property
    def shown(self) -> dict[str, Any]:
        """What a line of the timeline may carry: nothing private."""
        return self.open

    def sealed(self) -> bytes | None:
        """The private answers, encrypted together; None when there are none."""
        if not self.private:
            return None
        return seal(SEALED, json.dumps(self.private, ensure_ascii=False, default=str))

    def sealed_with(self, blob: bytes | memoryview | None) -> bytes | None:
        """The private answers together with those that a case holds already; a later one counts."""
        if not self.private:
            return bytes(blob) if blob else None
        return Answers({}, private={**unsealed(blob), **self.private}).sealed()

    def title(self, playbook: Playbook) -> str:
        """The first words of what was written, else the playbook's own title."""
        words = " ".join(self._for_all_sides(playbook).split())
        cut = words if len(words) <= TITLE else f"{words[: TITLE - 1]}…"
        return cut or playbook.title.zh

    def _for_all_sides(self, playbook: Playbook) -> str:
        """The title stands in every list, so where a matter has sides it holds what all may see."""
        if not playbook.parties:
            return self.text
        shared = [name for name in self.open if all(name in p.fields for p in playbook.parties)]
        return "\n".join(
            str(self.open[name]) for name in shared if playbook.fields[name].type in PROSE
        )


def unsealed(blob: bytes | memoryview | None) -> dict[str, Any]:
    """The private answers of a case. Callers journal that they read them."""
    if not blob:
        return {}
    found: dict[str, Any] = json.loads(unseal(SEALED, bytes(blob)))
    return found


def together(
    given: Mapping[str, Any], photos: Mapping[str, Sequence[StoredFile]]
) -> dict[str, Any]:
    """What was entered with the digests of the photos, as the engine checks it."""
    return {**given, **{name: [f.digest for f in files] for name, files in photos.items()}}


def refuse(problems: Iterable[FieldProblem]) -> None:
    """Raise CA002 with a sentence per field when there are problems."""
    tongue = "en" if (get_language() or "").startswith("en") else "zh"
    fields = {problem.field or "_": problem.message(tongue) for problem in problems}
    if fields:
        raise errors.INCOMPLETE(count=len(fields), fields=fields)


def sort_out(ask: Iterable[FieldSpec], values: Mapping[str, Any]) -> Answers:
    """Part checked answers into open and private ones, with the text that a person wrote."""
    questions = list(ask)
    plain: dict[str, Any] = {}
    private: dict[str, Any] = {}
    for question in questions:
        if question.field in values and question.type not in {"photo", "file"}:
            kept = private if question.private else plain
            kept[question.field] = values[question.field]
    prose = [str(plain[q.field]) for q in questions if q.type in PROSE and q.field in plain]
    rated = [int(values[q.field]) for q in questions if q.type == "rating" and q.field in values]
    return Answers(values, plain, private, "\n".join(prose), rated[0] if rated else None)
