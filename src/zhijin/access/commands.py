"""``zhijin account``: the first three administrators, and a way back in when one of them is locked out.

Whoever may run this on the server is above the three; so it is for two people together, and every
use stands in the journal.
"""

from __future__ import annotations

import argparse
from typing import Any

from django.utils.translation import gettext as _

#: Usernames of the first administrators, by role.
FIRST = {
    "system_admin": "system-admin",
    "security_officer": "security-officer",
    "auditor": "auditor",
}


def add_parser(commands: Any) -> None:
    """Add ``account`` to the parsers of the ``zhijin`` command."""
    parser = commands.add_parser(
        "account",
        help=_("建立三员账号，重设管理员密码"),
        description=_(
            "正式安装后先运行 zhijin account first：建立系统管理员、安全管理员、审计员三个账号，"
            "一次性密码只显示一次，请分别交给三个人。其他账号由系统管理员在页面上建立。"
        ),
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    first = verbs.add_parser("first", help=_("建立三员的第一批账号"))
    first.set_defaults(run=make_first)
    reset = verbs.add_parser("reset", help=_("重设一个账号的密码（包括管理员）"))
    reset.add_argument("username", help=_("用户名"))
    reset.set_defaults(run=reset_one)


def make_first(args: argparse.Namespace) -> int:
    """Exit code 0 when made, 1 when there are administrators already."""
    from django.db import transaction

    from zhijin.access.presenting import role_title
    from zhijin.access.selectors import current_grants
    from zhijin.access.services import create_account, grant_role, reset_password
    from zhijin.core.actor import Actor

    platform = Actor.system("command line")
    if current_grants().filter(role__in=FIRST, account__simulated=False).exists():
        print(_("已经有管理员了。忘了密码请用：zhijin account reset 用户名"))
        return 1
    with transaction.atomic():
        for role, username in FIRST.items():
            account = create_account(
                actor=platform, username=username, name=role_title(role), password=None
            )
            grant_role(actor=platform, account=account, role=role, place_code="")
            password = reset_password(actor=platform, account=account)
            print(f"{role_title(role)}  {username}  {password}")
    print(_("密码只显示这一次，首次登录时必须改掉。请分别交给三个人。"))
    return 0


def reset_one(args: argparse.Namespace) -> int:
    """Exit code 0 when reset, 1 when there is no such account."""
    from zhijin.access.models import Account
    from zhijin.access.services import reset_password
    from zhijin.core.actor import Actor

    account = Account.objects.filter(username=args.username, is_program=False).first()
    if account is None:
        print(_("没有用户名为 {name} 的账号。").format(name=args.username))
        return 1
    password = reset_password(actor=Actor.system("command line"), account=account)
    print(_("一次性密码：{password}").format(password=password))
    return 0
