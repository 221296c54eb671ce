"""What Django cannot say: search by pairs of characters, and outlines by the box around them.

The function is plain SQL over built-in functions so that it is inlined and an index of the whole
country is built in seconds. It gives every pair of neighbours (first those that begin at odd, then
those at even positions); a single last character may come along, which does no harm.
"""

from __future__ import annotations

from django.db import migrations

BIGRAMS = r"""
CREATE FUNCTION places_bigrams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN string_to_array(
    regexp_replace(name, '(..)', '\1 ', 'g') || ' '
    || regexp_replace(substr(name, 2), '(..)', '\1 ', 'g'), ' ');
"""
# Subtrees are ranges of keys, never LIKE on codes; the index that Django adds for LIKE only costs.
DROP_LIKE_INDEX = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
        AND tablename = 'places_place' AND indexdef LIKE '%varchar_pattern_ops%'
    LOOP EXECUTE format('DROP INDEX %I', name); END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]

    operations = [
        migrations.RunSQL(DROP_LIKE_INDEX, migrations.RunSQL.noop),
        migrations.RunSQL(BIGRAMS, "DROP FUNCTION places_bigrams(text)"),
        migrations.RunSQL(
            "CREATE INDEX places_place_bigrams ON places_place USING gin (places_bigrams(name))",
            "DROP INDEX places_place_bigrams",
        ),
        migrations.RunSQL(
            "CREATE INDEX places_outline_box ON places_outline USING gist"
            " (box(point(max_lon, max_lat), point(min_lon, min_lat))) WHERE valid_to IS NULL",
            "DROP INDEX places_outline_box",
        ),
    ]
