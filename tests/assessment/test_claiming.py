"""What a unit says of a record beyond that it should not count: what in it is wrong, and what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from lxml import html

from tests.assessment import drive, standings
from tests.assessment.drive import JULY, NOW, SYSTEM
from tests.assessment.standings import VILLAGES
from tests.assessment.test_appeals import COUNTY_OFFICER, over, refused
from tests.cases.conftest import files, ground
from tests.cast import VILLAGE, Cast
from tests.places.factories import plant
from tests.programmes.conftest import closed, effects
from zhijin.assessment import services
from zhijin.assessment.engine.kinds import attribute_types
from zhijin.assessment.models import Appeal, Batch
from zhijin.assessment.pages import claims
from zhijin.assessment.services.claims import Missing
from zhijin.cases.models import Case
from zhijin.core import clock
from zhijin.core.errors import Refusal
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.playbooks.api import forget

__all__ = ["effects", "files", "ground"]


class TestServices:
    """On a result that was computed."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def world(self, tree):
        with clock.freeze(NOW):
            drive.publish_programme()
            orgs = drive.branches(4)
            for org, solved in zip(orgs, (10, 8, 6, 5), strict=True):
                drive.work(org, JULY, solved)
            drive.compute()
            run = services.publish_run(actor=COUNTY_OFFICER, run_id=drive.run_of().id)
            yield orgs[3], run, over(orgs[3].place_code, "village_secretary", "secretary")

    def claim(self, actor, run, org, **more) -> Appeal:
        given = {
            "indicator": "pledges", "kind": "activity.pledge.done", "on": date(2026, 7, 9),
            "why": "承诺的路修好了", "changes": {"on_time": True}, **more,
        }  # fmt: skip
        return services.file_missing(actor=actor, run_id=run.id, org_key=org.key, **given)

    def test_an_accepted_claim_counts_and_opens_the_appeal(self, world):
        org, run, secretary = world
        before = drive.value(run, org)
        assert before.denominators[2] in {None, 0}
        appeal = self.claim(secretary, run, org)
        assert (appeal.claim, appeal.fact_kind, appeal.record) == (
            "include", "activity.pledge.done", "",
        )  # fmt: skip
        services.decide_appeal(
            actor=COUNTY_OFFICER, appeal_id=appeal.id, accepted=True, answer="看过现场"
        )
        with scoped(SYSTEM):
            fact = Fact.objects.get(kind="activity.pledge.done")
            batch = Batch.objects.get(state="waiting")
        assert (fact.org_key, fact.record, fact.attrs["on_time"]) == (org.key, appeal.name, True)
        assert fact.attrs["by"] == appeal.name
        services.compute(batch.id)
        cell = drive.value(drive.run_of(state="ready"), org)
        assert (cell.numerators[2], cell.denominators[2]) == (1, 1)

    def test_a_refused_or_withdrawn_claim_writes_nothing(self, world):
        org, run, secretary = world
        first = self.claim(secretary, run, org)
        services.decide_appeal(
            actor=COUNTY_OFFICER, appeal_id=first.id, accepted=False, answer="没有修好"
        )
        second = self.claim(secretary, run, org)
        services.withdraw_appeal(actor=secretary, appeal_id=second.id)
        with scoped(SYSTEM):
            assert not Fact.objects.filter(kind="activity.pledge.done").exists()

    def test_the_same_claim_stands_once(self, world):
        org, run, secretary = world
        self.claim(secretary, run, org)
        assert refused(self.claim, secretary, run, org) == "AE008"
        self.claim(secretary, run, org, on=date(2026, 7, 10))

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"why": " "}, "AE007"),
            ({"kind": "org.changed"}, "AE022"),
            ({"on": date(2026, 8, 1)}, "AE023"),
            ({"on": date(2026, 6, 30)}, "AE023"),
            ({"changes": {"on_time": "yes"}}, "AE018"),
            ({"changes": {"year": 2026}}, "AE018"),
            ({"indicator": "nothing"}, "AE005"),
            ({"indicator": "solved", "kind": "case.closed", "changes": {}}, "AE024"),
            ({"indicator": "solved", "kind": "case.closed", "record": "case:x"}, "AE024"),
        ],
    )
    def test_what_cannot_be_claimed_is_refused(self, world, wrong, told):
        org, run, secretary = world
        assert refused(self.claim, secretary, run, org, **wrong) == told

    def test_only_in_time_and_only_for_one_s_own(self, world):
        org, run, secretary = world
        outsider = over("530621100201", "village_secretary", "other")
        assert refused(self.claim, outsider, run, org) == "AE001"
        worker = over(org.place_code, "village_staff", "staff")
        assert refused(self.claim, worker, run, org) == "CO403"
        with clock.freeze(NOW + timedelta(days=16)):
            assert refused(self.claim, secretary, run, org) == "AE011"


class TestPages:
    """On runs made by hand, with a real case beside them."""

    pytestmark = pytest.mark.django_db

    @pytest.fixture
    def world(self, cast: Cast, effects: None):
        for code in VILLAGES:
            plant(code)
        forget()
        made = standings.plant()
        with scoped(SYSTEM):
            run = standings.run(
                standings.AUGUST, revision_id=made.revision.id, published_at=clock.now()
            )
            for rank, code in enumerate(VILLAGES, 1):
                standings.score(run, code, f"第{rank}村党支部", rank, 10)
        yield made
        forget()

    def text(self, answer: Any, status: int = 200) -> str:
        assert answer.status_code == status, answer.content.decode()[:1500]
        return " ".join(html.fromstring(answer.content.decode()).text_content().split())

    def test_a_case_that_does_not_count_is_claimed_by_its_number(self, cast, world):
        made = closed(cast)
        with scoped(SYSTEM):
            case = Case.objects.get(pk=made.case_id)
        client = cast.branch_secretary.client
        value = reverse("desk:standing-value", args=[world.last, "solved"])
        assert "有一件没有计入" in self.text(client.get(value))
        page = reverse("desk:standing-missing", args=[world.last, "solved"])
        form = self.text(client.get(page))
        assert "事项办结" in form
        assert "怎样办结" in form
        given = {
            "kind": "case.closed", "on": "2026-08-12", "number": case.number, "attr-outcome": "solved",
            "why": "八月办结的，没有数进来",
        }  # fmt: skip
        assert "没有找到能说明这件事的记录" in self.text(
            client.post(page, {**given, "number": "530602-260812-AAAAAA"}), 400
        )
        assert "请填日期" in self.text(client.post(page, {**given, "on": "八月"}), 400)
        assert "请从选项里选" in self.text(client.post(page, {**given, "attr-outcome": "x"}), 400)
        answer = client.post(page, given)
        assert answer.status_code == 302
        with scoped(SYSTEM):
            appeal = Appeal.objects.get()
        assert (appeal.claim, appeal.record) == ("include", case.record)
        told = self.text(cast.county_officer.client.get(answer.headers["Location"]))
        assert "有一件没有计入" in told
        assert "怎样办结：已解决" in told.replace(" ", "")
        assert "成立，补计并重算" in told
        accept = {"do": "accept", "answer": "属实"}
        assert (
            cast.county_officer.client.post(answer.headers["Location"], accept).status_code == 302
        )
        with scoped(SYSTEM):
            fact = Fact.objects.get(record=case.record, place_code=VILLAGE)
        assert (fact.kind, fact.playbook) == ("case.closed", case.playbook)
        assert fact.at == datetime(2026, 8, 12, 4, tzinfo=UTC)
        again = client.post(page, {**given, "on": "2026-08-13"})
        assert "已经计入这项指标" in self.text(again, 409)

    def test_a_record_is_said_to_be_wrong_in_one_thing(self, cast, world):
        with scoped(SYSTEM):
            fact = standings.fact(VILLAGE, datetime(2026, 8, 10, 4, tzinfo=UTC))
        client = cast.branch_secretary.client
        page = reverse("desk:standing-contest", args=[world.last, "solved", fact.id])
        same = {"claim": "amend", "attr-outcome": "solved", "why": "写错了"}
        assert self.text(client.post(page, same), 400), "nothing is changed"
        assert client.post(page, {**same, "claim": "include"}).status_code == 400
        answer = client.post(page, {**same, "attr-outcome": "unsolved"})
        assert answer.status_code == 302
        with scoped(SYSTEM):
            appeal = Appeal.objects.get()
        assert (appeal.claim, appeal.changes) == ("amend", {"outcome": "unsolved"})
        told = self.text(client.get(answer.headers["Location"])).replace(" ", "")
        assert "怎样办结：已解决→未能解决" in told

    def test_nothing_is_offered_when_the_time_is_over_or_the_figure_is_no_count(self, cast, world):
        client = cast.branch_secretary.client
        july = {"period": "2026-07-01"}
        value = reverse("desk:standing-value", args=[world.last, "solved"])
        assert "有一件没有计入" not in self.text(client.get(value, july))
        missing = reverse("desk:standing-missing", args=[world.last, "solved"])
        assert client.get(missing, july).status_code == 404
        sums = reverse("desk:standing-missing", args=[world.last, "days-to-close"])
        assert client.get(sums).status_code == 404
        assert cast.outsider.client.get(missing).status_code == 404
        assert cast.grid_worker.client.get(missing).status_code == 403


class TestFields:
    def fields(self, indicator: str, kind: str, attrs: dict[str, Any] | None = None):
        model = drive_programme()
        return claims.fields(model, indicator, kind, attrs)

    def test_they_are_what_the_indicator_looks_at(self):
        (outcome,) = self.fields("solved", "case.closed", {"outcome": "solved", "late": True})
        assert (outcome.name, outcome.type, outcome.current) == ("outcome", "text", "solved")
        assert ("solved", "已解决") in outcome.options
        (rating,) = self.fields("rated", "case.closed", {"rating": 2})
        assert (rating.type, rating.current, list(rating.options)) == ("number", "2", [])
        (on_time,) = self.fields("pledges", "activity.pledge.done")
        assert [value for value, _title in on_time.options] == ["true", "false"]

    def test_a_form_gives_values_of_their_type(self):
        rating = self.fields("rated", "case.closed", {"rating": 2})
        assert claims.given(rating, {"attr-rating": "5"}, changed=True) == {"rating": 5}
        assert claims.given(rating, {"attr-rating": "2"}, changed=True) == {}
        assert claims.given(rating, {"attr-rating": "2"}, changed=False) == {"rating": 2}
        for wrong in ("-1", "五", "1.5", "9" * 10):
            with pytest.raises(Refusal):
                claims.given(rating, {"attr-rating": wrong}, changed=True)
        on_time = self.fields("pledges", "activity.pledge.done")
        assert claims.given(on_time, {"attr-on_time": "false"}, changed=False) == {"on_time": False}

    def test_every_named_attribute_exists_or_is_a_column(self):
        known = {*attribute_types(), "subject", "value"}
        assert set(claims.NAMES) <= known

    def test_a_value_is_told_in_words(self):
        assert claims.value_of("late", True) == "是"
        assert claims.value_of("late", None) == "没有"
        assert claims.value_of("outcome", "refused") == "不予受理"
        assert claims.value_of("unknown", "x") == "x"

    def test_the_name_of_a_claim_is_the_same_for_the_same_claim(self):
        class Known:
            id = "r"

        one = Missing("case.closed", date(2026, 7, 9), "case:1")
        assert one.name_for(Known, 7) == Missing(
            "case.closed", date(2026, 7, 9), "case:1"
        ).name_for(Known, 7)
        assert one.name_for(Known, 7) != one.name_for(Known, 8)
        assert one.at == datetime(2026, 7, 9, 4, tzinfo=UTC)


def drive_programme() -> Any:
    from zhijin.assessment.engine import load

    found = load(drive.PROGRAMME, "test").programme
    assert found is not None
    return found
