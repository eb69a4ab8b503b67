import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.keys


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0017_assessors_a_case'),
        ('reviews', '0008_versions_of_a_sheet'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField('matching', 'every_keyword', models.BooleanField(default=False, verbose_name='a reviewer for every keyword of a case')),
        migrations.CreateModel(
            name='Pair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=portal.keys.key, editable=False, max_length=12, unique=True)),
                ('together', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('loi', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pairs', to='proposals.letterofintent')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('loi', 'user'), name='a_pair_is_set_once')],
            },
        ),
    ]
