"""Writes the references that are taken from the source: commands, settings and errors.

``python -m zhijin.config.reference`` rewrites them; a test fails when they are not current.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import sys
from importlib import import_module
from importlib.util import find_spec

import zhijin
from zhijin.config.home import CHECKOUT
from zhijin.config.messages import compile_catalogue, read_english

REFERENCE = CHECKOUT / "docs" / "reference"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijin.config.settings")
    import django

    django.setup()
    compile_catalogue()
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


def pages() -> dict[str, str]:
    """File name → Markdown. English, whatever the terminal's language."""
    from django.utils import translation

    before = {name: os.environ.get(name) for name in ("ZHIJIN_LANG", "COLUMNS")}
    os.environ.update(ZHIJIN_LANG="en", COLUMNS="100")
    try:
        with translation.override("en"):
            return {"commands.md": commands(), "settings.md": settings(), "errors.md": errors()}
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def commands() -> str:
    """Every command with all it takes, as it says itself."""
    from zhijin.config.cli import build_parser, overview
    from zhijin.config.commands import COMMANDS

    parts = [
        "# Commands",
        "",
        "Taken from the command itself: `zhijin COMMAND --help`.",
        "",
        "```",
        overview(),
        "```",
    ]
    for command in COMMANDS:
        if command.mount and find_spec(command.mount) is None:
            continue
        parser = build_parser(command)
        for name, sub in _parsers(parser, "zhijin"):
            level = "##" if name.count(" ") == 1 else "###"
            parts += ["", f"{level} {name}", "", "```", _help(sub), "```"]
    return "\n".join(parts) + "\n"


def _help(parser: argparse.ArgumentParser) -> str:
    parser.color = False  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in parser.format_help().strip().split("\n"))


def _parsers(
    parser: argparse.ArgumentParser, name: str
) -> list[tuple[str, argparse.ArgumentParser]]:
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for key, sub in action.choices.items():
                found.append((f"{name} {key}", sub))
                found += _parsers(sub, f"{name} {key}")
    return found


def settings() -> str:
    from zhijin.config.environment import VARIABLES

    rows = [f"| `{v.name}` | {v.default} | {v.says} |" for v in VARIABLES]
    head = [
        "# Settings",
        "",
        "Set as environment variables; nothing needs to be set.",
        "",
        "| name | default | |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def errors() -> str:
    """The catalogue of refusals: id, status, what it says and what to do next, in both languages."""
    from django.utils import translation

    from zhijin.core.errors import CATALOGUE

    _import_rooms()
    english = {zh: forms[0] for zh, forms in read_english().forms.items()}
    parts = ["# Errors", "", "Every refusal has a stable id, a sentence, and what to do next.", ""]
    for id_, definition in sorted(CATALOGUE.items()):
        with translation.override("zh-hans"):
            zh = [str(definition.message), str(definition.help)]
        en = [english.get(text, text) for text in zh]
        parts += [
            f"## {id_}",
            "",
            f"HTTP {definition.status}",
            "",
            " ".join(zh).strip(),
            "",
            " ".join(en).strip(),
            "",
        ]
    return "\n".join(parts)


def _import_rooms() -> None:
    """Errors join the catalogue when their module is imported."""
    for found in pkgutil.walk_packages(zhijin.__path__, "zhijin."):
        if not found.name.startswith("zhijin.config.") and ".migrations" not in found.name:
            import_module(found.name)


if __name__ == "__main__":
    sys.exit(main())
