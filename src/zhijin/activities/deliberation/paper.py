"""Minutes of sittings and neighbours' meetings, and the whole record of a matter, as Word files (GB/T 9704).

``core.documents`` lays them out. The files are in Chinese, as minutes are. A secret vote's minutes hold counts only;
the record of a matter, which may be handed out, holds no names at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhijin.activities.deliberation.reading import StepView
from zhijin.activities.meetings.format import Vote
from zhijin.activities.models import Gathering, Matter, Proposal, Seat, Sitting
from zhijin.core import clock, documents
from zhijin.core.documents import Block, Document, Heading, Note, Signature, Table, Text

_CHOICES = (("yes", "赞成"), ("no", "反对"), ("abstain", "弃权"))
_OUTCOMES = {"passed": "通过", "failed": "未通过", "adjourned": "另行开会"}
_ACTS = {"publish": "决议公开", "carry": "组织实施", "result": "结果公开"}
_STATES = {"running": "办理中", "done": "已完成", "refused": "未通过"}


def _moment(at: datetime) -> str:
    return f"{clock.local(at):%Y年%-m月%-d日 %H:%M}"


def _day(at: datetime) -> str:
    return f"{clock.local(at):%Y年%-m月%-d日}"


def _share(points: int) -> str:
    """Basis points as minutes say them: 6666 → 三分之二, 5000 → 半数."""
    return {6666: "三分之二", 5000: "半数", 8000: "五分之四", 10_000: "全部"}.get(
        points, f"{points / 100:g}%"
    )


def rule_told(rule: Mapping[str, object]) -> str:
    """The rule of a vote in one sentence."""
    vote = Vote.model_validate(rule)
    of = {"due": "应到会人员", "present": "到会人员"}[vote.of]
    return f"到会人数不少于应到人数的{_share(vote.quorum)}方可表决；赞成超过{of}的{_share(vote.pass_over)}为通过。"


def _paragraphs(text: str) -> list[Block]:
    return [Text(line) for line in text.splitlines() if line.strip()]


def sitting(
    row: Sitting, matter: Matter, title: str, roll: Sequence[Seat], sides: Mapping[str, str], taken: str
) -> bytes:  # fmt: skip
    """The minutes of one sitting that was counted or adjourned. ``sides``: titles of a council's parties by id."""
    ended = row.closed_at or row.starts_at
    blocks: list[Block] = [
        Text(f"会议：{row.body}（{title}）"), Text(f"时间：{_moment(row.starts_at)}"),
        Text(f"地点：{row.place or '线上'}" + ("（线上线下结合）" if row.place and row.link else "")),
        Text(f"应到：{row.due} 人　实到：{row.present} 人"), *_present(roll, sides),
        Heading("议题"), Text(matter.title), *_paragraphs(matter.text),
    ]  # fmt: skip
    if matter.agenda:
        blocks += [
            Heading("议程"),
            *(Text(f"{n}. {line}") for n, line in enumerate(matter.agenda, 1)),
        ]
    blocks += [Heading("表决"), *_voted(row, roll)]
    if row.opinion:
        blocks += [Heading("会议意见"), *_paragraphs(row.opinion)]
    if row.simulated:
        blocks.append(Note("演示数据：人名和事项都是模拟的，不是真实情况。"))
    blocks.append(Signature(row.org_name or row.body, clock.local(ended).date()))
    return documents.write(
        Document(f"{row.body}会议记录", ended, blocks, subtitle=matter.title, taken=taken)
    )


def _present(roll: Sequence[Seat], sides: Mapping[str, str]) -> list[Block]:
    """Who was there and who was not, a council's by its parties."""
    out: list[Block] = []
    for party in sides or {"": ""}:
        here = [seat.name for seat in roll if seat.present and seat.party == party]
        if here:
            head = f"到会（{sides[party]}）" if party else "到会"
            out.append(Text(f"{head}：{'、'.join(here)}"))
    away = [seat.name for seat in roll if not seat.present]
    if away:
        out.append(Text(f"缺席：{'、'.join(away)}"))
    return out


def _voted(row: Sitting, roll: Sequence[Seat]) -> list[Block]:
    if row.state == Sitting.State.ADJOURNED:
        return [Text("没有表决。这件事仍在这一步，另行召集会议。")]
    how = "无记名" if row.secret else "记名"
    out: list[Block] = [
        Text(rule_told(row.rule)),
        Text(
            f"{how}表决：赞成 {row.yes} 票，反对 {row.no} 票，弃权 {row.abstained} 票，{_OUTCOMES[row.state]}。"
        ),
    ]
    if not row.secret:
        for choice, word in _CHOICES:
            names = [seat.name for seat in roll if seat.choice == choice]
            if names:
                out.append(Text(f"{word}：{'、'.join(names)}"))
    return out


def matter(
    row: Matter, title: str, basis: str, steps: Sequence[StepView], taken: str, at: datetime
) -> bytes:
    """The whole record of a matter: every step with its counts, publications and how it was carried out."""
    blocks: list[Block] = [
        Text(f"程序：{title}"), Text(f"依据：{basis}"),
        Text(f"列入议事：{_day(row.made_at)}　现在：{_STATES[row.state]}"),
        Heading("议题"), *_paragraphs(row.text), Heading("经过"),
        Table(
            ("步骤", "会议或文号", "日期", "应到", "实到", "赞成", "反对", "弃权", "结果"),
            [line for step in steps for line in _lines(step)],
            widths=(5, 6, 4, 2, 2, 2, 2, 2, 4),
            aligns=("start", "start", "start", "end", "end", "end", "end", "end", "start"),
            wide=True,
        ),
    ]  # fmt: skip
    said = [(step.title, sat.opinion) for step in steps for sat in step.sittings if sat.opinion]
    if said:
        blocks.append(Heading("会议意见"))
        blocks += [Text(f"{name}：{words}") for name, words in said]
    blocks.append(Note("各次计票可以在平台的“核对计票”页面逐票核对，不含姓名。"))
    if row.simulated:
        blocks.append(Note("演示数据：人名和事项都是模拟的，不是真实情况。"))
    blocks.append(Signature(row.org_name, clock.local(row.ended_at or row.step_since).date()))
    return documents.write(
        Document(row.title, at, blocks, subtitle=f"{title}全程记录", taken=taken)
    )


def _lines(step: StepView) -> list[list[str | int | None]]:
    """The rows of one step: its sittings, or its publication or case, or that it lies ahead."""
    nothing: list[str | int | None] = [None] * 5
    name = step.step.title.zh
    rows: list[list[str | int | None]] = [
        [name, sat.body, _day(sat.closed_at or sat.starts_at), sat.due, sat.present,
         *((sat.yes, sat.no, sat.abstained) if sat.state in ("passed", "failed") else (None, None, None)),
         _OUTCOMES.get(sat.state, "尚未计票")]
        for sat in step.sittings
    ]  # fmt: skip
    if rows:
        return rows
    kept = step.passage
    if kept is None:
        return [[name, None, None, *nothing, "尚未进行"]]
    done = _day(kept.at) if kept.at else None
    told = _ACTS.get(step.step.act, "") + ("" if kept.at else "中")
    if step.outcome is not None and step.outcome.ended:
        told = "已落实" if step.outcome.carried else "未能落实"
    return [[name, kept.code, done, *nothing, told]]


def gathering(row: Gathering, kind: str, made: Sequence[Proposal], taken: str) -> bytes:
    """The record of a neighbours' meeting: how many came and what was suggested; nobody is named."""
    ended = row.held_at or row.starts_at
    blocks: list[Block] = [
        Text(f"会议：{kind}"), Text(f"时间：{_moment(row.starts_at)}"), Text(f"地点：{row.place or '线上'}"),
        Text(f"到会：{row.came} 人（只记人数）"), Heading("谈了什么"), *_paragraphs(row.notes),
    ]  # fmt: skip
    if made:
        blocks.append(Heading("群众建议"))
        blocks += [
            Text(
                f"{n}. {one.title}"
                + (f"（{one.by}）" if one.by else "")
                + f"：{one.answer or '办理中'}"
            )
            for n, one in enumerate(made, 1)
        ]
    if row.simulated:
        blocks.append(Note("演示数据：人名和事项都是模拟的，不是真实情况。"))
    blocks.append(Signature(row.org_name, clock.local(ended).date()))
    return documents.write(Document(row.title, ended, blocks, subtitle="会议记录", taken=taken))
