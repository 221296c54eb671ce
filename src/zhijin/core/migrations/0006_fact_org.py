"""Whoever works for one organisation alone may read the facts that are its own: its figures open down to them."""

from django.db import migrations

from zhijin.core.rls import ORGS, readable


class Migration(migrations.Migration):
    dependencies = [("core", "0005_fact_order")]

    operations = [*readable("core_fact", f"org_key <@ {ORGS}")]
