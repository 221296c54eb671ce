"""The text layer of a PDF, its notes, filled fields and title; which pages have none. Part of the child (child.py)."""

from typing import Any, BinaryIO

from pypdf import PdfReader

#: A page with fewer characters is a picture when it draws anything, and with pictures also below ``FEW``.
NONE, FEW = 8, 80
#: Pictures of fewer dots hold no line of words.
DOTS = 10_000
#: Private use and "no such character": what comes of a font that does not say what its signs mean.
_SENSELESS = range(0xE000, 0xF900)


def read(source: BinaryIO, teller: Any, most: int) -> None:
    """Say every page's text. Password: tried with the empty one, which opens what is only kept from printing."""
    reader = PdfReader(source, strict=False)
    if reader.is_encrypted and not _opened(reader):
        teller.blind("password")
        return
    total = len(reader.pages)
    numbers = range(1, min(total, most) + 1)
    shown: list[int] = []
    blind = [one for one in numbers if not _page(reader.pages[one - 1], one, teller, shown)]
    if blind:
        teller.blind("scan", blind)
    if shown:
        teller.blind("pictures", shown)
    if total > most:
        teller.blind("large", [most + 1])
    _beside(reader, teller)


def _opened(reader: PdfReader) -> bool:
    try:
        return bool(reader.decrypt(""))
    except Exception:  # noqa: BLE001 - a cipher that is not known, or damaged
        return False


def _page(page: Any, number: int, teller: Any, shown: list[int]) -> bool:
    """Whether the page could be searched; one with words is added to ``shown`` when it has pictures too."""
    try:
        text = page.extract_text() or ""
        notes = _notes(page)
        pictures = _has_pictures(page)
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - one damaged page is no reason to leave the others unread
        return False
    teller.piece({"page": number}, text)
    for note in notes:
        teller.piece({"page": number, "in": "notes"}, note)
    signs = [char for char in text if not char.isspace()]
    senseless = sum(ord(char) in _SENSELESS or char == "\ufffd" for char in signs)
    if senseless * 10 > len(signs):
        return False
    if len(signs) >= FEW:
        shown += [number] * pictures
        return True
    return not pictures and (len(signs) >= NONE or not _draws(page))


def _notes(page: Any) -> list[str]:
    found = []
    for one in page.get("/Annots") or []:
        note = one.get_object()
        for key in ("/Contents", "/V", "/T", "/DV"):
            value = note.get(key)
            if isinstance(value, str):
                found.append(str(value))
        action = note.get("/A")
        link = action.get_object().get("/URI") if action is not None else None
        if isinstance(link, str):
            found.append(str(link))
    return found


def _has_pictures(page: Any) -> bool:
    """Pictures of its own or in the forms that it draws, two deep."""
    return _pictures_in(page.get("/Resources"), 2)


def _pictures_in(resources: Any, deep: int) -> bool:
    if resources is None:
        return False
    objects = resources.get_object().get("/XObject")
    if objects is None:
        return False
    for one in objects.get_object().values():
        thing = one.get_object()
        if thing.get("/Subtype") == "/Image":
            # A seal or a mark of a few dots holds no words.
            if int(thing.get("/Width", 0)) * int(thing.get("/Height", 0)) >= DOTS:
                return True
            continue
        if deep and _pictures_in(thing.get("/Resources"), deep - 1):
            return True
    return False


def _draws(page: Any) -> bool:
    """Whether the page has more than a few bytes to draw: signs turned into outlines are no text."""
    contents = page.get_contents()
    return contents is not None and len(contents.get_data()) > 64


def _beside(reader: PdfReader, teller: Any) -> None:
    """What readers show beside the pages: title and subject, fields without a page, files inside."""
    info: Any = reader.metadata or {}
    told = [str(info.get(key) or "") for key in ("/Title", "/Subject", "/Keywords", "/Author")]
    teller.piece({"in": "properties"}, "\n".join(one for one in told if one))
    for field in (reader.get_fields() or {}).values():
        value = field.get("/V")
        if isinstance(value, str):
            teller.piece({"in": "fields"}, str(value))
    form = reader.root_object.get("/AcroForm")
    if form is not None and "/XFA" in form.get_object():
        # A form of its own language, of which the pages show nothing.
        teller.blind("inside", [1])
    names = [file.name for file in reader.attachment_list]
    if names:
        teller.piece({"in": "files"}, "\n".join(names))
        teller.blind("inside", [len(names)])
