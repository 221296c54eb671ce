"""Puts the programmes that come with the platform into force, for every place that has none of its own."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from zhijin.core import clock, journal
from zhijin.core.actor import Actor
from zhijin.playbooks.engine import load
from zhijin.playbooks.engine.canonical import digest
from zhijin.playbooks.forms import PLAYBOOK, Checked, registered
from zhijin.playbooks.models import PlaybookRevision
from zhijin.playbooks.selectors import forget

SHIPPED = Actor.system("shipped")


def install_shipped(folder: Path | None = None) -> int:
    """Put every ``<folder>/<id>/playbook.yaml`` (and files of other forms) into force that is not yet.

    Returns how many.

    A changed file becomes a further revision; open cases stay on theirs. Raises ValueError for a
    shipped file that does not load, since that is a fault of the release.
    """
    folder = folder or Path(settings.ZHIJIN_PLAYBOOKS)
    count = 0
    for path in sorted(folder.glob("*/playbook.yaml")):
        source = path.read_text(encoding="utf-8")
        beside = path.with_name("scenarios.yaml")
        scenarios = beside.read_text(encoding="utf-8") if beside.exists() else ""
        loaded = load(source, str(path))
        if loaded.playbook is None:
            raise ValueError(f"{path}: {loaded.findings[0]}")
        book = loaded.playbook
        read = Checked(book.id, book.title.zh, book.title.en or book.title.zh, digest(book))
        count += _put_into_force(PLAYBOOK, read, source, scenarios)
    for form in registered():
        for path in sorted(folder.glob(f"*/{form.file}")):
            source = path.read_text(encoding="utf-8")
            read = form.check(source, str(path))
            if read.errors:
                raise ValueError(f"{path}: {read.errors[0]}")
            count += _put_into_force(form.key, read, source, "")
    forget()
    return count


def _put_into_force(form: str, read: Checked, source: str, scenarios: str) -> int:
    rows = PlaybookRevision.objects.filter(playbook=read.id, place_code="")
    with transaction.atomic():
        present = rows.filter(state="in_force").first()
        if present is not None and (present.source, present.scenarios) == (source, scenarios):
            return 0
        at = clock.now()
        rows.filter(state="in_force").update(state="retired", retired_at=at)
        number = (rows.aggregate(last=Max("revision"))["last"] or 0) + 1
        made = PlaybookRevision.objects.create(
            playbook=read.id, form=form, revision=number, digest=read.digest,
            title_zh=read.title_zh, title_en=read.title_en, source=source, scenarios=scenarios, state="in_force",
            uploaded_by=SHIPPED.label, published_at=at, published_by=SHIPPED.label,
        )  # fmt: skip
        journal.write(SHIPPED, "playbook.publish", f"playbook:{made.id}", detail={"no": number})
    return 1
