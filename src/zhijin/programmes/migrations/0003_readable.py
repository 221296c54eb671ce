"""What is shown may be read by everybody, and changed or deleted only where one works."""

from django.db import migrations

from zhijin.core.rls import SCOPE, keep, narrow, readable

PLACE = f"place_key <@ {SCOPE}"


class Migration(migrations.Migration):
    dependencies = [("programmes", "0002_keys")]

    operations = [
        *narrow("programmes_publication", PLACE),
        *readable("programmes_publication", "state = 'shown'"),
        # A notice goes to many; none of them takes it from the others.
        *keep("programmes_notice", PLACE),
    ]
