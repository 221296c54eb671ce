"""The documentation is held against the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhijin.config import reference
from zhijin.config.commands import COMMANDS, GROUPS
from zhijin.config.environment import VARIABLES

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
READ = re.compile(r"""(?:environ(?:\.get\(|\[)|_flag\(|getenv\()\s*"([A-Z][A-Z_]+)\"""")
#: Read or set for others, not for operators to set.
NOT_OURS = {
    "PATH",
    "DJANGO_SETTINGS_MODULE",
    "ZHIJIN_TEST_RUN",
    "COLUMNS",
    "LANG",
    "LC_ALL",
    "NO_COLOR",
}


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "errors.md"])
def test_references_are_current(name):
    """Write them anew with: .venv/bin/python -m zhijin.config.reference"""
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == reference.pages()[name]


def test_every_command_has_its_place_in_the_overview():
    assert sorted(c.name for c in COMMANDS) == sorted(n for _, _, names in GROUPS for n in names)


def test_every_command_stands_in_the_reference():
    text = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    assert [c.name for c in COMMANDS if f"## zhijin {c.name}\n" not in text] == []


def test_every_variable_that_is_read_is_described():
    read = {
        name
        for path in (CHECKOUT / "src").rglob("*.py")
        for name in READ.findall(path.read_text(encoding="utf-8"))
    }
    assert read - NOT_OURS - {v.name for v in VARIABLES} == set()


@pytest.mark.parametrize(
    "page",
    [*sorted(DOCS.rglob("*.md")), *sorted(CHECKOUT.glob("*.md"))],
    ids=lambda p: str(p.relative_to(CHECKOUT)),
)
def test_links_lead_somewhere(page):
    broken = [
        link
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_page_is_found_from_the_first_one():
    seen, todo = set(), [DOCS / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = LINK.findall(page.read_text(encoding="utf-8"))
        todo += [p for p in ((page.parent / link).resolve() for link in links) if p.exists()]
    assert sorted(str(p.relative_to(DOCS)) for p in set(DOCS.rglob("*.md")) - seen) == []


def test_every_decision_is_listed():
    index = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in DOCS.glob("adr/0*.md") if p.name not in index] == []


def test_both_readmes_begin_with_the_two_commands():
    for name in ("README.md", "README.zh-CN.md"):
        first_screen = (CHECKOUT / name).read_text(encoding="utf-8").split("\n")[:14]
        assert any(line.startswith("make up") for line in first_screen), name
        assert any(line.startswith("make test") for line in first_screen), name
