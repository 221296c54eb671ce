"""What other rooms may use of people."""

from zhijin.people.ages import may_be_below, surely_below
from zhijin.people.branches import (
    MemberDraft,
    change_member,
    end_member,
    enrol_member,
    member_names,
    members_of,
    members_on,
    move_member,
    renew_member_link,
    visible_members,
)
from zhijin.people.catalogue import (
    ADULT_AGE,
    CERTIFICATES,
    CONSENTS,
    EDUCATION,
    FIELDS,
    PURPOSES,
    TRAITS,
)
from zhijin.people.errors import NO_SUCH_PERSON
from zhijin.people.following import follow_households, follow_members
from zhijin.people.holding import Line as HeldLine
from zhijin.people.holding import posts_of
from zhijin.people.holding import register as register_holder
from zhijin.people.holding import span as held_span
from zhijin.people.households import place_household, register_household
from zhijin.people.keeping import KEEPER, Kept
from zhijin.people.keeping import period as keep_days
from zhijin.people.keeping import register as register_kept
from zhijin.people.keeping import register_along as register_erased_along
from zhijin.people.keeping import register_need as register_need_of
from zhijin.people.keeping import see_periods as see_keep_periods
from zhijin.people.member_links import member_by_link, member_link, wrong_link
from zhijin.people.models import BranchMember, Consent, Household, Membership, Particulars, Person
from zhijin.people.moving import leave, move_person
from zhijin.people.particulars import (
    Makeup,
    Share,
    counted,
    makeup,
    record_particulars,
    visible_particulars,
)
from zhijin.people.picking import Picked as PickedResident
from zhijin.people.picking import pick as pick_resident
from zhijin.people.reaching import number_for_notice, reachable
from zhijin.people.revealing import give_consent, reveal, withdraw_consent
from zhijin.people.selectors import (
    Filter,
    Gaps,
    counts,
    get,
    household_gaps,
    is_called,
    listing,
    resident_named,
    visible,
    visible_households,
)
from zhijin.people.services import (
    change_person,
    has_consent,
    register_person,
)

__all__ = [
    "ADULT_AGE",
    "CERTIFICATES",
    "CONSENTS",
    "EDUCATION",
    "FIELDS",
    "KEEPER",
    "NO_SUCH_PERSON",
    "PURPOSES",
    "TRAITS",
    "BranchMember",
    "Consent",
    "Filter",
    "Gaps",
    "HeldLine",
    "Household",
    "Kept",
    "Makeup",
    "MemberDraft",
    "Membership",
    "Particulars",
    "Person",
    "PickedResident",
    "Share",
    "change_member",
    "change_person",
    "counted",
    "counts",
    "end_member",
    "enrol_member",
    "follow_households",
    "follow_members",
    "get",
    "give_consent",
    "has_consent",
    "held_span",
    "household_gaps",
    "is_called",
    "keep_days",
    "leave",
    "listing",
    "makeup",
    "may_be_below",
    "member_by_link",
    "member_link",
    "member_names",
    "members_of",
    "members_on",
    "move_member",
    "move_person",
    "number_for_notice",
    "pick_resident",
    "place_household",
    "posts_of",
    "reachable",
    "record_particulars",
    "register_erased_along",
    "register_holder",
    "register_household",
    "register_kept",
    "register_need_of",
    "register_person",
    "renew_member_link",
    "resident_named",
    "reveal",
    "see_keep_periods",
    "surely_below",
    "visible",
    "visible_households",
    "visible_members",
    "visible_particulars",
    "withdraw_consent",
    "wrong_link",
]
