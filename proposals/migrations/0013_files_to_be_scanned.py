from django.db import migrations


def owe(apps, schema_editor):
    """What was attached before there were scans is owed one."""
    model = apps.get_model
    scan = model("portal", "Scan")
    for name in ("Attachment", "FiledFile"):
        for attached in model("proposals", name).objects.select_related("stored").iterator():
            scan.objects.get_or_create(
                file=attached.stored, defaults={"due_at": attached.stored.stored_at}
            )


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0005_scans"),
        ("proposals", "0012_namings"),
    ]

    operations = [migrations.RunPython(owe, migrations.RunPython.noop)]
