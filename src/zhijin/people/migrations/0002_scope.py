"""Row-level security by place: a grid worker sees the grid, a village secretary the village."""

from django.db import migrations

from zhijin.core.rls import enable


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("core", "0001_initial")]

    operations = [
        *enable("people_person"),
        *enable("people_household"),
        *enable("people_membership"),
        *enable("people_consent"),
    ]
