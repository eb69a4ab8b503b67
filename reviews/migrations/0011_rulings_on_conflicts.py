import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.keys


def lift(apps, schema_editor):
    """What is found is ruled on from now on, so its row moves: the rulings are append-only."""
    if schema_editor.connection.vendor not in {"sqlite", "postgresql"}:
        return
    on = " ON reviews_conflict" if schema_editor.connection.vendor == "postgresql" else ""
    for act in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS reviews_conflict_is_append_only_{act}{on}")


def fill(apps, schema_editor):
    conflicts = apps.get_model("reviews", "Conflict").objects
    for conflict in conflicts.all():
        conflicts.filter(pk=conflict.pk).update(
            key=portal.keys.key(),
            state="declared" if conflict.declared else "found",
            secret=conflict.kind == "unwanted",
        )


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0010_discussion_and_meetings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(lift, migrations.RunPython.noop),
        migrations.AddField("conflict", "key", models.CharField(max_length=12, null=True)),
        migrations.AddField("conflict", "state", models.CharField(default="", max_length=12)),
        migrations.AddField("conflict", "evidence", models.TextField(blank=True, default="")),
        migrations.AddField("conflict", "secret", models.BooleanField(default=False)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "conflict",
            "key",
            models.CharField(
                default=portal.keys.key, editable=False, max_length=12, unique=True
            ),
        ),
        migrations.AlterField("conflict", "state", models.CharField(max_length=12)),
        migrations.AlterField("conflict", "evidence", models.TextField(blank=True)),
        migrations.AddConstraint(
            "conflict",
            models.CheckConstraint(
                name="what_a_person_declares_is_not_found",
                condition=models.Q(models.Q(("declared", True), models.Q(("state", "found"), _negated=True)), models.Q(("declared", False), models.Q(("state", "declared"), _negated=True)), _connector="OR"),
            ),
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("confirmed", models.BooleanField()),
                ("reason", models.CharField(max_length=500)),
                ("words", models.CharField(max_length=500)),
                ("evidence", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("conflict", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rulings", to="reviews.conflict")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="a_ruling_gives_its_reason")],
            },
        ),
    ]
