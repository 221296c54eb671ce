"""Photos: what is stored is a picture and nothing else, whatever was sent."""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import zipfile
import zlib

import pytest
from django.db import connections
from PIL import Image

from zhijin.core import files
from zhijin.core.errors import Refusal
from zhijin.core.models import StoredFile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.ZHIJIN_FILES = str(tmp_path / "files")


def picture(size=(640, 480), kind="JPEG", mode="RGB", **more) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, "red")
    image.paste(Image.new(mode, (size[0] // 2, size[1]), "blue"), (size[0] // 2, 0))
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def store(data: bytes, name: str = "photo.jpg") -> StoredFile:
    return files.store_photo(io.BytesIO(data), name, len(data))


def stored(row: StoredFile, variant: str = "") -> bytes:
    return files.path_of(row.digest, variant).read_bytes()


def refused(data: bytes, name: str = "photo.jpg") -> Refusal:
    with pytest.raises(Refusal) as told:
        store(data, name)
    assert not StoredFile.objects.exists()
    return told.value


def test_a_photo_is_stored_by_the_digest_of_what_is_kept():
    row = store(picture())
    data = stored(row)
    assert hashlib.sha256(data).hexdigest() == row.digest
    assert (len(data), row.media_type, row.width, row.height) == (row.size, "image/jpeg", 640, 480)
    assert Image.open(io.BytesIO(stored(row, "thumb"))).size == (320, 240)
    assert StoredFile.objects.get().pk == row.digest


def test_the_place_and_the_phone_in_the_metadata_are_gone():
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "MakerOfPhones", "Model 9"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (27.0, 20.0, 10.0), 3: "E", 4: (103.0, 43.0, 1.0)})
    sent = picture(exif=exif, comment=b"taken at home")
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825), "the test's photo has a place"
    for variant in ("", "thumb"):
        kept = stored(store(sent), variant)
        assert not Image.open(io.BytesIO(kept)).getexif()
        for word in (b"MakerOfPhones", b"Model 9", b"taken at home", b"Exif"):
            assert word not in kept


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    row = store(picture((200, 100), exif=exif, quality=95))
    turned = orientation in {5, 6, 7, 8}
    assert (row.width, row.height) == ((100, 200) if turned else (200, 100))
    image = Image.open(io.BytesIO(stored(row))).convert("RGB")
    assert image.size == (row.width, row.height)
    # Red was left, so it shows where the orientation puts the left side.
    corner = {1: (5, 5), 2: (195, 5), 3: (195, 95), 4: (5, 95),
              5: (5, 5), 6: (95, 5), 7: (95, 195), 8: (5, 195)}[orientation]  # fmt: skip
    red, _green, blue = image.getpixel(corner)
    assert red > 200
    assert blue < 100


@pytest.mark.parametrize(
    "tail",
    [b"<html><script>alert(1)</script></html>", b"<?php system($_GET[0]); ?>", b"PK-zip"],
)
def test_what_is_hung_on_behind_the_picture_is_cut_off(tail):
    if tail == b"PK-zip":
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("evil.exe", b"MZ" * 100)
        tail = held.getvalue()
    kept = stored(store(picture() + tail))
    assert tail not in kept
    assert not zipfile.is_zipfile(io.BytesIO(kept))
    assert b"<script" not in kept


def test_html_in_a_comment_of_the_picture_is_cut_out():
    kept = stored(store(picture(comment=b"<html><script>alert(1)</script>")))
    assert b"script" not in kept


def test_fifty_megabytes_are_refused_unread():
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("read")

    with pytest.raises(Refusal) as told:
        files.store_photo(Unread(), "大照片.jpg", 50 * 1024 * 1024)
    assert (told.value.id, told.value.status) == ("FL001", 413)
    assert "大照片.jpg" in told.value.message
    assert "12 MB" in told.value.message


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG whose header claims a size, whatever its body holds."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize("size", [(6401, 6400), (20_000, 20_000), (1, 2_000_000_000)])
def test_a_small_file_of_enormous_size_is_refused_before_it_is_decoded(size):
    bomb = png(*size, zlib.compress(bytes(1_000_000), 9))
    assert len(bomb) < 5_000
    told = refused(bomb, "bomb.png")
    assert told.id in {"FL002", "FL003"}
    if size[0] > 1:
        assert f"{size[0]}×{size[1]}" in told.message


def test_forty_million_pixels_are_still_a_photo():
    row = store(picture((8000, 5000), quality=30))
    assert (row.width, row.height) == (1920, 1200)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("keep", [0.02, 0.5, 0.97])
def test_a_photo_cut_off_on_the_way_is_refused(kind, keep):
    whole = picture(kind=kind)
    assert refused(whole[: int(len(whole) * keep)]).id == "FL002"


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff\xe0", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + bytes(50),
     b"MZ" + bytes(300), bytes(1000), b"%PDF-1.7\n"],
)  # fmt: skip
def test_what_is_no_photo_is_refused_whatever_its_name(data):
    told = refused(data, "照片.jpg")
    assert (told.id, told.status) == ("FL002", 400)
    assert "照片.jpg" in told.message


@pytest.mark.parametrize(
    "data", [b"", b"MZ" + bytes(300), b"PK\x03\x04" + bytes(60), b"GIF89a" + bytes(50)]
)
def test_where_a_pdf_may_come_the_refusal_says_so(data):
    with pytest.raises(Refusal) as caught:
        files.store_document(io.BytesIO(data), "名单.docx", len(data))
    assert (caught.value.id, caught.value.status) == ("FL004", 400)
    assert "PDF" in str(caught.value.help)
    assert "名单.docx" in caught.value.message


def test_a_picture_too_large_is_told_as_such_where_a_pdf_may_come():
    with pytest.raises(Refusal) as caught:
        files.store_document(
            io.BytesIO(b"\xff\xd8" + bytes(100)), "照片.jpg", files.PHOTO_LIMIT + 1
        )
    assert caught.value.id == "FL001"


@pytest.mark.parametrize(("kind", "name"), [("PNG", "x.jpg"), ("WEBP", "x.png"), ("JPEG", "x.exe")])
def test_the_name_decides_nothing(kind, name):
    row = store(picture(kind=kind), name)
    assert Image.open(io.BytesIO(stored(row))).format == "JPEG"


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_formats_are_refused(kind):
    assert refused(picture((64, 64), kind=kind)).id == "FL002"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_every_kind_of_pixel_becomes_a_plain_photo(mode):
    image = (
        Image.new("RGBA", (40, 40), (0, 0, 0, 0))
        if mode in {"RGBA", "LA"}
        else Image.new("L", (40, 40), 255)
    )
    out = io.BytesIO()
    image.convert(mode).save(out, "JPEG" if mode == "CMYK" else "PNG")
    row = store(out.getvalue())
    pixel = Image.open(io.BytesIO(stored(row))).getpixel((20, 20))
    assert min(pixel) > 200 or mode in {"CMYK", "I;16"}, "what is transparent lies on white paper"


def test_the_same_photo_twice_is_one_file():
    assert store(picture()).digest == store(picture()).digest
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_photo_from_many_at_once_is_one_whole_file():
    data = picture((1200, 900))
    digests: list[str] = []

    def send() -> None:
        digests.append(store(data).digest)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(digests) == 4
    row = StoredFile.objects.get()
    assert hashlib.sha256(stored(row)).hexdigest() == row.digest
    assert not list(files.root().rglob("*.part"))
