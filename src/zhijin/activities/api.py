"""What other rooms may use of activities."""

from zhijin.activities.cadres.demo import make as make_demo_cadres
from zhijin.activities.cadres.demo_province import make as make_demo_province_cadres
from zhijin.activities.cadres.demo_texts import TECH_FIRM as DEMO_TECH
from zhijin.activities.deliberation.demo import make as make_demo_deliberation
from zhijin.activities.deliberation.demo_texts import FIRM as DEMO_PROPERTY
from zhijin.activities.deliberation.hooks import (
    Order,
    Outcome,
    Paper,
    provide_carrying_out,
    provide_publication,
)
from zhijin.activities.deliberation.stepping import case_ended as resolution_carried_out
from zhijin.activities.deliberation.stepping import discarded as resolution_discarded
from zhijin.activities.deliberation.stepping import published as resolution_published
from zhijin.activities.demo import make as make_demo
from zhijin.activities.demo import make_units as make_demo_units
from zhijin.activities.demo_texts import LEAD_UNIT as DEMO_UNIT
from zhijin.activities.meetings.demo import make as make_demo_life
from zhijin.activities.meetings.reading import Slot
from zhijin.activities.meetings.reading import on_day as meetings_on
from zhijin.activities.models import (
    Cycle,
    Event,
    HelpVisit,
    HouseholdLink,
    Party,
    Problem,
    Sheet,
    Task,
    Team,
    Undertaking,
    Visit,
)
from zhijin.activities.practice.demo import make as make_demo_practice
from zhijin.activities.practice.hooks import provide_answered
from zhijin.activities.scoring import Criterion
from zhijin.activities.selectors.duties import life as life_owed
from zhijin.activities.selectors.visits import Effect, tell_effects
from zhijin.activities.selectors.waiting import waiting as waiting_for
from zhijin.activities.service.demo import make as make_demo_service
from zhijin.activities.service.demo_province import make as make_demo_province_reports
from zhijin.activities.service.helping import Linking, Visited
from zhijin.activities.service.helping import link as link_household
from zhijin.activities.service.helping import visit as visit_household
from zhijin.activities.service.households import standing_links as household_links
from zhijin.activities.service.households import standing_teams, visits_of_links, visits_since
from zhijin.activities.service.proxy_demo import make as make_demo_proxies
from zhijin.activities.service.proxy_demo import make_old as make_demo_old_proxies
from zhijin.activities.service.reading import offered_at
from zhijin.activities.service.showing import tabs as service_tabs
from zhijin.activities.service.teams import found as found_team
from zhijin.activities.services.cycles import provide_annual
from zhijin.activities.services.events import Plan, invite
from zhijin.activities.services.mutual import close as close_mutual
from zhijin.activities.services.mutual import make as make_mutual
from zhijin.activities.services.mutual import start as start_mutual
from zhijin.activities.views.common import Act, act

__all__ = [
    "DEMO_PROPERTY", "DEMO_TECH", "DEMO_UNIT", "Act", "Criterion", "Cycle", "Effect", "Event", "HelpVisit",
    "HouseholdLink", "Linking", "Order", "Outcome", "Paper", "Party", "Plan", "Problem", "Sheet", "Slot", "Task",
    "Team", "Undertaking", "Visit", "Visited", "act", "close_mutual", "found_team", "household_links", "invite",
    "life_owed", "link_household", "make_demo", "make_demo_cadres", "make_demo_deliberation", "make_demo_life",
    "make_demo_old_proxies",
    "make_demo_practice", "make_demo_province_cadres", "make_demo_province_reports", "make_demo_proxies",
    "make_demo_service", "make_demo_units", "make_mutual", "meetings_on", "offered_at", "provide_annual",
    "provide_answered", "provide_carrying_out", "provide_publication", "resolution_carried_out", "resolution_discarded",
    "resolution_published", "service_tabs", "standing_teams", "start_mutual", "tell_effects",
    "visit_household", "visits_of_links", "visits_since", "waiting_for",
]  # fmt: skip
