"""Residents, households, who lives where, and consent."""
import django.db.models.deletion
import django.db.models.functions.datetime
import zhijin.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0002_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Household',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('group_code', models.CharField(blank=True, default='', max_length=14)),
                ('number', models.CharField(max_length=32)),
                ('head_masked', models.CharField(blank=True, default='', max_length=32)),
                ('address', models.BinaryField(null=True)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('simulated', models.BooleanField(default=False)),
                ('neighbour_leader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='households', to='orgs.appointment')),
            ],
            options={
                'db_table': 'people_household',
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('place_code', models.CharField(max_length=15)),
                ('place_key', models.BigIntegerField()),
                ('name', models.BinaryField()),
                ('name_masked', models.CharField(max_length=32)),
                ('name_blind', models.BinaryField(max_length=32)),
                ('phone', models.BinaryField(null=True)),
                ('phone_masked', models.CharField(blank=True, default='', max_length=16)),
                ('phone_blind', models.BinaryField(max_length=32, null=True)),
                ('id_number', models.BinaryField(null=True)),
                ('id_blind', models.BinaryField(max_length=32, null=True)),
                ('gender', models.CharField(blank=True, default='', max_length=1)),
                ('birth_year', models.SmallIntegerField(null=True)),
                ('party', models.CharField(blank=True, choices=[('', 'None'), ('member', 'Member'), ('probationary', 'Probationary'), ('activist', 'Activist')], default='', max_length=12)),
                ('branch_key', models.BigIntegerField(null=True)),
                ('floating', models.BooleanField(default=False)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('simulated', models.BooleanField(default=False)),
                ('version', models.IntegerField(default=1)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'people_person',
                'indexes': [models.Index(fields=['place_key', 'id'], name='people_person_place'), models.Index(fields=['name_blind'], name='people_person_name'), models.Index(fields=['phone_blind'], name='people_person_phone')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('id_blind',), name='people_person_once')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('place_key', models.BigIntegerField()),
                ('relation', models.CharField(blank=True, default='', max_length=16)),
                ('valid_from', models.DateField(null=True)),
                ('valid_to', models.DateField(null=True)),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.household')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.person')),
            ],
            options={
                'db_table': 'people_membership',
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=zhijin.core.ids.uuid7, primary_key=True, serialize=False)),
                ('place_key', models.BigIntegerField()),
                ('purpose', models.CharField(max_length=24)),
                ('how', models.CharField(max_length=120)),
                ('given_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='people.person')),
            ],
            options={
                'db_table': 'people_consent',
            },
        ),
        migrations.AddIndex(
            model_name='household',
            index=models.Index(fields=['place_key', 'number'], name='people_household_place'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('person',), name='people_membership_once'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('person', 'purpose'), name='people_consent_once'),
        ),
    ]
