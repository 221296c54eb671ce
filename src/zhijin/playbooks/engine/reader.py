"""From text to a tree whose every node knows its line and column, with every syntax error named.

Built on ruamel.yaml's event stream, because PyYAML reads ``22:30`` as 1350. Knows nothing of what
a playbook means. After an error it mends or leaves out the line and reads on, so that one slip
does not hide the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from zhijin.playbooks.engine.catalogue import PROBLEMS
from zhijin.playbooks.engine.findings import Finding, Mark, Problem
from zhijin.playbooks.engine.tidy import Tidied, mend, tidy

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
MAX_NODES = 20_000
#: How many broken lines are stepped over before the reader gives up on a file.
MAX_RECOVERIES = 40

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_CONSTANTS: dict[str, Any] = {
    "": None, "~": None, "null": None, "true": True, "false": False,
}  # fmt: skip

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Node:
    """A value with its place. ``value`` is a scalar, a dict of nodes or a list of nodes."""

    value: Any
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    last_line: int = 0

    def plain(self) -> Any:
        """The value without places, as pydantic and JSON take it."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value


@dataclass
class Document:
    """A file as read: the tree (None when nothing could be read), findings, and what was lost."""

    source: str
    lines: list[str]
    root: Node | None = None
    findings: list[Finding] = field(default_factory=list)
    #: Lines left out because they could not be read (from 1), and the words that stood on them.
    lost: set[int] = field(default_factory=set)
    ghosts: set[str] = field(default_factory=set)
    #: The sentences, by id; another kind of programme file brings its own.
    problems: Mapping[str, Problem] = field(default_factory=lambda: PROBLEMS)

    def add(self, problem: str, mark: Mark, path: Path = (), **params: Any) -> None:
        """Note a finding of the catalogue at ``mark``."""
        text = self.lines[mark.line - 1] if 0 < mark.line <= len(self.lines) else ""
        self.findings.append(Finding(self.problems[problem], self.source, mark, text, params, path))

    def at(self, path: Path, *, key: bool = False) -> Mark:
        """The place of the node at ``path`` (of its key when ``key``), or of its nearest parent.

        An index 0 into something that is not a list is the thing itself: the format lets a list
        of one be written without its dash.
        """
        node, mark = self.root, Mark(1, 1)
        if node is None:
            return mark
        mark = node.mark
        for index, part in enumerate(path):
            last = index == len(path) - 1
            if isinstance(node.value, dict) and part in node.value:
                assert isinstance(part, str)
                mark = node.keys[part] if key and last else node.value[part].mark
                node = node.value[part]
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                mark = node.mark
            elif part not in {0, ""} or isinstance(node.value, list):
                return mark
        return mark

    def node(self, path: Path) -> Node | None:
        """The node at ``path``, or None."""
        node = self.root
        for part in path:
            if node is None:
                return None
            if isinstance(node.value, dict):
                node = node.value.get(part)
            elif isinstance(node.value, list) and isinstance(part, int):
                node = node.value[part] if part < len(node.value) else None
            elif part not in {0, ""}:
                return None
        return node

    def damaged(self, path: Path = ()) -> bool:
        """Whether lines were lost inside the node at ``path``: what is missing may have been there."""
        node = next(
            (found for n in range(len(path), -1, -1) if (found := self.node(path[:n]))), None
        )
        if node is None:
            return bool(self.lost)
        return any(node.mark.line <= line <= max(node.last_line, node.mark.line) + 1
                   for line in self.lost)  # fmt: skip


#: Trees of the last sound texts, since one text is read several times on its way into force: as it is
#: shown, as a draft, when it is published, and when it first runs. Nobody changes a tree that was read.
_sound: dict[str, Node] = {}
SOUND_TEXTS, SOUND_LENGTH = 64, 16 * 1024


def read(text: str | bytes, source: str, problems: Mapping[str, Problem] = PROBLEMS) -> Document:
    """Read a file. Never raises on bad input: what is wrong is in ``findings``."""
    decoded = _decoded(text, source, problems)
    if isinstance(decoded, Document):
        return decoded
    document = Document(source, decoded.split("\n"), _sound.get(decoded), problems=problems)
    if document.root is None:
        _read(document, decoded)
        if document.root is not None and not document.findings and len(decoded) <= SOUND_LENGTH:
            _keep(decoded, document.root)
    return document


def _keep(text: str, root: Node) -> None:
    while len(_sound) >= SOUND_TEXTS:
        # Another thread may just have taken the oldest out.
        _sound.pop(next(iter(_sound), ""), None)
    _sound[text] = root


def _read(document: Document, decoded: str) -> None:
    if len(decoded.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        document.add("PB002", Mark(1, 1), limit=MAX_BYTES // 1024)
        return
    tidied = tidy(decoded)
    for problem, mark, params in tidied.notes:
        document.add(problem, mark, **params)
    _parse(document, tidied)


def _decoded(text: str | bytes, source: str, problems: Mapping[str, Problem]) -> str | Document:
    if isinstance(text, bytes):
        try:
            return _decoded(text.decode("utf-8"), source, problems)
        except UnicodeDecodeError as error:
            before = text[: error.start]
            lines = before.decode("utf-8", "replace").split("\n")
            document = Document(source, lines, problems=problems)
            line = before.count(b"\n") + 1
            document.add("PB001", Mark(line, len(document.lines[-1]) + 1))
            return document
    return text.removeprefix("﻿").replace("\r\n", "\n").replace("\r", "\n")


def _parse(document: Document, tidied: Tidied) -> None:
    """Parse, and on an error mend or leave out the line and parse again."""
    lines = list(tidied.lines)
    mended: set[int] = set()
    for _ in range(MAX_RECOVERIES):
        builder = _Builder(document, tidied)
        try:
            document.root = builder.build("\n".join(lines) + "\n")
        except MarkedYAMLError as error:
            problem, mark, params = _explained(error, lines)
            place = tidied.original(mark)
            if mark.line not in mended:
                document.add(problem, place, **params)
            _recover(document, lines, mark.line, mended)
        except (YAMLStreamError, ValueError) as error:
            document.add("PB010", Mark(1, 1), detail=str(error)[:120])
            return
        except _Stop as stop:
            document.add(stop.problem, tidied.original(stop.mark), **stop.params)
            return
        else:
            document.findings.extend(builder.findings)
            return
    document.add("PB010", Mark(1, 1), detail=("错误太多", "too many errors"))


def _recover(document: Document, lines: list[str], line: int, mended: set[int]) -> None:
    """Close what was left open on ``line``; if that was tried before, leave the line out."""
    index = min(max(line - 1, 0), len(lines) - 1)
    while index > 0 and not lines[index].strip():
        index -= 1
    better = mend(lines[index])
    emptied = better is not None and better.endswith(":")
    if better is not None and not emptied and (index + 1) not in mended:
        lines[index] = better
        mended.add(index + 1)
        return
    indent = len(lines[index]) - len(lines[index].lstrip())
    end = index + 1
    while end < len(lines) and (
        not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent
    ):
        end += 1
    for gone in range(index, end):
        if lines[gone].strip():
            document.lost.add(gone + 1)
            document.ghosts.update(re.findall(r"[\w-]+", lines[gone]))
        lines[gone] = ""


#: ruamel's words for what went wrong → our finding, and whether the context says it better.
_SCANNER = (
    ("found character '\\t'", "PB004", False),
    ("while scanning a quoted scalar", "PB007", True),
    ("while scanning a simple key", "PB006", True),
    ("while parsing a flow", "PB008", True),
    ("mapping values are not allowed", "PB009", False),
    ("while parsing a block", "PB011", False),
    ("while scanning for the next token", "PB012", False),
    ("while scanning an a", "PB020", False),
    ("while scanning a tag", "PB022", False),
    ("while scanning a block scalar", "PB013", False),
    ("while scanning a directive", "PB014", False),
)


def _explained(error: MarkedYAMLError, lines: list[str]) -> tuple[str, Mark, dict[str, Any]]:
    said = f"{error.context or ''} {error.problem or ''}"
    problem, by_context = next(
        ((found, context) for words, found, context in _SCANNER if words in said), ("PB010", False)
    )
    place = (error.context_mark if by_context else None) or error.problem_mark
    place = place or error.context_mark
    line = place.line + 1 if place is not None else 1
    column = place.column + 1 if place is not None else 1
    line = min(line, max(len(lines), 1))
    if problem == "PB011" and lines and lines[line - 1][: column - 1].strip():
        problem = "PB024"
    return problem, Mark(line, column), {"detail": " ".join(said.split())[:120]}


class _Stop(Exception):
    """The file cannot be read further: too deep or too large."""

    def __init__(self, problem: str, mark: Mark, **params: Any) -> None:
        super().__init__(problem)
        self.problem, self.mark, self.params = problem, mark, params


class _Builder:
    """One pass over the event stream."""

    def __init__(self, document: Document, tidied: Tidied) -> None:
        self.document = document
        self.tidied = tidied
        self.findings: list[Finding] = []
        self.count = 0

    def note(self, problem: str, mark: Mark, **params: Any) -> None:
        keep = self.document.findings
        self.document.findings = self.findings
        self.document.add(problem, mark, **params)
        self.document.findings = keep

    def build(self, text: str) -> Node | None:
        yaml = YAML(typ="safe", pure=True)
        events: Iterator[Event] = yaml.parse(text)
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.note("PB015", self.place(event))
            elif isinstance(event, ScalarEvent | CollectionStartEvent | AliasEvent):
                node = self.node(event, events, 1)
                root = node if documents == 1 else root
        return root

    def place(self, event: Event, length: int = 1) -> Mark:
        raw = Mark(event.start_mark.line + 1, event.start_mark.column + 1, length)
        return self.tidied.original(raw)

    def node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        self.count += 1
        mark = self.place(event)
        if depth > MAX_DEPTH:
            raise _Stop("PB003", mark, limit=MAX_DEPTH)
        if self.count > MAX_NODES:
            raise _Stop("PB002", mark, limit=MAX_BYTES // 1024)
        if isinstance(event, AliasEvent):
            self.note("PB021", mark, name=event.anchor)
            return Node(None, mark, last_line=mark.line)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self.note("PB020", mark, name=anchor)
        if isinstance(event, ScalarEvent):
            return self.scalar(event)
        if isinstance(event, CollectionStartEvent) and event.ctag is not None:
            self.note("PB022", mark, tag=str(event.ctag))
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event, events, depth)
        assert isinstance(event, MappingStartEvent)
        return self.mapping(event, events, depth)

    def scalar(self, event: ScalarEvent) -> Node:
        inline = event.end_mark.line == event.start_mark.line
        length = event.end_mark.column - event.start_mark.column if inline else 1
        mark = self.place(event, max(length, 1))
        if event.ctag is not None:
            self.note("PB022", mark, tag=str(event.ctag))
        value: Any = event.value
        if event.style in {None, ""} and event.ctag is None:
            value = _resolved(event.value)
        return Node(value, mark, last_line=self.tidied.original(
            Mark(event.end_mark.line + 1, 1)).line)  # fmt: skip

    def sequence(self, start: Event, events: Iterator[Event], depth: int) -> Node:
        items: list[Node] = []
        mark = self.place(start)
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self.node(event, events, depth + 1))
        last = max([mark.line, *(item.last_line for item in items)])
        return Node(items, mark, last_line=last)

    def mapping(self, start: Event, events: Iterator[Event], depth: int) -> Node:
        children: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        mark = self.place(start)
        last = mark.line
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            last = max(last, value.last_line)
            if isinstance(key.value, dict | list):
                self.note("PB017", key.mark)
                continue
            name = _key_text(event, key)
            if name == "<<":
                self.note("PB023", key.mark)
            elif name in children:
                self.note("PB016", key.mark, name=name, line=keys[name].line)
            else:
                children[name], keys[name] = value, key.mark
        return Node(children, mark, keys, last)


def _key_text(event: Event, key: Node) -> str:
    raw = getattr(event, "value", None)
    return raw if isinstance(raw, str) else str(key.value)


def _resolved(text: str) -> Any:
    """A plain scalar's value. Only what YAML 1.2 names, so ``22:30``, ``no`` and ``007`` stay text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
