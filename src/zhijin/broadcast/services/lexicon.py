"""Writing a place's lexicon: learnt from corrections, or entered; each change told in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from zhijin.broadcast import errors, lexicon
from zhijin.broadcast.models import Broadcast, Word
from zhijin.broadcast.speech.normalise import normalise
from zhijin.core import clock, facts, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import NOT_FOUND
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.scope import scope_q, scoped
from zhijin.places import api as places

MOST_WORDS = 2000


def learn(actor: Actor, row: Broadcast, after: Mapping[int, str]) -> list[str]:
    """Keep what a correction teaches, in the lexicon of the broadcast's place; returns the words. In the transaction of
    the correction, before the broadcast's readings change."""
    place = row.place_code
    if len(place) < lexicon.COUNTY_DIGITS:
        return []
    before = {int(index): reading for index, reading in row.readings.items()}
    found = lexicon.learnt(row.text, before, after, lexicon.at(place))
    for word, readings in found.items():
        _keep(actor, place, word, readings)
    return list(found)


def put(*, actor: Actor, place_code: str, word: str, pinyin: str) -> Word:
    """Enter a word, or change how it is read. Raises BC002 (no such place), BC025–BC027, CO403."""
    if len(place_code) < lexicon.COUNTY_DIGITS or not places.known(place_code):
        raise errors.NO_AREA(fields={"place_code": str(errors.NO_AREA.message)})
    actor.require("broadcast.make", place_key(place_code))
    word, readings = _checked(word, pinyin)
    with scoped(actor):
        return _keep(actor, place_code, word, readings)


def change(*, actor: Actor, pk: UUID, pinyin: str) -> Word:
    """Read a word otherwise. Raises BC026, CO403, CO404."""
    with scoped(actor):
        row = _locked(actor, pk)
        _word, readings = _checked(row.word, pinyin)
        return _keep(actor, row.place_code, row.word, readings)


def remove(*, actor: Actor, pk: UUID) -> None:
    """Forget a word. Raises CO403, CO404."""
    with scoped(actor):
        row = _locked(actor, pk)
        _told(actor, row, "forget")
        row.delete()


def _checked(word: str, pinyin: str) -> tuple[str, lexicon.Readings]:
    """Raises BC025, BC026."""
    word = normalise(word)
    readings = lexicon.numbered(pinyin.strip()[:120])
    chinese = all("\u3400" <= c <= "\u9fff" for c in word)
    if not chinese or not lexicon.LEAST <= len(word) <= lexicon.MOST:
        raise errors.BAD_WORD(least=lexicon.LEAST, most=lexicon.MOST, fields={"word": word[:20]})
    if readings is None or len(readings) != len(word):
        raise errors.BAD_PINYIN(word=word, n=len(word), fields={"pinyin": pinyin[:60]})
    return word, readings


def _locked(actor: Actor, pk: UUID) -> Word:
    rows = Word.objects.select_for_update(no_key=True).filter(scope_q(actor, "place_key"), pk=pk)
    row = rows.first()
    if row is None:
        raise NOT_FOUND()
    actor.require("broadcast.make", row.place_key)
    return row


def _keep(actor: Actor, place: str, word: str, readings: lexicon.Readings) -> Word:
    """Raises BC027 when the lexicon is full."""
    pinyin, now = " ".join(readings), clock.now()
    rows = Word.objects.select_for_update(no_key=True)
    row = rows.filter(place_code=place, word=word).first()
    if row is not None and row.pinyin == pinyin:
        return row
    if row is None:
        if Word.objects.filter(place_code=place).count() >= MOST_WORDS:
            raise errors.LEXICON_FULL(most=MOST_WORDS)
        row = Word(county=county_of(place), place_code=place, place_key=place_key(place), word=word)
    before, row.pinyin = row.pinyin, pinyin
    row.changed_at, row.changed_by, row.changer = now, actor.label, actor.name[:60]
    row.save()
    _told(actor, row, "learn", before)
    return row


def _told(actor: Actor, row: Word, verb: str, before: str = "") -> None:
    detail = {"word": row.word, "pinyin": row.pinyin, "before": before}
    record = f"word:{row.id}"
    journal.write(actor, f"lexicon.{verb}", record, place_key=row.place_key, detail=detail)
    facts.record(
        f"lexicon.{verb}", at=clock.now(), place_code=row.place_code, subject="word", actor=actor,
        record=record, attrs=detail,
    )  # fmt: skip
