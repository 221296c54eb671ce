"""Making a broadcast: the text, who is to hear it, when; its audio; corrections of how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.utils.translation import gettext as _

from zhijin.broadcast import choosing, errors, lexicon, repeating
from zhijin.broadcast.circles import Circle
from zhijin.broadcast.models import Broadcast
from zhijin.broadcast.orders import MOST_TURNS
from zhijin.broadcast.programme import Rule
from zhijin.broadcast.services import lexicon as services_lexicon
from zhijin.broadcast.services.common import SYSTEM, common_place, in_state, locked, note, rules
from zhijin.broadcast.speech import engines, loudness, making
from zhijin.broadcast.speech.engines import Unavailable
from zhijin.core import clock, jobs, pii
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.facts import county_of
from zhijin.core.ids import place_key
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.ui import spans

MOST_TEXT, MOST_DAYS = 1000, 60
MOST_FILE = 20 * 1024 * 1024
MOST_MINUTES = 10
SPEAK = "broadcast.speak"
State = Broadcast.State
#: A better voice may still take its place: nobody has been promised how it sounds.
SPEAKABLE = (State.DRAFT,)


@dataclass(frozen=True)
class Draft:
    """What is asked for. ``turns`` empty: at once. ``audio``: a recording instead of a voice."""

    text: str
    areas: Sequence[str]
    title: str = ""
    level: str = "plain"
    urgent: bool = False
    exercise: bool = False
    turns: Sequence[datetime] = ()
    times: int | None = None
    audio: BinaryIO | None = None
    audio_name: str = ""
    simulated: bool = False
    alert_id: UUID | None = None
    circle: Circle | None = None
    portal: bool = True
    channels: Sequence[str] = ()


def draft(*, actor: Actor, wanted: Draft) -> Broadcast:
    """Make a broadcast with its audio; nothing goes out yet. Raises BC001, BC002, BC004, BC005, BC008, BC009, BC013,
    BC017, BC022, CO403."""
    areas = _areas(actor, wanted.areas)
    place = common_place(areas)
    rule = rules(place).model.levels.of(_level(wanted.level))
    text = _text(wanted)
    title = (wanted.title.strip() or _first_words(text) or Path(wanted.audio_name).stem)[:60]
    turns, told = _turns(wanted.turns), _channels(actor, wanted, place)
    _awake(wanted, turns, rule)
    # How the place's own words are read is settled here, so that what was heard is what is sent.
    fixed = lexicon.applied(text, lexicon.at(place)) if text and wanted.audio is None else {}
    audio = _recorded(wanted) if wanted.audio is not None else _at_once(text, fixed)
    with scoped(actor):
        row = Broadcast.objects.create(
            county=county_of(place), place_code=place, place_key=place_key(place), areas=areas,
            circle=wanted.circle.kept() if wanted.circle else None,
            title=title, text=text, readings=_kept(fixed), level=wanted.level, urgent=wanted.urgent,
            exercise=wanted.exercise, turns=turns, times=wanted.times or rule.times,
            lasts=rule.lasts * 60, volume=rule.volume, quiet=list(rule.hours) if rule.hours else None,
            digest=audio.digest, media=audio.media, size=audio.size, millis=audio.millis, voice=audio.voice,
            opus_digest=audio.opus, opus_size=audio.opus_size, portal=wanted.portal, channels=told,
            programme=rules(place).model.id, revision=str(rules(place).number), alert_id=wanted.alert_id,
            simulated=wanted.simulated, made_at=clock.now(), made_by=actor.label, maker=actor.name[:60],
        )  # fmt: skip
        note(actor, row, "draft", detail={"areas": areas, "circle": row.circle})
        _ask_for_better(row)
    return row


def correct(
    *, actor: Actor, pk: UUID, readings: Mapping[int, str], remember: bool = False
) -> Broadcast:
    """Have polyphones read otherwise, and speak anew; ``remember``: also whenever the place's words come again.
    Raises BC004, BC006, BC027, CO403, CO404."""
    with scoped(actor):
        row = locked(actor, pk)
        actor.require("broadcast.make", row.place_key)
        in_state(row, State.DRAFT)
        if row.voice == "file":
            raise errors.WRONG_STATE(state=_("用的是录音"))
        # What the page offered, nothing else.
        fixed = {
            one.index: readings[one.index]
            for one in making.spoken(row.text, corrections(row))
            if one.reading and readings.get(one.index) in (one.reading, *one.others)
        }
        words = services_lexicon.learn(actor, row, fixed) if remember else []
        row.readings = _kept(fixed)
        _takes(row, _at_once(row.text, fixed))
        note(actor, row, "change", detail={"readings": len(fixed), "words": words})
        _ask_for_better(row)
    return row


def _kept(fixed: Mapping[int, str]) -> dict[str, str]:
    return {str(index): reading for index, reading in fixed.items()}


def _takes(row: Broadcast, audio: making.Audio) -> None:
    row.digest, row.media, row.size = audio.digest, audio.media, audio.size
    row.millis, row.voice = audio.millis, audio.voice
    row.opus_digest, row.opus_size = audio.opus, audio.opus_size
    row.save(
        update_fields=[
            "readings", "digest", "media", "size", "millis", "voice", "opus_digest", "opus_size",
        ]
    )  # fmt: skip


def better_than(voice: str) -> engines.Engine | None:
    """A more natural voice that takes longer than somebody waits for a page; None where there is none."""
    if voice == "file":
        return None
    found = engines.best(slow=True)
    return found if found.slow and found.name != voice else None


def _ask_for_better(row: Broadcast) -> None:
    if better_than(row.voice) is not None:
        jobs.defer(SPEAK, broadcast=str(row.id))


def speak_better(pk: UUID) -> bool:
    """Have a draft spoken by the more natural voice; whether it now is. Whatever was changed or sent meanwhile
    stays as it is. Raises Unavailable."""
    with scoped(SYSTEM):
        row = Broadcast.objects.filter(pk=pk).first()
    voice = better_than(row.voice) if row is not None else None
    if row is None or voice is None or row.state not in SPEAKABLE:
        return False
    audio = making.say(row.text, corrections(row), voice)
    with scoped(SYSTEM):
        now = Broadcast.objects.select_for_update(no_key=True).filter(pk=pk).first()
        same = now is not None and (now.digest, now.readings) == (row.digest, row.readings)
        if now is None or not same or now.state not in SPEAKABLE:
            return False
        _takes(now, audio)
        note(SYSTEM, now, "change", detail={"voice": audio.voice})
    return True


def corrections(row: Broadcast) -> dict[int, str]:
    """The readings that somebody chose, by index."""
    return {int(index): reading for index, reading in row.readings.items()}


def discard(*, actor: Actor, pk: UUID) -> None:
    """Delete a draft. Raises BC006, CO403, CO404."""
    with scoped(actor):
        row = locked(actor, pk)
        actor.require("broadcast.make", row.place_key)
        in_state(row, State.DRAFT)
        note(actor, row, "discard")
        row.delete()


def spoken(text: str, readings: Mapping[int, str]) -> making.Audio:
    """Audio of a text. Raises BC001 (nothing to be said), BC004."""
    if not any(one.reading for one in making.spoken(text)):
        raise errors.NO_TEXT(most=MOST_TEXT, fields={"text": _("没有可以念的字。")})
    try:
        return making.say(text, readings)
    except Unavailable as error:
        raise errors.NO_VOICE() from error


def _at_once(text: str, readings: Mapping[int, str]) -> making.Audio:
    """By the natural voice where it has said just this before, else by the quick one. Raises BC001, BC004."""
    audio = spoken(text, readings)
    voice = better_than(audio.voice)
    return (making.had(text, readings, voice) if voice else None) or audio


def _areas(actor: Actor, codes: Sequence[str]) -> list[str]:
    wanted = sorted({code.strip() for code in codes if code.strip()}, key=lambda c: (len(c), c))
    # What lies in another area of the list is there already.
    areas = [
        one for one in wanted
        if not any(other != one and len(other) <= 12 and one.startswith(other) for other in wanted)
    ]  # fmt: skip
    if (
        not areas
        or len(areas) > 60
        or not all(places.known(code) for code in areas)
        or not common_place(areas)
    ):
        raise errors.NO_AREA(fields={"areas": str(errors.NO_AREA.message)})
    for code in areas:
        actor.require("broadcast.make", place_key(code))
    return areas


def _channels(actor: Actor, wanted: Draft, place: str) -> list[str]:
    """Raises BC017."""
    found, bad = choosing.chosen(actor, wanted.channels, place, wanted.level)
    if bad:
        raise errors.NO_CHANNEL(name=bad, fields={"channels": bad})
    return found


def _level(level: str) -> str:
    if level not in Broadcast.Level.values:
        raise BAD_REQUEST(fields={"level": level})
    return level


def _text(wanted: Draft) -> str:
    text = wanted.text.strip()
    if len(text) > MOST_TEXT or (not text and wanted.audio is None):
        raise errors.NO_TEXT(most=MOST_TEXT, fields={"text": str(_("请写广播的内容。"))})
    # The title is read nowhere aloud, but stands on the portal, in groups and in short messages.
    for field, said in (("text", text), ("title", f"{wanted.title} {wanted.audio_name}")):
        found = {one.kind for one in pii.find(said)} & {"id_number", "bank_card"}
        if found:
            words = "、".join(str(pii.KINDS[kind]) for kind in sorted(found))
            raise errors.PERSONAL(found=words, fields={field: words})
    return text


#: Words by which people are addressed and that tell nothing: 各位村民请注意, 尊敬的家长朋友们.
_ADDRESS = re.compile(
    r"(.{0,12}?(尊敬的|亲爱的|各位|广大|全体))?"
    r"(村民|居民|乡亲|父老|党员|家长|朋友|同志|同学|业主|住户|商户|群众|邻居|大家)*们?(大家|早上|上午|下午|晚上)?(好|请注意)?"
)


def _first_words(text: str) -> str:
    """What a notice is about: its first clause after whoever is addressed."""
    line = text.strip().splitlines()[0] if text.strip() else ""
    clauses = [clause.strip() for clause in re.split(r"[，。！：；,.!:;]", line)]
    told = [clause for clause in clauses if clause and not _ADDRESS.fullmatch(clause)]
    if told and 4 <= len(told[0]) <= 30:
        return told[0]
    return line[line.find(told[0]) :][:24] if told else line[:24]


def _turns(moments: Sequence[datetime]) -> list[int]:
    """Sorted milliseconds. Raises BC005."""
    now = clock.now()
    what = ""
    if len(moments) > MOST_TURNS:
        what = _("次数太多")
    elif any(moment <= now for moment in moments):
        what = _("已经过去了")
    elif any(moment > now + timedelta(days=MOST_DAYS) for moment in moments):
        what = _("太远了")
    if what:
        raise errors.BAD_TIMES(what=what, days=MOST_DAYS, most=MOST_TURNS, fields={"when": what})
    return sorted({int(moment.timestamp() * 1000) for moment in moments})


def _awake(wanted: Draft, turns: Sequence[int], rule: Rule) -> None:
    """A turn that the quiet hours would hold back until it is over is not promised to anybody. Raises BC022."""
    if wanted.urgent or wanted.level in {"orange", "red"}:
        return
    lost = repeating.swallowed(turns, rule.hours, rule.lasts * 60)
    if lost:
        what = spans.moment(datetime.fromtimestamp(lost[0] / 1000, UTC))
        raise errors.ASLEEP(when=what, quiet=rule.quiet, fields={"when": what})


def _recorded(wanted: Draft) -> making.Audio:
    """A recording at the platform's loudness. Raises BC008."""
    import miniaudio

    assert wanted.audio is not None
    data = wanted.audio.read(MOST_FILE + 1)
    limit = MOST_FILE // 1024 // 1024
    bad = errors.BAD_AUDIO(
        name=wanted.audio_name or "—", limit=limit, fields={"audio": wanted.audio_name}
    )
    if len(data) > MOST_FILE:
        raise bad
    try:
        info, pcm = _decoded(data, MOST_MINUTES * 60)
    except (miniaudio.MiniaudioError, ValueError) as error:
        raise bad from error
    if info < 0.5:
        raise bad
    return making.keep(22050, loudness.levelled(pcm, 22050), "file")


def _decoded(data: bytes, most: float) -> tuple[float, bytes]:
    """Seconds, and 16-bit mono samples at 22,050 Hz. Raises ValueError (no known audio, too long), MiniaudioError."""
    import miniaudio

    info = _reader(data)(data)
    if info.duration > most:
        raise ValueError("too long")
    found = miniaudio.decode(data, nchannels=1, sample_rate=22050)
    pcm = found.samples.tobytes()
    return len(pcm) / 44100, pcm


def _reader(data: bytes) -> Callable[[bytes], Any]:
    """What reads the head of such a file. Raises ValueError for anything else."""
    import miniaudio

    found: Callable[[bytes], Any]
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        found = miniaudio.wav_get_info
    elif data[:4] == b"fLaC":
        found = miniaudio.flac_get_info
    elif data[:4] == b"OggS":
        found = miniaudio.vorbis_get_info
    elif data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0):
        found = miniaudio.mp3_get_info
    else:
        raise ValueError("no known audio")
    return found
