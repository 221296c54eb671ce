"""Deletes stored files that no row names any more, after a grace period, and finds missing and damaged ones.

Mark and sweep, not counting: a counter that was wrong once stays wrong, a mark is made anew from the rows every time.
A file goes in three steps that may each be cut off: nobody names it (``idle_since``), nobody named it for the whole
grace period, and under its row's lock still nobody does; then row, bytes and journal entry go together.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from zhijin.core import file_uses, files, journal
from zhijin.core.actor import Actor
from zhijin.core.errors import define
from zhijin.core.models import FileStore, StoredFile

OLD_LIST = define(
    "FL005",
    409,
    _("数据库里记着的“哪些表用到文件”和这个版本不一致。"),
    help=_("请先运行 zhijin migrate，再清理文件；没有删除任何文件。"),
)
TOO_MANY_AT_ONCE = define(
    "FL006",
    409,
    _("一次要删除 {count} 个文件，超过全部 {total} 个的一半。没有删除。"),
    help=_(
        "这多半不是正常的删除，而是数据库没有恢复完整。请先运行 zhijin files check；"
        "确实要删，用 zhijin files sweep --even-most。"
    ),
)
OTHERS_FOLDER = define(
    "FL007",
    409,
    _("文件夹 {folder} 属于另一个安装，没有清理。"),
    help=_(
        "两个安装不能共用一个文件夹：请检查 ZHIJIN_FILES；迁移来的，删除其中的 .store 文件再试。"
    ),
)
#: Names the folder's database (:class:`zhijin.core.models.FileStore`).
MARK = ".store"
#: One process sweeps at a time.
LOCK = 0x5A48_4F01
#: Deleted in one transaction.
BATCH = 200
#: Below so many files a share of them says nothing.
FEW = 20
#: A file half written for so long belongs to a process that is gone.
PART_SECONDS = 24 * 3600
#: What is younger may belong to a request that is under way.
FRESH_SECONDS = 3600
_WHOLE = re.compile(r"[0-9a-f]{64}")
_VARIANT = re.compile(r"([0-9a-f]{64})\.thumb")
_NOTE = re.compile(r"[0-9a-f]{64}\.[a-z]+\.json")

# Locked rows are passed over, so that nobody waits for the sweep and the sweep for nobody.
_MARK = (
    f"WITH used AS MATERIALIZED (SELECT DISTINCT file_digest FROM {file_uses.FUNCTION}()),"
    " found AS MATERIALIZED (SELECT f.digest FROM core_file f WHERE (f.idle_since IS NULL) ="
    " NOT EXISTS (SELECT FROM used WHERE file_digest = f.digest) FOR NO KEY UPDATE SKIP LOCKED)"
    " UPDATE core_file f SET idle_since = CASE WHEN f.idle_since IS NULL THEN now() END"
    " FROM found WHERE found.digest = f.digest"
)
_TAKE = (
    "SELECT digest FROM core_file WHERE idle_since < now() - make_interval(days => %s)"
    " ORDER BY idle_since, digest LIMIT %s FOR UPDATE SKIP LOCKED"
)
_DELETE = (
    "DELETE FROM core_file WHERE digest = ANY(%s) RETURNING digest, size, media_type, idle_since"
)
_ADOPT = (
    "INSERT INTO core_file (digest, size, media_type, idle_since)"
    " VALUES (%s, %s, 'application/octet-stream', now()) ON CONFLICT (digest) DO NOTHING"
)


@dataclass
class Swept:
    """What a sweep did: files that became idle or wanted again, strays taken in, files deleted and their bytes."""

    marked: int = 0
    adopted: int = 0
    deleted: int = 0
    freed: int = 0


def grace() -> int:
    """How many days a file stays after the last row that named it; at least one, so that no form is overtaken."""
    return max(1, int(settings.ZHIJIN_FILE_GRACE_DAYS))


def sweep(*, even_most: bool = False) -> Swept:
    """Mark, take in strays, delete what has been idle for the grace period. One process at a time; others do nothing.

    Raises FL005 when the database's list of uses is not this code's, FL006 when more than half of all would go, FL007
    when the folder is another installation's.
    """
    done = Swept()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return done
        try:
            if not file_uses.is_current(cursor):
                raise OLD_LIST()
            _require_own_folder()
            done.adopted = sum(_adopt(top) for top in tops())
            cursor.execute(_MARK)
            done.marked = cursor.rowcount
            _not_most(even_most)
            while _delete_some(done):
                pass
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return done


def _require_own_folder() -> None:
    """What another installation names looks unused from here: its folder is not touched. Raises FL007."""
    ours = FileStore.objects.first() or FileStore.objects.create()
    mark = files.root() / MARK
    if mark.exists():
        if mark.read_text().strip() != str(ours.id):
            raise OTHERS_FOLDER(folder=str(files.root()))
    elif files.root().is_dir():
        mark.write_text(f"{ours.id}\n")


def _not_most(even_most: bool) -> None:
    """A store of which most is suddenly named by nobody was lost in the database, not erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE idle_since < now() - make_interval(days => %s)), count(*) FROM core_file",
            [grace()],
        )
        due, total = cursor.fetchone()
    if due > FEW and due * 2 > total and not even_most:
        raise TOO_MANY_AT_ONCE(count=due, total=total)


def _delete_some(done: Swept) -> bool:
    """Delete one batch; False when nothing is left to do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [grace(), BATCH])
        taken = [row[0] for row in cursor.fetchall()]
        if not taken:
            return False
        # Under their locks nobody can store them again or take them from ``kept``: what is unused now stays so.
        cursor.execute(f"SELECT file_digest FROM {file_uses.FUNCTION}(%s)", [taken])
        used = {row[0] for row in cursor.fetchall()}
        StoredFile.objects.filter(digest__in=used).update(idle_since=None)
        cursor.execute(_DELETE, [sorted(set(taken) - used)])
        rows = cursor.fetchall()
        # A table that nobody registered refuses here, before a byte is gone.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for digest, size, media, since in rows:
            _unlink(digest)
            detail = {"bytes": size, "media": media, "unused_since": since.isoformat()}
            journal.write(Actor.system("files"), "file.deleted", f"file:{digest}", detail=detail)
    done.deleted += len(rows)
    done.freed += sum(row[1] for row in rows)
    return True


def _unlink(digest: str) -> None:
    """The bytes and what was made of them; already gone when a sweep was cut off here before."""
    path = files.path_of(digest)
    for one in (path, *path.parent.glob(f"{digest}.thumb")):
        one.unlink(missing_ok=True)


# -- the folder -----------------------------------------------------------------------------


def tops() -> list[Path]:
    """The folders of the first level that there are."""
    return sorted(p for p in files.root().glob("[0-9a-f][0-9a-f]") if p.is_dir())


def _listed(top: Path) -> Iterator[Path]:
    for path in top.glob("*/*"):
        if path.is_file():
            yield path


def _adopt(top: Path) -> int:
    """Give bytes without a row one that is idle, so that they go like all others; returns how many.

    They were written by a transaction that did not end well. Its row would be seen here had it ended, and one that
    is still under way holds the row's place: the insertion waits for it.
    """
    sizes: dict[str, int] = {}
    for path in _listed(top):
        try:
            age = time.time() - path.stat().st_mtime
            if age > FRESH_SECONDS:
                _sorted_in(path, age, sizes)
        except FileNotFoundError:
            continue  # renamed or removed while it was looked at
    done = 0
    for one in _without_row(list(sizes)):
        with connection.cursor() as cursor:
            # Each in a transaction of its own: whoever stores two of them at once waits for none.
            cursor.execute(_ADOPT, [one, sizes[one]])
            done += cursor.rowcount
    return done


def _sorted_in(path: Path, age: float, sizes: dict[str, int]) -> None:
    """Note the size of whole files by digest; drop what was left half written and notes on files that are gone."""
    if _WHOLE.fullmatch(path.name):
        sizes[path.name] = path.stat().st_size
    elif (found := _VARIANT.fullmatch(path.name)) is not None:
        sizes.setdefault(found[1], 0)
    elif path.suffix == ".part" and age > PART_SECONDS:
        path.unlink()
    elif _NOTE.fullmatch(path.name):
        _drop_note(path)


def _without_row(digests: Sequence[str]) -> list[str]:
    known = set(StoredFile.objects.filter(digest__in=digests).values_list("digest", flat=True))
    return sorted(set(digests) - known)


def _drop_note(path: Path) -> None:
    """A note beside the files (which audio was made of a text) goes when a file that it names is gone."""
    named = set(_WHOLE.findall(path.read_text(errors="replace")))
    if not named or _without_row(sorted(named)):
        path.unlink(missing_ok=True)
