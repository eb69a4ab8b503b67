from django.db import migrations


def forget(apps, schema_editor):
    """What a letter of a decision takes the place of is known at its issue; a correction knows before."""
    to_come = apps.get_model("proposals", "Letter").objects.filter(
        kind="decision", state__in=["owed", "stored"]
    )
    to_come.exclude(context__has_key="replaces").update(replaces=None)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0026_suspended_and_cancelled_calls")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
