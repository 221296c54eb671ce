"""Measures of work: cases, their three rates, cases by programme, and facts of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from zhijin.assessment.enter_once.catalogue.model import Measure, Record, Source
from zhijin.assessment.enter_once.catalogue.registry import register, register_source
from zhijin.cases import api as cases
from zhijin.core import clock, labels
from zhijin.core.actor import Actor
from zhijin.core.models import Fact
from zhijin.core.scope import scope_q
from zhijin.playbooks import api as playbooks

CASES, KINDS, FACTS = _("事项"), _("按方案的事项"), _("平台记下的事实")
#: Facts whose kinds begin so are work; the rest tells of the platform itself.
_WORK = ("case.", "org.", "post.", "appointment.", "person.", "household.", "place.", "points.",
         "activity.", "grid.")  # fmt: skip


def _cases(actor: Actor) -> QuerySet[Any]:
    return cases.Case.objects.filter(cases.visible(actor), merged_into=None)


def _facts(actor: Actor) -> QuerySet[Any]:
    return Fact.objects.filter(scope_q(actor, "place_key"))


def _list_cases(rows: Sequence[Any]) -> list[Record]:
    return [
        Record(
            f"{case.number} {case.title}",
            f"{clock.local(case.opened_at):%Y-%m-%d %H:%M}",
            reverse("desk:case", args=[case.pk]),
        )
        for case in rows
    ]


def _list_facts(rows: Sequence[Any]) -> list[Record]:
    titles = labels.objects({fact.record for fact in rows})
    return [
        Record(
            f"{labels.action(fact.kind)} {titles.get(fact.record, '')}".strip(),
            f"{clock.local(fact.at):%Y-%m-%d %H:%M}",
            _page_of(fact.record),
        )
        for fact in rows
    ]


_PAGES = {
    "case": "desk:case",
    "org": "desk:org",
    "person": "desk:person",
    "household": "desk:household",
}


def _page_of(record: str) -> str:
    kind, _colon, one = record.partition(":")
    return reverse(_PAGES[kind], args=[one]) if kind in _PAGES and one else ""


SOURCES = (
    Source("cases", _("事项"), "case.view", _cases, org="org_key", at="opened_at",
           counts_zero=True, order=("-opened_at", "id"), listed=_list_cases),
    Source("facts", _("事实"), "case.view", _facts, org="org_key", at="at",
           counts_zero=True, order=("-at", "id"), listed=_list_facts),
)  # fmt: skip


def _overdue(_day: date) -> Q:
    return Q(is_open=True, due_at__lt=clock.now())


def _passed(_day: date) -> Q:
    late = Q(is_open=True, due_at__lt=clock.now()) | Q(late_stages__gt=0)
    return Q(excluded=False) & (Q(responded_at__isnull=False) | late)


def _case(id_: str, title: Any, where: Any, **more: Any) -> Measure:
    return Measure(f"case.{id_}", title, CASES, "cases", where=where, **more)


_OF_OPENED = _("按本期登记的事项算；已并入别件的不重复算，经批准剔除的不算。")
CASE_MEASURES = (
    _case("opened", _("事项登记数"), Q()),
    _case("closed", _("事项办结数"), Q(closed_at__isnull=False), at="closed_at"),
    _case("solved", _("事项解决数"), Q(resolved=True), at="closed_at"),
    _case("open", _("在办事项数"), Q(is_open=True), at=""),
    _case("overdue", _("逾期事项数"), _overdue, at=""),
    _case("raised", _("升级督办事项数"), ~Q(raised_to="")),
    _case("reopened", _("返工事项数"), Q(reopened__gt=0)),
    _case("bounced", _("退回事项数"), Q(bounced__gt=0)),
    _case("rated", _("评价数"), Q(rating__isnull=False)),
    _case("content", _("满意数"), Q(rating__gte=4)),
    _case("published", _("已公开事项数"), Q(published_at__isnull=False), at="published_at"),
    _case("photos", _("附照片的事项数"), Q(photos__gt=0)),
    _case("by_residents", _("居民上报数"), Q(channel="portal")),
    _case("by_grid", _("网格员上报数"), Q(channel__in=["field", "desk"])),
    _case("response", _("响应率"), Q(responded_at__isnull=False, response_late=False),
          unit="percent", of=_passed, note=_("按时答复的，占已答复和答复时限已过的。")),
    _case("resolution", _("解决率"), Q(resolved=True), unit="percent",
          of=Q(closed_at__isnull=False, excluded=False), note=_OF_OPENED),
    _case("satisfaction", _("满意率"), Q(rating__gte=4), unit="percent",
          of=Q(rating__isnull=False, excluded=False), note=_OF_OPENED),
    _case("closing", _("办结率"), Q(closed_at__isnull=False), unit="percent",
          of=Q(excluded=False), note=_OF_OPENED),
    _case("party", _("党建网事项数"), Q(network="party")),
    _case("livelihood", _("民生网事项数"), Q(network="livelihood")),
    _case("safety", _("平安网事项数"), Q(network="safety")),
)  # fmt: skip


def by_programme(office: str) -> Iterable[Measure]:
    """Reports and ends of each programme in force at the office."""
    if not office:
        return
    for revision in playbooks.catalogue(office):
        key, name = revision.playbook.id, revision.playbook.title.zh
        if not hasattr(revision.playbook, "states"):
            continue
        yield Measure(
            f"case.opened.{key}", _joined(name, _("登记数")), KINDS, "cases",
            (name, f"{name}上报数", f"{name}件数", f"{name}数"), where=Q(playbook=key),
        )  # fmt: skip
        yield Measure(
            f"case.closed.{key}", _joined(name, _("办结数")), KINDS, "cases",
            (f"{name}办结", f"{name}办结数", f"{name}化解数"),
            where=Q(playbook=key, closed_at__isnull=False), at="closed_at",
        )  # fmt: skip


def _joined(name: str, word: Any) -> str:
    return f"{name} {word}"


def by_fact(_office: str) -> Iterable[Measure]:
    """How often each kind of fact was recorded, whatever room wrote it."""
    hidden = labels.sights()
    for kind, title in sorted(labels.actions().items()):
        if kind in hidden or not kind.startswith(_WORK):
            continue
        with override("zh-hans"):
            name = str(title)
        yield Measure(
            f"fact.{kind}", title, FACTS, "facts", (f"{name}次数", f"{name}数"), where=Q(kind=kind)
        )


def install() -> None:
    """Register all of this module's; once, when the application starts."""
    for one in SOURCES:
        register_source(one)
    register(*CASE_MEASURES, maker=by_programme)
    register(maker=by_fact)
