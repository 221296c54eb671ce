"""A playbook told in sentences, for those who will work by it and those who must approve it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zhijin.core.roles import resolve
from zhijin.playbooks.engine import sensing_told, words
from zhijin.playbooks.engine.findings import is_english
from zhijin.playbooks.engine.indicators import Condition
from zhijin.playbooks.engine.model import FieldSpec, Move, Playbook, State


@dataclass(frozen=True)
class Section:
    """A heading with sentences; ``key`` is the state it tells of, or the part of the file."""

    key: str
    title: str
    lines: list[str] = field(default_factory=list)


class _Teller:
    def __init__(self, playbook: Playbook, lang: str) -> None:
        self.book, self.lang, self.english = playbook, lang, is_english(lang)

    def say(self, zh: str, en: str) -> str:
        return en if self.english else zh

    def role(self, name: str | None) -> str:
        found = resolve(name or "")
        return found.title(self.lang) if found else (name or "")

    def roles(self, names: Iterable[str]) -> str:
        return self.say("、", ", ").join(self.role(name) for name in names)

    def state(self, name: str) -> str:
        title = self.book.state_title(name, self.lang)
        return self.say(f"“{title}”", f"“{title}”")

    def field(self, name: str) -> str:
        spec = self.book.fields.get(name)
        return spec.title(self.lang) if spec else name

    def sections(self) -> Iterator[Section]:
        yield self.opening()
        for name, state in self.book.states.items():
            yield Section(name, self.book.state_title(name, self.lang), list(self.stay(state)))
        for key, zh, en, lines in (
            ("priorities", "优先级", "Priorities", self.priorities()),
            ("networks", "各网职责", "Networks", self.networks()),
            ("parties", "各方能看到什么", "What each side sees", self.parties()),
            ("effects", "随后发生什么", "What follows", self.effects()),
            ("sensing", "设备怎样开事项", "What devices open", self.sensing()),
            ("quarantine", "哪些设备要隔离", "Which devices are shut away", self.quarantine()),
            ("indicators", "由此算出的指标", "Indicators", self.indicators()),
        ):
            found = list(lines)
            if found:
                yield Section(key, self.say(zh, en), found)

    def opening(self) -> Section:
        book = self.book
        lines = [book.summary.in_(self.lang)] if book.summary else []
        lines.append(self.say(f"依据：{book.basis}", f"Basis: {book.basis}"))
        lines.append(self.say(f"可以上报的：{self.roles(book.opens.by)}。",
                              f"May be opened by: {self.roles(book.opens.by)}."))  # fmt: skip
        lines += [self.question(spec) for spec in book.opens.ask]
        first = self.state(book.initial)
        lines.append(self.say(f"上报后进入{first}。", f"It then stands in {first}."))
        return Section("opens", self.say("怎样开始", "How it begins"), lines)

    def question(self, spec: FieldSpec) -> str:
        kind = words.TYPES[spec.type][self.english]
        marks = []
        if spec.required:
            marks.append(self.say("必填", "required"))
        if spec.private:
            marks.append(self.say("个人信息，不公开", "private"))
        if spec.by:
            marks.append(self.say(f"只问{self.roles(spec.by)}", f"asked of {self.roles(spec.by)}"))
        if spec.when:
            marks.append(self.conditions(spec.when))
        text = self.say("，", ", ").join([kind, *marks])
        return self.say(
            f"问：{spec.title(self.lang)}（{text}）", f"Asks: {spec.title(self.lang)} ({text})"
        )

    def conditions(self, found: Iterable[Condition]) -> str:
        parts = [self.condition(item) for item in found]
        return self.say("当" + "并且".join(parts), "when " + " and ".join(parts))

    def condition(self, item: Condition) -> str:
        name, spec = self.field(item.field), self.book.fields.get(item.field)
        titles = {c.id: c.title(self.lang) for c in spec.choices} if spec else {}
        yes, no = self.say("是", "yes"), self.say("否", "no")

        def show(value: object) -> str:
            return yes if value is True else no if value is False else titles.get(
                str(value), str(value))  # fmt: skip

        values = self.say("、", ", ").join(show(value) for value in item.values)
        operator = item.operators[0]
        return {
            "is": self.say(f"{name}为{values}", f"{name} is {values}"),
            "in": self.say(f"{name}为{values}之一", f"{name} is one of {values}"),
            "not": self.say(f"{name}不为{values}", f"{name} is not {values}"),
            "above": self.say(f"{name}大于{item.above}", f"{name} is above {item.above}"),
            "below": self.say(f"{name}小于{item.below}", f"{name} is below {item.below}"),
            "given": self.say(f"{name}{'已填' if item.given else '未填'}",
                              f"{name} is {'given' if item.given else 'not given'}"),
        }[operator]  # fmt: skip

    def stay(self, state: State) -> Iterator[str]:
        if state.final:
            outcome = words.OUTCOMES[state.outcome or "solved"][self.english]
            yield self.say(f"到此结束，结果算“{outcome}”。", f"It ends here, counted as {outcome}.")
            return
        if state.owner:
            yield self.say(
                f"由{self.role(state.owner)}负责。", f"{self.role(state.owner)} answers for it."
            )
        yield from self.clock(state)
        for move in state.moves:
            yield self.step(move)

    def clock(self, state: State) -> Iterator[str]:
        for priority, length in state.within.items():
            prefix = f"{self.priority(priority)}：" if priority and not self.english else (
                f"{self.priority(priority)}: " if priority else "")  # fmt: skip
            yield prefix + self.say(
                f"期限 {length.title('zh')}。", f"Due within {length.title('en')}."
            )
        for length in state.remind:
            yield self.say(
                f"到期前 {length.title('zh')}提醒。", f"A reminder {length.title('en')} before."
            )
        for rung in state.late:
            when = (
                self.say(f"逾期 {rung.after.title('zh')}后", f"{rung.after.title('en')} later")
                if rung.after
                else self.say("逾期时", "When late")
            )
            acts = []
            if rung.notify:
                acts.append(
                    self.say(f"通知{self.roles(rung.notify)}", f"tells {self.roles(rung.notify)}")
                )
            if rung.escalate:
                acts.append(self.say(f"升级给{self.role(rung.escalate)}",
                                     f"escalates to {self.role(rung.escalate)}"))  # fmt: skip
            if rung.move:
                acts.append(self.say(f"自动转到{self.state(rung.move)}",
                                     f"goes to {self.state(rung.move)} by itself"))  # fmt: skip
            yield self.say(f"{when}{'，'.join(acts)}。", f"{when}, it {' and '.join(acts)}.")
        yield from self.relief(state)

    def relief(self, state: State) -> Iterator[str]:
        if state.suspend:
            who = self.role(state.suspend.approver or state.owner)
            length = state.suspend.max.title(self.lang)
            yield self.say(f"经{who}批准可以挂起，最长 {length}。",
                           f"May be suspended by {who}, for {length} at most.")  # fmt: skip
        if state.extend:
            who, spec = self.role(state.extend.approver), state.extend
            length = spec.max.title(self.lang)
            yield self.say(f"经{who}批准可以延期 {spec.times} 次，每次最多 {length}。",
                           f"May be extended {spec.times}× by {who}, {length} at most each.")  # fmt: skip

    def step(self, move: Move) -> str:
        title, target = self.book.move_title(move, self.lang), self.state(move.to)
        extras = []
        if move.why == "required":
            extras.append(self.say("要写理由", "with a reason"))
        if move.ask:
            names = self.say("、", ", ").join(spec.title(self.lang) for spec in move.ask)
            extras.append(self.say(f"要填{names}", f"giving {names}"))
        if move.when:
            extras.append(self.conditions(move.when))
        tail = self.say("，", ", ").join(extras)
        roles = self.roles(move.by)
        zh = f"{roles}可以“{title}”，转到{target}" + (f"（{tail}）" if tail else "") + "。"
        en = f"{roles} may “{title}”, to {target}" + (f" ({tail})" if tail else "") + "."
        return self.say(zh, en)

    def priority(self, name: str) -> str:
        found = next((p for p in self.book.priorities if p.id == name), None)
        return found.title.in_(self.lang) if found and found.title else name

    def priorities(self) -> Iterator[str]:
        for item in self.book.priorities:
            when = self.conditions(item.when) if item.when else self.say("其余", "otherwise")
            factor = "" if item.factor == 1 else self.say(
                f"，期限乘以 {item.factor:g}", f", deadlines × {item.factor:g}")  # fmt: skip
            name = self.priority(item.id)
            yield self.say(f"{name}：{when}{factor}。", f"{name}: {when}{factor}.")

    def networks(self) -> Iterator[str]:
        for item in self.book.networks:
            title, duty = item.title.in_(self.lang), item.duty.in_(self.lang)
            yield self.say(f"{title}（{self.role(item.role)}）：{duty}。",
                           f"{title} ({self.role(item.role)}): {duty}.")  # fmt: skip

    def parties(self) -> Iterator[str]:
        for item in self.book.parties:
            seen = (
                self.say("全部步骤", "every step")
                if "all" in item.sees
                else self.say("、", ", ").join(self.state(name) for name in item.sees)
            )
            fields = self.say("、", ", ").join(self.field(name) for name in item.fields)
            title = item.title.in_(self.lang)
            yield self.say(
                f"{title}能看到{seen}；项目：{fields}。", f"{title} sees {seen}; fields: {fields}."
            )

    def effects(self) -> Iterator[str]:
        for rule in self.book.points:
            title = rule.title.in_(self.lang) if rule.title else rule.rule
            yield self.say(
                f"走到{self.state(rule.when)}时，给{self.role(rule.to)}记 {rule.amount} 分（{title}，{rule.rule}）。",
                f"On {self.state(rule.when)}, {self.role(rule.to)} gets {rule.amount} points "
                f"({title}, {rule.rule}).",
            )
        for item in self.book.publish:
            names = self.say("、", ", ").join(self.field(name) for name in item.fields)
            yield self.say(f"走到{self.state(item.when)}时，公开{names}。",
                           f"On {self.state(item.when)}, {names} are published.")  # fmt: skip
        for notice in self.book.notify:
            yield self.say(f"走到{self.state(notice.when)}时，通知{self.roles(notice.to)}。",
                           f"On {self.state(notice.when)}, {self.roles(notice.to)} are told.")  # fmt: skip
        for follow in self.book.follow:
            after = follow.after.title(self.lang) if follow.after else ""
            yield self.say(f"走到{self.state(follow.when)}{after}后，另开一件“{follow.open}”。",
                           f"After {self.state(follow.when)} {after}, “{follow.open}” opens.")  # fmt: skip

    def sensing(self) -> Iterator[str]:
        return sensing_told.sentences(self.book, self.lang)

    def quarantine(self) -> Iterator[str]:
        return sensing_told.quarantines(self.book, self.lang)

    def indicators(self) -> Iterator[str]:
        for item in self.book.indicators:
            yield f"{item.title.in_(self.lang)} ({item.id})"


def sections(playbook: Playbook, lang: str = "zh") -> list[Section]:
    """The playbook as headed sentences, in the order in which a case lives."""
    return list(_Teller(playbook, lang).sections())


def explain(playbook: Playbook, lang: str = "zh") -> str:
    """The playbook as plain readable text (Markdown)."""
    out = [f"# {playbook.title.in_(lang)}", ""]
    for section in sections(playbook, lang):
        out += [f"## {section.title}", "", *(f"- {line}" for line in section.lines), ""]
    return "\n".join(out).rstrip() + "\n"
