from collections import defaultdict
from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from portal import triggers

BY_EVENT = {"commit": "decision.released", "return": "decision.voided"}


def fill(apps, schema_editor) -> None:
    """Number the lines of each allocation, and write down the balance after each and who it was."""
    if schema_editor.connection.vendor == "postgresql":
        # Else the new references would be checked at the end, and no constraint could be added.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with triggers.lifted():
        _fill(apps)


def _fill(apps) -> None:
    keys = dict(apps.get_model("portal", "User").objects.values_list("key", "pk"))
    events = apps.get_model("portal", "Event").objects.filter(verb__in=BY_EVENT.values())
    actors = {(e.subject_key, e.verb): keys.get(e.actor) for e in events}
    lines = apps.get_model("proposals", "LedgerEntry").objects.select_related("decision")
    accounts = defaultdict(lambda: [0, Decimal(0), Decimal(0)])  # number, held, committed
    committed = defaultdict(Decimal)  # by allocation and decision
    for line in lines.order_by("id"):
        account, mine = accounts[line.allocation_id], (line.allocation_id, line.decision_id)
        of_committed = line.kind == "return" and committed[mine] > 0
        account[0] += 1
        if line.kind == "hold":
            account[1] += line.amount
        elif of_committed:
            account[2] -= line.amount
            committed[mine] -= line.amount
        else:
            account[1] -= line.amount
        if line.kind == "commit":
            account[2] += line.amount
            committed[mine] += line.amount
        line.number, line.held_after, line.committed_after = account
        line.by_id = (
            actors.get((line.decision.key, BY_EVENT[line.kind]))
            if line.kind in BY_EVENT
            else line.decision.prepared_by_id
        )
        line.save()
    for allocation in apps.get_model("proposals", "Allocation").objects.filter(pk__in=accounts):
        allocation.entered, allocation.held, allocation.committed = accounts[allocation.pk]
        allocation.save()


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0005_scans"),
        ("proposals", "0017_assessors_a_case"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("allocation", "held", models.DecimalField(decimal_places=3, default=0, max_digits=12)),
        migrations.AddField("allocation", "committed", models.DecimalField(decimal_places=3, default=0, max_digits=12)),
        migrations.AddField("allocation", "entered", models.PositiveIntegerField(default=0)),
        migrations.AddField("ledgerentry", "number", models.PositiveIntegerField(default=0), preserve_default=False),
        migrations.AddField("ledgerentry", "held_after", models.DecimalField(decimal_places=3, default=0, max_digits=12), preserve_default=False),
        migrations.AddField("ledgerentry", "committed_after", models.DecimalField(decimal_places=3, default=0, max_digits=12), preserve_default=False),
        migrations.AddField("ledgerentry", "by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint("allocation", models.CheckConstraint(condition=Q(capacity__gte=F("held") + F("committed") + F("held_back") - Decimal("0.0005"), committed__gte=0, held__gte=0), name="never_more_is_given_than_there_is")),
        migrations.AddConstraint("ledgerentry", models.UniqueConstraint(fields=("allocation", "number"), name="a_line_follows_the_one_before")),
        migrations.AddConstraint("ledgerentry", models.CheckConstraint(condition=Q(committed_after__gte=0, held_after__gte=0), name="nothing_is_returned_that_was_not_there")),
    ]
