from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0016_blinding'),
    ]

    operations = [
        migrations.AddField('call', 'assessors_least', models.PositiveSmallIntegerField(default=0, verbose_name='technical assessors a case, at least')),
    ]
