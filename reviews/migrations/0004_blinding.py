from django.db import migrations, models


def draw(apps, schema_editor):
    """Cases judged before reviewers had numbers: by their opaque keys, which say nothing."""
    assignments = apps.get_model("reviews", "Assignment").objects
    drawn = {}
    for assignment in assignments.order_by("key"):
        number = drawn[assignment.loi_id] = drawn.get(assignment.loi_id, 0) + 1
        assignments.filter(pk=assignment.pk).update(number=number)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0016_blinding"), ("reviews", "0003_scores_that_do_not_apply")]

    operations = [
        migrations.AddField("assignment", "names_opened_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "assignment", "number", models.PositiveSmallIntegerField(default=0), preserve_default=False
        ),
        migrations.RunPython(draw, migrations.RunPython.noop),
        migrations.AddConstraint(
            "assignment",
            models.UniqueConstraint(fields=["loi", "number"], name="a_number_is_drawn_once_a_case"),
        ),
    ]
