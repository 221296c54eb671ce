"""The HTTP API for cases. Thin: it checks shapes, calls the services, and puts the answers into schemas.

No ``from __future__ import annotations`` here: the gate wraps each operation, and the API reads
the types of what it wraps.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import File, Header, Path, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from zhijin.access.api import api_gate, client_address
from zhijin.cases import clients, errors, receipts, rest_schemas as s, selectors
from zhijin.cases.presenting import kinds_for
from zhijin.cases.rest_answers import (
    brief,
    events_of,
    full,
    photos_of,
    playbook_out,
    rates_out,
    request_out,
    status_out,
)
from zhijin.cases.services import consent, merging, moves, parties, reporter
from zhijin.cases.services.intake import Report
from zhijin.core import ratelimit
from zhijin.core.actor import Actor
from zhijin.core.errors import BAD_REQUEST
from zhijin.core.files import store_photo
from zhijin.core.ids import show_receipt
from zhijin.core.models import StoredFile
from zhijin.core.scope import scoped
from zhijin.places import api as places
from zhijin.playbooks.api import catalogue, current

router = Router()

