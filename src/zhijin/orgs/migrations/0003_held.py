"""How many hold a post, kept beside it: vacancies of a province without counting its appointments."""

from django.db import migrations, models

FILL = """
UPDATE orgs_post p SET held = n FROM (
  SELECT post_id, count(*) AS n FROM orgs_appointment WHERE valid_to IS NULL GROUP BY post_id
) a WHERE a.post_id = p.id;
"""


class Migration(migrations.Migration):
    dependencies = [("orgs", "0002_rules")]

    operations = [
        migrations.AddField("post", "held", models.SmallIntegerField(db_default=0, default=0)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
