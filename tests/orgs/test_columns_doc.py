"""The reference of the columns says what the code takes, and every refusal of tables is explained."""

from __future__ import annotations

import re
from pathlib import Path

from zhijin.core.errors import CATALOGUE
from zhijin.orgs import columns_doc
from zhijin.orgs.sheeting import sheets

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_reference_is_current() -> None:
    stored = (DOCS / "reference" / "import-columns.md").read_text(encoding="utf-8")
    assert stored == columns_doc.page(), "run python -m zhijin.orgs.columns_doc"


def test_every_refusal_of_a_file_stands_in_the_how_to() -> None:
    text = (DOCS / "how-to" / "import-excel.md").read_text(encoding="utf-8")
    # SH007 (an empty file) says all there is to say by itself.
    wanted = {number for number in CATALOGUE if re.fullmatch(r"SH00\d", number)} - {"SH007"}
    assert {number for number in wanted if number not in text} == set()


def test_no_two_columns_of_a_table_share_a_name() -> None:
    for sheet in sheets():
        seen: dict[str, str] = {}
        for column in sheet.columns:
            for name in column.names:
                assert name not in seen, f"{sheet.key}: {name} is {seen[name]} and {column.zh}"
                seen[name] = column.zh
