"""A playbook told in sentences, for those who will work by it and those who must approve it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zhijin.core.roles import resolve
from zhijin.playbooks.engine import sensing_told, words
from zhijin.playbooks.engine.findings import is_english
from zhijin.playbooks.engine.indicators import Condition
from zhijin.playbooks.engine.model import FieldSpec, Move, Playbook, State

#: Factors on deadlines that have a word.
_FACTORS = {0.5: ("期限减半", "half the time"), 2: ("期限加倍", "twice the time")}


@dataclass(frozen=True)
class Section:
    """A heading with sentences; ``key`` is the state it tells of, or the part of the file."""

    key: str
    title: str
    lines: list[str] = field(default_factory=list)


class _Teller:
    def __init__(self, playbook: Playbook, lang: str, names: Mapping[str, str]) -> None:
        self.book, self.lang, self.english = playbook, lang, is_english(lang)
        self.names = names

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
        lines.append(self.say(f"谁可以上报：{self.roles(book.opens.by)}。",
                              f"Who may report: {self.roles(book.opens.by)}."))  # fmt: skip
        lines += self.questions(book.opens.ask)
        first = self.state(book.initial)
        lines.append(self.say(f"报上来以后是{first}。", f"Once reported it is {first}."))
        return Section("opens", self.say("怎样开始", "How it begins"), lines)

    def questions(self, asked: Iterable[FieldSpec]) -> Iterator[str]:
        """What must be told, what may be; then what is asked of some only, or sometimes; what stays private."""
        plain = [spec for spec in asked if not spec.by and not spec.when]
        for zh, en, specs in (
            ("要填的", "To be filled in", [spec for spec in plain if spec.required]),
            ("可以不填的", "May be left out", [spec for spec in plain if not spec.required]),
        ):
            if specs:
                yield self.say(f"{zh}：{self.titles(specs)}。", f"{en}: {self.titles(specs)}.")
        yield from (self.question(spec) for spec in asked if spec.by or spec.when)
        if private := [spec for spec in asked if spec.private]:
            yield self.say(f"是个人信息，不公开：{self.titles(private)}。",
                           f"Personal, never published: {self.titles(private)}.")  # fmt: skip

    def question(self, spec: FieldSpec) -> str:
        title = spec.title(self.lang)
        only = (
            self.say(f"（只问{self.roles(spec.by)}）", f" (asked of {self.roles(spec.by)} only)")
            if spec.by
            else ""
        )
        when = self.conditions(spec.when) if spec.when else ""
        must = spec.required
        zh = f"{when}{'，' if when else ''}{'要填' if must else '可以填'}{title}{only}。"
        en = f"{title} {'is asked' if must else 'may be given'}{only}{' ' if when else ''}{when}."
        return self.say(zh, en)

    def titles(self, specs: Iterable[FieldSpec]) -> str:
        return self.say("、", ", ").join(spec.title(self.lang) for spec in specs)

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
        if spec is not None and (spec.type == "boolean" or titles):
            # A question with answers to choose from: both stand in quotes, or the sentence cannot be told from them.
            name, values = f"“{name}”", f"“{values}”"
        operator = item.operators[0]
        return {
            "is": self.say(f"{name}答{values}" if name[0] == "“" else f"{name}为{values}", f"{name} is {values}"),
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
        yield from self.duty(state)
        yield from self.clock(state)
        for move in state.moves:
            yield self.step(move)

    def duty(self, state: State) -> Iterator[str]:
        """Who answers for the step, and by when: one sentence."""
        who, waits = self.role(state.owner), state.owner == "reporter"
        done = "答复" if waits else "办完"
        spans = [
            self.say((f"“{self.priority(key)}”的 " if key else "") + f"{length.title('zh')}内{done}",
                     f"within {length.title('en')}" + (f" ({self.priority(key)})" if key else ""))
            for key, length in state.within.items()
        ]  # fmt: skip
        if who:
            zh = "，".join([f"这一步等{who}" if waits else f"这一步由{who}负责", *spans])
            en = f"{who} answers for this step" + (f", {', '.join(spans)}" if spans else "")
            yield self.say(f"{zh}。", f"{en}.")
        elif spans:
            yield self.say(f"{'，'.join(spans)}。", f"To be done {', '.join(spans)}.")

    def clock(self, state: State) -> Iterator[str]:
        for length in state.remind:
            yield self.say(
                f"到期前 {length.title('zh')}提醒。",
                f"A reminder comes {length.title('en')} before.",
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
        final = self.book.states[move.to].final
        extras = []
        if move.why == "required":
            extras.append(self.say("写明理由", "a reason"))
        if move.ask:
            extras.append(self.say(f"填{self.titles(move.ask)}", self.titles(move.ask)))
        when = self.conditions(move.when) if move.when else ""
        need = self.say("，", ", ").join(extras)
        roles = self.roles(move.by)
        then = f"到{target}结束" if final else f"接着是{target}"
        zh = f"{when}{'，' if when else ''}{roles}可以“{title}”，{then}"
        zh += f"；要{need}。" if need else "。"
        en = f"{roles} may “{title}”{' ' if when else ''}{when}: {'it ends as' if final else 'it is then'} {target}"
        return self.say(zh, en + (f"; needs {need}." if need else "."))

    def priority(self, name: str) -> str:
        found = next((p for p in self.book.priorities if p.id == name), None)
        return found.title.in_(self.lang) if found and found.title else name

    def priorities(self) -> Iterator[str]:
        for item in self.book.priorities:
            when = self.conditions(item.when) if item.when else self.say("其余的都是", "all others")
            zh, en = _FACTORS.get(
                item.factor, (f"期限乘以 {item.factor:g}", f"deadlines × {item.factor:g}")
            )
            factor = "" if item.factor == 1 else self.say(f"，{zh}", f", {en}")
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
                f"{title}能看到{seen}，以及{fields}。" if fields else f"{title}能看到{seen}。",
                f"{title} sees {seen}" + (f", and {fields}." if fields else "."),
            )

    def effects(self) -> Iterator[str]:
        for rule in self.book.points:
            title = rule.title.in_(self.lang) if rule.title else rule.rule
            yield self.say(
                f"{self.state(rule.when)}以后，{self.role(rule.to)}得 {rule.amount} 分（{title}）。",
                f"Once it is {self.state(rule.when)}, {self.role(rule.to)} gets {rule.amount} points ({title}).",
            )
        for item in self.book.publish:
            names = self.say("、", ", ").join(self.field(name) for name in item.fields)
            yield self.say(f"{self.state(item.when)}以后，公开{names}。",
                           f"Published once it is {self.state(item.when)}: {names}.")  # fmt: skip
        for notice in self.book.notify:
            yield self.say(f"{self.state(notice.when)}以后，告诉{self.roles(notice.to)}。",
                           f"Told once it is {self.state(notice.when)}: {self.roles(notice.to)}.")  # fmt: skip
        for follow in self.book.follow:
            after = follow.after.title(self.lang) if follow.after else ""
            name = self.names.get(follow.open, follow.open)
            state = self.state(follow.when)
            yield self.say(f"{state}{f'满 {after}' if after else '以后'}，接着办一件“{name}”。",
                           f"{f'{after} after' if after else 'After'} {state}, “{name}” opens.")  # fmt: skip

    def sensing(self) -> Iterator[str]:
        return sensing_told.sentences(self.book, self.lang)

    def quarantine(self) -> Iterator[str]:
        return sensing_told.quarantines(self.book, self.lang)

    def indicators(self) -> Iterator[str]:
        for item in self.book.indicators:
            yield item.title.in_(self.lang)


def sections(
    playbook: Playbook, lang: str = "zh", names: Mapping[str, str] | None = None
) -> list[Section]:
    """The playbook as headed sentences, in the order in which a case lives; ``names``: titles of others by id."""
    return list(_Teller(playbook, lang, names or {}).sections())


def explain(playbook: Playbook, lang: str = "zh") -> str:
    """The playbook as plain readable text (Markdown)."""
    out = [f"# {playbook.title.in_(lang)}", ""]
    for section in sections(playbook, lang):
        out += [f"## {section.title}", "", *(f"- {line}" for line in section.lines), ""]
    return "\n".join(out).rstrip() + "\n"
