"""The demonstration's steps for activities: units before the accounts that lead them, the rest after."""

from __future__ import annotations

from zhijin.activities import api as activities
from zhijin.home import demo_customs
from zhijin.home.demo.registry import Demo, Scale, register_step
from zhijin.programmes import api as programmes


def units(demo: Demo) -> None:
    """The 84 units directly under the prefecture of document 003."""
    demo.count("units", activities.make_demo_units())


def held(demo: Demo) -> None:
    """Pledges, contests, reviews, checks and visits, once."""
    demo.count("activities", activities.make_demo(demo.today))


def branch_life(demo: Demo) -> None:
    """The online branch of 甘南村 with its absent members, a village's branch, and a year of study of 84 units."""
    demo.count("meetings", activities.make_demo_life(demo.today))


def service(demo: Demo) -> None:
    """Members who reported to communities, volunteer teams, helping pairs."""
    demo.count("reports", activities.make_demo_service(demo.today))


def proxies(demo: Demo) -> None:
    """Applications on another's behalf in 大耆老村: delivered, on their way, late, withdrawn."""
    demo.count("proxies", activities.make_demo_proxies(demo.today))


def cadres(demo: Demo) -> None:
    """Elections, community workers, postings, county plans and study of village cadres."""
    demo.count("elections", activities.make_demo_cadres(demo.today))


def whole_province(demo: Demo) -> None:
    """At the province's scale: its elections, its posted cadres, its members who reported to communities."""
    if demo.at_least(Scale.PROVINCE):
        demo.count("cadres", activities.make_demo_province_cadres(demo.today))
        demo.count("reports", activities.make_demo_province_reports(demo.today))


def deliberation(demo: Demo) -> None:
    """四议两公开 of a village, the 星火夜话 of another, the council hall and service lists of a community."""
    demo.count("deliberation", activities.make_demo_deliberation(demo.today))


def practice(demo: Demo) -> None:
    """Peasant paintings of 水城区, their exhibitions, and a council for weddings and funerals."""
    demo.count("works", activities.make_demo_practice(demo.today))


def household_files(demo: Demo) -> None:
    """The tobacco-curing households of 平塘县: meters, visits, warnings and what was done about them."""
    demo.count("household-files", programmes.make_demo_households(demo.today, demo.seed))


def register() -> None:
    """Called when the application is ready."""
    register_step("units", 35, units)
    register_step("activities", 85, held)
    register_step("branch-life", 86, branch_life)
    register_step("service", 87, service)
    register_step("proxies", 88, proxies)
    register_step("cadres", 87, cadres)
    register_step("whole-province", 88, whole_province)
    register_step("deliberation", 88, deliberation)
    register_step("practice", 89, practice)
    register_step("customs", 89, demo_customs.step)
    register_step("household-files", 90, household_files)
