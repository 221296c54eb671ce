"""How to reach a member of a branch: masked; opened with a purpose by whoever answers for the branch, and put right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhijin.access.api import Request, gate
from zhijin.core.errors import BAD_REQUEST, Refusal
from zhijin.orgs import api as orgs
from zhijin.people import branches, errors, revealing
from zhijin.people.forms import ContactForm, MemberRevealForm
from zhijin.people.models import BranchMember


@gate(branches.PERMISSION)
def member_contact(request: Request, pk: UUID) -> HttpResponse:
    """One member's telephone and day of joining."""
    found = _own(request, pk)
    context: dict[str, Any] = {
        "reveal": MemberRevealForm(),
        "edit": ContactForm(initial={"joined_on": found.joined_on}),
    }
    if request.method == "POST":
        try:
            with transaction.atomic():
                done = _act(request, found, context)
        except Refusal as error:
            context["refusal"] = error
        else:
            if done:
                messages.success(request, done)
                return redirect("desk:member-contact", pk=pk)
    context |= {"member": found, "org": orgs.get(request.actor, found.org_key)}
    status = context["refusal"].status if "refusal" in context else 200
    response = render(request, "people/member_contact.html", context, status=status)
    # What was unmasked must not stay in the browser's store.
    response["Cache-Control"] = "no-store"
    return response


def _own(request: Request, pk: UUID) -> BranchMember:
    """A member of a branch that the visitor answers for. Raises PE020 otherwise."""
    found = branches.visible_members(request.actor).filter(id=pk, valid_to=None).first()
    if found is None or not request.actor.can(
        branches.PERMISSION, found.place_key, org_keys=(found.org_key,), line_keys=found.line_keys
    ):
        raise errors.NO_SUCH_MEMBER()
    return found


def _act(request: Request, found: BranchMember, context: dict[str, Any]) -> str:
    """Do what the form asks; what to say when done, empty when the page is shown with its answer."""
    match request.POST.get("do"):
        case "reveal":
            asked = context["reveal"] = MemberRevealForm(request.POST)
            if asked.is_valid():
                context["phone"] = revealing.reveal_member(
                    actor=request.actor, member_id=found.id, **asked.cleaned_data
                )
            return ""
        case "edit":
            form = context["edit"] = ContactForm(request.POST)
            if not form.is_valid():
                return ""
            branches.change_member(
                actor=request.actor, member_id=found.id, **form.changes(found.phone_masked)
            )
            return _("修改已保存。")
        case _:
            raise BAD_REQUEST()
