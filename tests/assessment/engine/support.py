"""A small programme to change, and ways to look at what the checker says."""

from __future__ import annotations

from pathlib import Path

from zhijin.assessment.engine import Assessment, load

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "playbooks").glob("*/assessment.yaml"))

SMALL = """\
assessment: 1
id: small
title: {zh: 小, en: Small}
basis: 试
period: month
rounding: floor
applies: {kinds: [branch]}
peers: {by: [township], least: 2, else: [county], still_small: rank_only}
ties: {by: [], then: share}
measures:
  solved: {count: case.closed, where: {attr: outcome, is: solved}, who: org}
  handled: {count: case.closed, who: org}
dimensions:
  - id: work
    title: {zh: 工作, en: Work}
    weight: 100
    indicators:
      - id: rate
        title: {zh: 解决率, en: Solved}
        weight: 100
        of: solved
        to: handled
        better: higher
        no_data: exempt
marks:
  - {id: laggard, title: {zh: 后进, en: Laggard}, end: last, proportion: 2000, round: up, least: 0, ties: all}
"""


def ids(text: str, **more) -> list[str]:
    """The ids of all findings."""
    return [finding.id for finding in load(text, **more).findings]


def sound(text: str) -> Assessment:
    """The programme, which must have no findings that keep it from being used."""
    loaded = load(text)
    assert loaded.programme is not None, [f.render("en") for f in loaded.findings]
    return loaded.programme
