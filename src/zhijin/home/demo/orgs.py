"""Organisations of a demonstration: what a village, township, county and prefecture usually have.

Every place's organisations are drawn from its own seed, so that a larger demonstration holds exactly what
a smaller one had. Document 000 counts 98,000 primary Party organisations in the province.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zhijin.home.demo import names
from zhijin.home.demo.registry import Demo
from zhijin.orgs.api import Kind, sector_of_place
from zhijin.places.api import Place

RURAL, URBAN, GOVERNMENT, ENTERPRISE, UNIVERSITY, HOSPITAL, EMERGING = range(1, 8)

#: Departments that every county has: industry line, name, and the short user name of the demonstration.
DEPARTMENTS: tuple[tuple[int, str], ...] = (
    (101, "公安局"), (102, "交通运输局"), (103, "应急管理局"), (104, "住房和城乡建设局"), (105, "民政局"),
    (107, "市场监督管理局"), (108, "农业农村局"), (109, "卫生健康局"), (110, "教育局"), (111, "自然资源局"),
    (112, "生态环境局"), (113, "水务局"), (114, "供电局"), (115, "林业局"), (116, "综合行政执法局"),
    (117, "司法局"), (118, "文化和旅游局"), (119, "组织部"),
)  # fmt: skip


@dataclass(slots=True)
class Draft:
    """One organisation to make, with the drafts of its parent and of the Party organisation that reaches
    it. ``place`` and ``key`` are given when it is made."""

    name: str
    kind: str
    sector: int
    industry: int | None = None
    parent: Draft | None = None
    covered: Draft | None = None
    credit_code: str = ""
    employees: int | None = None
    members: int | None = None
    place: str = ""
    key: int = 0

    @property
    def is_primary(self) -> bool:
        return self.kind in {Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH}


@dataclass
class Tops:
    """The Party committee of each place that is made, for those below."""

    by_code: dict[str, Draft] = field(default_factory=dict)

    def above(self, code: str) -> Draft | None:
        return next(
            (
                self.by_code[code[:n]]
                for n in (9, 6, 4, 2)
                if n < len(code) and code[:n] in self.by_code
            ),
            None,
        )


def draft(demo: Demo, places: Iterable[Place], tops: Tops) -> Iterator[list[Draft]]:
    """The organisations of each place, places in code order (widest first)."""
    makers = {2: _province, 4: _prefecture, 6: _county, 9: _township, 12: _village}
    for place in places:
        rng = demo.rng("orgs", place.code)
        made = list(makers[len(place.code)](place, rng, tops.above(place.code)))
        tops.by_code[place.code] = made[0]
        for one in made:
            one.place = place.code
        yield made


def _province(place: Place, rng: random.Random, above: Draft | None) -> Iterator[Draft]:
    yield Draft(
        f"{place.name}直属机关党委（模拟）",
        Kind.COMMITTEE,
        GOVERNMENT,
        members=rng.randint(900, 1500),
    )


def _prefecture(place: Place, rng: random.Random, above: Draft | None) -> Iterator[Draft]:
    top = Draft(f"{place.name}直属机关党委（模拟）", Kind.COMMITTEE, GOVERNMENT, parent=above,
                members=rng.randint(500, 900))  # fmt: skip
    yield top
    name = f"{place.name.removesuffix('市')}学院（模拟）"
    school = Draft(
        f"{name}党委", Kind.COMMITTEE, UNIVERSITY, 110, top, members=rng.randint(300, 600)
    )
    yield school
    yield Draft(
        name, Kind.UNIVERSITY, UNIVERSITY, 110, top, school, employees=rng.randint(600, 1500)
    )
    for number in range(1, rng.randint(9, 14)):
        faculty = Draft(f"{name}第{number}教学党总支", Kind.GENERAL_BRANCH, UNIVERSITY, 110, school,
                        members=rng.randint(40, 90))  # fmt: skip
        yield faculty
        for part in range(1, rng.randint(4, 7)):
            yield Draft(f"{name}第{number}教学党总支第{part}支部", Kind.BRANCH, UNIVERSITY, 110, faculty,
                        members=rng.randint(8, 25))  # fmt: skip


def _county(place: Place, rng: random.Random, above: Draft | None) -> Iterator[Draft]:
    name = place.name
    top = Draft(f"{name}直属机关工作委员会（模拟）", Kind.COMMITTEE, GOVERNMENT, 119, above,
                members=rng.randint(800, 2000))  # fmt: skip
    yield top
    for industry, title in DEPARTMENTS:
        party = Draft(
            f"{name}{title}党支部",
            Kind.BRANCH,
            GOVERNMENT,
            industry,
            top,
            members=rng.randint(15, 60),
        )
        yield party
        yield Draft(f"{name}{title}", Kind.AGENCY, GOVERNMENT, industry, top, party,
                    employees=rng.randint(20, 160))  # fmt: skip
    court = Draft(
        f"{name}人民法院党总支",
        Kind.GENERAL_BRANCH,
        GOVERNMENT,
        106,
        top,
        members=rng.randint(30, 90),
    )
    yield court
    yield Draft(
        f"{name}人民法院", Kind.COURT, GOVERNMENT, 106, top, court, employees=rng.randint(60, 180)
    )
    yield from _hospital(f"{name}人民医院", rng, top)
    yield from _schools(name, rng, top)
    yield from _state_firms(name, rng, top)
    yield from _emerging(
        place.code, name, rng, top, firms=rng.randint(14, 26), social=rng.randint(3, 6)
    )


def _hospital(name: str, rng: random.Random, top: Draft) -> Iterator[Draft]:
    party = Draft(f"{name}党委", Kind.COMMITTEE, HOSPITAL, 109, top, members=rng.randint(60, 160))
    yield party
    yield Draft(name, Kind.HOSPITAL, HOSPITAL, 109, top, party, employees=rng.randint(200, 700))
    for part in ("内科", "外科", "门诊", "行政"):
        yield Draft(
            f"{name}{part}党支部", Kind.BRANCH, HOSPITAL, 109, party, members=rng.randint(12, 40)
        )


def _schools(name: str, rng: random.Random, top: Draft) -> Iterator[Draft]:
    for number in range(1, rng.randint(4, 7)):
        title = f"{name}第{number}中学"
        party = Draft(
            f"{title}党支部", Kind.BRANCH, GOVERNMENT, 110, top, members=rng.randint(20, 70)
        )
        yield party
        yield Draft(title, Kind.SCHOOL, GOVERNMENT, 110, top, party, employees=rng.randint(60, 220))


def _state_firms(name: str, rng: random.Random, top: Draft) -> Iterator[Draft]:
    for word in names.STATE_WORDS[: rng.randint(3, 5)]:
        title = f"{name}示例{word}有限公司"
        party = Draft(
            f"{title}党总支", Kind.GENERAL_BRANCH, ENTERPRISE, 121, top, members=rng.randint(30, 90)
        )
        yield party
        yield Draft(title, Kind.FIRM, ENTERPRISE, 121, top, party, employees=rng.randint(80, 600))
        for part in ("机关", "生产", "经营"):
            yield Draft(
                f"{title}{part}党支部",
                Kind.BRANCH,
                ENTERPRISE,
                121,
                party,
                members=rng.randint(8, 30),
            )


def _emerging(
    code: str, name: str, rng: random.Random, top: Draft, *, firms: int, social: int
) -> Iterator[Draft]:
    """Private firms and social organisations: those with three members or more have a branch of their own,
    and some of the others are reached by a joint one (A4)."""
    joint = Draft(
        f"{name}两新组织联合党支部", Kind.BRANCH, EMERGING, 126, top, members=rng.randint(6, 20)
    )
    yield joint
    for number in range(firms + social):
        is_firm = number < firms
        industry = rng.choice(list(names.FIRM_WORDS)) if is_firm else 126
        word = rng.choice(names.FIRM_WORDS[industry] if is_firm else names.SOCIAL_WORDS)
        title = f"{name}示例{word}{'有限公司' if is_firm else ''}（{number + 1:02d}）"
        members = rng.choice((0, 0, 1, 1, 2, 3, 4, 5, 8, 12))
        party = None
        if members >= 3 and rng.random() < 0.92:
            party = Draft(f"{title}党支部", Kind.BRANCH, EMERGING, industry, top, members=members)
            yield party
        covered = party or (joint if rng.random() < 0.7 else None)
        kind = Kind.FIRM if is_firm else Kind.SOCIAL_ORG
        code_ = names.credit_code(rng, code[:6]) if is_firm else ""
        yield Draft(
            title, kind, EMERGING, industry, None, covered, code_, rng.randint(3, 120), members
        )


def _township(place: Place, rng: random.Random, above: Draft | None) -> Iterator[Draft]:
    name = place.name
    office = "街道办事处" if place.code[6] == "0" else "人民政府"
    sector = URBAN if place.code[6] == "0" else RURAL
    base = name.removesuffix("办事处").removesuffix("街道") + ("街道" if sector == URBAN else "")
    top = Draft(f"{base}党委", Kind.COMMITTEE, sector, None, above, members=rng.randint(400, 1100))
    yield top
    party = Draft(
        f"{base}机关党支部", Kind.BRANCH, GOVERNMENT, None, top, members=rng.randint(25, 70)
    )
    yield party
    yield Draft(
        f"{base}{office}", Kind.AGENCY, GOVERNMENT, None, top, party, employees=rng.randint(40, 110)
    )
    clinic = Draft(
        f"{base}卫生院党支部", Kind.BRANCH, HOSPITAL, 109, top, members=rng.randint(6, 24)
    )
    yield clinic
    yield Draft(
        f"{base}卫生院", Kind.HOSPITAL, HOSPITAL, 109, top, clinic, employees=rng.randint(20, 80)
    )
    school = Draft(
        f"{base}中心学校党支部", Kind.BRANCH, GOVERNMENT, 110, top, members=rng.randint(10, 40)
    )
    yield school
    yield Draft(
        f"{base}中心学校", Kind.SCHOOL, GOVERNMENT, 110, top, school, employees=rng.randint(30, 120)
    )
    yield from _emerging(place.code, base, rng, top, firms=rng.randint(1, 4), social=0)


def _village(place: Place, rng: random.Random, above: Draft | None) -> Iterator[Draft]:
    name, sector = place.short, sector_of_place(place.code)
    is_urban = sector == URBAN
    members = rng.randint(40, 140)
    branches = rng.choice((2, 2, 3, 3, 4)) if members > 50 else 0
    kind = Kind.GENERAL_BRANCH if branches else Kind.BRANCH
    title = "党总支" if branches else "党支部"
    top = Draft(f"{name}{title}", kind, sector, None, above, members=members)
    yield top
    committee = Kind.RESIDENTS_COMMITTEE if is_urban else Kind.VILLAGERS_COMMITTEE
    yield Draft(place.name, committee, sector, None, top, top, employees=rng.randint(5, 12))
    for number in range(1, branches + 1):
        yield Draft(f"{name}第{'一二三四'[number - 1]}党支部", Kind.BRANCH, sector, None, top,
                    members=max(3, members // branches))  # fmt: skip
    if is_urban:
        yield Draft(f"{name}示例物业服务有限公司", Kind.PROPERTY_FIRM, EMERGING, 126, None, top,
                    employees=rng.randint(10, 60), members=rng.randint(0, 4))  # fmt: skip
        yield Draft(
            f"{name}业主委员会",
            Kind.OWNERS_COMMITTEE,
            sector,
            None,
            None,
            top,
            members=rng.randint(0, 5),
        )
    elif rng.random() < 0.8:
        word = rng.choice(names.COOPERATIVE_WORDS)
        yield Draft(f"{name}示例{word}专业合作社", Kind.COOPERATIVE, RURAL, 125, top, top,
                    names.credit_code(rng, place.code[:6]), rng.randint(8, 90), rng.randint(0, 9))  # fmt: skip


def extra(demo: Demo, county: Draft, code: str, name: str, count: int) -> list[Draft]:
    """Further branches of a county's units, so that the province has as many as document 000 says."""
    rng = demo.rng("extra", code)
    out = []
    for number in range(1, count + 1):
        sector, industry, word = rng.choices(
            ((GOVERNMENT, 119, "直属机关"), (ENTERPRISE, 121, "国有企业"), (EMERGING, 126, "两新组织"),
             (GOVERNMENT, 110, "学校")),
            (45, 15, 25, 15),
        )[0]  # fmt: skip
        title = f"{name}{word}第{number}党支部（模拟）"
        out.append(
            Draft(
                title, Kind.BRANCH, sector, industry, county, members=rng.randint(4, 30), place=code
            )
        )
    return out
