"""An import that is killed in the middle: nothing is half written, its sender finds it and sends it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import GRID, Cast
from tests.core.test_sheets import xlsx
from tests.orgs.conftest import SYSTEM, places
from zhijin.core import clock
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped
from zhijin.orgs import sheeting
from zhijin.orgs.models import SheetRun
from zhijin.people.models import Household, Person

__all__ = ["places"]
HEADER = ["网格代码", "户号", "与户主关系", "姓名", "性别", "出生年份"]
ROWS = 60

#: A browser's request, answered by the real view in a process of its own, which dies after so many rows.
SENDER = """
import os, signal, sys, django
from django.conf import settings
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from zhijin.core.sheets import taking
from zhijin.people.models import Person
taking.TOGETHER = 20
taken = taking._take_many
def dies(rows, save, outcome):
    taken(rows, save, outcome)
    if len(outcome.rows) >= 40:
        assert Person.objects.count() >= 40, "written, and not committed"
        os.kill(os.getpid(), signal.SIGKILL)
taking._take_many = dies
client = Client()
client.cookies[sys.argv[2]] = sys.argv[3]
body = open(sys.argv[1], "rb").read()
answer = client.post("/desk/sheets/people/import/", {"file": SimpleUploadedFile("名册.xlsx", body)})
sys.exit(answer.content.decode())
"""


def table() -> bytes:
    rows = [[GRID, f"01-{n:03}", "户主", f"示例{chr(0x4E00 + n)}", "女", 1960] for n in range(ROWS)]
    return xlsx([HEADER, *rows]).getvalue()


def counts() -> tuple[int, int, int, int]:
    with scoped(SYSTEM):
        return (
            Person.objects.count(), Household.objects.count(),
            Fact.objects.filter(kind__startswith="person").count(),
            JournalEntry.objects.filter(action="sheet.import").count(),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_nothing_and_can_be_sent_again(
    places: None, cast: Cast, database_environment: dict[str, str], tmp_path: Path
) -> None:
    client = cast.township_officer.client
    [(name, cookie)] = client.cookies.items()
    file = tmp_path / "a.xlsx"
    file.write_bytes(table())
    before = counts()
    died = subprocess.run(
        [sys.executable, "-c", SENDER, str(file), name, cookie.value],
        env={**os.environ, **database_environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert counts() == before
    with scoped(cast.township_officer.actor):
        run = SheetRun.objects.get()
        assert (run.ended_at, run.saved, run.file_name) == (None, 0, "名册.xlsx")
        SheetRun.objects.update(at=run.at - timedelta(minutes=1))
    listed = client.get("/desk/sheets/").content.decode()
    assert "中断了，没有导入" in listed
    page = client.get(f"/desk/sheets/runs/{run.id}/").content.decode()
    assert "请重新导入同一个文件" in page
    assert 'href="/desk/sheets/people/import/"' in page
    again = {"file": SimpleUploadedFile("名册.xlsx", table())}
    answer = client.post("/desk/sheets/people/import/", again, follow=True)
    assert "全部导入" in answer.content.decode()
    assert counts()[:2] == (ROWS, ROWS)
    assert client.get("/desk/sheets/").content.decode().count("中断了") == 1


def test_an_import_under_way_is_not_called_cut_off(places: None, cast: Cast) -> None:
    """It holds a lock, however long it takes; nobody guesses by the hour."""
    actor = cast.township_officer.actor
    begun = sheeting.begin(actor=actor, what="people", name="名册.xlsx", partial=False)
    begun.at = clock.now() - timedelta(hours=3)
    assert sheeting.cut_off([begun]) == {begun.id}
    with scoped(actor):
        sheeting.send(sheeting._HOLD, [sheeting._LOCK, sheeting._number(begun.id)])
        assert sheeting.cut_off([begun]) == set()


def test_a_file_that_is_refused_leaves_no_import(places: None, cast: Cast) -> None:
    client = cast.township_officer.client
    answer = client.post(
        "/desk/sheets/people/import/", {"file": SimpleUploadedFile("a.xlsx", b"no")}
    )
    assert answer.status_code >= 400
    assert "正在导入" not in client.get("/desk/sheets/").content.decode()
