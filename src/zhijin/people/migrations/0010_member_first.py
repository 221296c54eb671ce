"""Who moved to another branch is the same person: their rows name the first of them, by which they count once."""

from django.db import migrations, models

#: Moves that were written before: the new row begins on the day, with the name, on which the old one ended by a move.
TIE = """
WITH RECURSIVE moved AS (
    SELECT DISTINCT ON (later.id, later.county) later.id, later.county, earlier.id AS before
      FROM people_branch_member later JOIN people_branch_member earlier
        ON earlier.valid_to = later.valid_from AND earlier.name_blind = later.name_blind
       AND earlier.id <> later.id AND earlier.org_key <> later.org_key AND earlier.ended_why LIKE '转到%'
       AND earlier.id_blind IS NOT DISTINCT FROM later.id_blind
       AND earlier.person_id IS NOT DISTINCT FROM later.person_id
     WHERE octet_length(later.name_blind) > 0
     ORDER BY later.id, later.county, earlier.id
), chain AS (
    SELECT id, before, 1 AS steps FROM moved
    UNION ALL
    SELECT chain.id, moved.before, steps + 1 FROM chain JOIN moved ON moved.id = chain.before WHERE steps < 50
), first AS (
    SELECT DISTINCT ON (id) id, before FROM chain ORDER BY id, steps DESC
)
UPDATE people_branch_member member SET first_id = first.before
  FROM first WHERE first.id = member.id AND member.first_id IS NULL;
"""
INDEXES = """
CREATE INDEX people_branch_member_number ON people_branch_member (id_blind) WHERE id_blind IS NOT NULL;
CREATE INDEX people_branch_member_resident ON people_branch_member (person_id) WHERE person_id IS NOT NULL;
"""
DOWN = """
DROP INDEX IF EXISTS people_branch_member_number;
DROP INDEX IF EXISTS people_branch_member_resident;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0009_data_request_rules")]

    operations = [
        migrations.AddField("branchmember", "first_id", models.UUIDField(null=True)),
        migrations.RunSQL(TIE + INDEXES, DOWN),
    ]
