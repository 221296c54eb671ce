"""What other rooms may use of people."""

from zhijin.people.branches import (
    MemberDraft,
    change_member,
    end_member,
    enrol_member,
    member_by_link,
    member_link,
    member_names,
    members_of,
    members_on,
    move_member,
    renew_member_link,
    visible_members,
)
from zhijin.people.catalogue import CONSENTS, FIELDS, PURPOSES
from zhijin.people.households import place_household, register_household
from zhijin.people.models import BranchMember, Consent, Household, Membership, Person
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
    "BranchMember",
    "Consent",
    "Filter",
    "Gaps",
    "Household",
    "MemberDraft",
    "Membership",
    "Person",
    "change_member",
    "change_person",
    "counts",
    "end_member",
    "enrol_member",
    "get",
    "give_consent",
    "has_consent",
    "household_gaps",
    "leave",
    "listing",
    "member_by_link",
    "member_link",
    "member_names",
    "members_of",
    "members_on",
    "move_member",
    "move_person",
    "place_household",
    "register_household",
    "register_person",
    "renew_member_link",
    "reveal",
    "visible",
    "visible_households",
    "visible_members",
    "withdraw_consent",
]
