import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.keys


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0017_assessors_a_case'),
        ('reviews', '0011_rulings_on_conflicts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('lease_token', models.CharField(blank=True, max_length=32)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('last_error', models.TextField(blank=True)),
                ('key', models.CharField(default=portal.keys.key, editable=False, max_length=12, unique=True)),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(max_length=10)),
                ('by_hand', models.BooleanField()),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('at', models.DateTimeField()),
                ('inputs', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('found', models.JSONField(default=dict)),
                ('steps_done', models.PositiveSmallIntegerField(default=0)),
                ('steps', models.PositiveSmallIntegerField(default=0)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scenarios', to='proposals.call')),
                ('cases', models.ManyToManyField(related_name='scenarios', to='proposals.letterofintent')),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('call', 'number'), name='scenarios_of_a_call_are_counted'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at', None)), _connector='OR'), name='a_scenario_is_done_iff_it_was_finished')],
            },
        ),
    ]
