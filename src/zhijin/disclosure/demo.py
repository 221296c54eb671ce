"""A demonstration's public documents: one village that publishes on time, made through the real services."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.errors import Refusal
from zhijin.core.scope import scoped
from zhijin.disclosure import deciding, documents, periods, producing, questions
from zhijin.disclosure.documents import Draft
from zhijin.disclosure.models import Document
from zhijin.ui import spans

#: The hands of the demonstration: simulated, as everything here.
STAFF = Actor.system("村干部（模拟）")
_COLUMNS = ["项目", "收入（元）", "支出（元）", "说明"]
_LINES = (
    ("集体门面租金", 4200, 0, "两间，按月"), ("光伏分成", 1860, 0, "村级电站"),
    ("垃圾清运", 0, 3200, "每周两次"), ("路灯电费", 0, 460, "主干道"), ("水管维修", 0, 780, "四组"),
)  # fmt: skip


def make(village: str, secretary: str) -> int:
    """Documents of the last months in a village, once; returns how many. All say that they are simulated."""
    with scoped(STAFF):
        if Document.objects.filter(place_code=village).exists():
            return 0
    today = clock.today()
    planned: list[tuple[datetime, Draft]] = []
    # The older one is more than a year old whatever day it is: verify it as anybody may, years later.
    planned += [
        (_morning(year.last, 40), _assets(year.key)) for year in periods.ended("year", today, 2)
    ]
    for back, period in enumerate(periods.ended("month", today, 2)):
        # The newest month's books are left to do, so that the calendar has something due.
        if back:
            planned.append((_morning(period.last, 6), _books(period.key, back)))
        planned.append((_morning(period.last, 4), _counted(village, period)))
    for back, quarter in enumerate(periods.ended("quarter", today, 2)):
        # Those of the earlier quarter were late, as it happens.
        at = _morning(quarter.last, 9 + 20 * back)
        planned += [(at, draft) for draft in _quarterly(quarter.key)]
    for at, draft in sorted(planned, key=lambda pair: pair[0]):
        _publish(village, secretary, draft, at)
    _asked(village)
    return len(planned)


def _morning(last: date, days: int) -> datetime:
    """Half past nine some days after a period's end, never in the future."""
    zone = clock.local(clock.now()).tzinfo
    return min(datetime.combine(last, time(9, 30), zone) + timedelta(days=days), clock.now())


def _books(period: str, back: int) -> Draft:
    rows = [
        [name, f"{income + back * 10 * bool(income):,}", f"{spent + back * 20 * bool(spent):,}", says]
        for name, income, spent, says in _LINES
    ]  # fmt: skip
    return Draft(
        board="finance", title=spans.titled(period, "财务收支（模拟）"),
        body="本月集体收支明细，票据存村务监督委员会备查。",
        columns=_COLUMNS, rows=rows, period=period, duty="finance-monthly",
    )  # fmt: skip


def _affairs(period: str) -> Draft:
    return Draft(
        board="village", title=spans.titled(period, "村务事项（模拟）"), period=period, duty="village-quarterly",
        body="一、三组至五组机耕路修整，投工三十六个，已验收。\n\n二、村民代表会议通过了垃圾清运费的收取办法。\n\n三、公益性岗位轮换名单由各组推荐，已公示。",
    )  # fmt: skip


def _quarterly(period: str) -> list[Draft]:
    nothing = "本季度没有发放和使用积分。"
    party = (
        "一、支部党员大会一次，支部委员会三次，党课一次。\n\n二、主题党日三次，流动党员线上参加。"
    )
    return [
        _affairs(period),
        Draft(board="party", title=spans.titled(period, "党务事项（模拟）"), body=party, period=period,
              duty="party-quarterly"),
        Draft(board="village", title=spans.titled(period, "积分收支情况（模拟）"), body=nothing, period=period,
              duty="points-books"),
    ]  # fmt: skip


def _assets(period: str) -> Draft:
    rows = [
        ["集体门面", "2 间", "出租"],
        ["村级光伏电站", "1 座", "在用"],
        ["机耕路", "3.6 公里", "在用"],
    ]
    return Draft(
        board="finance", title=spans.titled(period, "集体资产清查（模拟）"), columns=["资产", "数量", "状况"],
        rows=rows, body="清查小组逐项核对，与台账一致。", period=period, duty="assets-yearly",
    )  # fmt: skip


def _counted(village: str, period: periods.Period) -> Draft:
    """The month's matters as the record has them; where it has none, a sentence that says so."""
    try:
        with scoped(STAFF):
            return producing.produce(
                actor=STAFF, place_code=village, duty="matters-handled", period_key=period.key
            )
    except Refusal:
        return Draft(
            board="service", title=spans.titled(period.key, "事项办理情况（模拟）"), period=period.key,
            body="本月没有居民上报事项。", duty="matters-handled",
        )  # fmt: skip


def _publish(village: str, secretary: str, draft: Draft, at: datetime) -> None:
    """Through every hand at the moment ``at``."""
    with clock.freeze(at), scoped(STAFF):
        document = documents.write(actor=STAFF, place_code=village, draft=draft, simulated=True)
        documents.submit(actor=STAFF, document_id=document.id, checked=True)
        if draft.board == "finance":
            supervisor = Actor.system("村务监督委员会（模拟）")
            deciding.supervise(actor=supervisor, document_id=document.id)
        deciding.approve(actor=Actor.system(secretary), document_id=document.id)


def _asked(village: str) -> None:
    with scoped(STAFF):
        rows = Document.objects.filter(place_code=village, state="published", board="finance")
        newest = rows.order_by("-published_at").first()
    if newest is None:
        return
    question = questions.ask(code=newest.code, text="垃圾清运为什么是每周两次？以前是一次。")
    with scoped(STAFF):
        questions.answer(
            actor=STAFF,
            question_id=question.id,
            text="夏天以来垃圾增多，村民代表会议决定增加一次，十一月再议。",
        )
    questions.ask(code=newest.code, text="光伏分成是怎么算的？能不能公布协议？")
