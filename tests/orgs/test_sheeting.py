"""Tables behind the pages: kept sealed, cleared after a week, named in the journal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import VILLAGE, Cast
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, refusing, register
from zhijin.core import clock, labels
from zhijin.core.scope import scoped
from zhijin.core.tasks import registered
from zhijin.orgs import naming, sheeting
from zhijin.orgs.models import SheetRun

pytestmark = pytest.mark.usefixtures("places")
ROWS = [["名称", "类别", "领域", "区划代码"], ["示例合作社", "合作社", "农村", VILLAGE]]


def run(cast: Cast) -> SheetRun:
    actor = cast.township_officer.actor
    with scoped(actor):
        made, _outcome = sheeting.run_import(
            actor=actor, what="orgs", source=xlsx(ROWS), name="名册.xlsx", partial=False
        )
    return made


def test_an_answer_file_is_kept_a_week(cast: Cast) -> None:
    made, actor = run(cast), cast.township_officer.actor
    with scoped(actor):
        name, body = sheeting.answer_of(actor=actor, run_id=made.id)
    assert name == "名册-答复.xlsx"
    assert body.startswith(b"PK")
    assert sheeting.clear_answers() == 0
    with clock.freeze(clock.now() + sheeting.KEEP_ANSWERS + timedelta(minutes=1)):
        assert sheeting.clear_answers() == 1
    with scoped(actor):
        assert sheeting.own_run(actor, made.id).saved == 1
        with refusing() as caught:
            sheeting.answer_of(actor=actor, run_id=made.id)
    assert caught.value.id == "OR201"
    assert "orgs.clear_answers" in {tick.name for tick in registered()}


def test_nobody_imports_without_the_permission(cast: Cast) -> None:
    for member in (cast.branch_secretary, cast.department_officer, cast.auditor):
        with scoped(member.actor), refusing() as caught:
            sheeting.run_import(
                actor=member.actor, what="orgs", source=xlsx(ROWS), name="a.xlsx", partial=False
            )
        assert caught.value.id == "CO403"


def test_the_journal_names_organisations_and_tables(cast: Cast) -> None:
    org = register("大耆老村党总支")
    with scoped(SYSTEM):
        assert labels.label("org", str(org.key)) == "大耆老村党总支"
        assert labels.label("org", "1") == "1"
        assert labels.label("sheet", "orgs") == "组织"
    with scoped(cast.outsider.actor):
        assert labels.label("org", str(org.key)) == str(org.key)
    assert set(naming.ACTIONS) <= set(labels.actions())


def test_a_table_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        sheeting.register_sheet(sheeting.get_sheet("orgs"))
    assert [sheet.key for sheet in sheeting.sheets()] == [
        "places",
        "orgs",
        "appointments",
        "people",
        "members",
        "devices",
    ]
