"""When a member joined, how to reach them, and the mark by which nobody is on two branches' lists of a county."""

from django.db import migrations, models

RULES = """
CREATE UNIQUE INDEX people_branch_member_mark ON people_branch_member (id_blind, county)
  WHERE valid_to IS NULL;
CREATE INDEX people_branch_member_name ON people_branch_member (name_blind);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0006_particulars_rules")]

    operations = [
        migrations.AddField("branchmember", "joined_on", models.DateField(null=True)),
        migrations.AddField("branchmember", "phone", models.BinaryField(null=True)),
        migrations.AddField(
            "branchmember", "phone_masked", models.CharField(max_length=16, default="", blank=True)
        ),
        migrations.AddField(
            "branchmember", "phone_blind", models.BinaryField(null=True, max_length=32)
        ),
        migrations.AddField("branchmember", "id_blind", models.BinaryField(null=True, max_length=32)),
        migrations.RunSQL(
            RULES,
            "DROP INDEX people_branch_member_mark; DROP INDEX people_branch_member_name;",
        ),
    ]
