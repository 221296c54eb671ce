"""Writes docs/reference/import-columns.md from the tables' own columns: ``python -m zhijin.orgs.columns_doc``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.utils.translation import override

if TYPE_CHECKING:
    from zhijin.core.sheets import Column
    from zhijin.orgs.sheeting import Sheet

_HEAD = """# Columns of the tables

What each import understands. A header may stand in any column order, below up to nine rows of titles, in
Chinese or English, with stars, brackets or gaps; the names under *also* mean the same column. Other
columns are passed over and named on the result page. An export has the same columns and reads back in.

Written by `python -m zhijin.orgs.columns_doc`; a test holds it against the code.
"""


def page() -> str:
    """The page as Markdown. What the desk says in its source language is left in it."""
    from zhijin.orgs.sheeting import sheets

    with override("zh-hans"):
        return "\n".join([_HEAD, *(_table(sheet) for sheet in sheets())])


def _table(sheet: Sheet) -> str:
    lines = [
        f"## {sheet.title} (`{sheet.key}`)",
        "",
        f"{sheet.about} Import: `{sheet.import_permission}`; export: `{sheet.export_permission}`"
        + (", with a stated purpose and a watermark." if sheet.personal else "."),
        "",
        "| column | English | required | also | values |",
        "|---|---|---|---|---|",
        *(_line(column) for column in sheet.columns),
        "",
    ]
    return "\n".join(lines)


def _line(column: Column) -> str:
    values = "、".join(column.choices or ()) or str(column.help) or column.example
    cells = (
        column.zh,
        column.en,
        "yes" if column.required else "",
        "、".join(column.synonyms),
        values,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    """Print the page."""
    import django

    django.setup()
    sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
