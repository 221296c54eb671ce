"""How a place's words are read is kept once: learnt from corrections, entered, inherited, used by the next preview."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.broadcast.conftest import SYSTEM, made
from tests.cast import OTHER_VILLAGE, VILLAGE
from zhijin.broadcast import errors, lexicon
from zhijin.broadcast.lexicon import Held
from zhijin.broadcast.models import Broadcast, Word
from zhijin.broadcast.services import drafting
from zhijin.broadcast.services import lexicon as services
from zhijin.broadcast.speech import making
from zhijin.broadcast.speech.pinyin import known_syllable
from zhijin.core.errors import Refusal
from zhijin.core.models import Fact, JournalEntry
from zhijin.core.scope import scoped

pytestmark = pytest.mark.django_db
COUNTY = VILLAGE[:6]
TEXT = "请尚家湾的长者到行坝参加会议。"


@pytest.fixture(autouse=True)
def mute(monkeypatch):
    """Nobody speaks: what is said is of no matter here, and takes seconds."""
    audio = making.Audio("0" * 64, "audio/mpeg", 1000, 9000, "test")
    monkeypatch.setattr(drafting, "_at_once", lambda _text, _fixed: audio)


def words() -> dict[str, str]:
    with scoped(SYSTEM):
        return dict(Word.objects.values_list("word", "pinyin"))


def read(row: Broadcast) -> dict[str, str]:
    """Character → syllable, as the broadcast will be read."""
    found = making.spoken(row.text, drafting.corrections(row))
    return {one.char: one.reading for one in found if one.reading}


def index(text: str, char: str) -> int:
    return next(one.index for one in making.spoken(text) if one.char == char)


def other(text: str, char: str) -> str:
    """Another reading of a character than the dictionary's."""
    one = next(one for one in making.spoken(text) if one.char == char)
    return one.others[0]


# -- without a database -------------------------------------------------------------------------


def test_the_longest_word_counts_and_none_overlap():
    held = {
        "行坝": Held("5", ("hang2", "ba4")),
        "到行坝": Held("5", ("dao4", "xing2", "ba4")),
        "坝参": Held("5", ("ba4", "shen1")),
    }
    found = lexicon.occurrences(making.spoken(TEXT), held)
    assert [word for _start, word in found] == ["到行坝"]


def test_only_what_differs_is_a_correction():
    held = {"参加": Held("5", ("can1", "jia1")), "行坝": Held("5", ("hang2", "ba4"))}
    out = lexicon.applied(TEXT, held)
    at = index(TEXT, "行")
    assert out == ({} if making.spoken(TEXT)[at].reading == "hang2" else {at: "hang2"})


def test_a_word_beside_a_pause_is_whole():
    held = {"湾的": Held("5", ("wan1", "di4"))}
    assert lexicon.applied("尚家湾，的长者。", held) == {}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("dà qí lǎo cūn", ("da4", "qi2", "lao3", "cun1")),
        ("da4 qi2 lao3 cun1", ("da4", "qi2", "lao3", "cun1")),
        ("Dà Qí", ("da4", "qi2")),
        ("lǜ sè", ("lv4", "se4")),
        ("lü4 se4", ("lv4", "se4")),
        ("wo3 de", ("wo3", "de5")),
        ("xx1 da4", None),
        ("da9", None),
        ("大 da4", None),
        ("<b>", None),
        ("", ()),
    ],
)
def test_pinyin_is_taken_as_people_type_it(typed, found):
    assert lexicon.numbered(typed) == found


@settings(max_examples=60)
@given(st.text(max_size=20))
def test_whatever_is_typed_is_syllables_or_refused(typed):
    found = lexicon.numbered(typed)
    assert found is None or all(known_syllable(one) for one in found)


# -- learnt from a correction -------------------------------------------------------------------


def test_a_correction_is_remembered_and_used_by_the_next_preview(village, cast):
    actor = cast.branch_secretary.actor
    first = made(actor, text=TEXT)
    wanted = other(TEXT, "长")
    drafting.correct(actor=actor, pk=first.id, readings={index(TEXT, "长"): wanted}, remember=True)
    kept = words()
    assert list(kept) == ["长者"]
    assert wanted in kept["长者"].split()
    second = made(actor, text="通知：各位长者注意安全，长期有效。")
    now = making.spoken(second.text, drafting.corrections(second))
    at = "".join(one.char for one in now).index("长者")
    assert now[at].reading == wanted
    alone = "".join(one.char for one in now).index("长期")
    assert now[alone].reading == making.spoken(second.text)[alone].reading


def test_what_was_not_to_be_remembered_is_not(village, cast):
    actor = cast.branch_secretary.actor
    row = made(actor, text=TEXT)
    drafting.correct(actor=actor, pk=row.id, readings={index(TEXT, "长"): other(TEXT, "长")})
    assert words() == {}


def test_only_what_was_changed_teaches(village, cast):
    """The form sends every polyphone of the text; those left as they were teach nothing."""
    actor = cast.branch_secretary.actor
    row = made(actor, text=TEXT)
    every = {one.index: one.reading for one in making.spoken(TEXT) if one.others}
    assert len(every) > 3
    drafting.correct(actor=actor, pk=row.id, readings=every, remember=True)
    assert words() == {}


def test_a_second_correction_changes_the_word_that_was_learnt(village, cast):
    actor = cast.branch_secretary.actor
    services.put(actor=actor, place_code=VILLAGE, word="到行坝", pinyin="dao4 hang2 ba4")
    row = made(actor, text=TEXT)
    assert read(row)["行"] == "hang2"
    fixed = drafting.corrections(row) | {index(TEXT, "行"): "xing2"}
    drafting.correct(actor=actor, pk=row.id, readings=fixed, remember=True)
    assert words() == {"到行坝": "dao4 xing2 ba4"}


def test_a_reading_that_no_dictionary_has_survives_a_correction_of_another_character(village, cast):
    """坝 has one reading; the place reads it otherwise, and the form offers both."""
    actor = cast.branch_secretary.actor
    services.put(actor=actor, place_code=VILLAGE, word="行坝", pinyin="háng pà")
    row = made(actor, text=TEXT)
    found = making.spoken(TEXT, drafting.corrections(row))
    (odd,) = [one for one in found if one.char == "坝"]
    assert (odd.reading, odd.others) == ("pa4", ("ba4",))


def test_the_countys_words_hold_in_its_villages_and_a_village_may_differ(village, cast):
    services.put(actor=SYSTEM, place_code=COUNTY, word="行坝", pinyin="hang2 ba4")
    assert read(made(SYSTEM, text=TEXT))["行"] == "hang2"
    services.put(actor=SYSTEM, place_code=VILLAGE, word="行坝", pinyin="heng2 ba4")
    assert read(made(SYSTEM, text=TEXT))["行"] == "heng2"
    services.put(actor=SYSTEM, place_code=OTHER_VILLAGE, word="长者", pinyin="chang2 zhe3")
    assert "长者" not in lexicon.at(VILLAGE)
    assert {held.place_code for held in lexicon.at(VILLAGE).values()} == {VILLAGE}


def test_only_what_the_page_offers_is_taken(village, cast):
    row = made(SYSTEM, text=TEXT)
    at = index(TEXT, "长")
    drafting.correct(actor=SYSTEM, pk=row.id, readings={at: "ma1", 0: "da4"}, remember=True)
    assert words() == {}
    with scoped(SYSTEM):
        assert Broadcast.objects.get(pk=row.id).readings == {}


def test_a_recording_has_no_readings(village):
    assert lexicon.applied("", lexicon.at(VILLAGE)) == {}


# -- on the page --------------------------------------------------------------------------------


def test_the_page_lists_takes_changes_and_removes(village, cast):
    client = cast.branch_secretary.client
    form = {"do": "add", "place_code": VILLAGE, "word": "行坝", "pinyin": "háng bà"}
    assert client.post("/desk/broadcasts/lexicon/", form).status_code == 302
    services.put(actor=SYSTEM, place_code=COUNTY, word="尚家湾", pinyin="shang4 jia1 wan1")
    page = client.get("/desk/broadcasts/lexicon/")
    (row,) = page.context["rows"]
    assert (row["shown"], row["mine"]) == ("háng bà", True)
    assert [(word, shown) for word, shown, _place in page.context["above"]] == [
        ("尚家湾", "shàng jiā wān")
    ]
    pk = str(row["row"].id)
    change = {"do": "change", "id": pk, "pinyin": "heng2 ba4"}
    assert client.post("/desk/broadcasts/lexicon/", change).status_code == 302
    assert words()["行坝"] == "heng2 ba4"
    assert client.post("/desk/broadcasts/lexicon/", {"do": "remove", "id": pk}).status_code == 302
    assert list(words()) == ["尚家湾"]
    actions = list(
        JournalEntry.objects.filter(object=f"word:{pk}").values_list("action", flat=True)
    )
    assert sorted(actions) == ["lexicon.forget", "lexicon.learn", "lexicon.learn"]
    with scoped(SYSTEM):
        assert Fact.objects.filter(kind="lexicon.learn", record=f"word:{pk}").count() == 2


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"word": "行"}, 400, "BC025"),
        ({"word": "，。"}, 400, "BC025"),
        ({"word": "行坝" * 7}, 400, "BC025"),
        ({"pinyin": "hang2"}, 400, "BC026"),
        ({"pinyin": "hang2 zzz4"}, 400, "BC026"),
        ({"pinyin": "<script> x"}, 400, "BC026"),
        ({"place_code": "没有这里"}, 400, "PL004"),
    ],
)
def test_what_is_no_word_or_no_pinyin_says_so(village, cast, change, status, error):
    form = {"do": "add", "place_code": VILLAGE, "word": "行坝", "pinyin": "hang2 ba4", **change}
    answer = cast.branch_secretary.client.post("/desk/broadcasts/lexicon/", form)
    assert (answer.status_code, answer.context["refusal"].id) == (status, error)
    assert words() == {}


def test_nobody_changes_another_places_words(village, cast):
    client = cast.branch_secretary.client
    theirs = services.put(actor=SYSTEM, place_code=OTHER_VILLAGE, word="行坝", pinyin="hang2 ba4")
    above = services.put(actor=SYSTEM, place_code=COUNTY, word="行坝", pinyin="hang2 ba4")
    for row in (theirs, above):
        for do in ("change", "remove"):
            form = {"do": do, "id": str(row.id), "pinyin": "heng2 ba4"}
            assert client.post("/desk/broadcasts/lexicon/", form).status_code == 404
    assert client.post("/desk/broadcasts/lexicon/", {"do": "remove", "id": "x"}).status_code == 404
    form = {"do": "add", "place_code": OTHER_VILLAGE, "word": "长者", "pinyin": "zhang3 zhe3"}
    assert client.post("/desk/broadcasts/lexicon/", form).status_code == 403
    grid = cast.grid_worker.client
    assert grid.get("/desk/broadcasts/lexicon/").status_code == 200
    assert (
        grid.post("/desk/broadcasts/lexicon/", {**form, "place_code": VILLAGE}).status_code == 403
    )


def test_a_full_lexicon_says_so(village, monkeypatch):
    monkeypatch.setattr(services, "MOST_WORDS", 1)
    services.put(actor=SYSTEM, place_code=VILLAGE, word="行坝", pinyin="hang2 ba4")
    services.put(actor=SYSTEM, place_code=VILLAGE, word="行坝", pinyin="heng2 ba4")
    with pytest.raises(Refusal) as caught:
        services.put(actor=SYSTEM, place_code=VILLAGE, word="长者", pinyin="zhang3 zhe3")
    assert caught.value.id == errors.LEXICON_FULL().id


def test_the_preview_asks_whether_to_remember_and_does(village, cast):
    client, actor = cast.branch_secretary.client, cast.branch_secretary.actor
    row = made(actor, text=TEXT)
    assert (
        'name="remember" value="1" checked'
        in client.get(f"/desk/broadcasts/{row.id}/").content.decode()
    )
    at = index(TEXT, "长")
    form = {"do": "correct", f"r-{at}": other(TEXT, "长"), "remember": "1"}
    assert client.post(f"/desk/broadcasts/{row.id}/", form).status_code == 302
    assert list(words()) == ["长者"]


def test_the_demonstration_has_a_word_of_the_countys_once(village):
    from zhijin.broadcast.demo import seed

    for _again in range(2):
        seed()
        assert words()["大耆老村"] == "da4 qi2 lao3 cun1"
