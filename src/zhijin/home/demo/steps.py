"""The steps of this module's own: places, organisations, their scale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from zhijin.core.actor import Actor
from zhijin.core.ids import ancestor_codes
from zhijin.home.demo import bulk, filling
from zhijin.home.demo.orgs import Draft, Tops, draft, extra
from zhijin.home.demo.registry import Demo, Scale
from zhijin.orgs.api import PRIMARY_KINDS, Appointment, Organisation, Post, Spell
from zhijin.places import api as places
from zhijin.places.api import Place, current_q

#: The village that is made fully alive, and the one county that is made whole.
VILLAGE = "530602105207"
COUNTY = "520181"
PROVINCE = "52"
#: 海西州, whose villages document 004 counts.
SURVEYED = "6328"
#: Primary Party organisations of the province (documents 000 and 001).
PRIMARY = 98_000


def shipped(demo: Demo) -> None:
    """What every room ships (the programmes), which a first ``zhijin up`` has installed already."""
    for config in apps.get_app_configs():
        module = f"{config.name}.setup"
        if config.name.startswith("zhijin.") and find_spec(module) is not None:
            getattr(import_module(module), "install_shipped", lambda: None)()


def divisions(demo: Demo) -> None:
    """The shipped divisions, when there are none yet."""
    if Place.objects.filter(code=VILLAGE).exists():
        return
    demo.count("places", places.import_shipped(Actor.system("demo")).added)


def grids(demo: Demo) -> None:
    """Groups and grids of the documents' villages; of the first village alone at the smallest scale."""
    wanted = places.demo_villages()
    if not demo.at_least(Scale.COUNTY):
        alive = {VILLAGE, *ALSO_AT_VILLAGE_SCALE}
        wanted = {code: numbers for code, numbers in wanted.items() if code in alive}
    for made in places.seed_demo(wanted):
        demo.count("grids", made.grids)


#: Documents whose figures are shown at every scale: 口江乡 (48 grids), 东山社区, 古州镇.
ALSO_AT_VILLAGE_SCALE = (
    "522631206200", "522631206202", "522631206203", "522631206205", "522631206206",
    "522631206207", "522631206208", "520181002018",
)  # fmt: skip


def chosen(demo: Demo) -> list[str]:
    """Codes of the places that get organisations, widest first."""
    rows = Place.objects.filter(
        current_q(), level__in=("province", "prefecture", "county", "township", "village")
    )
    everything = list(rows.order_by("key").values_list("code", flat=True))
    if demo.at_least(Scale.PROVINCE):
        return _widest_first(set(everything))
    wanted: set[str] = set()
    named = places.demo_villages()
    for code in everything:
        near = code in named or code[:9] in _WHOLE or code in _CAST_PLACES
        if near or (demo.at_least(Scale.COUNTY) and code[:6] == COUNTY):
            wanted |= {code, *ancestor_codes(code)}
    return _widest_first(wanted)


def leading_only(demo: Demo, codes: Iterable[str]) -> list[str]:
    """Codes of 海西州 that are not among ``codes``: each gets its leading Party organisation and no more, so that a
    survey of 387 villages (document 004) asks villages that exist."""
    if demo.at_least(Scale.PROVINCE):
        return []
    rows = Place.objects.filter(current_q(), code__startswith=SURVEYED)
    rows = rows.filter(level__in=("county", "township", "village"))
    return _widest_first(set(rows.values_list("code", flat=True)) - set(codes))


#: Townships with all their villages: the first village's, and 青龙山街道 with 东山社区 (document 000: in
#: the last three of its sub-district, which needs the others to be compared with).
_WHOLE = (VILLAGE[:9], "520181002")
#: Where the cast works besides the documents' villages: 云岩区 (court), 修文县 (plant), 平塘县 (power).
_CAST_PLACES = ("520103", "520123", "522727")


def _widest_first(codes: set[str]) -> list[str]:
    return sorted(codes, key=lambda code: (len(code), code))


def organisations(demo: Demo) -> None:
    """Organisations of the chosen places, and in the province as many as the documents count."""
    codes = chosen(demo)
    thin = leading_only(demo, codes)
    codes, there = _widest_first({*codes, *thin}), filling.existing()
    tops = Tops({code: Draft("", "", 1, key=key) for code, key in there.items()})
    found = Place.objects.in_bulk([code for code in codes if code not in there])
    new, lean = (found[code] for code in codes if code in found), frozenset(thin)
    groups = []
    for drafts in draft(demo, new, tops):
        if drafts[0].place in lean:
            del drafts[1:]
        filling.number(drafts)
        groups.append(drafts)
    filling.write(demo, filling.fill(demo, groups))
    if demo.at_least(Scale.PROVINCE):
        _top_up(demo, tops)
        bulk.analyze(Organisation, Spell, Post, Appointment)


def _top_up(demo: Demo, tops: Tops) -> None:
    """Branches of further units, spread over the province's counties, up to the documents' number."""
    kinds = ",".join(f"'{kind}'" for kind in sorted(PRIMARY_KINDS))
    like = f"{PROVINCE}%"
    ((have,),) = bulk.query(
        f"SELECT count(*) FROM orgs_organisation WHERE kind IN ({kinds}) AND place_code LIKE %s",
        [like],
    )
    missing = max(0, PRIMARY - have)
    counties = list(
        Place.objects.filter(current_q(), level="county", code__startswith=PROVINCE).order_by("key")
    )
    highest = dict(bulk.query(
        "SELECT place_code, max(key) % 1000000 - 200000 FROM orgs_organisation"
        " WHERE length(place_code) = 6 GROUP BY place_code"
    ))  # fmt: skip
    groups = []
    for index, share in enumerate(_shares(missing, len(counties))):
        county = counties[index]
        drafts = extra(demo, tops.by_code[county.code], county.code, county.name, share)
        filling.number(drafts, first=int(highest[county.code]) + 1)
        groups.append(drafts)
    filling.write(demo, filling.fill(demo, groups))


def _shares(total: int, parts: int) -> Iterator[int]:
    """``total`` in ``parts`` whole numbers that differ by one at most."""
    for index in range(parts):
        yield total // parts + (index < total % parts)
