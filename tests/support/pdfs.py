"""Small PDFs made by hand: text in a Chinese font that readers know, pages that are pictures, bombs, passwords."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfReader, PdfWriter

#: A font of which the signs are UTF-16: nothing has to be embedded.
_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts ["
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo"
    b" << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>"
)
#: A text that begins so stands on a picture.
PICTURED = "▣"
_PICTURE = (
    b"<< /Type /XObject /Subtype /Image /Width 200 /Height 100 /ColorSpace /DeviceGray"
    b" /BitsPerComponent 1 /Length 2500 >>\nstream\n" + bytes(2500) + b"\nendstream"
)


def pdf(*pages: str, notes: Sequence[str] = ()) -> bytes:
    """A PDF with a page for each text; an empty text is a page that is only a picture."""
    return _file([_drawn(text) for text in pages], notes)


def bomb() -> bytes:
    """A page that unfolds into two hundred million bytes."""
    packed = zlib.compress(b"0 " * 100_000_000, 9)
    return _file(
        [b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed + b"\nendstream"]
    )


def locked(data: bytes, password: str) -> bytes:
    """The same behind a password."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _drawn(text: str) -> bytes:
    shown = b"q 500 0 0 700 0 0 cm /Im1 Do Q " if not text or text.startswith(PICTURED) else b""
    text = text.removeprefix(PICTURED)
    draw = shown
    if text:
        lines = b" T* ".join(
            b"<%s> Tj" % line.encode("utf-16-be").hex().encode() for line in text.split("\n")
        )
        draw += b"BT /F1 12 Tf 14 TL 40 700 Td " + lines + b" ET"
    return b"<< /Length %d >>\nstream\n" % len(draw) + draw + b"\nendstream"


def _file(streams: Sequence[bytes], notes: Sequence[str] = ()) -> bytes:
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(streams))).encode()
    told = b"".join(
        b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents <feff%s> >>"
        % note.encode("utf-16-be").hex().encode()
        for note in notes
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        _FONT,
        _PICTURE,
    ]
    for n, stream in enumerate(streams):
        page = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Annots [%s]"
            % (
                6 + 2 * n,
                told if n == 0 else b"",
            )
        )
        held = b" /XObject << /Im1 4 0 R >>" if b"/Im1" in stream else b""
        objects += [page + b" /Resources << /Font << /F1 3 0 R >>%s >> >>" % held, stream]
    return _numbered(objects)


def _numbered(objects: Sequence[bytes]) -> bytes:
    out, starts = BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, body in enumerate(objects, start=1):
        starts.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % start for start in starts)
    out.write(
        b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table)
    )
    return out.getvalue()
