"""What other rooms may use of people."""

from zhijin.people.catalogue import CONSENTS, FIELDS, PURPOSES
from zhijin.people.households import place_household, register_household
from zhijin.people.models import Consent, Household, Membership, Person
from zhijin.people.revealing import give_consent, reveal, withdraw_consent
from zhijin.people.selectors import (
    Filter,
    Gaps,
    counts,
    get,
    household_gaps,
    listing,
    visible,
    visible_households,
)
from zhijin.people.services import (
    change_person,
    has_consent,
    leave,
    move_person,
    register_person,
)

__all__ = [
    "CONSENTS",
    "FIELDS",
    "PURPOSES",
    "Consent",
    "Filter",
    "Gaps",
    "Household",
    "Membership",
    "Person",
    "change_person",
    "counts",
    "get",
    "give_consent",
    "has_consent",
    "household_gaps",
    "leave",
    "listing",
    "move_person",
    "place_household",
    "register_household",
    "register_person",
    "reveal",
    "visible",
    "visible_households",
    "withdraw_consent",
]
