"""Minutes as a Word file in the layout of official documents.

GB/T 9704-2012, as ``core.documents`` lays it out: A4, margins 37 mm above, 35 below, 28 left, 26 right (a type
area of 156 × 225 mm); title 2号小标宋, body 3号仿宋, 22 lines of 28 characters; headings of four levels, 一、in 黑体,
（一）in 楷体, 1. and （1）in 仿宋; the organisation's name and the date at the right below. Fonts are named, never
shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from zhijin.activities.meetings import programme
from zhijin.activities.models import Attendee, Meeting, Resolution
from zhijin.core import clock, documents
from zhijin.core.documents import Block, Document, Heading, Signature, Text

State = Attendee.State
_OUTCOMES = {"passed": "通过", "failed": "未通过", "no_quorum": "人数不足，表决不成立"}


def minutes(
    meeting: Meeting, roll: Sequence[Attendee], puts: Sequence[Resolution],
    names: Mapping[UUID, str], taken: str, at: datetime,
) -> bytes:  # fmt: skip
    """The minutes of a meeting that was held; ``names`` by member. The file is in Chinese, as minutes are."""
    blocks: list[Block] = [*_head(meeting, roll, names), Heading("议程")]
    blocks += [Text(f"{number}. {line}") for number, line in enumerate(meeting.agenda, 1)]
    for title, body in programme.sections_of(meeting):
        blocks += [Heading(title), *(Text(line) for line in body.splitlines() if line.strip())]
    if puts:
        blocks.append(Heading("表决"))
        blocks += [Text(_told(row)) for row in puts]
    blocks.append(Signature(meeting.org_name, meeting.held_on))
    return documents.write(Document(meeting.title, at, blocks, subtitle="会议记录", taken=taken))


def _head(meeting: Meeting, roll: Sequence[Attendee], names: Mapping[UUID, str]) -> list[Block]:
    starts = clock.local(meeting.starts_at)
    lines = [
        f"时间：{starts:%Y年%-m月%-d日 %H:%M}",
        f"地点：{meeting.place or '线上'}"
        + ("（线上线下结合）" if meeting.remote and meeting.place else ""),
    ]
    if meeting.chair:
        lines.append(f"主持：{meeting.chair}")
    lines.append(
        f"应到：{meeting.due} 人　实到：{meeting.present} 人（其中线上 {meeting.remote} 人）"
    )
    for title, wanted in (("到会", State.PRESENT), ("请假", State.LEAVE), ("缺席", State.ABSENT)):
        people = [_named(row, names) for row in roll if row.state == wanted]
        if people:
            lines.append(f"{title}：{'、'.join(people)}")
    if meeting.first_topic:
        lines.append(f"第一议题：{meeting.first_topic}")
    if meeting.law:
        lines.append(f"会前学法：{meeting.law}")
    return [Text(line) for line in lines]


def _named(row: Attendee, names: Mapping[UUID, str]) -> str:
    name = names.get(row.member_id, row.name_masked)
    return f"{name}（线上）" if row.remote and row.state == State.PRESENT else name


def _told(row: Resolution) -> str:
    how = "无记名" if row.secret else "记名"
    return (
        f"{row.text}：{how}表决，应到有表决权 {row.due} 人，到会 {row.present} 人，赞成 {row.yes} 票，"
        f"反对 {row.no} 票，弃权 {row.abstained} 票，{_OUTCOMES.get(row.state, '')}。"
    )
