"""Minutes and records as Word files: who may take them, what stands in them; the same record gives the same file."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.activities.deliberation.conftest import (
    COUNCIL,
    NAMES,
    do,
    journalled,
    make_village,
    ship,
)
from tests.cast import VILLAGE
from zhijin.activities.deliberation import balloting, paper, proposing, stepping
from zhijin.core import clock

pytestmark = pytest.mark.django_db


def words(body: bytes) -> str:
    """The text of a Word file, its parts in order."""
    with zipfile.ZipFile(BytesIO(body)) as file:
        return "".join(
            re.findall(r"<w:t[^>]*>([^<]*)</w:t>", file.read("word/document.xml").decode())
        )


def take(member: Any, path: str) -> Any:
    return member.client.get(f"/desk/deliberation/{path}")


@pytest.fixture
def today(places: None, tmp_path: Any, cast: Any) -> Any:
    """A village on today's date: sessions are made as of now."""
    ship(tmp_path)
    return make_village(cast)


def test_minutes_of_an_open_vote_name_who_voted_how(today: Any, cast: Any) -> None:
    sitting, _slips = today.vote(today.begin(), "yyyyyn-")
    path = f"sittings/{sitting.id}/minutes.docx"
    assert take(cast.branch_secretary, path).status_code == 409  # not counted yet
    today.count(sitting, opinion="先修三组这一段")
    answer = take(cast.branch_secretary, path)
    assert "attachment" in answer["Content-Disposition"]
    told = words(answer.content)
    assert "应到：7 人　实到：6 人" in told
    assert "到会人数不少于应到人数的三分之二方可表决；赞成超过应到会人员的半数为通过。" in told
    assert "记名表决：赞成 5 票，反对 1 票，弃权 0 票，通过。" in told
    assert "先修三组这一段" in told
    assert all(name in told for name in NAMES)
    assert [row.object for row in journalled("sitting.file")] == [sitting.record]


def test_minutes_of_a_secret_vote_hold_counts_and_who_was_there_only(today: Any, cast: Any) -> None:
    sitting, _slips = today.vote(today.begin(), "yyyyynn", secret=True)
    today.count(sitting)
    told = words(take(cast.branch_secretary, f"sittings/{sitting.id}/minutes.docx").content)
    assert "无记名表决：赞成 5 票，反对 2 票" in told
    assert "赞成：" not in told
    assert "反对：" not in told


def test_an_adjourned_sitting_says_so(today: Any, cast: Any) -> None:
    sitting, _slips = today.vote(today.begin(), "yy-----")
    today.do(balloting.adjourn, sitting_id=sitting.id, why="农忙")
    told = words(take(cast.branch_secretary, f"sittings/{sitting.id}/minutes.docx").content)
    assert "没有表决" in told
    assert "农忙" in told
    assert "缺席：" in told


def test_a_councils_minutes_tell_who_came_by_sides(today: Any, cast: Any) -> None:
    sitting, _slips = today.vote(today.begin("council"), "yyyyy", roll=COUNCIL)
    today.count(sitting)
    told = words(take(cast.branch_secretary, f"sittings/{sitting.id}/minutes.docx").content)
    assert "到会（居民）：" in told
    assert "孙物业" in told


def test_the_record_of_a_matter_has_every_step_and_no_name(today: Any, cast: Any) -> None:
    matter = today.begin()
    for _step in range(4):
        today.pass_step(matter)
    today.do(stepping.publish, matter_id=matter.id)
    path = f"matters/{matter.id}/record.docx"
    answer = take(cast.branch_secretary, path)
    told = words(answer.content)
    for step in (
        "党支部提议",
        "村“两委”商议",
        "党员大会审议",
        "村民（代表）会议决议",
        "决议公开",
        "组织实施",
    ):
        assert step in told
    assert "决议公开中" in told
    assert "尚未进行" in told
    assert not any(name in told for name in NAMES)
    assert take(cast.township_officer, path).status_code == 200
    assert take(cast.outsider, path).status_code == 404


def test_the_same_record_gives_the_same_bytes(today: Any, cast: Any) -> None:
    matter = today.begin()
    today.pass_step(matter)
    with clock.freeze(clock.now()):
        first, again = (
            take(cast.branch_secretary, f"matters/{matter.id}/record.docx") for _n in range(2)
        )
    assert first.content == again.content


def test_a_yard_meetings_record_counts_and_names_nobody(today: Any, cast: Any) -> None:
    row = today.do(
        proposing.gather,
        place_code=VILLAGE,
        kind="yard",
        title="十月星火夜话",
        starts_at=clock.now(),
    )
    path = f"gatherings/{row.id}/record.docx"
    assert take(cast.branch_secretary, path).status_code == 409
    draft = proposing.Draft("装灯", "广场太黑。", "三组")
    do(today.secretary, proposing.enter, place_code=VILLAGE, draft=draft, gathering_id=row.id)
    today.do(proposing.held, gathering_id=row.id, came=43, notes="谈了路灯和水渠。")
    told = words(take(cast.branch_secretary, path).content)
    assert "到会：43 人（只记人数）" in told
    assert "装灯（三组）" in told


@given(
    quorum=st.integers(1, 10_000),
    over=st.integers(0, 9_999),
    of=st.sampled_from(["due", "present"]),
)
def test_every_rule_is_said_in_one_sentence(quorum: int, over: int, of: str) -> None:
    told = paper.rule_told({"quorum": quorum, "pass_over": over, "of": of})
    assert told.count("。") == 1
    assert ("到会人员" in told.split("；")[1]) or of == "due"
