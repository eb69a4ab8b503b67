from django.db import migrations


class Migration(migrations.Migration):
    """Apart from the copying before it: PostgreSQL alters no table with rows still to be checked."""

    dependencies = [
        ('proposals', '0003_attachments'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='filing',
            name='attachment',
        ),
        migrations.RemoveField(
            model_name='letterofintent',
            name='attachment',
        ),
        migrations.RemoveField(
            model_name='letterofintent',
            name='attachment_name',
        ),
    ]
