"""Organisations, their spells, posts and appointments, and runs of spreadsheet imports."""
import django.db.models.deletion
import django.db.models.functions.datetime
import zhijin.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SheetRun',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('account_id', models.UUIDField()),
                ('what', models.CharField(max_length=32)),
                ('file_name', models.CharField(max_length=120)),
                ('partial', models.BooleanField(default=False)),
                ('rows', models.IntegerField(default=0)),
                ('saved', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0)),
                ('findings', models.IntegerField(default=0)),
                ('summary', models.JSONField(default=dict)),
                ('answer', models.BinaryField(null=True)),
            ],
            options={
                'db_table': 'orgs_sheet_run',
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('key', models.BigIntegerField(primary_key=True, serialize=False)),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=24)),
                ('sector', models.SmallIntegerField()),
                ('sector_key', models.BigIntegerField()),
                ('industry', models.SmallIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('credit_code', models.CharField(blank=True, default='', max_length=18)),
                ('employees', models.IntegerField(null=True)),
                ('members', models.IntegerField(null=True)),
                ('led', models.BooleanField(default=False)),
                ('term_ends', models.DateField(null=True)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('simulated', models.BooleanField(default=False)),
                ('version', models.IntegerField(default=1)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('covered_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organisation')),
                ('parent', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='orgs.organisation')),
            ],
            options={
                'db_table': 'orgs_organisation',
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('sector_key', models.BigIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('kind', models.CharField(max_length=24)),
                ('title', models.CharField(max_length=64)),
                ('seats', models.SmallIntegerField(default=1)),
                ('grade', models.CharField(blank=True, default='', max_length=32)),
                ('valid_to', models.DateField(null=True)),
                ('simulated', models.BooleanField(default=False)),
                ('org', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='orgs.organisation')),
            ],
            options={
                'db_table': 'orgs_post',
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('sector_key', models.BigIntegerField(null=True)),
                ('industry_key', models.BigIntegerField(null=True)),
                ('person_id', models.UUIDField(null=True)),
                ('holder', models.CharField(max_length=64)),
                ('how', models.CharField(choices=[('elected', 'Elected'), ('appointed', 'Appointed'), ('hired', 'Hired'), ('posted', 'Posted')], default='appointed', max_length=12)),
                ('term_no', models.SmallIntegerField(null=True)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('term_ends', models.DateField(null=True)),
                ('concurrent', models.BooleanField(default=False)),
                ('ended_why', models.CharField(blank=True, default='', max_length=120)),
                ('simulated', models.BooleanField(default=False)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.account')),
                ('org', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organisation')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='orgs.post')),
            ],
            options={
                'db_table': 'orgs_appointment',
            },
        ),
        migrations.CreateModel(
            name='Spell',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('place_code', models.CharField(max_length=12)),
                ('place_key', models.BigIntegerField()),
                ('sector', models.SmallIntegerField()),
                ('industry', models.SmallIntegerField(null=True)),
                ('parent_key', models.BigIntegerField(null=True)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('org', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spells', to='orgs.organisation')),
            ],
            options={
                'db_table': 'orgs_spell',
            },
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(fields=['place_key', 'kind'], name='orgs_post_place'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(condition=models.Q(('valid_to', None)), fields=['place_key', 'id'], name='orgs_appointment_place'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['person_id'], name='orgs_appointment_person'),
        ),
        migrations.AddConstraint(
            model_name='spell',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('org',), name='orgs_spell_current'),
        ),
    ]
