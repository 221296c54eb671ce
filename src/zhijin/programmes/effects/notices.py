"""Notices: by the playbook's rules, and those that every case has (reminders, lateness, requests)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from zhijin.cases.api import called_orgs, fire_of
from zhijin.core.roles import resolve
from zhijin.programmes.effects.common import Happening, account_of, filled, once
from zhijin.programmes.models import Notice

#: Said of every case, whatever its playbook: Chinese and English.
WORDS: dict[str, tuple[str, str]] = {
    "reminded": (
        "快到期了：{title}（{place}），{due} 前办理",
        "Due soon: {title} ({place}), by {due}",
    ),
    "late": ("已逾期：{title}（{place}）", "Late: {title} ({place})"),
    "escalated": (
        "逾期，已报到您这里：{title}（{place}）",
        "Late, raised to you: {title} ({place})",
    ),
    "asked": ("有一项申请等您批准：{title}（{place}）", "A request awaits you: {title} ({place})"),
    "assigned": ("指派给您办理：{title}（{place}）", "Assigned to you: {title} ({place})"),
    "whistled": ("吹哨，请到场会办：{title}（{place}）", "You are called to: {title} ({place})"),
    "reopened": (
        "上报人申请重新办理：{title}（{place}）",
        "Opened again by its reporter: {title} ({place})",
    ),
}


def carry_out(happening: Happening) -> None:
    """Write the notices of this line."""
    for index, rule in enumerate(happening.playbook.notify):
        if rule.when != happening.reached:
            continue
        zh = filled(rule.text.in_("zh"), happening, "zh")
        en = filled(rule.text.in_("en"), happening, "en")
        with transaction.atomic():
            if once(happening, "notice", index):
                _to_roles(happening, rule.to, "playbook", zh, en)
    if happening.event.kind in WORDS:
        with transaction.atomic():
            if once(happening, "clock", 0):
                _of_every_case(happening)


def _of_every_case(happening: Happening) -> None:
    event, case = happening.event, happening.case
    zh, en = (filled(t, happening, k) for t, k in zip(WORDS[event.kind], ("zh", "en"), strict=True))
    match event.kind:
        case "assigned":
            _write(happening, [case.assignee], [], [], zh, en)
        case "whistled":
            _write(happening, [], [], called_orgs(case, event.at), zh, en)
        case "escalated" | "asked":
            _to_roles(happening, [event.role, *_told_by_clock(happening)], event.kind, zh, en)
        case _:
            roles = [case.owner_role, *_told_by_clock(happening)]
            _to_roles(happening, roles, event.kind, zh, en)


def _told_by_clock(happening: Happening) -> list[str]:
    """The roles that this step of the ladder tells beside the one it goes to."""
    fire = fire_of(happening.case, happening.event)
    return [a.role for a in fire.actions if a.kind == "notify" and a.role] if fire else []


def _to_roles(happening: Happening, names: Iterable[str], kind: str, zh: str, en: str) -> None:
    roles = [role.key for name in names if (role := resolve(name)) is not None]
    reporter = account_of(happening.case.reporter) if "reporter" in roles else None
    _write(happening, [reporter], dict.fromkeys(roles), [], zh, en, kind)


def _write(
    happening: Happening, accounts: Iterable[UUID | None], roles: Iterable[str],
    orgs: Iterable[int], zh: str, en: str, kind: str = "",
) -> None:  # fmt: skip
    case = happening.case
    common = {
        "county": case.county, "place_key": case.place_key, "case_id": case.id,
        "kind": kind or happening.event.kind, "text_zh": zh, "text_en": en,
        "at": happening.event.at,
    }  # fmt: skip
    rows = [Notice(account=one, **common) for one in accounts if one is not None]
    rows += [Notice(role=role, org_key=case.org_key, **common) for role in roles]
    rows += [Notice(org_key=key, **common) for key in orgs]
    Notice.objects.bulk_create(rows)
