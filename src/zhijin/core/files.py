"""Stores files by the SHA-256 of their bytes, in a folder. Photos are decoded and encoded anew."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from zhijin.core.errors import Refusal, define
from zhijin.core.models import StoredFile

PHOTO_TOO_LARGE = define(
    "FL001",
    413,
    _("照片 {name} 太大，上限是 {limit} MB。"),
    help=_("请用手机自带的压缩，或改拍一张后再上传。其余内容没有丢失。"),
)
NOT_A_PHOTO = define(
    "FL002",
    400,
    _("{name} 不是可以识别的照片。"),
    help=_("请上传 JPEG、PNG 或 WebP 格式的照片；如果是其他文件，请改用文字说明。"),
)
PHOTO_TOO_MANY_PIXELS = define(
    "FL003",
    400,
    _("照片 {name} 的尺寸过大（{width}×{height}）。"),
    help=_("请把照片缩小到四千万像素以内再上传。"),
)

# Pillow only warns, and only from a size of its own choosing; _decode checks before decoding.
Image.MAX_IMAGE_PIXELS = None

PHOTO_LIMIT = 12 * 1024 * 1024
PIXEL_LIMIT = 40_000_000
LONGEST_SIDE = 1920
THUMB_SIDE = 320
_FORMATS = ("JPEG", "PNG", "WEBP")
#: What Pillow raises on damaged or hostile files, by format.
_UNREADABLE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, EOFError, KeyError,
    IndexError, OverflowError, ZeroDivisionError, MemoryError, struct.error, zlib.error,
)  # fmt: skip


def root() -> Path:
    return Path(settings.ZHIJIN_FILES)


def path_of(digest: str, variant: str = "") -> Path:
    """Where the bytes of ``digest`` lie: two levels of folders keep listings short."""
    suffix = f".{variant}" if variant else ""
    return root() / digest[:2] / digest[2:4] / (digest + suffix)


def store_photo(source: BinaryIO, name: str, size: int) -> StoredFile:
    """Check, re-encode and store one photo; returns its row (made once per content).

    Decoding and encoding anew drops every byte that is not picture: metadata (where it was
    taken, by which phone), and anything appended to make a polyglot. Raises FL001–FL003.
    """
    if size > PHOTO_LIMIT:
        raise PHOTO_TOO_LARGE(name=name, limit=PHOTO_LIMIT // 1024 // 1024)
    image = _decode(source, name)
    full = _encode(image, LONGEST_SIDE, quality=82)
    thumb = _encode(image, THUMB_SIDE, quality=75)
    width, height = _fitted(image.size, LONGEST_SIDE)
    return _keep(full, "image/jpeg", width=width, height=height, thumb=thumb)


NOT_A_DOCUMENT = define(
    "FL004",
    400,
    _("{name} 不是可以接收的文件。"),
    help=_("请上传 PDF，或者拍成照片上传，单个不超过 {limit} MB。"),
)
DOCUMENT_LIMIT = 12 * 1024 * 1024
NOT_AN_OPEN_FILE = define(
    "FL008",
    400,
    _("{name} 不是可以公开的文件。"),
    help=_(
        "请上传 PDF、Word（.docx）、Excel（.xlsx）、CSV、文本文件或照片，单个不超过 {limit} MB。"
    ),
)
OLD_OFFICE = define(
    "FL009",
    400,
    _("{name} 是旧格式，或者带有宏，不能公开。"),
    help=_("请用 Word、Excel 或 WPS 打开，另存为 .docx、.xlsx 或 PDF 后再上传。"),
)
#: Word files and workbooks, by the part that each must have.
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def store_document(source: BinaryIO, name: str, size: int) -> StoredFile:
    """Store a PDF as it is, or a picture as :func:`store_photo` does. Raises FL001–FL004.

    A PDF may hold anything, so it is only ever served as a download, never shown in a page.
    """
    head = source.read(5)
    source.seek(0)
    if head != b"%PDF-":
        try:
            return store_photo(source, name, size)
        except Refusal as error:
            if error.definition is not NOT_A_PHOTO:
                raise
            raise NOT_A_DOCUMENT(name=name, limit=DOCUMENT_LIMIT // 1024 // 1024) from error
    if size > DOCUMENT_LIMIT:
        raise NOT_A_DOCUMENT(name=name, limit=DOCUMENT_LIMIT // 1024 // 1024)
    return _keep(source.read(DOCUMENT_LIMIT + 1), "application/pdf")


def store_open(source: BinaryIO, name: str, size: int) -> StoredFile:
    """Store what is meant for everybody: a PDF or picture as above, or a Word file, workbook, table or text as it is.

    Known by what it holds; its name only tells a table from a text. Raises FL001–FL004, FL008, FL009.
    """
    # Readers take a PDF for one that begins later too.
    head = source.read(1024)
    source.seek(0)
    suffix = Path(name).suffix.lower()
    if head.startswith(b"PK\x03\x04"):
        media = _office(source, name)
    elif suffix in {".csv", ".txt"} and b"%PDF-" not in head and _is_text(head):
        media = "text/csv" if suffix == ".csv" else "text/plain"
    elif suffix in {".doc", ".xls", ".wps", ".et", ".docm", ".xlsm"}:
        raise OLD_OFFICE(name=name)
    else:
        return store_document(source, name, size)
    if size > DOCUMENT_LIMIT:
        raise NOT_AN_OPEN_FILE(name=name, limit=DOCUMENT_LIMIT // 1024 // 1024)
    return _keep(source.read(DOCUMENT_LIMIT + 1), media)


def _is_text(head: bytes) -> bool:
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head


def _office(source: BinaryIO, name: str) -> str:
    """Which of the two it is. Raises FL008, FL009 (it carries a program)."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NOT_AN_OPEN_FILE(name=name, limit=DOCUMENT_LIMIT // 1024 // 1024) from error
    finally:
        source.seek(0)
    if any("vbaproject" in one.lower() for one in names):
        raise OLD_OFFICE(name=name)
    for part, media in _OFFICE.items():
        if part in names:
            return media
    raise NOT_AN_OPEN_FILE(name=name, limit=DOCUMENT_LIMIT // 1024 // 1024)


def store_bytes(data: bytes, media_type: str) -> StoredFile:
    """Store what the platform itself made (audio of a broadcast); returns its row, made once per content."""
    return _keep(data, media_type)


def kept(digests: Iterable[str]) -> dict[str, StoredFile]:
    """The files of those digests that are stored; none of them can go before this transaction ends.

    Whoever names a file that was stored in an earlier request takes it from here: the row that names it is
    written while the file is held. One that was unused is not idle any more.
    """
    rows = StoredFile.objects.select_for_update(no_key=True).order_by("digest")
    with transaction.atomic(savepoint=False):
        found = {row.digest: row for row in rows.filter(digest__in=set(digests))}
        idle = [digest for digest, row in found.items() if row.idle_since is not None]
        if idle:
            StoredFile.objects.filter(digest__in=idle).update(idle_since=None)
    return found


def _keep(data: bytes, media: str, *, thumb: bytes = b"", **size: int) -> StoredFile:
    """The row first, then the bytes: the row's lock keeps the sweep away from a file that it was about to delete.

    Were the bytes looked for first, they could be found and be deleted before the row says that they are wanted
    again.
    """
    digest = hashlib.sha256(data).hexdigest()
    row = StoredFile(digest=digest, size=len(data), media_type=media, **size)
    with transaction.atomic(savepoint=False):
        StoredFile.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["digest"],
            update_fields=["size", "media_type", "width", "height", "idle_since"],
        )  # fmt: skip
        _write(path_of(digest), data)
        if thumb:
            _write(path_of(digest, "thumb"), thumb)
    return row


def _decode(source: BinaryIO, name: str) -> Image.Image:
    """The picture, upright and in RGB; only the header is read before its size is checked."""
    try:
        image: Image.Image = Image.open(source, formats=_FORMATS)
        if image.width * image.height > PIXEL_LIMIT:
            raise PHOTO_TOO_MANY_PIXELS(name=name, width=image.width, height=image.height)
        if image.format == "JPEG":
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        upright = ImageOps.exif_transpose(image)
    except _UNREADABLE as error:
        raise NOT_A_PHOTO(name=name) from error
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    plain = upright.convert("RGB")
    # Pillow would write a comment that it found back into the new file.
    plain.info = {}
    return plain


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _encode(image: Image.Image, side: int, quality: int) -> bytes:
    out = io.BytesIO()
    fitted = _fitted(image.size, side)
    picture = image if fitted == image.size else image.resize(fitted, Image.Resampling.LANCZOS)
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all, and durably: what a row names must survive a power cut.

    What is there with another length was cut off or damaged, and is written anew.
    """
    if path.exists() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}.part")
    with partial.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
