"""``zhijin messages``: the interface is written in Chinese; each room keeps its English in ``locale_en.toml``.
Finds what has no English, what is stale, and writes the catalogue that gettext reads."""

from __future__ import annotations

import argparse
import io
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo

from zhijin.config.home import PACKAGE

CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.mo"
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "_": None,
    "gettext_lazy": None,
    "_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
CONTEXT = "\x04"


@dataclass(frozen=True, slots=True)
class Use:
    """A message in the source: its Chinese (context before a ``\\x04``), plural, file and line."""

    zh: str
    plural: str | None
    where: str


@dataclass(slots=True)
class English:
    """All rooms' translations: Chinese → forms (one, or singular and plural), and what is wrong."""

    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def run(args: argparse.Namespace) -> int:
    """Exit code 1 when a check finds something."""
    if args.what == "compile":
        print(f"{compile_catalogue()} → {CATALOGUE}")
        return 0
    uses, english = list(find_uses()), read_english()
    missing = {use.zh: use for use in uses if use.zh not in english.forms}
    if args.what == "missing":
        for zh in sorted(missing):
            print(f'"{_toml(zh)}" = ""  # {missing[zh].where}')
        return 1 if missing else 0
    problems = [f"{use.where}: no English for {use.zh!r}" for use in missing.values()]
    problems += [
        f"{use.where}: {use.zh!r} is said of a number; give its singular and plural"
        for use in uses
        if use.plural is not None and len(english.forms.get(use.zh, "12")) == 1
    ]
    problems += english.problems + sorted(_stale(uses, english))
    for problem in problems:
        print(problem)
    print(f"{len({u.zh for u in uses})} messages, {len(problems)} problems")
    return 1 if problems else 0


def read_english(package: Path = PACKAGE) -> English:
    """Merge every ``locale_en.toml`` (a large part of a room may have its own); two may share a message,
    not differ about it."""
    english = English()
    for path in sorted(package.glob("**/locale_en.toml")):
        name = path.relative_to(package).as_posix()
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            english.problems.append(f"{name}: {error}")
            continue
        for zh, value in table.items():
            _take(english, name, zh, value)
    return english


def _take(english: English, name: str, zh: str, value: object) -> None:
    forms = tuple(value) if isinstance(value, list) else (value,)
    if not all(isinstance(form, str) and form for form in forms) or len(forms) > 2:
        english.problems.append(f"{name}: {zh!r} needs a text, or a list of singular and plural")
        return
    texts = tuple(str(form) for form in forms)
    known = english.forms.setdefault(zh, texts)
    if known != texts:
        there = english.places[zh]
        english.problems.append(f"{name}: {zh!r} is {texts!r} here and {known!r} in {there}")
    english.places.setdefault(zh, name)
    wanted = sorted(PLACEHOLDER.findall(zh))
    if len(texts) == 1 and sorted(PLACEHOLDER.findall(texts[0])) != wanted:
        english.problems.append(f"{name}: {zh!r} and its English differ in {{placeholders}}")


def find_uses(package: Path = PACKAGE) -> Iterator[Use]:
    """Every message in the Python files and templates of the package."""
    for path in sorted(package.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _extract(path.read_bytes(), path.relative_to(package))
    from django.utils.translation.template import templatize

    for path in sorted(
        (*package.rglob("templates/**/*.html"), *package.rglob("templates/**/*.txt"))
    ):
        source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        yield from _extract(source.encode(), path.relative_to(package))


def _extract(source: bytes, path: Path) -> Iterator[Use]:
    found: Any = extract_python(io.BytesIO(source), KEYWORDS, (), {"encoding": "utf-8"})
    for line, function, arguments, _ in found:
        texts = arguments if isinstance(arguments, tuple | list) else (arguments,)
        spec = KEYWORDS.get(function)
        if not texts or not isinstance(texts[0], str):
            continue
        where = f"{path.as_posix()}:{line}"
        context = spec is not None and isinstance(spec[0], tuple)
        zh = f"{texts[0]}{CONTEXT}{texts[1]}" if context else texts[0]
        rest = texts[2:] if context else texts[1:]
        plural = rest[0] if spec is not None and len(spec) > 1 + context and rest else None
        if zh:
            yield Use(zh.replace("%%", "%"), plural, where)


def _stale(uses: list[Use], english: English) -> Iterator[str]:
    used = {use.zh for use in uses}
    for zh, name in english.places.items():
        if zh not in used:
            yield f"{name}: {zh!r} is used nowhere; remove it"


def compile_catalogue(target: Path = CATALOGUE) -> int:
    """Write the ``.mo``; returns how many messages it holds. Replaced in one step: servers may be reading."""
    english = read_english()
    catalogue = Catalog(locale="en", charset="utf-8", fuzzy=False)
    for zh, forms in english.forms.items():
        context, _, text = zh.rpartition(CONTEXT)
        # Template tags double the per cent sign before they look a message up.
        for variant in {text, text.replace("%", "%%")} if "%(" not in text else {text}:
            key = (variant, variant) if len(forms) == 2 else variant
            catalogue.add(key, forms if len(forms) == 2 else forms[0], context=context or None)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}.new")
    with fresh.open("wb") as out:
        write_mo(out, catalogue)
    fresh.replace(target)
    return len(english.forms)


def _toml(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
