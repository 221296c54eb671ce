"""A branch of a hundred members with a year of life: its page. And a register of residents out of Excel.

The page is the real view with every middleware, as the app role under row-level security. The import is the
one behind 表格导入导出: the file is parsed in a process of its own, every row is checked, sealed, journalled and
leaves its fact, and the answer file is written.
"""

from __future__ import annotations

import io
import resource
import time
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any

from bench.ground import ms, percentile

VILLAGE, MEMBERS, AWAY = "530602105207", 100, 40
#: Rows of one file; an upload takes twice as many.
ROWS = 25_000
#: Residents of one village: its own numbers of households start again in the next.
EACH = 1000
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗"
_GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛超明霞平刚桂兰玉梅秀英建国志华文斌"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def page(times: int = 30) -> dict[str, Any]:
    """Median and 95th percentile of the branch's year, and how many statements it sends."""
    from bench.desk_list import _client
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.orgs import api as orgs

    system = Actor.system("bench")
    with scoped(system):
        org = orgs.register_organisation(
            actor=system, place_code=VILLAGE, name="大耆老村党支部", kind="branch", sector=1
        )
    _live(org)
    client = _client("secretary", "village_secretary", VILLAGE)
    path = f"/desk/meetings/?org={org.key}"
    client.get(path)
    sent = _statements(client, path)
    found = []
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get(path)
        found.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return {
        "page_ms": ms(percentile(found, 0.5)), "page_p95_ms": ms(percentile(found, 0.95)),
        "page_statements": sent, "page_kb": len(answer.content) >> 10, "members": MEMBERS,
    }  # fmt: skip


def _statements(client: Any, path: str) -> int:
    """How many statements a request sends."""
    from django.db import connection

    sent = 0

    def count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        client.get(path)
    return sent


def _live(org: Any) -> None:
    """A hundred members, four in ten away, and a meeting in every period of the year."""
    from zhijin.activities.meetings import demo, programme, writing
    from zhijin.core import clock
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.people import api as people

    system = Actor.system("bench")
    start = date(clock.today().year, 1, 1)
    with scoped(system):
        with clock.freeze(datetime.combine(start, clock_time(9), clock.TZ)):
            writing.take_up(actor=system, org_key=org.key, begins=start, place="村委会")
            members = [
                people.enrol_member(
                    actor=system, org_key=org.key,
                    draft=people.MemberDraft(
                        f"党员{at:03d}", "入党志愿书", "full", at < 3, "一组", at >= MEMBERS - AWAY, "", None, start,
                    ),
                )
                for at in range(MEMBERS)
            ]  # fmt: skip
        for kind in programme.current(org.place_code).model.due:
            demo._history(org, kind, members, date(start.year, 12, 31))


def people(number: int) -> dict[str, Any]:
    """Seconds for ``number`` residents, as files of :data:`ROWS`; the peak of this process's memory."""
    from zhijin.core.actor import Actor
    from zhijin.core.scope import scoped
    from zhijin.orgs import sheeting
    from zhijin.people.api import Person

    system, seconds, saved = _importer(), 0.0, 0
    files = [_file(first, min(ROWS, number - first)) for first in range(0, number, ROWS)]
    before = _peak()
    for body in files:
        began = time.perf_counter()
        with scoped(system):
            run, _outcome = sheeting.run_import(
                actor=system, what="people", source=io.BytesIO(body), name="名册.xlsx", partial=True
            )
        seconds += time.perf_counter() - began
        saved += run.saved
    with scoped(Actor.system("bench")):
        stored = Person.objects.count()
    if saved != stored or saved != number:
        raise RuntimeError(f"{number} rows, {saved} saved, {stored} stored")
    return {
        "people": saved, "people_s": round(seconds, 1), "people_files": len(files),
        "people_mb": _peak(), "people_before_mb": before,
    }  # fmt: skip


def _importer() -> Any:
    """A township officer, who may import residents of the township's villages."""
    from zhijin.access.api import actor_of, create_account, grant_role
    from zhijin.core.actor import Actor

    system = Actor.system("bench")
    account = create_account(
        actor=system, username="bench-importer", name="导入", password="five-looms-9",
        must_change_password=False,
    )  # fmt: skip
    grant_role(actor=system, account=account, role="county_officer", place_code=VILLAGE[:6])
    found = actor_of(str(account.id))
    assert found is not None
    return found


def _file(first: int, rows: int) -> bytes:
    """A village's register as an office keeps it: names that repeat, two or three to a household."""
    import xlsxwriter

    from zhijin.places.api import Place

    villages = list(
        Place.objects.filter(code__startswith=VILLAGE[:6], level="village")
        .order_by("code")
        .values_list("code", flat=True)
    )
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [
            "所属网格", "户号", "关系", "姓名", "电话", "身份证号码", "授权方式", "政治面貌", "住址",
        ])  # fmt: skip
        for at in range(rows):
            sheet.write_row(at + 1, 0, _resident(first + at, villages))
    return body.getvalue()


def _resident(n: int, villages: list[str]) -> list[str]:
    name = _SURNAMES[n % 20] + _GIVEN[n * 7 % 32] + (_GIVEN[n * 13 % 29] if n % 3 else "")
    known = n % 2 == 0
    return [
        villages[n // EACH % len(villages)], f"{n % EACH // 3:03d}", ("户主", "配偶", "子女")[n % 3], name,
        f"129{n:08d}" if known else "", _number(n) if known else "", "2026-03-01 纸质授权书" if known else "",
        "群众", f"示例路 {n % EACH // 3} 号",
    ]  # fmt: skip


def _number(n: int) -> str:
    """A sound identity number of nobody: a day long ago and a number of its own."""
    body = f"530602{1940 + n // 9000 % 60}{1 + n // 1000 % 9:02d}15{n % 1000:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
