"""The database that the tests and the platform run on: two roles, neither above row-level security."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connections

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.mark.parametrize(("alias", "role"), [("default", "zhijin_app"), ("owner", "zhijin_owner")])
def test_each_alias_has_its_role_and_none_is_above_row_level_security(alias, role):
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (role, False, False, False)


def test_the_app_role_owns_no_table_and_cannot_make_one():
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'zhijin_app'")
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError, match="permission denied for schema public"):
            cursor.execute("CREATE TABLE mine (id int)")


def test_the_app_role_cannot_truncate():
    with (
        connections["default"].cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        cursor.execute("TRUNCATE django_migrations")
