from django.db import migrations
from django.db.models import Min

from portal import signing


def enter(apps, schema_editor) -> None:
    """The key in the file, where it signed receipts before there was a register of keys.

    A key that was replaced before then is known to nobody, and cannot be entered.
    """
    Filing = apps.get_model("proposals", "Filing")
    SigningKey = apps.get_model("portal", "SigningKey")
    first = dict(Filing.objects.values_list("signing_key").annotate(Min("arrived_at")).order_by())
    if first and signing.key_id() in first:
        key = signing.key_id()
        SigningKey.objects.get_or_create(
            pk=key, defaults={"pem": signing.public_pem(), "since": first[key]}
        )


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_signing_keys"), ("proposals", "0007_amendments_and_questions")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
