"""What follows from a case, each effect exactly once however often its job runs."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cases.conftest import TUESDAY, publish, upload
from tests.cast import COUNTY, GRID, VILLAGE, Cast
from tests.programmes.conftest import (
    SYSTEM,
    case_of,
    closed,
    follow_all,
    opened,
    step,
    waiting,
)
from zhijin.cases.api import event_of
from zhijin.cases.models import Case, CasePhoto
from zhijin.cases.services import clocks, reporter
from zhijin.core import clock
from zhijin.core.actor import Actor
from zhijin.core.files import store_photo
from zhijin.core.models import Fact
from zhijin.core.scope import scoped
from zhijin.programmes import selectors, tasks
from zhijin.programmes.effects import following, publishing
from zhijin.programmes.effects.common import Happening, filled
from zhijin.programmes.models import Effect, FollowUp, Notice, Publication

pytestmark = pytest.mark.usefixtures("effects")


def facts(kind: str) -> list[Fact]:
    with scoped(SYSTEM):
        return list(Fact.objects.filter(kind=kind))


def publications() -> list[Publication]:
    with scoped(SYSTEM):
        return list(Publication.objects.order_by("prepared_at"))


def notices(**where: Any) -> list[str]:
    with scoped(SYSTEM):
        return list(Notice.objects.filter(**where).order_by("id").values_list("text_zh", flat=True))


class TestOnce:
    def test_running_every_job_three_times_changes_nothing(self, cast: Cast) -> None:
        closed(cast)

        def all_there_is() -> tuple[int, ...]:
            with scoped(SYSTEM):
                return (
                    Effect.objects.count(), Notice.objects.count(), Publication.objects.count(),
                    FollowUp.objects.count(), Case.objects.count(), len(facts("points.due")),
                )  # fmt: skip

        before = all_there_is()
        follow_all(times=3)
        assert all_there_is() == before
        assert before[1:] == (2, 1, 1, 1, 1)

    def test_one_effect_that_fails_keeps_none_of_the_others(self, cast, monkeypatch) -> None:
        made = opened()
        step(cast, made, "handling")

        def fail(_: Any) -> None:
            raise RuntimeError("no")

        monkeypatch.setattr(tasks, "EFFECTS", (fail, *tasks.EFFECTS))
        job = waiting()[-1]
        with pytest.raises(RuntimeError):
            tasks.follow(job["case"], job["event"])
        assert len(notices(role="reporter")) == 1

    def test_what_fails_in_the_middle_is_done_when_it_is_tried_again(
        self, cast, monkeypatch
    ) -> None:
        made = opened()
        step(cast, made, "handling")
        real, calls = Notice.objects.bulk_create, []

        def once_broken(rows: Any, **more: Any) -> Any:
            calls.append(1)
            if len(calls) == 1:
                raise ConnectionError("the database went away")
            return real(rows, **more)

        monkeypatch.setattr(Notice.objects, "bulk_create", once_broken)
        job = waiting()[-1]
        with pytest.raises(ConnectionError):
            tasks.follow(job["case"], job["event"])
        assert notices(kind="playbook") == []
        tasks.follow(job["case"], job["event"])
        assert len(notices(kind="playbook")) == 2


class TestPoints:
    def test_a_fact_says_what_the_rule_grants(self, cast: Cast) -> None:
        made = closed(cast)
        (fact,) = facts("points.due")
        assert (fact.value, fact.record, fact.place_code) == (2, f"case:{made.case_id}", GRID)
        assert (fact.attrs["to"], fact.attrs["rule"]) == ("reporter", "村规民约-3")

    def test_a_case_that_is_closed_twice_earns_once(self, cast: Cast) -> None:
        made = closed(cast)
        reporter.reopen(code=made.code, why="又不亮了")
        step(cast, made, "closed", note="换了线路")
        follow_all()
        assert len(facts("points.due")) == 1


class TestNotices:
    def test_roles_and_reporter_are_told_without_anything_private(self, cast: Cast) -> None:
        made = opened()
        step(cast, made, "handling")
        follow_all()
        (told,) = notices(role="reporter")
        assert told.startswith("村口的路灯不亮在")
        assert told.endswith("第一网格开始办理")
        with scoped(SYSTEM):
            assert [t.text for t in selectors.told(made.case_id)] == [told]
        assert notices(role="grid_leader") == [told]

    def test_a_private_answer_fills_no_placeholder(self) -> None:
        """The checker refuses such a notice; this is the net under it."""
        made = opened()
        (job,) = waiting()
        with scoped(SYSTEM):
            happening = Happening(*event_of(made.case_id, job["event"]))
            assert filled("{kind}，{tel}，{no-such}", happening, "zh") == "lamp，—，—"

    def test_a_role_sees_its_own_places_only(self, cast: Cast) -> None:
        made = opened()
        step(cast, made, "handling")
        follow_all()

        def seen(member: Any) -> int:
            with scoped(member.actor):
                return len(selectors.notices(member.actor))

        assert seen(cast.grid_leader) == 1
        assert seen(cast.grid_worker) == seen(cast.outsider) == seen(cast.system_admin) == 0

    def test_the_clock_reminds_escalates_and_tells_others(self, cast: Cast) -> None:
        opened()
        with clock.freeze(TUESDAY + timedelta(days=2)):
            clocks.sweep_all()
        follow_all()
        assert [n[:4] for n in notices(role="grid_worker")] == ["快到期了"]
        assert [n[:3] for n in notices(role="township_officer")] == ["逾期，"]
        assert len(notices(role="village_staff")) == 1

    def test_the_one_who_is_assigned_is_told(self, cast: Cast) -> None:
        from zhijin.cases.services.parties import assign

        made, worker = opened(), cast.grid_worker.account
        assign(actor=cast.township_officer.actor, case_id=made.case_id, account_id=worker.id)
        follow_all()
        with scoped(cast.grid_worker.actor):
            (notice,) = selectors.notices(cast.grid_worker.actor)
        assert notice.kind == "assigned"

    def test_a_request_tells_whoever_decides(self, cast: Cast) -> None:
        made = opened()
        from zhijin.cases.services.consent import ask

        ask(actor=cast.township_officer.actor, case_id=made.case_id, kind="exclude", why="重复测试")
        follow_all()
        assert len(notices(role="county_officer", kind="asked")) == 1


class TestPublication:
    def test_what_the_playbook_allows_is_shown(self, cast: Cast) -> None:
        photo = upload()
        with scoped(SYSTEM):
            stored = store_photo(photo.file, "a.jpg", photo.size)
        made = closed(cast, photos={"photos": [stored]})
        (row,) = publications()
        assert (row.state, row.board, row.found) == ("shown", "village-affairs", [])
        assert row.fields == {
            "what": "村口的路灯不亮", "kind": "lamp", "where": {"lon": 103.605, "lat": 27.305},
            "note": "已换灯泡",
        }  # fmt: skip
        assert row.photos == [stored.digest]
        assert row.until - row.shown_at == timedelta(days=30)
        assert case_of(made).published_at is not None
        with scoped(SYSTEM):
            assert CasePhoto.objects.get(case_id=made.case_id).public

    def test_anybody_reads_what_is_shown_and_nothing_else(self, cast: Cast) -> None:
        closed(cast)
        closed(cast, "村民张三丰 13812345678 家门口灯不亮", key="held")
        with scoped(Actor.resident()):
            (item,) = selectors.board(VILLAGE)
            assert Publication.objects.count() == 1
        assert item.rows[:2] == [("情况", "村口的路灯不亮"), ("类别", "灯不亮")]

    def test_what_looks_personal_is_held(self, cast: Cast) -> None:
        made = closed(cast, "村民张三丰家门口灯不亮，电话 13812345678")
        (row,) = publications()
        assert (row.state, row.found) == ("held", ["name", "phone"])
        assert case_of(made).published_at is None

    def test_it_ends_after_its_days(self, cast: Cast) -> None:
        closed(cast)
        with clock.freeze(clock.now() + timedelta(days=31)), scoped(Actor.resident()):
            assert selectors.board(VILLAGE) == []

    def test_a_reopened_case_is_taken_down_and_shown_anew_when_closed_again(self, cast) -> None:
        made = closed(cast)
        reporter.reopen(code=made.code, why="又不亮了")
        follow_all()
        (row,) = publications()
        assert (row.state, row.why) == ("withdrawn", "reopened")
        assert case_of(made).published_at is None
        step(cast, made, "closed", note="换了整条线路")
        follow_all()
        (row,) = publications()
        assert (row.state, row.fields["note"]) == ("shown", "换了整条线路")

    def test_jobs_that_run_out_of_turn_do_no_harm(self, cast: Cast) -> None:
        made = opened()
        step(cast, made, "handling")
        step(cast, made, "closed", note="好了")
        reporter.reopen(code=made.code, why="又不亮了")
        jobs = waiting()
        tasks.follow(jobs[2]["case"], jobs[2]["event"])
        assert publications() == []
        step(cast, made, "closed", note="换了线路")
        last = waiting()[-1]
        tasks.follow(last["case"], last["event"])
        tasks.follow(jobs[3]["case"], jobs[3]["event"])
        (row,) = publications()
        assert (row.state, row.fields["note"]) == ("shown", "换了线路")

    def test_publishing_is_no_step_of_the_work(self, cast: Cast) -> None:
        """Whoever has the case open is not refused because it was published meanwhile."""
        made = opened()
        step(cast, made, "handling")
        step(cast, made, "closed", note="好了")
        version = case_of(made).version
        follow_all()
        assert case_of(made).version == version
        assert [f.record for f in facts("case.published")] == [f"case:{made.case_id}"]

    def test_a_private_field_is_never_shown(self) -> None:
        """The checker refuses such a rule; this is the net under it."""
        made = opened()
        (job,) = waiting()
        with scoped(SYSTEM):
            happening = Happening(*event_of(made.case_id, job["event"]))
            rule = SimpleNamespace(fields=["what", "tel", "no-such"])
            assert publishing.content(happening, rule) == ({"what": "村口的路灯不亮"}, [])


class TestFollowUps:
    def test_opens_when_its_time_has_come(self, cast: Cast) -> None:
        made = closed(cast)
        with scoped(SYSTEM):
            row = FollowUp.objects.get(case_id=made.case_id)
        assert row.opened is None
        assert following.open_due() == 0
        with clock.freeze(row.due_at):
            assert following.open_due() == 1
            assert following.open_due() == 0
        with scoped(SYSTEM):
            row.refresh_from_db()
            case = Case.objects.get(pk=row.opened)
        assert (case.playbook, case.place_code, case.channel) == ("visit", GRID, "follow")
        assert case.data == {"about": "村口的路灯不亮"}
        assert case.sealed

    def test_a_refused_one_is_tried_again_later_and_told(self, cast: Cast) -> None:
        made = closed(cast)
        publish(
            "playbook: 1\n"
            "id: visit\ntitle: {zh: 回访, en: Visit}\nbasis: 测试\n"
            "opens: {by: [grid_worker], ask: [{field: must, type: text, required: true}]}\n"
            "states:\n"
            "  planned: {owner: grid_worker, within: 1 workday, late: {escalate: township},"
            " moves: [{to: done, by: grid_worker}]}\n"
            "  done: {final: true}\n",
            COUNTY,
        )
        with scoped(SYSTEM):
            row = FollowUp.objects.get(case_id=made.case_id)
        with clock.freeze(row.due_at):
            assert following.open_due() == 0
            with scoped(SYSTEM):
                row.refresh_from_db()
            assert (row.tries, row.error) == (1, "CA002")
            assert row.due_at == clock.now() + timedelta(hours=2)
        assert len(notices(role="county_officer", kind="follow")) == 1

    def test_one_that_nobody_foresaw_keeps_no_other_from_its_turn(
        self, cast: Cast, caplog: pytest.LogCaptureFixture
    ) -> None:
        made = closed(cast)
        with scoped(SYSTEM):
            good = FollowUp.objects.get(case_id=made.case_id)
            bad = FollowUp.objects.create(
                county=good.county, place_key=good.place_key, case_id=good.case_id, rule=99,
                event_id=good.event_id, due_at=good.due_at - timedelta(hours=1),
            )  # fmt: skip
        with clock.freeze(good.due_at):
            assert following.open_due() == 1
            with scoped(SYSTEM):
                bad.refresh_from_db()
            assert (bad.tries, bad.error, bad.opened) == (1, "CO500", None)
            assert bad.due_at == clock.now() + timedelta(hours=2), "it does not spin"
        assert str(bad.id) in caplog.text
        (told,) = notices(role="county_officer", kind="follow")
        assert "CO500" in told
