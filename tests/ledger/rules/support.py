"""A small points programme that is sound, and the shipped ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from zhijin.ledger.rules import load

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(ROOT.glob("playbooks/*/points.yaml"))
TODAY = date(2026, 11, 27)

SMALL = """\
points: 1
id: small
title: {zh: 小村积分, en: Small points}
basis: 村规民约
resolution:
  {number: 一号, title: {zh: 办法, en: Rules}, passed_on: "2026-03-01", by: villagers_assembly, due: 90,
  present: 60, agreed: 46}
holder: household
appeal_days: 15
answer_days: 10
rules:
  - id: yard
    title: {zh: 庭院整洁, en: Clean yard}
    article: 第二条
    from: deed
    amount: 3
    cap: {points: 6, per: month}
  - id: hazard
    title: {zh: 上报隐患, en: Reported a hazard}
    article: 第三条
    from: points.due
    where: {rule: 积分-3}
    cap: {points: 9, per: month}
  - id: rubbish
    title: {zh: 乱倒垃圾, en: Dumped rubbish}
    article: 第九条
    from: deed
    amount: -2
    check: second
    cap: {points: 6, per: month}
shop: {most_each: 5, keep_days: 30}
honour: {titles: [{zh: 示范户, en: Model household}], days: 365}
reminder: {enabled: true, notice_days: 7, days: 15}
scenarios:
  - name: 一户
    steps:
      - {rule: yard, who: 甲, on: "2026-10-03"}
      - {rule: hazard, who: 甲, on: "2026-10-04", amount: 2}
      - {rule: rubbish, who: 甲, on: "2026-10-05"}
    expect: {甲: 3}
"""


def ids(text: str, today: date | None = TODAY) -> list[str]:
    return [finding.id for finding in load(text, "points.yaml", today).findings]
