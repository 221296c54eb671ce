"""Layer two: does every part have the right shape? And a draft of what is intact, for layer three.

Pydantic finds the errors; here they get their place in the file and a clerk's words. Then the
broken parts are cut out of a copy of the tree, so that the meaning of the rest can be checked.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from zhijin.playbooks.engine.findings import Mark
from zhijin.playbooks.engine.model import Playbook
from zhijin.playbooks.engine.reader import Document, Node, Path
from zhijin.playbooks.engine.shapes import described, keys_at

#: Stands in a draft where a name was missing or unreadable; no check complains about it.
GHOST: Final = "?"
_ROUNDS = 12
Model = TypeVar("Model", bound=BaseModel)

_PLACEHOLDERS: Final[dict[str, Any]] = {
    "playbook": 1, "title": GHOST, "basis": GHOST, "opens": {"by": [GHOST]}, "to": GHOST,
    "by": [GHOST], "when": GHOST, "field": GHOST, "type": "text", "role": GHOST, "duty": GHOST,
    "states": [GHOST], "max": "1 day", "approver": GHOST, "text": GHOST, "fields": [GHOST],
    "amount": 1, "rule": GHOST, "from": GHOST, "zh": GHOST,
}  # fmt: skip

_TYPE_WORDS: Final = {
    "string": ("文字", "text"),
    "int": ("整数", "a whole number"),
    "float": ("数字", "a number"),
    "bool": ("true 或 false", "true or false"),
    "list": ("列表", "a list"),
    "dict": ("一组“名称: 内容”", "a group of “name: value”"),
    "model": ("一组“名称: 内容”", "a group of “name: value”"),
}


@dataclass
class Intact(Generic[Model]):
    """What is intact: a programme whose broken parts were cut out, and where that was."""

    programme: Model
    document: Document
    whole: bool
    pruned: set[Path] = field(default_factory=set)

    def lost(self, path: Path) -> bool:
        """Whether something at or below ``path`` was cut out or unreadable."""
        return self.document.damaged(path) or any(p[: len(path)] == path for p in self.pruned)

    def ghost(self, name: str) -> bool:
        """Whether ``name`` may stand on a line that could not be read."""
        return name == GHOST or name.startswith("ghost-") or name in self.document.ghosts


class Draft(Intact[Playbook]):
    """What is intact of a playbook."""

    @property
    def playbook(self) -> Playbook:
        return self.programme


def shape(document: Document) -> Draft | None:
    """Check the shape of a document; findings go into it. None when nothing can be made of it."""
    found = intact(document, Playbook, _PLACEHOLDERS)
    return Draft(**vars(found)) if found is not None else None


def intact(
    document: Document, model: type[Model], placeholders: Mapping[str, Any]
) -> Intact[Model] | None:
    """:func:`shape` of any kind of programme; ``placeholders`` stand where a needed key is missing."""
    root = document.root
    if root is None or not isinstance(root.value, dict) or not root.value:
        if not document.findings or root is not None:
            document.add("PB110", root.mark if root else Mark(1, 1))
        return None
    try:
        return Intact(model.model_validate(root.plain()), document, not document.findings)
    except ValidationError as error:
        errors = _errors(error)
    misspelt = _misspelt(errors, model)
    for item in errors:
        if tuple(item["loc"]) not in misspelt:
            _report(document, item, model)
    return _salvaged(document, errors, model, placeholders)


def validated(document: Document, model: type[Model]) -> Model | None:
    """The document as a ``model``, or None with its findings."""
    root = document.root
    if root is None or not isinstance(root.value, dict):
        if not document.findings:
            document.add("PB110", root.mark if root else Mark(1, 1))
        return None
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        for item in _errors(error):
            _report(document, item, model)
    return None


def _errors(error: ValidationError) -> list[dict[str, Any]]:
    return [dict(item) for item in error.errors(include_url=False)]


def _misspelt(errors: list[dict[str, Any]], model: type[BaseModel]) -> set[Path]:
    """What seems missing only because its key is misspelt; the misspelling is reported instead."""
    meant: set[Path] = set()
    for item in errors:
        if item["type"] == "extra_forbidden":
            parent: Path = tuple(item["loc"][:-1])
            found = closest(str(item["loc"][-1]), keys_at(parent, model))
            meant |= {(*parent, found)} if found else set()
    return meant


def _salvaged(
    document: Document,
    errors: list[dict[str, Any]],
    model: type[Model],
    placeholders: Mapping[str, Any],
) -> Intact[Model] | None:
    """Cut out what is broken, put placeholders where something must stand, and try again."""
    assert document.root is not None
    root = copy.deepcopy(document.root)
    pruned: set[Path] = set()
    for attempt in range(_ROUNDS):
        _Pruner(root, attempt, pruned, model, placeholders).apply(errors)
        try:
            programme = model.model_validate(root.plain())
        except ValidationError as error:
            errors = _errors(error)
            continue
        rest = Document(document.source, document.lines, root, document.findings,
                        document.lost, document.ghosts, document.problems)  # fmt: skip
        return Intact(programme, rest, False, pruned)
    return None


class _Pruner:
    """One round of cutting out."""

    def __init__(
        self,
        root: Node,
        attempt: int,
        pruned: set[Path],
        model: type[BaseModel],
        placeholders: Mapping[str, Any],
    ) -> None:
        self.root, self.attempt, self.pruned = root, attempt, pruned
        self.model, self.placeholders = model, placeholders

    def apply(self, errors: list[dict[str, Any]]) -> None:
        doomed: list[tuple[Node, str | int, Node]] = []
        renamed = {
            tuple(item["loc"])
            for item in errors
            if item["type"] == "extra_forbidden" and self.rename(tuple(item["loc"]))
        }
        for number, item in enumerate(errors):
            path: Path = tuple(item["loc"])
            if item["type"] == "missing":
                self.fill(path, number)
            elif path not in renamed:
                path = path[:-1] if path and path[-1] == "[key]" else path
                self.pruned.add(path)
                found = self.find(path)
                if found is not None:
                    doomed.append(found)
        for parent, key, child in doomed:
            _remove(parent, key, child)

    def fill(self, path: Path, number: int) -> None:
        found = self.find(path[:-1])
        node = found[2] if found else self.root
        name = str(path[-1])
        if isinstance(node.value, dict) and name in node.value:
            return  # a misspelt key that has just been given its name
        self.pruned.add(path)
        if isinstance(node.value, dict) and name not in node.value:
            value = self.placeholders.get(name, f"ghost-{self.attempt}-{number}")
            node.value[name] = _planted(value, node.mark)
            node.keys[name] = node.mark

    def rename(self, path: Path) -> bool:
        """A misspelt key becomes the one that was meant, when that one is absent."""
        found = self.find(path)
        if found is None or not isinstance(found[0].value, dict):
            return False
        parent, name, child = found
        meant = closest(str(name), keys_at(path[:-1], self.model))
        if meant is None or meant in parent.value:
            return False
        parent.value[meant] = child
        parent.keys[meant] = parent.keys[str(name)]
        del parent.value[name]
        return True

    def find(self, path: Path) -> tuple[Node, str | int, Node] | None:
        """(parent, key, node) of the deepest real node on ``path``; None for the root."""
        node, found = self.root, None
        for part in path:
            child: Node | None = None
            if isinstance(node.value, dict):
                child = node.value.get(part)
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                child = node.value[part]
            elif part in {0, ""}:
                continue
            if child is None:
                return found
            found = (node, part, child)
            node = child
        return found


def _remove(parent: Node, key: str | int, child: Node) -> None:
    if isinstance(parent.value, dict):
        parent.value.pop(key, None)
    else:
        parent.value[:] = [item for item in parent.value if item is not child]


def _planted(value: Any, mark: Mark) -> Node:
    if isinstance(value, dict):
        children = {key: _planted(item, mark) for key, item in value.items()}
        return Node(children, mark, dict.fromkeys(children, mark), mark.line)
    if isinstance(value, list):
        return Node([_planted(item, mark) for item in value], mark, last_line=mark.line)
    return Node(value, mark, last_line=mark.line)


def closest(name: str, names: Iterable[str]) -> str | None:
    """The one of ``names`` that was probably meant by ``name``."""
    found = get_close_matches(name.rstrip(":").lower(), list(names), n=1, cutoff=0.7)
    return found[0] if found else None


def hint(name: str, names: Iterable[str]) -> tuple[str, str]:
    """“, did you mean …?” in both languages, or the full stop."""
    found = closest(name, names)
    return (f"，是不是“{found}”？", f"; did you mean “{found}”?") if found else ("。", ".")


def enumerated(names: Iterable[str]) -> tuple[str, str]:
    """A list of names as both languages set it."""
    names = list(names)
    return "、".join(names) or "（无）", ", ".join(names) or "(none)"


def _report(document: Document, item: dict[str, Any], model: type[BaseModel] = Playbook) -> None:
    """Give one pydantic error its place and its words."""
    path: Path = tuple(item["loc"])
    kind: str = item["type"]
    context = item.get("ctx") or {}
    if kind == "missing":
        if not document.damaged(path[:-1]) and str(path[-1]) not in document.ghosts:
            document.add("PB102", document.at(path[:-1], key=True), path, name=path[-1],
                         what=described(path, model))  # fmt: skip
    elif kind == "extra_forbidden":
        allowed = keys_at(path[:-1], model)
        if allowed == ["zh", "en"] and " " in str(path[-1]).strip():
            document.add("PB114", document.at(path, key=True), path)
            return
        document.add("PB101", document.at(path, key=True), path, name=path[-1],
                     hint=hint(str(path[-1]), allowed), allowed=enumerated(allowed))  # fmt: skip
    elif path[-1:] == ("[key]",):
        document.add("PB105", document.at(path[:-1], key=True), path, value=path[-2])
    elif kind in document.problems:
        document.add(kind, document.at(path), path, **context)
    elif kind in {"one_of", "condition"}:
        problem = "PB111" if kind == "one_of" else "PB112"
        document.add(
            problem, document.at(path), path, allowed=enumerated(context.get("allowed", ()))
        )
    else:
        _report_value(document, path, kind, item.get("input"), context)


def _report_value(
    document: Document, path: Path, kind: str, value: Any, context: dict[str, Any]
) -> None:
    """A value that is there but not as it should be."""
    mark = document.at(path)
    shown = _shown(value)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        if path == ("playbook",):
            document.add("PB109", mark, path, value=shown)
        else:
            document.add("PB104", mark, path, value=shown, hint=hint(shown, allowed),
                         allowed=enumerated(allowed))  # fmt: skip
    elif kind == "string_pattern_mismatch":
        document.add("PB105", mark, path, value=shown)
    elif kind == "moment":
        document.add("PB115", mark, path, value=shown)
    elif kind == "duration":
        document.add("PB106", mark, path, value=shown)
    elif path[-1:] == ("factor",):
        document.add("PB113", mark, path, value=shown)
    elif kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        document.add("PB107", mark, path, value=shown, rule=_bound(kind, context))
    elif kind.endswith(("too_short", "too_long")):
        document.add("PB108", mark, path, rule=_bound(kind, context))
    elif kind.endswith("_type"):
        wanted = _TYPE_WORDS.get(kind.removesuffix("_type"), (kind, kind))
        document.add("PB103", mark, path, expected=wanted, found=_kind_of(value))
    else:
        document.add("PB199", mark, path, detail=kind)


def _bound(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    if kind.endswith("too_short"):
        return (f"至少 {context['min_length']} 个", f"at least {context['min_length']}")
    if kind.endswith("too_long"):
        return (f"最多 {context['max_length']} 个", f"at most {context['max_length']}")
    name, limit = next(iter(context.items()))
    return {
        "gt": (f"大于 {limit}", f"more than {limit}"),
        "ge": (f"不小于 {limit}", f"at least {limit}"),
        "lt": (f"小于 {limit}", f"less than {limit}"),
        "le": (f"不大于 {limit}", f"at most {limit}"),
    }[name]


def _shown(value: Any) -> str:
    text = "true" if value is True else "false" if value is False else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _kind_of(value: Any) -> tuple[str, str]:
    if value is None:
        return ("空的", "empty")
    names = {str: "string", bool: "bool", int: "int", float: "float", list: "list", dict: "dict"}
    return _TYPE_WORDS.get(names.get(type(value), ""), (str(type(value)), str(type(value))))
