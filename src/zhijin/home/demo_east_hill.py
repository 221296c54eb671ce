"""东山社区 (520181002018, document 000) at work in the demonstration: the cases behind the months that are computed,
opened and moved through the real services, so that an indicator opens down to what was really done."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from zhijin.assessment import api as assessment
from zhijin.cases import api as cases
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.home import demo_cases
from zhijin.home.demo.registry import Demo
from zhijin.places import api as places
from zhijin.playbooks.api import current

CODE = assessment.demo.EAST_HILL
SYSTEM = Actor.system("demo")
MINUTE = timedelta(minutes=1)
KINDS = ("road-hazard", "sanitation")
WORDS = {
    "road-hazard": (
        "小区门口的路面塌了一块，推婴儿车过不去", "地下车库出口的护栏被撞歪了", "三栋前的路灯坏了一个星期",
        "菜市场边上积水，早上都是踩着砖头过", "人行道的井盖松了，一踩就响",
    ),
    "sanitation": (
        "二栋后面的垃圾堆了三天没人清", "垃圾桶满了，流出来的水很臭", "公厕没有水，冲不了",
        "楼道里堆了旧家具，没人管", "河沟里漂着塑料袋",
    ),
}  # fmt: skip
SENT_BACK = ("网格反映没有人手，退回", "没有及时到现场，过后找不到了，退回", "不清楚归谁管，退回")
#: What a step of a case does; it gives the next one, with when.
Act = Callable[[], "Next | None"]
Next = tuple[datetime, Act]


@dataclass
class Life:
    """One case from its report to its end, as well or as badly as the community works that month."""

    rng: random.Random
    number: str
    begins: datetime
    quality: float
    kind: str
    spot: tuple[float, float] | None
    case_id: UUID | None = None
    code: str = ""
    again: bool = False

    def well(self) -> bool:
        return self.rng.random() < self.quality

    def after(self, at: datetime, soon: tuple[int, int], late: tuple[int, int]) -> datetime:
        """``at`` and some minutes: few when the community works well, many when it does not."""
        return self.by_day(at + MINUTE * self.rng.randint(*(soon if self.well() else late)))

    def by_day(self, at: datetime) -> datetime:
        """``at``, or some time of the next morning: nobody works or rates at night."""
        local = at.astimezone(clock.TZ)
        if 7 <= local.hour < 21:
            return at
        morning = local.replace(hour=7, minute=30) + timedelta(days=local.hour >= 21)
        return morning + MINUTE * self.rng.randint(0, 180)

    def report(self) -> Next | None:
        """A resident reports it. Nothing more when it has been reported before."""
        revision = current(self.kind, CODE)
        ask = revision.machine.asked(revision.playbook.opens.ask, "resident")
        lon, lat = self.spot or (None, None)
        answers, photos = demo_cases.filled(self.rng, ask, self.kind, CODE, lon, lat)
        report = cases.Report(
            playbook=self.kind, channel="portal", key=str(uuid5(NAMESPACE_URL, self.number)),
            place_code=CODE, lon=lon, lat=lat, photos=photos, simulated=True,
            answers={**answers, "what": self.rng.choice(WORDS[self.kind])},
        )  # fmt: skip
        made = cases.open_case(actor=Actor.resident(), report=report, opener="resident")
        if made.replayed:
            return None
        self.case_id, self.code = made.case_id, made.code
        at = self.after(self.begins, (20, 90), (1500, 5000))
        solved = self.rng.random() < self.quality + 0.04
        return at, (self.accept if solved else self.send_back)

    def send_back(self) -> None:
        self._move("grid_worker", "returned", why=self.rng.choice(SENT_BACK))

    def accept(self) -> Next:
        self._move("grid_worker", "handling")
        return self.after(clock.now(), (300, 1400), (7000, 15000)), self.finish

    def finish(self) -> Next:
        case = self._case()
        photo = {"after": [demo_cases.photo(self.rng.randint(1, 12))]}
        cases.move(
            actor=demo_cases.somebody("grid_worker", case), case_id=case.id, move_id="done",
            photos=photo,
        )  # fmt: skip
        return self.by_day(clock.now() + MINUTE * self.rng.randint(60, 2400)), self.confirm

    def confirm(self) -> Next | None:
        """The reporter rates it, or is called; where work is bad, some come again."""
        if self.again or self.rng.random() < 0.7:
            rating = self.rng.choice((4, 5, 5) if self.well() else (1, 2, 3))
            cases.act_as_reporter(case=self._case(), move_id="confirm", data={"satisfied": rating})
        else:
            self._move("village_staff", "call-back", why="电话回访，居民说已经办好")
        if self.again or self.rng.random() > (1 - self.quality) * 0.6:
            return None
        return clock.now() + timedelta(days=1), self.complain

    def complain(self) -> Next:
        self.again = True
        cases.reopen(code=self.code, why="没过两天又是老样子")
        return self.by_day(clock.now() + MINUTE * self.rng.randint(1500, 4000)), self.finish

    def _case(self) -> cases.Case:
        assert self.case_id is not None
        with scoped(SYSTEM):
            return cases.Case.objects.get(pk=self.case_id)

    def _move(self, role: str, move: str, why: str = "") -> None:
        case = self._case()
        cases.move(actor=demo_cases.somebody(role, case), case_id=case.id, move_id=move, why=why)


def make(demo: Demo) -> dict[str, date]:
    """Its cases, once; which village's cases are real from which month on (empty without the village)."""
    months = assessment.demo.months_to_compute(demo.today)
    if not places.outlines_in(CODE):
        return {}
    if not assessment.demo.is_drawn(CODE):
        lives = list(_lives(demo, months))
        live(lives, clock.now())
        demo.count("cases", sum(life.case_id is not None for life in lives))
    return {CODE: months[0]}


def _lives(demo: Demo, months: Iterable[date]) -> Iterator[Life]:
    spots: list[tuple[float, float] | None] = [*demo_cases.spots(CODE)]
    for month in months:
        rng = demo.rng("east-hill", month)
        start = datetime(month.year, month.month, 1, tzinfo=clock.TZ)
        for number in range(rng.randint(7, 10)):
            at = start + timedelta(days=rng.randint(0, 25), minutes=rng.randint(7 * 60, 20 * 60))
            yield Life(
                random.Random(rng.random()), f"east-hill {month} {number}", at,
                assessment.demo.east_hill_quality(month), rng.choice(KINDS),
                rng.choice(spots or [None]),
            )  # fmt: skip


def live(lives: Iterable[Life], present: datetime) -> None:
    """Let everything happen in the order of time, with the clocks that strike meanwhile."""
    waiting: list[tuple[datetime, int, Act]] = [
        (life.begins, number, life.report) for number, life in enumerate(lives)
    ]
    heapq.heapify(waiting)
    count = len(waiting)
    while waiting and waiting[0][0] < present:
        at, _number, act = heapq.heappop(waiting)
        with clock.freeze(at):
            cases.sweep_all()
            follows = act()
        if follows is not None:
            count += 1
            heapq.heappush(waiting, (follows[0], count, follows[1]))
