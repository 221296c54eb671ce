"""Courses: made, opened, worked through on three screens, counted by branch and never by person."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connections, transaction
from django.test import Client
from PIL import Image

from tests.activities.meetings.conftest import (
    NOW,
    SYSTEM,
    do,
    enrol_life,
    facts,
    make_life,
    refusing,
    see,
    ship,
)
from tests.activities.meetings.test_pages import get, link, post
from tests.cast import OTHER_VILLAGE, TOWNSHIP
from tests.orgs.conftest import register
from zhijin.activities.learning import reading, views, writing
from zhijin.activities.learning.writing import Part
from zhijin.activities.models import Course, CoursePart, CourseProgress
from zhijin.core import clock
from zhijin.core.models import JournalEntry
from zhijin.core.scope import scoped
from zhijin.people import api as people

pytestmark = pytest.mark.django_db


def course(
    org: Any, actor: Any = SYSTEM, *, parts: int = 2, opened: bool = True, **more: Any
) -> Course:
    row = do(actor, writing.make, org_key=org.key, title="怎样过组织生活", **more)
    for number in range(parts):
        do(actor, writing.add, course_id=row.id, part=Part(f"第{number + 1}节", text="内容"))
    if opened:
        row = do(actor, writing.set_state, course_id=row.id, state="open")
    assert isinstance(row, Course)
    return row


def parts(row: Course) -> list[CoursePart]:
    found = see(lambda: reading.parts(row.id))
    assert isinstance(found, list)
    return found


def learned(life: Any, at: int, part: CoursePart, **more: Any) -> bool:
    return writing.worked_through(member=life.members[at], part_id=part.id, **more)


def test_a_member_works_through_a_course_on_three_screens(life):
    row = course(life.org, life.secretary)
    one, two = parts(row)
    assert not learned(life, 4, one)
    assert learned(life, 4, two, screen="desk")
    assert not learned(life, 0, one, screen="wall")
    reach = see(lambda: reading.reach(row, life.org.key))
    assert (reach.due, reach.begun, reach.finished) == (7, 2, 1)
    assert reach.screens == (("desk", 1), ("phone", 1), ("wall", 1))
    (taken,) = see(lambda: reading.of_member(life.members[0]))
    assert [done for _part, done in taken.parts] == [True, False]
    assert taken.done == 1


def test_a_part_is_worked_through_once(life):
    row = course(life.org, parts=1)
    (part,) = parts(row)
    assert learned(life, 4, part)
    assert not learned(life, 4, part, screen="wall")
    assert see(CourseProgress.objects.count) == 1
    with pytest.raises(ProgrammingError), transaction.atomic(), scoped(SYSTEM):
        CourseProgress.objects.update(screen="wall")


def test_a_finished_course_leaves_a_fact_of_the_branch_and_not_of_the_member(life):
    row = course(life.org, parts=1)
    learned(life, 4, parts(row)[0])
    (told,) = facts("activity.course.finished")
    assert (told.org_key, told.subject, told.record) == (life.org.key, row.record, row.record)
    assert str(life.members[4].id) not in f"{told.subject}{told.actor}{told.record}{told.attrs}"


def test_nothing_tells_how_long_or_how_often():
    names = {field.name for field in CourseProgress._meta.get_fields()}
    assert not names & {"seconds", "minutes", "duration", "opened", "times", "score"}


@pytest.mark.parametrize(
    "part",
    [
        Part("没有内容"),
        Part("两样", text="文字", link="https://example.com"),
        Part("", text="没有名称"),
        Part("链接", link="javascript:alert(1)"),
    ],
)
def test_a_part_is_one_thing_with_a_name(life, part):
    row = course(life.org, opened=False)
    with refusing() as caught:
        do(SYSTEM, writing.add, course_id=row.id, part=part)
    assert caught.value.id == "CO400"


def test_an_empty_course_is_not_opened_and_a_closed_one_takes_nothing(life):
    empty = course(life.org, parts=0, opened=False)
    with refusing() as caught:
        do(SYSTEM, writing.set_state, course_id=empty.id, state="open")
    assert caught.value.id == "AV004"
    row = course(life.org)
    do(SYSTEM, writing.set_state, course_id=row.id, state="closed")
    with refusing() as caught:
        learned(life, 4, parts(row)[0])
    assert caught.value.id == "AV001"
    with refusing() as caught:
        do(SYSTEM, writing.add, course_id=row.id, part=Part("迟到", text="内容"))
    assert caught.value.id == "AV001"
    with refusing() as caught:
        learned(life, 4, parts(row)[0], screen="watch")
    assert caught.value.id == "CO400"


def test_a_course_of_another_branch_is_not_ones_own(life, cast):
    other = make_life(cast, "大耆老村第二党支部", mark="乙")
    row = course(other.org)
    with refusing() as caught:
        learned(life, 4, parts(row)[0])
    assert caught.value.id == "CO404"
    with refusing() as caught:
        writing.worked_through(member=life.members[0], part_id=uuid4())
    assert caught.value.id == "CO404"


def test_a_course_from_above_reaches_the_branches_below_and_no_others(life, cast):
    above = register("靖安镇党委", TOWNSHIP, kind="committee")
    with refusing() as caught:
        do(cast.branch_secretary.actor, writing.make, org_key=above.key, title="课", below=True)
    assert caught.value.id in {"CO403", "OR001"}
    row = course(above, below=True)
    draft = course(above, below=True, opened=False)
    assert [one.course.id for one in see(lambda: reading.of_member(life.members[3]))] == [row.id]
    elsewhere = enrol_life(register("外县党支部", OTHER_VILLAGE))
    assert see(lambda: reading.of_member(elsewhere.members[0])) == []
    # On the desk the branch reads what is offered, and nothing of what is being prepared; it takes nothing away.
    with scoped(life.secretary):
        assert set(Course.objects.values_list("id", flat=True)) == {row.id}
        assert CoursePart.objects.filter(course_id=draft.id).count() == 0
        assert Course.objects.filter(id=row.id).delete()[0] == 0
    with refusing() as caught:
        do(life.secretary, writing.set_state, course_id=row.id, state="closed")
    assert caught.value.id in {"CO403", "CO404"}


def test_only_members_of_now_are_counted(life):
    row = course(life.org, parts=1)
    learned(life, 4, parts(row)[0])
    do(SYSTEM, people.end_member, member_id=life.members[4].id, why="转出")
    reach = see(lambda: reading.reach(row, life.org.key))
    assert (reach.due, reach.begun, reach.finished) == (6, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_racing_taps_finish_a_course_once(places, tmp_path, cast):
    ship(tmp_path)
    with clock.freeze(NOW):
        life = make_life(cast)
        (part,) = parts(course(life.org, parts=1))
        outcomes: list[bool] = []
        gate = threading.Barrier(5)

        def tap() -> None:
            gate.wait()
            try:
                outcomes.append(learned(life, 4, part))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=tap) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False] * 4 + [True]
        assert len(facts("activity.course.finished")) == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_two_parts_at_once_on_two_screens_finish_a_course(places, tmp_path, cast):
    ship(tmp_path)
    with clock.freeze(NOW):
        life = make_life(cast)
        some = parts(course(life.org, parts=2))
        outcomes: list[bool] = []
        gate = threading.Barrier(2)

        def tap(part: CoursePart) -> None:
            gate.wait()
            try:
                outcomes.append(learned(life, 4, part))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=tap, args=(part,)) for part in some]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False, True]
        assert len(facts("activity.course.finished")) == 1


def test_a_part_that_is_added_later_finishes_a_course_for_nobody_again(life):
    row = course(life.org, parts=1)
    assert learned(life, 4, parts(row)[0])
    do(SYSTEM, writing.add, course_id=row.id, part=Part("又一节", text="内容"))
    reach = see(lambda: reading.reach(row, life.org.key))
    assert (reach.begun, reach.finished) == (1, 0)
    assert not learned(life, 4, parts(row)[1])
    assert not learned(life, 0, parts(row)[1])
    assert learned(life, 0, parts(row)[0])
    assert len(facts("activity.course.finished")) == 2
    assert see(lambda: reading.reach(row, life.org.key)).finished == 2
    with scoped(SYSTEM):
        assert CourseProgress.objects.filter(finished=True).count() == 2


def test_how_far_a_branch_is_costs_three_statements_for_any_number_of_courses(
    life, django_assert_num_queries
):
    rows = [course(life.org, parts=n) for n in (1, 2, 3)]
    learned(life, 4, parts(rows[0])[0])
    learned(life, 3, parts(rows[1])[0], screen="wall")
    with scoped(SYSTEM):
        members = len(people.members_on(life.org.key, clock.today()))
        with django_assert_num_queries(3):
            far = reading.reaches(rows, life.org.key)
    assert [(far[row.id].due, far[row.id].begun, far[row.id].finished) for row in rows] == [
        (members, 1, 1), (members, 1, 0), (members, 0, 0),
    ]  # fmt: skip
    assert far[rows[1].id].screens == (("wall", 1),)


# -- the pages ----------------------------------------------------------------------------------


@pytest.fixture
def live(places: None, shipped: None, cast: Any) -> Any:
    return enrol_life(register("大耆老村党支部"), cast.branch_secretary.actor)


def test_a_course_from_its_making_to_the_members_phone(live, cast, settings, tmp_path):
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    secretary, org = cast.branch_secretary.client, live.org.key
    post(
        secretary,
        "/desk/courses/",
        org=org,
        title="流动党员学习",
        about="线上怎么学",
        until="2030-01-01",
    )
    row = see(lambda: Course.objects.get(org_key=org))
    url = f"/desk/courses/{row.id}/"
    post(secretary, url, do="add", title="第一节", text="先看议程", link="")
    post(secretary, url, do="add", title="第二节", text="", link="https://example.com/lesson")
    pdf = SimpleUploadedFile("课件.pdf", b"%PDF-1.4\n%%EOF", content_type="application/pdf")
    post(secretary, url, do="add", title="第三节", text="", link="", file=pdf)
    phone, page = Client(), link(live.members[4])
    assert "第一节" not in get(phone, page)
    post(secretary, url, do="open")
    shown = get(phone, page)
    assert "先看议程" in shown
    assert "https://example.com/lesson" in shown
    one, two, three = parts(row)
    answer = phone.get(f"{page}parts/{three.id}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "记下了" in post(phone, page, do="learned", part=one.id)
    post(phone, page, do="learned", part=two.id)
    assert "这门课学完了" in post(phone, page, do="learned", part=three.id)
    assert "学过了" in get(phone, page)
    desk = get(secretary, f"/desk/courses/?org={org}")
    assert "学完 1 人，名册 7 人" in desk
    wall = get(secretary, f"{url}show/?part=2")
    assert "第二节" in wall
    assert "第一节" in get(secretary, f"{url}show/?part=x")
    assert secretary.get(f"/desk/course-parts/{three.id}/file/").status_code == 200
    get(secretary, f"/desk/course-parts/{one.id}/file/", 404)
    get(cast.outsider.client, url, 404)
    get(cast.outsider.client, f"/desk/course-parts/{three.id}/file/", 404)
    assert see(lambda: JournalEntry.objects.filter(action="course.open").exists())


def test_a_picture_of_a_course_is_seen_in_place_and_not_fetched_first(
    live, cast, settings, tmp_path
):
    settings.ZHIJIN_FILES = str(tmp_path / "files")
    row = course(live.org, opened=False, parts=1)
    image = io.BytesIO()
    Image.new("RGB", (64, 36), "#9b1c2e").save(image, "JPEG")
    upload = SimpleUploadedFile("值班表.jpg", image.getvalue(), content_type="image/jpeg")
    url, secretary = f"/desk/courses/{row.id}/", cast.branch_secretary.client
    post(secretary, url, do="add", title="值班表", text="", link="", file=upload)
    post(secretary, url, do="open")
    page, picture = link(live.members[4]), parts(row)[1]
    assert f'<img src="{page}parts/{picture.id}/" alt="值班表"' in get(Client(), page)
    hall = get(secretary, f"{url}show/?part=2")
    assert f'<img src="/desk/course-parts/{picture.id}/file/" alt="值班表">' in hall
    assert 'data-size="l"' in hall
    assert see(lambda: reading.pictures([parts(row)[0]])) == frozenset()


@pytest.mark.parametrize(
    ("length", "size"), [(0, "l"), (60, "l"), (61, "m"), (180, "m"), (420, "s"), (5000, "xs")]
)
def test_the_halls_type_is_as_large_as_the_words_allow(live, cast, length, size):
    row = do(SYSTEM, writing.make, org_key=live.org.key, title="课")
    link_ = "" if length else "https://example.com/"
    do(SYSTEM, writing.add, course_id=row.id, part=Part("一节", text="防" * length, link=link_))
    shown = get(cast.branch_secretary.client, f"/desk/courses/{row.id}/show/")
    assert f'class="slide-body" data-size="{size}"' in shown
    assert "desk-nav" not in shown


def test_what_is_wrong_on_the_pages_is_said(live, cast):
    secretary, org = cast.branch_secretary.client, live.org.key
    for data in ({"title": ""}, {"title": "课", "below": "1"}):
        text = secretary.post("/desk/courses/", {"org": org, **data})
        assert text.status_code in {200, 403}
    assert see(Course.objects.count) == 0
    row = course(live.org, opened=False)
    bad = SimpleUploadedFile("x.exe", b"MZ\x00\x00", content_type="application/pdf")
    text = secretary.post(f"/desk/courses/{row.id}/", {"do": "add", "title": "坏", "file": bad})
    assert 'role="alert"' in text.content.decode()
    phone = Client()
    get(phone, f"{link(live.members[0])}parts/{parts(row)[0].id}/", 404)
    answer = phone.post(link(live.members[0]), {"do": "learned", "part": str(uuid4())})
    assert answer.status_code == 404


def test_a_course_from_above_shows_how_far_ones_own_branch_is(live, cast):
    above = register("靖安镇党委", TOWNSHIP, kind="committee")
    row, far = (
        course(above, below=True, parts=1),
        register("文屏镇党委", OTHER_VILLAGE[:9], kind="committee"),
    )
    elsewhere = course(far, below=True)
    learned(live, 4, parts(row)[0])
    client = cast.branch_secretary.client
    listed = get(client, f"/desk/courses/?org={live.org.key}")
    assert f"/desk/courses/{row.id}/?org={live.org.key}" in listed
    page = get(client, f"/desk/courses/{row.id}/?org={live.org.key}")
    assert live.org.name in page
    assert f"{len(live.members)}" in page.split("名册人数")[1][:200]
    assert client.get(f"/desk/courses/{elsewhere.id}/").status_code == 404, "not offered here"


def test_courses_are_read_page_by_page_and_what_is_late_says_so(live, cast, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    for n in range(3):
        course(live.org, until=clock.today() - timedelta(days=n))
    client, url = cast.branch_secretary.client, f"/desk/courses/?org={live.org.key}"
    first, second = get(client, url), get(client, f"{url}&page=2")
    assert [text.count("怎样过组织生活") for text in (first, second)] == [2, 1]
    assert f"org={live.org.key}&amp;page=2" in first or "page=2" in first
    assert "已过" in first + second
