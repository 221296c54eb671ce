"""What is done from a household's file: a team takes it on, a meter is fitted there, a fault is reported."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from zhijin.activities import api as activities
from zhijin.activities.api import HouseholdLink, Linking, Team
from zhijin.cases import api as cases
from zhijin.cases.api import Opened
from zhijin.core import clock, facts
from zhijin.core.actor import Actor
from zhijin.people.api import Household
from zhijin.playbooks import api as playbooks
from zhijin.programmes.households.reading import WARNED

#: The programme by which a household's power is looked after (document 002).
POWER = "power-supply"


def opener(actor: Actor, home: Household) -> str:
    """The role in which ``actor`` may report the household's power; empty when there is none, or no programme."""
    programme = in_force(home)
    if programme is None:
        return ""
    roles = sorted(actor.roles_at(home.place_key))
    return next((role for role in roles if programme.machine.may_open(role)), "")


def in_force(home: Household) -> playbooks.Revision | None:
    """The programme of power in force where the household is."""
    return next(
        (one for one in playbooks.catalogue(home.place_code) if one.playbook_id == POWER), None
    )


def faults(home: Household, lang: str) -> list[tuple[str, str]]:
    """What may be wrong, as the programme in force at the household asks for it."""
    programme = in_force(home)
    asked = programme.playbook.opens.ask if programme is not None else ()
    return [
        (choice.id, choice.title(lang))
        for spec in asked if spec.field == "fault" for choice in spec.choices
    ]  # fmt: skip


@transaction.atomic(savepoint=False)
def warn(*, actor: Actor, home: Household, fault: str, what: str, key: str) -> Opened:
    """Report what is wrong with a household's power; it becomes a matter that the household's file shows.

    The same ``key`` gives the same matter. Raises CA002, CA003, CO403, CO422.
    """
    answers: dict[str, object] = {"fault": fault, "what": what}
    if home.lon is not None and home.lat is not None:
        answers["where"] = {"lon": home.lon, "lat": home.lat}
    report = cases.Report(
        playbook=POWER, channel="desk", key=f"household:{home.id}:{key}", place_code=home.place_code,
        answers=answers, simulated=home.simulated, place_known=True,
    )  # fmt: skip
    opened = cases.open_case(actor=actor, report=report, opener=opener(actor, home))
    if not opened.replayed:
        facts.record(
            WARNED, at=clock.now(), place_code=home.place_code, subject=f"household:{home.id}",
            actor=actor, record=f"case:{opened.case_id}", playbook=POWER,
        )  # fmt: skip
    return opened


def take_on(*, actor: Actor, home: Household, team: Team) -> HouseholdLink:
    """A team looks after a household from today on. Raises CO403, CO404, AV114."""
    wanted = Linking("pair", home.id, team_id=team.id)
    return activities.link_household(
        actor=actor, org_key=team.org_key or 0, wanted=wanted, simulated=home.simulated
    )


def teams_for(actor: Actor, taken: set[UUID]) -> list[Team]:
    """Teams of one's own organisations that do not look after the household yet."""
    return [
        team
        for team in activities.standing_teams(actor)
        if team.id not in taken
        and actor.can(
            "activity.act", team.place_key, org_keys=(team.org_key or 0,), line_keys=team.line_keys
        )
    ]
