"""What other rooms may use of access."""

from zhijin.access.demo import DEMO_PASSWORD
from zhijin.access.gates import Gate, api_gate, client_address, gate, public
from zhijin.access.http import Request
from zhijin.access.landing import first_page
from zhijin.access.models import Account
from zhijin.access.selectors import actor_of, holders, visitor_by_key
from zhijin.access.services import create_account, grant_role, issue_key, revoke, revoke_source

__all__ = [
    "DEMO_PASSWORD",
    "Account",
    "Gate",
    "Request",
    "actor_of",
    "api_gate",
    "client_address",
    "create_account",
    "first_page",
    "gate",
    "grant_role",
    "holders",
    "issue_key",
    "public",
    "revoke",
    "revoke_source",
    "visitor_by_key",
]
