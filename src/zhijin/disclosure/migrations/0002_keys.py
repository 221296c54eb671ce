"""Keys that hold the county, row-level security, and an append-only chain."""

from django.db import migrations

from zhijin.core.rls import append_only, enable, readable

TABLES = (
    "disclosure_document", "disclosure_attachment", "disclosure_release", "disclosure_content",
    "disclosure_question",
)
KEYS = "".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;"
    f"ALTER TABLE {table} ADD PRIMARY KEY (id, county);"
    for table in TABLES
)
INDEXES = """
CREATE UNIQUE INDEX disclosure_document_code ON disclosure_document (code, county);
CREATE INDEX disclosure_document_place ON disclosure_document (place_key, state);
CREATE INDEX disclosure_document_public ON disclosure_document (place_key, published_at DESC)
  WHERE state = 'published';
CREATE INDEX disclosure_document_duty ON disclosure_document (place_key, duty, period)
  WHERE duty <> '';
CREATE UNIQUE INDEX disclosure_document_once ON disclosure_document (county, place_code, duty, period)
  WHERE duty <> '' AND period <> '' AND state <> 'withdrawn' AND corrects IS NULL;
CREATE INDEX disclosure_document_corrects ON disclosure_document (corrects)
  WHERE corrects IS NOT NULL;
CREATE INDEX disclosure_attachment_of ON disclosure_attachment (document_id);
CREATE UNIQUE INDEX disclosure_release_seq ON disclosure_release (county, seq);
CREATE INDEX disclosure_release_of ON disclosure_release (document_id);
CREATE INDEX disclosure_release_digest ON disclosure_release (digest);
CREATE UNIQUE INDEX disclosure_content_of ON disclosure_content (release_id, county);
CREATE INDEX disclosure_content_document ON disclosure_content (document_id);
CREATE UNIQUE INDEX disclosure_question_code ON disclosure_question (code, county);
CREATE INDEX disclosure_question_of ON disclosure_question (document_id);
CREATE INDEX disclosure_question_open ON disclosure_question (place_key, due_at)
  WHERE state = 'open';
CREATE INDEX disclosure_duty_key ON disclosure_duty (county, key);
"""
#: What everybody must publish, until a county says otherwise: 村民委员会组织法 article 30 (at least quarterly,
#: finance monthly where there is much of it) and the ordinance on openness of Party affairs.
DUTIES = (
    ("finance-monthly", "finance", "财务收支", "Income and spending", "month", 10,
     "村民委员会组织法第三十条：财务收支较多的每月公布"),
    ("matters-handled", "service", "事项办理情况", "Matters handled", "month", 10,
     "服务公开：居民上报事项的办理结果"),
    ("village-quarterly", "village", "村务事项", "Village affairs", "quarter", 15,
     "村民委员会组织法第三十条：一般事项至少每季度公布一次"),
    ("points-books", "village", "积分收支情况", "Points granted and spent", "quarter", 15,
     "村规民约：积分账目公开"),
    ("party-quarterly", "party", "党务事项", "Party affairs", "quarter", 15,
     "党务公开条例（试行）：基层党组织定期公开"),
    ("assets-yearly", "finance", "集体资产清查", "Collective assets", "year", 60,
     "集体资产年度清查结果公布"),
)  # fmt: skip


def _duties(apps, schema_editor):
    from datetime import date

    duty = apps.get_model("disclosure", "Duty")
    names = ("key", "board", "title", "title_en", "every", "within", "basis")
    for row in DUTIES:
        values = dict(zip(names, row, strict=True))
        duty.objects.using(schema_editor.connection.alias).create(
            county=0, valid_from=date(2020, 1, 1), **values
        )


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS + INDEXES, migrations.RunSQL.noop),
        migrations.RunPython(_duties, migrations.RunPython.noop),
        *(one for table in TABLES for one in enable(table)),
        *readable("disclosure_document", "state IN ('published', 'withdrawn')"),
        *readable("disclosure_attachment", "public"),
        *readable("disclosure_release"),
        *readable("disclosure_content"),
        *readable("disclosure_question", "state = 'answered'"),
        *append_only("disclosure_release"),
    ]
