"""What stands in the files of a document: looked through once for each file, before anybody else may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijin.core import file_texts, pii
from zhijin.core.file_texts import Blind, Look, Piece
from zhijin.disclosure import catalogue, errors
from zhijin.disclosure.models import Attachment, Document

_PLACES: Mapping[str, str | Promise] = {
    "margins": gettext_lazy("页眉页脚"),
    "notes": gettext_lazy("批注、脚注"),
    "fields": gettext_lazy("表单里填的内容"),
    "properties": gettext_lazy("文件属性、工作表名"),
    "links": gettext_lazy("里面的链接"),
    "files": gettext_lazy("里面夹带的文件名"),
    "parts": gettext_lazy("图表、文本框等"),
}
_WHY: Mapping[str, str | Promise] = {
    "picture": gettext_lazy("照片里的字没有查"),
    "scan": gettext_lazy("没有文字，可能是扫描的图"),
    "pictures": gettext_lazy("里面的图片没有查"),
    "inside": gettext_lazy("里面还夹带着文件，没有查"),
    "password": gettext_lazy("设有密码，打不开"),
    "damaged": gettext_lazy("已损坏，读不完整"),
    "large": gettext_lazy("太大，没有查完"),
    "slow": gettext_lazy("查得太久，没有查完"),
}
#: Pages that one sentence names.
_MOST_PAGES = 12


@dataclass(frozen=True, slots=True)
class File:
    """One attachment and what looking through it told."""

    row: Attachment
    look: Look

    @property
    def blind(self) -> bool:
        """Whether some of it could not be searched, so that somebody must look."""
        return bool(self.look.blind)

    @property
    def why(self) -> list[str]:
        return [_unread(one) for one in self.look.blind]

    @property
    def never(self) -> bool:
        return bool(set(self.look.kinds) & catalogue.NEVER)

    @property
    def found(self) -> list[tuple[str, str, str]]:
        """Kind, place and mask of what was found, in the reader's words."""
        return [(pii.titles([one.kind]), _place(one), one.mask) for one in self.look.found]


def of(document: Document) -> list[File]:
    """A document's files, in their order, each looked through."""
    rows = Attachment.objects.filter(county=document.county, document_id=document.id)
    listed = list(rows.select_related("file").order_by("id"))
    looks = file_texts.looks([row.file for row in listed])
    return [File(row, looks[row.file_id]) for row in listed]


def kinds(files: Sequence[File]) -> set[str]:
    """What may be personal in their texts and in what they are called: everybody will read both."""
    named = pii.kinds_in([file.row.name for file in files])
    return {*named, *(kind for file in files for kind in file.look.kinds)}


def require_seen(files: Sequence[File], seen: Collection[str]) -> list[str]:
    """The digests of what no program could search. Raises DS018 unless somebody says of each that they looked."""
    blind = [file for file in files if file.blind]
    missing = [file.row.name for file in blind if file.row.file_id not in seen]
    if missing:
        raise errors.LOOK_YOURSELF(names=_("、").join(missing))
    return [file.row.file_id for file in blind]


def _place(piece: Piece) -> str:
    where: Mapping[str, Any] = piece.where
    if "sheet" in where:
        return _("工作表“{sheet}”第 {row} 行").format(sheet=where["sheet"], row=where["row"])
    if "row" in where:
        return _("第 {row} 行").format(row=where["row"])
    if "page" in where:
        page = _("第 {page} 页").format(page=where["page"])
        return f"{page} · {_PLACES['notes']}" if "in" in where else page
    if "paragraph" in where:
        return _("第 {number} 段").format(number=where["paragraph"])
    return str(_PLACES.get(where.get("in", ""), _PLACES["parts"]))


def _unread(one: Blind) -> str:
    why = str(_WHY.get(one.why, _WHY["damaged"]))
    if one.why != "scan" or not one.at:
        return why
    told = _("、").join(str(page) for page in one.at[:_MOST_PAGES])
    more = "…" if len(one.at) > _MOST_PAGES else ""
    return _("第 {pages} 页{why}").format(pages=told + more, why=why)
