"""The demonstration's service, simulated on real places: members of a unit who reported to 大耆老村 and 沙坝村 and what
they did there (documents 000, 003), the team of 36 in 金华村 (001), eleven helping pairs with more than 500 times of
service (003)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from PIL import Image, ImageDraw

from zhijin.activities.demo_texts import LEAD_UNIT
from zhijin.activities.meetings.demo import _top
from zhijin.activities.models import CommunityReport, HelpVisit, HouseholdLink, Need, Team
from zhijin.activities.service import claiming, helping, reporting, teams, vouching
from zhijin.activities.service import demo_texts as texts
from zhijin.activities.service.claiming import Done, Wanted
from zhijin.activities.service.helping import Linking, Visited
from zhijin.activities.service.teams import Letter
from zhijin.core import clock, facts, files
from zhijin.core.actor import Actor
from zhijin.core.facts import NewFact
from zhijin.core.ids import place_span
from zhijin.core.scope import scoped
from zhijin.orgs import api as orgs
from zhijin.orgs.api import Organisation
from zhijin.people import api as people
from zhijin.people.api import BranchMember, MemberDraft

#: Who does it and who asked: two hands, as anywhere else.
DOER, ASKER = Actor("system", "demo", "演示服务方"), Actor("system", "demo-asker", "演示社区")
VILLAGE, SHABA, JINHUA = "530602105207", "530621103203", "520302011202"
MEMBERS, TEAM, PAIRS = 12, 36, 11


def make(today: date) -> int:
    """Everything, once; returns how many reports to communities there are."""
    with scoped(DOER):
        if CommunityReport.objects.filter(simulated=True).exists():
            return 0
        village, jinhua = _top(VILLAGE), _top(JINHUA)
        unit = orgs.Organisation.objects.filter(name=LEAD_UNIT, valid_to=None).first()
        if unit is not None and village is not None:
            _double_reporting(unit, village, today)
        if village is not None:
            _pairs(village, today)
            _duties(village, today)
        if jinhua is not None:
            _red(jinhua, today)
        return CommunityReport.objects.filter(simulated=True).count()


def _at(day: date, hour: int = 9) -> Any:
    return clock.freeze(datetime.combine(day, time(hour), clock.TZ))


def _enrol(org: Organisation, number: int, first: int, today: date) -> list[BranchMember]:
    """``number`` members; those who are on the list already stay."""
    there = people.members_on(org.key, today)
    since = today.replace(month=1, day=1)
    # Two of the drawn names may be the same; a branch's list holds each once.
    names = list(dict.fromkeys(texts.name(first + at) for at in range(2 * number)))
    for at in range(number - len(there)):
        draft = MemberDraft(
            names[at], "入党志愿书；书面同意（模拟）", "full", at < 3, since=since, simulated=True
        )
        there.append(people.enrol_member(actor=DOER, org_key=org.key, draft=draft))
    return there


# -- 双报到 --------------------------------------------------------------------------------------


def _double_reporting(unit: Organisation, village: Organisation, today: date) -> None:
    members = _enrol(unit, MEMBERS, 40, today)
    with _at(today - timedelta(days=150)):
        reporting.report_unit(
            actor=DOER,
            org_key=unit.key,
            place_code=VILLAGE,
            offers="法律、技能培训、就业信息",
            simulated=True,
        )
        for at, member in enumerate(members):
            row = reporting.report_member(
                actor=DOER, member_id=member.id, place_code=VILLAGE if at < 9 else SHABA,
                offers=texts.OFFERS[at % len(texts.OFFERS)], simulated=True,
            )  # fmt: skip
            if at % 4 != 3:
                reporting.receive(actor=ASKER, report_id=row.id)
    for at, line in enumerate(texts.PAST):
        day = today - timedelta(days=100 - 28 * at)
        done = _served(village, unit, line, day)
        with _at(day, 19):
            claiming.confirm(actor=ASKER, claim_id=done, satisfied=True)
    _served(village, unit, texts.WAITING, today - timedelta(days=1))
    _offered(village, texts.OPEN, today)
    letter = Letter(*texts.UNIT_LETTER)
    told = teams.take_in(
        actor=ASKER, place_code=VILLAGE, org_key=unit.key, letter=letter, simulated=True
    )
    teams.read_thanks(actor=ASKER, thanks_id=told.id, state="shown")


def _served(
    asker: Organisation,
    doer: Organisation,
    line: tuple[Any, ...],
    day: date,
    team: Team | None = None,
) -> Any:
    """A need that was taken up and done on ``day``; returns the service's id."""
    kind, title, what, where, minutes, number, told = line
    start = datetime.combine(day, time(14), clock.TZ)
    wanted = Wanted(
        kind,
        title,
        what,
        where,
        start,
        start + timedelta(hours=4),
        number,
        team.id if team else None,
    )
    with _at(day - timedelta(days=3)):
        need = claiming.publish(actor=ASKER, org_key=asker.key, wanted=wanted, simulated=True)
        if team is not None:
            claim = claiming.claim_team(
                actor=DOER, need_id=need.id, team_id=team.id, people=number, simulated=True
            )
        else:
            claim = claiming.claim_unit(
                actor=DOER, need_id=need.id, org_key=doer.key, people=number, simulated=True
            )
    with _at(day, 17):
        done = Done(minutes, told, [_picture(title)])
        claiming.report_done(actor=DOER, claim_id=claim.id, done=done)
    return claim.id


def _offered(
    asker: Organisation, lines: tuple[tuple[Any, ...], ...], today: date, team: Team | None = None
) -> list[Need]:
    """Needs that lie ahead."""
    made = []
    for at, (kind, title, what, where, seats) in enumerate(lines):
        start = datetime.combine(today + timedelta(days=2 + 3 * at), time(9), clock.TZ)
        wanted = Wanted(
            kind,
            title,
            what,
            where,
            start,
            start + timedelta(hours=3),
            seats,
            team.id if team else None,
        )
        made.append(claiming.publish(actor=ASKER, org_key=asker.key, wanted=wanted, simulated=True))
    return made


def _picture(title: str) -> str:
    """A drawn picture that nobody takes for a photograph: hills and a path, by the title's own numbers."""
    seed = sum(map(ord, title))
    sky, hill = (206 + seed % 30, 222, 236), (96 + seed % 40, 140 - seed % 30, 104)
    picture = Image.new("RGB", (960, 720), sky)
    draw = ImageDraw.Draw(picture)
    draw.polygon(
        [(0, 470), (240, 300), (520, 440), (760, 280), (960, 430), (960, 720), (0, 720)], fill=hill
    )
    draw.polygon([(430, 720), (530, 720), (500, 440), (480, 440)], fill=(226, 214, 188))
    draw.ellipse((700 - seed % 200, 90, 790 - seed % 200, 180), fill=(250, 226, 150))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    size = out.tell()
    out.seek(0)
    return files.store_photo(out, "demo.jpg", size).digest


# -- 多对一帮扶, 设岗定责, 党员联户 ----------------------------------------------------------------


def _homes(code: str, number: int) -> list[people.Household]:
    lo, hi = place_span(code)
    rows = people.visible_households(DOER).filter(
        place_key__gte=lo, place_key__lt=hi, valid_to=None
    )
    return list(rows.order_by("number", "id")[:number])


def _pairs(village: Organisation, today: date) -> None:
    """Eleven households, each looked after by several volunteers together: twelve visits of three to five people."""
    start = today - timedelta(days=150)
    members = people.members_on(village.key, today)[:8]
    with _at(start):
        team = teams.found(
            actor=DOER,
            org_key=village.key,
            name=texts.WOMEN[0],
            about=texts.WOMEN[1],
            simulated=True,
        )
        for member in members:
            teams.join_member(actor=DOER, team_id=team.id, member_id=member.id, consent_how="本人报名（模拟）",
                              simulated=True)  # fmt: skip
        homes = _homes(VILLAGE, PAIRS)
        links = [
            helping.link(actor=DOER, org_key=village.key, wanted=Linking("pair", home.id, team_id=team.id),
                         simulated=True)
            for home in homes
        ]  # fmt: skip
    made = list(_visits(links, start, today))
    HelpVisit.objects.bulk_create(made, batch_size=500)
    by_id = {link.id: link for link in links}
    facts.record_many(_told(row, by_id[row.link_id]) for row in made)


def _visits(links: list[HouseholdLink], start: date, today: date) -> Iterator[HelpVisit]:
    """Twelve visits to each household; at one of them something is left to follow up."""
    for at, link in enumerate(links):
        for turn in range(12):
            day = min(start + timedelta(days=1 + 12 * turn + at % 7), today)
            yield HelpVisit(
                county=link.county, place_key=link.place_key, org_key=link.org_key or 0, sector_key=link.sector_key,
                link_id=link.id, team_id=link.team_id, kind="help" if turn % 3 else "visit", on=day,
                what=texts.VISITS[(at + turn) % len(texts.VISITS)], people=3 + (at + turn) % 3,
                open_matter=turn == 11 and at == 4, made_by=DOER.label,
                made_at=datetime.combine(day, time(17), clock.TZ), simulated=True,
            )  # fmt: skip


def _told(row: HelpVisit, link: HouseholdLink) -> NewFact:
    """The fact that writing the visit down would have left."""
    attrs = {"kind": row.kind, "link": link.kind, "open": row.open_matter}
    return NewFact("activity.link.visited", row.made_at, link.place_code, link.record, DOER.label, link.record,
                   value=row.people, org_key=link.org_key, attrs=attrs)  # fmt: skip


def _duties(village: Organisation, today: date) -> None:
    """Ordinary members hold duties; some look after households, and committee members after several."""
    members = people.members_on(village.key, today)
    since = today - timedelta(days=120)
    plain = [row for row in members if not row.committee and not row.floating]
    for member, (title, duties) in zip(plain, texts.DUTIES, strict=False):
        helping.post_duty(actor=DOER, org_key=village.key, member_id=member.id, title=title, duties=duties,
                          since=since, simulated=True)  # fmt: skip
    homes = iter(_homes(VILLAGE, 40)[PAIRS:])
    committee = [row for row in members if row.committee]
    for kind, who, each in (("one_n", committee[:2], 4), ("link", plain[:6], 2)):
        for member in who:
            for home in [one for _n, one in zip(range(each), homes, strict=False)]:
                wanted = Linking(kind, home.id, member.id, since=since)
                link = helping.link(actor=DOER, org_key=village.key, wanted=wanted, simulated=True)
                visited = Visited("visit", texts.VISITS[0], today - timedelta(days=20))
                helping.visit(actor=DOER, link_id=link.id, visited=visited, simulated=True)


# -- 南关小红 -------------------------------------------------------------------------------------


def _red(org: Organisation, today: date) -> None:
    """The team of 36 Party members, what it was called to, and letters that came."""
    members = _enrol(org, TEAM, 60, today)[:TEAM]
    with _at(today - timedelta(days=200)):
        team = teams.found(
            actor=DOER, org_key=org.key, name=texts.RED[0], about=texts.RED[1], simulated=True
        )
        for member in members:
            teams.join_member(actor=DOER, team_id=team.id, member_id=member.id, consent_how="本人报名（模拟）",
                              simulated=True)  # fmt: skip
    for at, (line, letter) in enumerate(zip(texts.CALLED, texts.LETTERS, strict=True)):
        day = today - timedelta(days=60 - 30 * at)
        done = _served(org, org, line, day, team)
        with _at(day, 19):
            claim = vouching.confirm_served(claim_id=done, satisfied=True)
            told = teams.thank_by_code(claim=claim, letter=Letter(*letter))
            if at == 0:
                teams.read_thanks(actor=ASKER, thanks_id=told.id, state="shown")
    calls = _offered(org, texts.CALLS, today, team)
    for member in members[:5]:
        claiming.claim_self(member=member, need_id=calls[0].id)
