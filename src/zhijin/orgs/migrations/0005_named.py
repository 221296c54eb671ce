"""Finding organisations by some characters of their names under row-level security, for a field that is typed into.

LIKE and ``@>`` on arrays are not leakproof, so under a policy no index serves them: a province's officer had every
name read for each character typed. The function runs as the owner, reads the transaction's scope like the policies
do, and gives keys only; whoever asks reads the rows under the policies as ever.

A rare name is found by its pairs of characters. Of a common one the best are asked for one by one: the name itself,
those that begin so, the shortest that hold it, each from an index in its own order.
"""

from django.db import migrations

NAMED = """
CREATE INDEX orgs_organisation_pairs ON orgs_organisation USING gin (places_bigrams(name)) WHERE valid_to IS NULL;
CREATE INDEX orgs_organisation_name ON orgs_organisation (name text_pattern_ops) WHERE valid_to IS NULL;
CREATE INDEX orgs_organisation_short ON orgs_organisation (length(name), key) WHERE valid_to IS NULL;

CREATE FUNCTION orgs_named(
  likes text[], pairs text[], whole text, beginning text, wanted text[],
  places int8multirange, own int8multirange, sectors int8multirange, most integer
) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  around int8multirange := coalesce(nullif(current_setting('app.scope', true), '')::int8multirange, '{}') * places;
  theirs int8multirange := coalesce(nullif(current_setting('app.orgs', true), '')::int8multirange, '{}') * own;
  line int8multirange := coalesce(nullif(current_setting('app.lines', true), '')::int8multirange, '{}') * sectors;
  seen text; fit text; best text; keys bigint[]; common constant integer := 400;
BEGIN
  -- Ranges as literals, so that the planner sees how wide they are.
  SELECT string_agg(format('%s >= %s AND %s < %s', c, lower(r), c, upper(r)), ' OR ') INTO seen FROM (
    SELECT 'place_key' AS c, unnest(around) AS r UNION ALL SELECT 'key', unnest(theirs)
    UNION ALL SELECT 'sector_key', unnest(line) UNION ALL SELECT 'industry_key', unnest(line)) found;
  IF seen IS NULL THEN RETURN; END IF;
  fit := ' FROM orgs_organisation WHERE valid_to IS NULL AND (' || seen || ') AND name LIKE ALL ($1)'
    || CASE WHEN cardinality(wanted) > 0 THEN ' AND kind = ANY ($5)' ELSE '' END;
  best := ' ORDER BY name <> $3, name NOT LIKE $4, length(name), key LIMIT $9';
  IF cardinality(pairs) > 0 THEN
    EXECUTE 'SELECT array(SELECT key' || fit || ' AND places_bigrams(name) @> $2 LIMIT ' || common || ')'
      INTO keys USING likes, pairs, whole, beginning, wanted, places, own, sectors, most;
    IF cardinality(keys) < common THEN
      RETURN QUERY SELECT key FROM orgs_organisation WHERE key = ANY (keys)
        ORDER BY name <> whole, name NOT LIKE beginning, length(name), key LIMIT most;
      RETURN;
    END IF;
  END IF;
  RETURN QUERY EXECUTE 'WITH found AS ('
    || '(SELECT key, name' || fit || ' AND name = $3 ORDER BY key LIMIT $9) UNION '
    || '(SELECT key, name' || fit || ' AND name LIKE $4 ORDER BY length(name), key LIMIT $9) UNION '
    || '(SELECT key, name' || fit || ' ORDER BY length(name), key LIMIT $9)) SELECT key FROM found' || best
    USING likes, pairs, whole, beginning, wanted, places, own, sectors, most;
END $$;
REVOKE ALL ON FUNCTION orgs_named FROM PUBLIC;
"""
DROP = (
    "DROP FUNCTION orgs_named; DROP INDEX orgs_organisation_pairs; DROP INDEX orgs_organisation_name;"
    " DROP INDEX orgs_organisation_short"
)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0004_questions"), ("places", "0002_search")]

    operations = [migrations.RunSQL(NAMED, DROP)]
