"""Those who take part in an event see it and do their part; only its host takes anything away."""

from django.db import migrations

from zhijin.core.rls import LINES, SCOPE, keep

HOST = f"host_key <@ {SCOPE}"

class Migration(migrations.Migration):
    dependencies = [("activities", "0004_cycle_rules")]

    operations = [
        *keep("activities_event", f"place_key <@ {SCOPE} OR sector_key <@ {LINES}"),
        # Its own line opens an entrant's row to whoever leads that line, who may be the host.
        *keep("activities_party", f"{HOST} OR sector_key <@ {LINES}"),
        *keep("activities_question", HOST),
        *keep("activities_sheet", HOST),
        *keep("activities_visit", f"{HOST} OR place_key <@ {SCOPE}"),
    ]
