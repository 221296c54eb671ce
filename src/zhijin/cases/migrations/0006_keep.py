"""A department that was called to a case works on it; it can take nothing of it away."""

from django.db import migrations

from zhijin.core.rls import ORGS, SCOPE, keep

PLACE = f"place_key <@ {SCOPE}"


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_posts")]

    operations = [
        *keep("cases_case", f"{PLACE} OR org_key <@ {ORGS}"),
        *keep("cases_photo", PLACE),
        *keep("cases_request", PLACE),
        *keep("cases_party", PLACE),
    ]
