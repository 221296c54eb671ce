"""Measures of the registers: places, organisations, posts, residents (counts only, never a field of theirs)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhijin.assessment.enter_once.catalogue.model import Field, Measure, Record, Source
from zhijin.assessment.enter_once.catalogue.registry import register, register_source
from zhijin.assessment.enter_once.subjects import Subject
from zhijin.core.actor import Actor
from zhijin.orgs import api as orgs
from zhijin.people import api as people
from zhijin.places import api as places

PLACES, PARTY, UNITS = _("地方"), _("党组织和党员"), _("单位和覆盖")
POSTS, PEOPLE = _("岗位和任期"), _("居民和户")


# -- sources -----------------------------------------------------------------------------------


def _all_places(_actor: Actor) -> QuerySet[Any]:
    return places.Place.objects.filter(places.current_q())


def _organisations(actor: Actor) -> QuerySet[Any]:
    return orgs.visible(actor).filter(valid_to=None)


def _households(actor: Actor) -> QuerySet[Any]:
    return people.visible_households(actor).filter(valid_to=None)


def _residents(actor: Actor) -> QuerySet[Any]:
    return people.visible(actor).filter(valid_to=None)


def _posts_of(actor: Actor) -> QuerySet[Any]:
    return orgs.visible_posts(actor).annotate(vacancy=F("seats") - F("held"))


def _list_places(rows: Sequence[Any]) -> list[Record]:
    return [Record(p.short, p.code, reverse("desk:place", args=[p.code])) for p in rows]


def _list_orgs(rows: Sequence[Any]) -> list[Record]:
    return [Record(o.name, _members(o), reverse("desk:org", args=[o.key])) for o in rows]


def _members(org: Any) -> str:
    if org.is_party and org.members is not None:
        return gettext("{kind}，党员 {count} 名").format(kind=org.kind_name, count=org.members)
    return str(org.kind_name)


def _list_posts(rows: Sequence[Any]) -> list[Record]:
    return [
        Record(
            post.label,
            gettext("在岗 {held} / 应配 {seats}").format(held=post.held, seats=post.seats),
            reverse("desk:post", args=[post.pk]),
        )
        for post in rows
    ]


SOURCES = (
    Source("places", _("区划和网格"), "", _all_places, place="key", id="code", counts_zero=True, public=True,
           order=("key",), listed=_list_places),
    Source("orgs", _("组织名册"), "org.view", _organisations, org="key", id="key",
           order=("place_key", "key"), listed=_list_orgs),
    Source("posts", _("岗位名册"), "org.view", _posts_of, org="org_id",
           order=("place_key", "kind", "id"), listed=_list_posts),
    Source("households", _("户籍名册"), "person.view", _households),
    Source("people", _("居民名册"), "person.view", _residents),
)  # fmt: skip


# -- measures ----------------------------------------------------------------------------------


def _kind(*kinds: str) -> Q:
    return Q(kind__in=kinds)


def _place(id_: str, title: Any, level: str) -> Measure:
    drawn = level in {"group", "grid"}
    return Measure(f"place.{id_}", title, PLACES, "places", where=Q(level=level), zero=not drawn)


_PARTY = Q(kind__in=sorted(orgs.PARTY_KINDS))
_BRANCH = _kind("branch")
_EMERGING = Q(kind__in=["firm", "social_org", "property_firm"], sector=7)


def _late(day: date) -> Q:
    return _PARTY & Q(term_ends__lt=day)


def _due_this_year(day: date) -> Q:
    return _PARTY & Q(term_ends__gte=date(day.year, 1, 1), term_ends__lt=date(day.year + 1, 1, 1))


PLACE_MEASURES = (
    _place("townships", _("乡镇街道数"), "township"),
    _place("villages", _("村和社区数"), "village"),
    _place("groups", _("村民组数"), "group"),
    _place("grids", _("网格数"), "grid"),
)
ORG_MEASURES = (
    Measure("org.party", _("党组织数"), PARTY, "orgs", where=_PARTY),
    Measure("org.committees", _("党委数"), PARTY, "orgs", where=_kind("committee")),
    Measure("org.general_branches", _("党总支数"), PARTY, "orgs", where=_kind("general_branch")),
    Measure("org.branches", _("党支部数"), PARTY, "orgs", where=_BRANCH),
    Measure("org.groups", _("党小组数"), PARTY, "orgs", where=_kind("group")),
    Measure("org.members", _("党员数"), PARTY, "orgs", unit="person",
            where=_BRANCH, total="members", note=_("各党支部登记的党员数相加；党委和党总支的数不重复加。")),
    Measure("org.led", _("有书记的党组织数"), PARTY, "orgs", where=_PARTY & Q(led=True)),
    Measure("org.leaderless", _("书记空缺的党组织数"), PARTY, "orgs",
            where=_PARTY & Q(led=False)),
    Measure("org.overdue", _("届满未换届的党组织数"), PARTY, "orgs", where=_late),
    Measure("org.due", _("今年应换届的党组织数"), PARTY, "orgs", where=_due_this_year),
    Measure("org.villagers", _("村（居）民委员会数"), UNITS, "orgs",
            where=_kind("villagers_committee", "residents_committee")),
    Measure("org.firms", _("企业数"), UNITS, "orgs", where=_kind("firm", "property_firm")),
    Measure("org.social", _("社会组织数"), UNITS, "orgs", where=_kind("social_org")),
    Measure("org.cooperatives", _("合作社数"), UNITS, "orgs", where=_kind("cooperative")),
    Measure("org.schools", _("学校数"), UNITS, "orgs", where=_kind("school", "university")),
    Measure("org.hospitals", _("医院数"), UNITS, "orgs", where=_kind("hospital")),
    Measure("org.agencies", _("机关单位数"), UNITS, "orgs", where=_kind("agency", "court")),
    Measure("org.employees", _("从业人员数"), UNITS, "orgs", unit="person", total="employees",
            where=~_PARTY),
    Measure("org.emerging", _("非公企业和社会组织数"), UNITS, "orgs", where=_EMERGING),
    Measure("org.covered", _("党组织已覆盖的企业和社会组织数"), UNITS, "orgs",
            where=_EMERGING & Q(covered_by__isnull=False)),
    Measure("org.coverage", _("两新组织党组织覆盖率"), UNITS, "orgs", unit="percent",
            where=Q(covered_by__isnull=False), of=_EMERGING),
)  # fmt: skip


def _posts(key: str, zh: Any, seats: Any, vacant: Any, *names: str) -> tuple[Measure, ...]:
    where = _kind(key)
    return (
        Measure(f"post.{key}.held", zh, POSTS, "posts",
                (*names, *(f"{n}在岗" for n in names), *(f"{n}数" for n in names)),
                unit="person", where=where, total="held"),
        Measure(f"post.{key}.seats", seats, POSTS, "posts",
                tuple(f"{n}{w}" for n in names for w in ("应配", "编制", "岗位数", "职数")),
                unit="person", where=where, total="seats"),
        Measure(f"post.{key}.vacant", vacant, POSTS, "posts",
                tuple(f"{n}{w}" for n in names for w in ("空缺", "缺额", "缺员")),
                unit="person", where=where & Q(held__lt=F("seats")), total="vacancy"),
    )  # fmt: skip


POST_MEASURES = (
    *_posts("grid_worker", _("在岗网格员数"), _("网格员应配数"), _("网格员空缺数"), "网格员", "专职网格员"),
    *_posts("grid_leader", _("在岗网格长数"), _("网格长应配数"), _("网格长空缺数"), "网格长"),
    *_posts("neighbour_leader", _("在岗联户长数"), _("联户长应配数"), _("联户长空缺数"), "联户长"),
    *_posts("community_worker", _("在岗社区工作者数"), _("社区工作者应配数"), _("社区工作者空缺数"), "社区工作者"),
    *_posts("first_secretary", _("在岗驻村第一书记数"), _("驻村第一书记应派数"), _("驻村第一书记空缺数"),
            "驻村第一书记", "第一书记"),
    *_posts("resident_cadre", _("在岗驻村干部数"), _("驻村干部应派数"), _("驻村干部空缺数"),
            "驻村干部", "驻村工作队员"),
    *_posts("public_benefit", _("在岗公益岗人数"), _("公益岗名额"), _("公益岗空缺数"), "公益岗", "公益性岗位"),
    Measure("post.seats", _("岗位名额"), POSTS, "posts", unit="person", total="seats"),
    Measure("post.held", _("在岗人数"), POSTS, "posts", unit="person", total="held"),
)  # fmt: skip


def _older(age: int) -> Any:
    return lambda day: Q(birth_year__lte=day.year - age)


def _younger(age: int) -> Any:
    return lambda day: Q(birth_year__gt=day.year - age)


_MEMBER = Q(party__in=["member", "probationary"])
_LED = Q(neighbour_leader__isnull=False, neighbour_leader__valid_to=None)
_IN_GRID = Q(place_code__regex=r"^\d{15}$")


def _person(id_: str, title: Any, where: Any) -> Measure:
    return Measure(f"person.{id_}", title, PEOPLE, "people", unit="person", where=where)


def _home(id_: str, title: Any, where: Q) -> Measure:
    return Measure(f"household.{id_}", title, PEOPLE, "households", unit="household", where=where)


PEOPLE_MEASURES = (
    _home("all", _("户数"), Q()),
    _home("in_grid", _("已入网格的户数"), _IN_GRID),
    _home("led", _("有联户长的户数"), _LED),
    Measure("household.led_rate", _("联户覆盖率"), PEOPLE, "households", unit="percent", where=_LED, of=Q()),
    _person("all", _("人口数"), Q()),
    _person("women", _("女性人数"), Q(gender="f")),
    _person("men", _("男性人数"), Q(gender="m")),
    _person("elders", _("65 岁以上人数"), _older(65)),
    _person("elders60", _("60 岁以上人数"), _older(60)),
    _person("elders80", _("80 岁以上人数"), _older(80)),
    _person("minors", _("未成年人数"), _younger(18)),
    _person("members", _("登记在册的党员居民数"), _MEMBER),
    _person("probationary", _("预备党员数"), Q(party="probationary")),
    _person("activists", _("入党积极分子数"), Q(party="activist")),
    _person("floating", _("流动党员数"), _MEMBER & Q(floating=True)),
    _person("women_members", _("女党员数"), _MEMBER & Q(gender="f")),
    Measure("person.elder_rate", _("65 岁以上人口占比"), PEOPLE, "people", unit="percent",
            where=_older(65), of=Q()),
)  # fmt: skip


# -- what a record says of itself ----------------------------------------------------------------


def _of_places(name: str) -> Any:
    def load(actor: Actor, subjects: Sequence[Subject]) -> Mapping[str, Any]:
        found = places.get_many(s.id for s in subjects if s.kind == "place")
        own = orgs.by_keys(actor, [int(s.id) for s in subjects if s.kind == "org"])
        out: dict[str, Any] = {f"place:{code}": getattr(p, name) for code, p in found.items()}
        if name == "code":
            out |= {f"org:{key}": org.place_code for key, org in own.items()}
        elif name == "short":
            out |= {f"org:{key}": org.name for key, org in own.items()}
        return out

    return load


def _above(level: int) -> Any:
    """The name of the place ``level`` digits wide that a subject lies in."""

    def load(actor: Actor, subjects: Sequence[Subject]) -> Mapping[str, Any]:
        own = orgs.by_keys(actor, [int(s.id) for s in subjects if s.kind == "org"])
        codes = {
            s.ref: own[int(s.id)].place_code if s.kind == "org" and int(s.id) in own else s.id
            for s in subjects
        }
        names = places.get_many(code[:level] for code in codes.values() if len(code) >= level)
        return {
            ref: names[code[:level]].short
            for ref, code in codes.items()
            if len(code) >= level and code[:level] in names
        }

    return load


def _of_orgs(name: str) -> Any:
    def load(actor: Actor, subjects: Sequence[Subject]) -> Mapping[str, Any]:
        found = orgs.by_keys(actor, [int(s.id) for s in subjects])
        return {f"org:{key}": _said(getattr(org, name)) for key, org in found.items()}

    return load


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _holders(*kinds: str) -> Any:
    """Who holds a leading post; several are named in the order of their terms."""

    def load(actor: Actor, subjects: Sequence[Subject]) -> Mapping[str, Any]:
        rows = orgs.visible_appointments(actor).filter(post__kind__in=kinds, valid_to=None)
        codes = [s.id for s in subjects if s.kind == "place"]
        keys = [int(s.id) for s in subjects if s.kind == "org"]
        rows = rows.filter(Q(post__place_code__in=codes) | Q(post__org_id__in=keys))
        out: dict[str, list[str]] = {}
        for code, key, holder in rows.order_by("valid_from", "id").values_list(
            "post__place_code", "post__org_id", "holder"
        ):
            for ref in (f"place:{code}", f"org:{key}"):
                out.setdefault(ref, []).append(holder)
        return {ref: "、".join(list(dict.fromkeys(names))[:3]) for ref, names in out.items()}

    return load


def _numbers(_actor: Actor, subjects: Sequence[Subject]) -> Mapping[str, Any]:
    return {one.ref: number for number, one in enumerate(subjects, 1)}


_ORG = frozenset({"org"})
FIELDS = (
    Field("row.number", _("序号"), PLACES, _numbers, unit="number", public=True),
    Field("place.code", _("区划代码"), PLACES, _of_places("code"), public=True),
    Field("place.name", _("名称"), PLACES, _of_places("short"), public=True),
    Field("place.township", _("所在乡镇街道"), PLACES, _above(9), public=True),
    Field("place.county", _("所在县"), PLACES, _above(6), public=True),
    Field("org.kind", _("组织类别"), PARTY, _of_orgs("kind_name"), grains=_ORG, permission="org.view"),
    Field("org.sector", _("所属领域"), PARTY, _of_orgs("sector_name"), grains=_ORG, permission="org.view"),
    Field("org.credit", _("统一社会信用代码"), UNITS, _of_orgs("credit_code"), grains=_ORG, permission="org.view"),
    Field("org.term_ends", _("届满日期"), POSTS, _of_orgs("term_ends"), grains=_ORG,
          permission="org.view"),
    Field("org.secretary", _("书记姓名"), POSTS, _holders("secretary"),
          permission="org.view", note=_("在任的党组织书记，来自岗位与任职。")),
    Field("org.director", _("主任姓名"), POSTS, _holders("director"), permission="org.view"),
    Field("org.first_secretary", _("驻村第一书记姓名"), POSTS, _holders("first_secretary"),
          permission="org.view"),
)  # fmt: skip


def install() -> None:
    """Register all of this module's; once, when the application starts."""
    for one in SOURCES:
        register_source(one)
    register(*PLACE_MEASURES, *ORG_MEASURES, *POST_MEASURES, *PEOPLE_MEASURES, *FIELDS)
