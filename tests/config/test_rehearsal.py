"""A whole rehearsal with the real commands: back up, erase, restore the older backup, and erase again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from zhijin.config.postgres import ADMIN, Cluster

pytestmark = [pytest.mark.slow]
CHECKOUT = Path(__file__).resolve().parents[2]
WORD, PHONE = "痕迹记号门口的路塌了", "12900000001"
#: Two cases that ended long ago, in an installation of their own; the list has told of them.
FILL = f"""
from datetime import timedelta
from tests.cases.conftest import add_place, publish, report
from tests.cast import VILLAGE
from zhijin.cases.services import reporter
from zhijin.cases.services.intake import open_case
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.people import keeping
if not __import__("zhijin.places.models").places.models.Place.objects.filter(code=VILLAGE).exists():
    add_place(VILLAGE, "大耆老村")
publish('''
playbook: 1
id: rehearsal
title: {{zh: 演练, en: Rehearsal}}
basis: 测试
opens: {{by: [resident], ask: [{{field: what, type: longtext, required: true}}]}}
states:
  reported: {{owner: reporter, within: 5 days, late: {{move: closed}}, moves: [{{to: closed, by: reporter}}]}}
  closed: {{final: true}}
''')
now = clock.now()
for days in (800, 100):
    with clock.freeze(now - timedelta(days=days)):
        keeping.sweep()
        made = open_case(actor=Actor.resident(), opener="resident", report=report(
            playbook="rehearsal", place_code=VILLAGE, answers={{"what": "{WORD}"}}, phone="{PHONE}", name="王麦收"))
        reporter.act(code=made.code, move_id="closed", data={{}})
        print("made", made.case_id)
"""


@pytest.fixture
def top() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="zhijin-rehearsal-"))
    top.chmod(0o711)
    yield top
    for home in top.iterdir():
        if (home / "postgres.json").exists():
            Cluster(home).stop(immediate=True)
    shutil.rmtree(top, ignore_errors=True)


def zhijin(home: Path, *words: str, text: str = "") -> str:
    """The real command in a process of its own."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("ZHIJIN_", "DATABASE_", "DJANGO_"))
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("zhijin"), *words], input=text, text=True, capture_output=True, check=False,
        cwd=CHECKOUT, env={**kept, "ZHIJIN_HOME": str(home), "ZHIJIN_LANG": "en", "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def texts(home: Path) -> list[str]:
    """What the cases hold, the oldest first, as the owner of the server reads them."""
    cluster = Cluster(home)
    cluster.start()
    try:
        with psycopg.connect(cluster.url(ADMIN)) as connection:
            rows = connection.execute("SELECT text FROM cases_case ORDER BY closed_at").fetchall()
            dumped: Any = connection.execute(
                "SELECT count(*) FROM cases_case WHERE reporter_phone IS NOT NULL"
            ).fetchone()
    finally:
        cluster.stop()
    assert dumped[0] == sum(bool(row[0]) for row in rows), "name and telephone go with the words"
    return [row[0] for row in rows]


def test_what_a_restored_backup_brings_back_is_erased_again(top: Path) -> None:
    old, new = top / "old", top / "new"
    zhijin(old, "migrate")
    made = zhijin(old, "manage", "shell", "--no-imports", "-c", FILL).split()
    first = made[made.index("made") + 1]
    archive = top / "backup.tar"
    zhijin(old, "backup", str(archive))
    assert json.loads(zhijin(old, "retention", "--erase", "--json")) == {"erased": 1}
    assert texts(old) == ["", WORD], "the younger one is kept"
    listed = [json.loads(line) for line in (old / "erased.jsonl").read_text().splitlines()]
    assert [(line["kind"], line["ids"]) for line in listed] == [("case", [first])]

    zhijin(new, "restore", str(archive))
    assert texts(new) == [WORD, WORD], "the older backup brings it back"
    again = ("retention", "--again", str(old / "erased.jsonl"), "--json")
    assert json.loads(zhijin(new, *again)) == {"again": 1}
    assert texts(new) == ["", WORD]
    assert json.loads(zhijin(new, *again)) == {"again": 0}, "twice does no harm"
    assert (new / "erased.jsonl").exists(), "the restored one lists it too, for the next restore"
    zhijin(new, "verify", "journal")
