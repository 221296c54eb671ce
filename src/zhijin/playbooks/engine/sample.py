"""A small playbook that works, with stories that cover it: where a county office begins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PLAYBOOK: Final = """\
# yaml-language-server: $schema=playbook.schema.json
# 检查：zhijin playbook check {id}    演练：zhijin playbook test {id}
playbook: 1
id: {id}
title: {{zh: 请写名称, en: Please name it}}
basis: 请写依据：哪份文件、哪次会议决定、村规民约第几条

opens:
  by: [resident, grid_worker]
  ask:
    - {{field: where, type: point, required: true}}
    - {{field: what, type: longtext, required: true, max: 500}}
    - {{field: photos, type: photo, max: 6}}
    # 个人信息要写 private 和 purpose
    - {{field: phone, type: phone, private: true, purpose: 联系上报人核实情况}}

states:
  reported:
    owner: grid_worker
    within: 4 work hours          # 也可以写 2 workdays、24 hours、5 days
    remind: 1 work hour           # 到期前多久提醒
    late:
      - {{escalate: village}}
      - {{after: 1 workday, escalate: township}}
    moves:
      - {{to: handling, by: grid_worker, title: {{zh: 受理, en: Accept}}, step: accept}}
      - {{to: returned, by: grid_worker, title: {{zh: 退回, en: Return}}, why: required, step: return}}
  handling:
    owner: grid_worker
    within: 3 workdays
    remind: 1 workday
    late: {{escalate: village}}
    moves:
      - id: done
        to: verifying
        by: grid_worker
        title: {{zh: 处置完成, en: Done}}
        step: handle
        ask:
          - {{field: after, type: photo, required: true, max: 6}}
  verifying:
    owner: reporter
    within: 5 days
    late: {{move: closed}}          # 一直不确认，自动办结
    moves:
      - id: confirm
        to: closed
        by: reporter
        title: {{zh: 确认办好了, en: Confirm}}
        step: close
        ask:
          - {{field: satisfied, type: rating}}
      - id: again
        to: handling
        by: reporter
        title: {{zh: 没有办好, en: Not done yet}}
        why: required
        step: rework
  returned: {{final: true, outcome: refused}}
  closed: {{final: true}}

publish: {{when: closed, fields: [where, photos, after], board: village-affairs}}

indicators:
  - {{id: reports, title: {{zh: 上报件数, en: Reports}}, count: {{event: opened}}}}
"""

SCENARIOS: Final = """\
# 每一步都要走到，才能投入使用。
playbook: {id}
scenarios:
  - name: {{zh: 办好并确认, en: Done and confirmed}}
    at: 2026-03-02 09:00
    opens: {{by: resident, with: {{where: [103.72, 27.34], what: 请写一件真实的事}}}}
    steps:
      - expect: {{state: reported, owner: grid_worker, due: 2026-03-02 15:30}}
      - {{move: handling, by: grid_worker}}
      - {{refused: done, by: grid_worker, because: field}}
      - {{move: done, by: grid_worker, with: {{after: 1}}}}
      - {{move: again, by: reporter, why: 还差一点}}
      - {{move: done, by: grid_worker, with: {{after: 1}}}}
      - {{move: confirm, by: reporter, with: {{satisfied: 5}}}}
      - expect: {{state: closed, published: [where, after]}}

  - name: {{zh: 逾期升级，自动办结, en: "Late, told upwards, closed by itself"}}
    at: 2026-03-02 09:00
    opens: {{by: grid_worker, with: {{where: [103.72, 27.34], what: 请写一件真实的事}}}}
    steps:
      - {{until: 2026-03-02 16:00}}
      - expect: {{late: true, fired: [{{kind: remind}}, {{kind: late, escalate: village}}]}}
      - {{move: handling, by: grid_worker}}
      - {{move: done, by: grid_worker, with: {{after: 1}}}}
      - {{advance: 8 days}}
      - expect: {{state: closed}}

  - name: {{zh: 退回要写理由, en: A return gives its reason}}
    at: 2026-03-02 09:00
    opens: {{by: resident, with: {{where: [103.72, 27.34], what: 请写一件真实的事}}}}
    steps:
      - {{refused: returned, by: grid_worker, because: why}}
      - {{move: returned, by: grid_worker, why: 不在本网格}}
      - expect: {{state: returned, published: []}}
"""


def write_sample(playbook_id: str, folder: Path) -> list[Path]:
    """Make ``folder/<id>`` with both files and return their paths.

    Raises ValueError for an id that is not well formed, FileExistsError when it is there already.
    """
    if not re.match(r"[a-z][a-z0-9-]{0,39}\Z", playbook_id):
        raise ValueError(
            f"{playbook_id}: an id begins with a small letter and holds only small letters, "
            "digits and hyphens, 40 at most"
        )
    target = folder / playbook_id
    if target.exists():
        raise FileExistsError(f"{target} exists already")
    target.mkdir(parents=True)
    out = []
    for name, text in (("playbook.yaml", PLAYBOOK), ("scenarios.yaml", SCENARIOS)):
        path = target / name
        path.write_text(text.format(id=playbook_id), encoding="utf-8")
        out.append(path)
    return out
