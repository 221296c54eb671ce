"""The demonstration's applications on another's behalf, simulated in 大耆老村 (document 003: 帮办代办、邮件送达).

Delivered by post with a letter of praise, on its way, at the office and late, just taken on, withdrawn, lapsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from zhijin.activities.meetings.demo import _top
from zhijin.activities.models import Proxy, ProxyPaper, Thanks
from zhijin.activities.service import proxy_self, proxying, teams
from zhijin.activities.service.common import code_of
from zhijin.activities.service.demo import ASKER, VILLAGE, _at
from zhijin.activities.service.proxying import Given, Moved, Wanted
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.orgs.api import Organisation

HELPER = Actor("system", "demo-helper", "演示代办员")
OFFICE = "靖安镇便民服务中心（模拟）"
SPOKEN, CALL = "spoken", "call"
COPY, ORIGINAL = "copy", "original"
LETTER = ("代办员跑了三趟，证寄到家里，我一趟都没跑。（模拟）", "一位腿脚不便的老人")


def make(today: date) -> int:
    """Everything, once; returns how many applications there are."""
    with scoped(HELPER):
        org = _top(VILLAGE)
        if org is None or Proxy.objects.filter(simulated=True).exists():
            return 0
        _delivered(org, today)
        _on_its_way(org, today)
        _at_the_office(org, today)
        _new(org, today)
        _withdrawn(org, today)
        return Proxy.objects.filter(simulated=True).count()


def make_old(code: str, ended: Sequence[date]) -> int:
    """One that ended on each of these days in a village; returns how many. The caller asks once."""
    with scoped(HELPER):
        org = _top(code)
        if org is None:
            return 0
        for day in ended:
            start = day - timedelta(days=12)
            papers = (("居民身份证复印件", COPY),)
            row = _open(org, start, "pension-check", "示例庚", "送审资格材料", SPOKEN, papers)
            _submit(row, start + timedelta(days=1))
            _decide(row, day - timedelta(days=1), "已审核。")
            _move(row, day, "居民身份证复印件", Moved("kept"))
        return len(ended)


def _open(
    org: Organisation, day: date, kind: str, name: str, what: str, how: str,
    papers: Sequence[tuple[str, str]], *, days: int = 60,
) -> Proxy:  # fmt: skip
    told = {SPOKEN: "当面口头，见证人罗某（模拟）", CALL: "录音 0731-02（模拟）"}[how]
    with _at(day):
        given = Given(how, told, day + timedelta(days=days))
        wanted = Wanted(kind, name, what, given, papers=papers)
        return proxying.open_proxy(actor=HELPER, org_key=org.key, wanted=wanted, simulated=True)[0]


def _submit(row: Proxy, day: date) -> None:
    with _at(day, 10):
        proxying.submit(actor=HELPER, proxy_id=row.id, office=OFFICE)


def _decide(row: Proxy, day: date, said: str, *results: str) -> None:
    with _at(day, 15):
        proxying.decide(actor=HELPER, proxy_id=row.id, done=True, said=said, results=results)


def _move(row: Proxy, day: date, title: str, moved: Moved) -> None:
    paper = ProxyPaper.objects.get(proxy_id=row.id, title=title)
    with _at(day, 16):
        proxying.move_paper(actor=HELPER, proxy_id=row.id, paper_id=paper.id, moved=moved)


def _delivered(org: Organisation, today: date) -> None:
    start = today - timedelta(days=40)
    papers = (("居民身份证复印件", COPY), ("旧证", ORIGINAL))
    row = _open(org, start, "disability-card", "示例甲", "旧证到期换新证", SPOKEN, papers)
    _submit(row, start + timedelta(days=1))
    _move(row, start + timedelta(days=2), "居民身份证复印件", Moved("kept"))
    _decide(row, start + timedelta(days=14), "已换发新证。", "新证")
    _move(row, start + timedelta(days=14), "旧证", Moved("kept", "旧证由窗口收回"))
    _move(
        row,
        start + timedelta(days=15),
        "新证",
        Moved("posted", carrier="邮政快递", number="DEMO0001"),
    )
    code, paper = code_of(row.id), ProxyPaper.objects.get(proxy_id=row.id, title="新证")
    with _at(start + timedelta(days=17), 9):
        proxy_self.receive_self(code=code, paper_id=paper.id)
        proxy_self.rate_self(code=code, satisfied=True)
        letter = teams.take_in(
            actor=ASKER, place_code=VILLAGE, org_key=org.key, letter=teams.Letter(*LETTER), simulated=True
        )  # fmt: skip
        teams.read_thanks(actor=ASKER, thanks_id=letter.id, state=Thanks.State.SHOWN)


def _on_its_way(org: Organisation, today: date) -> None:
    start = today - timedelta(days=16)
    papers = (("户口簿", ORIGINAL), ("申请表", COPY))
    row = _open(org, start, "medical-insurance", "示例乙", "外出务工，代办参保登记", CALL, papers)
    _submit(row, start + timedelta(days=1))
    _decide(row, today - timedelta(days=1), "登记完成，给了回执。", "参保回执")
    _move(row, today - timedelta(days=1), "申请表", Moved("kept"))
    _move(row, today - timedelta(days=1), "户口簿", Moved("returned"))
    _move(
        row,
        today - timedelta(days=1),
        "参保回执",
        Moved("posted", carrier="邮政快递", number="DEMO0002"),
    )


def _at_the_office(org: Organisation, today: date) -> None:
    """One that the office keeps too long, one whose consent ran out meanwhile."""
    start = today - timedelta(days=45)
    papers = (("居民身份证复印件", COPY), ("申请表", COPY))
    late = _open(
        org, start, "pension-check", "示例丙", "行动不便，送审资格材料", SPOKEN, papers, days=80
    )
    _submit(late, start + timedelta(days=1))
    lapsed = _open(
        org, start, "land-certificate", "示例丁", "补领不动产证明", CALL, papers, days=30
    )
    _submit(lapsed, start + timedelta(days=2))


def _new(org: Organisation, today: date) -> None:
    papers = (("居民身份证复印件", COPY), ("银行卡复印件", COPY))
    _open(org, today, "allowance", "示例戊", "年满八十，申领高龄津贴", SPOKEN, papers)


def _withdrawn(org: Organisation, today: date) -> None:
    start = today - timedelta(days=6)
    row = _open(org, start, "other", "示例己", "代查社保缴费记录", SPOKEN, (("委托信", ORIGINAL),))
    with _at(today - timedelta(days=1), 14):
        proxying.withdraw(actor=HELPER, proxy_id=row.id, how="本人来电话说自己去办（模拟）")
