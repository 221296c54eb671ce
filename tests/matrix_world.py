"""One record of every kind, all in the cast's village, for the permission matrix: what each address is tried with.

A new address with parameters needs one line in :data:`SAMPLES`; a new kind of record, one in :func:`build`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests import matrix_deliberation, matrix_disclosure, matrix_points
from tests.activities import samples as activities
from tests.assessment import standings
from tests.assessment.enter_once.sheets import filled_sheet
from tests.broadcast import samples as broadcasts
from tests.cases import steps
from tests.cast import GRID, VILLAGE, Cast
from tests.orgs.conftest import register
from zhijin.activities.meetings.proof import feed_token
from zhijin.cases.models import CasePhoto
from zhijin.core import clock, signing
from zhijin.core.actor import Actor
from zhijin.core.scope import scoped
from zhijin.home.wall.links import token_of
from zhijin.home.wall.models import Wall
from zhijin.home.wall.services import make as make_wall
from zhijin.orgs.models import SheetRun
from zhijin.orgs.posts import create_post
from zhijin.people import api as people
from zhijin.people.households import register_household
from zhijin.people.requests import receive as receive_request
from zhijin.people.services import register_person
from zhijin.places.models import ImportRun
from zhijin.playbooks.models import PlaybookRevision
from zhijin.programmes.models import Publication
from zhijin.programmes.webhooks import endpoints
from zhijin.sensing.api import Device, Entry
from zhijin.sensing.api import register as register_device

SYSTEM = Actor.system("test")
POST_KIND = "secretary"
#: Names of addresses whose sample is a record of the cast's village: another county's officer gets 404.
PLACED = {
    "desk:org", "desk:org-edit", "desk:post", "desk:case", "desk:receipt",
    "desk:private", "desk:case-orgs", "desk:photo", "desk:case-act", "desk:publication",
    "field:case", "desk:standing-org", "desk:standing-value", "desk:standing-appeal",
    "desk:standing-adjustment", "desk:person", "desk:household",
    "desk:activity", "desk:activity-sheet", "desk:problem", "desk:pledge", "desk:model-unit", "desk:visit",
    "desk:cycle", "desk:broadcast", "desk:broadcast-audio", "desk:broadcast-cap", "desk:broadcast-ebm",
    "desk:alert", "desk:channel",
    "desk:wall-revoke", "desk:meeting", "desk:meeting-code", "desk:meeting-file", "desk:branch-members",
    "desk:need", "desk:work", "desk:work-picture", "desk:show", "desk:service-photo",
    "desk:team", "desk:household-link", "desk:household-file",
    "desk:branch-member", "desk:member-contact", "desk:proxy", "desk:proxy-photo", "desk:data-request",
    "desk:course", "desk:course-show", "desk:course-file",
    "desk:election-org", "desk:community-worker", "desk:posting", "desk:work-log-photo", "desk:county-plan",
    "desk:study",
    "api:get_case", "api:case_events", "api:case_photos", "api:case_photo", "api:move_case",
    "api:comment_case", "api:case_requests", "api:ask_consent", "api:decide_consent",
    "api:resume_case", "api:transfer_case", "api:merge_case", "api:unmerge_case",
    "api:whistle_case", "api:case_parties", "api:answer_call", "api:case_people", "api:assign_case",
    "api:call_back", "api:get_organisation", "api:list_members", "api:get_person",
    *matrix_deliberation.PLACED,
    *matrix_disclosure.PLACED,
    *matrix_points.PLACED,
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """What :func:`build` made."""

    case: Any
    code: str
    digest: str
    request: Any
    org: Any
    post: Any
    sheet_run: Any
    import_run: Any
    publication: Any
    endpoint: Any
    account: Any
    other: Any
    person: Any
    household: Any
    playbook: Any
    filling: Any
    standing: Any
    appeal: Any
    activities: dict[str, Any]
    bodies: dict[str, dict[str, Any]]
    deliberation: Any = None
    disclosed: Any = None
    adjustment: Any = None
    points: Any = None
    data_request: Any = None


def build(cast: Cast) -> World:
    """Make the records. The places and the programme are there (fixture ``ground``)."""
    handled, accepted = steps.handled(cast), steps.accepted(cast)
    asked = steps.ask(cast.grid_worker, accepted, steps.TUESDAY)
    secretary = cast.branch_secretary.account
    org = register("大耆老村党支部")
    case = steps.one(handled.case_id)
    with scoped(SYSTEM):
        photo = CasePhoto.objects.filter(case_id=case.id).first()
        post = create_post(actor=SYSTEM, kind=POST_KIND, org_key=org.key)
        sheet_run = SheetRun.objects.create(
            account_id=secretary.pk, what="orgs", file_name="组织.xlsx",
            summary={"added": 0, "changed": 0, "same": 0},
        )  # fmt: skip
        import_run = ImportRun.objects.create(**_import_run())
        publication = Publication.objects.create(**_publication(case))
        household = register_household(actor=SYSTEM, place_code=VILLAGE, number="7")
        person = register_person(
            actor=SYSTEM, place_code=VILLAGE, name="张小满", household=household
        )
        asked_for = receive_request(
            actor=SYSTEM, person_id=person.id, kind="access", how="本人到窗口提出"
        )
    playbook = PlaybookRevision.objects.get(playbook="test-hazard")
    endpoint, _secret = endpoints.create(
        actor=cast.system_admin.actor, label="市平台", url="https://93.184.215.14/in",
        place_code=VILLAGE,
    )  # fmt: skip
    planted = standings.plant()
    appeal = standings.appealed(planted)
    world = World(
        case, handled.code, photo.file_id, asked, org, post, sheet_run, import_run, publication,
        endpoint, secretary, steps.one(accepted.case_id), person, household, playbook,
        filled_sheet(cast.branch_secretary.actor, VILLAGE), planted, appeal, activities.make(org), {},
        matrix_deliberation.make(org),
        matrix_disclosure.make(), standings.adjusted(planted), matrix_points.make(household),
        asked_for,
    )  # fmt: skip
    world.bodies.update(_bodies(world))
    return world


def _import_run() -> dict[str, Any]:
    counts = dict.fromkeys(("rows", "added", "renamed", "vanished", "restored", "finding_count"), 0)
    return {"as_of": clock.today(), "source": "test", "actor": "test", "seconds": 0.1, **counts}


def _publication(case: Any) -> dict[str, Any]:
    return {
        "county": case.county, "place_key": case.place_key, "place_code": case.place_code,
        "case_id": case.id, "number": case.number, "playbook": case.playbook,
        "revision_id": case.revision_id, "rule": 0, "board": "village-affairs",
        "state": Publication.State.HELD, "prepared_at": clock.now(),
    }  # fmt: skip


def _case(world: World) -> dict[str, Any]:
    return {"pk": world.case.id}


def _api_case(world: World) -> dict[str, Any]:
    return {"case_id": world.case.id}


def _village(world: World) -> dict[str, Any]:
    return {"code": VILLAGE}


def _photo(world: World) -> dict[str, Any]:
    return {"digest": world.digest, "size": "thumb"}


def _device() -> dict[str, Any]:
    """A device in the grid, registered when first asked for."""
    entry = Entry("smoke", "3 号烤房烟感", GRID)
    with scoped(SYSTEM):
        found = Device.objects.first() or register_device(actor=SYSTEM, entry=entry)[0]
    return {"pk": found.pk}


def _wall() -> Wall:
    """A link to the village's wall; a new one when the last was revoked."""
    with scoped(SYSTEM):
        found = Wall.objects.filter(revoked_at=None).first()
    return found or make_wall(actor=SYSTEM, place_code=VILLAGE, label="一楼大厅")


def _account(world: World) -> dict[str, Any]:
    return {"pk": world.account.pk}


def _sheet(world: World) -> dict[str, Any]:
    return {"what": "orgs"}


def _status(world: World) -> dict[str, Any]:
    return {"code": world.code}


#: The parameters of every address that has some.
SAMPLES: dict[str, Callable[[World], dict[str, Any]]] = {
    **matrix_deliberation.samples(lambda world: world.deliberation),
    **matrix_disclosure.samples(lambda world: world.disclosed),
    **matrix_points.samples(lambda world: world.points),
    **broadcasts.samples(),
    "style-face": lambda _: {"face": "desk"},
    "portal:wall": lambda _: {"token": token_of(_wall().id)},
    "portal:wall-events": lambda _: {"token": token_of(_wall().id)},
    "desk:wall-revoke": lambda _: {"pk": _wall().id},
    "desk:device": lambda _: _device(),
    "desk:device-export": lambda _: _device(),
    # access
    "desk:account": _account,
    "desk:account-grants": _account,
    # places
    **dict.fromkeys(
        ("desk:place", "desk:place-edit", "desk:place-map", "desk:place-picture", "desk:place-check",
         "desk:place-shape", "portal:place-pick-in", "portal:place", "api:place", "api:children",
         "api:grids"),
        _village,
    ),
    "desk:place-import": lambda w: {"pk": w.import_run.pk},
    "desk:place-findings": lambda w: {"pk": w.import_run.pk},
    # organisations and tables
    "desk:org": lambda w: {"key": w.org.key},
    "desk:org-edit": lambda w: {"key": w.org.key},
    "desk:post": lambda w: {"pk": w.post.pk},
    "desk:sheet-run": lambda w: {"pk": w.sheet_run.pk},
    "desk:sheet-answer": lambda w: {"pk": w.sheet_run.pk},
    "desk:sheet-import": _sheet,
    "desk:sheet-template": _sheet,
    "desk:sheet-export": _sheet,
    # cases
    **dict.fromkeys(
        ("desk:case", "desk:receipt", "desk:private", "desk:case-orgs", "field:case"), _case
    ),
    "desk:photo": lambda w: _case(w) | _photo(w),
    "desk:case-act": lambda w: _case(w) | {"what": "move"},
    "portal:report-form": lambda _: {"playbook": "test-hazard"},
    "portal:status": _status,
    "portal:programme": lambda _: {"playbook": "test-hazard"},
    "portal:published": lambda w: {"number": w.case.number},
    "portal:photo": lambda w: _status(w) | _photo(w),
    **dict.fromkeys(
        ("api:get_case", "api:case_events", "api:case_photos", "api:move_case", "api:comment_case",
         "api:case_requests", "api:ask_consent", "api:resume_case", "api:transfer_case",
         "api:merge_case", "api:unmerge_case", "api:whistle_case", "api:case_parties",
         "api:case_people", "api:assign_case", "api:call_back"),
        _api_case,
    ),
    "api:answer_call": lambda w: _api_case(w) | {"party_id": UUID(int=1)},
    "api:case_photo": lambda w: _api_case(w) | {"digest": w.digest},
    "api:decide_consent": lambda w: {"request_id": w.request.id},
    "api:get_status": _status,
    "api:move_status": _status,
    "api:reopen_status": _status,
    # enter once
    **dict.fromkeys(
        ("desk:enter-once-columns", "desk:enter-once-cells", "desk:enter-once-file",
         "desk:enter-once-discard"),
        lambda w: {"pk": w.filling.pk},
    ),
    "desk:enter-once-cell": lambda w: {"pk": w.filling.pk, "table": 0, "index": 1, "row": 2},
    # people
    "desk:person": lambda w: {"pk": w.person.id},
    "desk:household": lambda w: {"pk": w.household.id},
    # playbooks
    **dict.fromkeys(
        ("desk:playbook", "desk:playbook-source", "desk:playbook-scenarios",
         "desk:playbook-simulate", "desk:playbook-changes", "desk:playbook-publish",
         "desk:playbook-retire", "desk:playbook-discard"),
        lambda w: {"pk": w.playbook.id},
    ),
    "desk:playbook-download": lambda w: {"pk": w.playbook.id, "name": "playbook"},
    "api:get_playbook": lambda _: {"playbook": "test-hazard"},
    "desk:calendar-year": lambda _: {"number": 2026},
    "desk:calendar-notice-back": lambda _: {"number": 2026},
    # Open311
    **dict.fromkeys(
        ("open311:discovery", "open311:services", "open311:requests"), lambda _: {"form": "json"}
    ),
    "open311:service": lambda _: {"code": "test-hazard", "form": "json"},
    "open311:request": lambda w: {"number": w.case.number, "form": "json"},
    "open311:token": lambda w: {"token": w.case.number, "form": "json"},
    "open311:media": lambda w: {"case": w.case.id, "digest": w.digest},
    # activities
    "desk:activity": lambda w: {"pk": w.activities["event"].id},
    "desk:cycle": lambda w: {"pk": w.activities["cycle"].id},
    "portal:cycle-file": lambda w: {"pk": w.activities["year"].id, "ending": "json"},
    "desk:activity-sheet": lambda w: {"pk": w.activities["sheet"].id},
    "desk:problem": lambda w: {"pk": w.activities["problem"].id},
    "desk:pledge": lambda w: {"pk": w.activities["pledge"].id},
    "desk:model-unit": lambda w: {"pk": w.activities["unit"].id},
    "desk:visit": lambda w: {"pk": w.activities["visit"].id},
    "portal:pledges": _village,
    "portal:model-units": _village,
    "portal:activity-public": lambda w: {"pk": w.activities["event"].id},
    "portal:activity-list": lambda w: {"pk": w.activities["event"].id},
    "portal:activity-file": lambda w: {
        "pk": w.activities["event"].id, "what": "notice", "ending": "json.sig",
    },
    # organisational life
    **dict.fromkeys(
        ("desk:meeting", "desk:meeting-code"), lambda w: {"pk": w.activities["meeting"].id}
    ),
    "desk:meeting-file": lambda w: {"pk": w.activities["held"].id},
    **dict.fromkeys(
        ("desk:course", "desk:course-show"), lambda w: {"pk": w.activities["course"].id}
    ),
    "desk:election-org": lambda w: {"key": w.org.key},
    "desk:community-worker": lambda w: {"pk": w.activities["worker"].id},
    "desk:posting": lambda w: {"pk": w.activities["posting"].id},
    "desk:work-log-photo": lambda w: {"pk": w.activities["log"].id, "number": 0},
    "desk:county-plan": lambda w: {"pk": w.activities["plan"].id},
    "desk:study": lambda w: {"pk": w.activities["study"].id},
    "desk:course-file": lambda w: {"pk": w.activities["part"].id},
    "portal:member-file": lambda w: {
        "token": people.member_link(w.activities["life"].members[0]), "pk": w.activities["part"].id,
    },
    "desk:branch-members": lambda w: {"key": w.org.key},
    "api:get_organisation": lambda w: {"key": w.org.key},
    "api:list_members": lambda w: {"key": w.org.key},
    "api:get_person": lambda w: {"person_id": w.person.id},
    "desk:data-request": lambda w: {"pk": w.data_request.id},
    "desk:proxy": lambda w: {"pk": w.activities["service"]["proxy"].id},
    "desk:proxy-photo": lambda w: {
        "pk": w.activities["service"]["proxy"].id, "digest": w.activities["service"]["digest"],
    },
    "desk:member-contact": lambda w: {"pk": w.activities["life"].members[0].id},
    "desk:branch-member": lambda w: {"pk": w.activities["life"].members[0].id},
    "portal:member-page": lambda w: {"token": people.member_link(w.activities["life"].members[0])},
    "portal:meeting-sign": lambda w: {"pk": w.activities["meeting"].id, "code": "000000"},
    "portal:branch-feed": lambda w: {"token": feed_token(w.org.key, 1)},
    # service
    "desk:need": lambda w: {"pk": w.activities["service"]["need"].id},
    "desk:service-photo": lambda w: {
        "pk": w.activities["service"]["claim"].id, "digest": w.activities["service"]["digest"],
    },
    "portal:served-named": lambda w: {"pk": w.activities["service"]["claim"].id},
    "desk:team": lambda w: {"pk": w.activities["service"]["team"].id},
    "desk:household-file": lambda w: {"pk": w.household.id},
    "desk:household-link": lambda w: {"pk": w.activities["service"]["link"].id},
    "portal:my-service": lambda w: {"token": people.member_link(w.activities["life"].members[0])},
    # civilisation practice
    **dict.fromkeys(
        ("desk:work", "desk:work-picture", "portal:work"), lambda w: {"pk": w.activities["service"]["work"].id}
    ),
    "portal:work-picture": lambda w: {"pk": w.activities["service"]["work"].id, "size": "thumb"},
    "desk:show": lambda w: {"pk": w.activities["service"]["show"].id},
    "portal:practice": _village,
    "portal:needs": _village,
    # signatures
    "portal:key": lambda _: {"kid": signing.public_keys()[0].kid},
    # assessment
    "desk:standing-org": lambda w: {"key": w.standing.last},
    "desk:standing-appeal": lambda w: {"pk": w.appeal.id},
    "desk:standing-missing": lambda w: {"key": w.standing.last, "indicator": "solved"},
    "desk:standing-adjustment": lambda w: {"pk": w.adjustment.id},
    "desk:standing-adjustment-file": lambda w: {"pk": w.adjustment.id, "digest": w.digest},
    "desk:standing-adjust": lambda w: {"key": w.standing.last},
    "desk:standing-publish": lambda w: {"pk": w.standing.runs[standings.JULY].id},
    "desk:standing-simulate": lambda w: {"pk": w.standing.revision.pk},
    # Only one's own is shown.
    "desk:standing-simulation": lambda w: {"pk": w.appeal.id},
    "desk:standing-contest": lambda w: {
        "key": w.standing.last, "indicator": "solved", "fact": w.appeal.fact_id,
    },
    "desk:standing-value": lambda w: {"key": w.standing.last, "indicator": "solved"},
    # programmes
    "desk:publication": lambda w: {"pk": w.publication.id},
    "desk:webhook": lambda w: {"pk": w.endpoint.id},
}  # fmt: skip


def _bodies(world: World) -> dict[str, dict[str, Any]]:
    """What is sent, by row: right in form, so that rights are what decides. Else an empty form."""
    why = {"why": "测试"}
    return {
        "POST desk:place-edit": {"do": "rename", "name": "大耆老新村"},
        "POST desk:person": {"do": "leave"},
        "POST desk:account": {"do": "restore"},
        "POST desk:account-grants": {"do": "give", "role": "neighbour_leader", "place": GRID},
        "POST api:open_case": {
            "playbook": "test-hazard", "place_code": VILLAGE, "answers": {"what": "路灯不亮"},
        },
        "POST api:move_case": {"move": "no-such-move"},
        "POST api:comment_case": {"text": "已到现场"},
        "POST api:ask_consent": {"kind": "extend", "amount": "1 workday", **why},
        "POST api:decide_consent": {"granted": True},
        "POST api:transfer_case": {"place_code": GRID, **why},
        "POST api:merge_case": {"into": str(world.other.id), **why},
        "POST api:unmerge_case": why,
        "POST api:whistle_case": {"org_keys": [world.org.key], "what": "请派人"},
        "POST api:answer_call": {"answer": "已派人"},
        "POST api:assign_case": {"account": str(world.account.pk)},
        "POST api:call_back": {"reached": False, "note": "没有接通"},
        "POST api:move_status": {"move": "closed", "data": {"satisfied": 5}},
        "POST api:reopen_status": why,
    }  # fmt: skip
