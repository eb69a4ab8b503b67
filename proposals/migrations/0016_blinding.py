from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0015_marks_of_a_criterion")]

    operations = [
        migrations.AddField(
            "call",
            "hides_applicants",
            models.BooleanField("applicants hidden from reviewers", default=False),
        ),
        migrations.AddField(
            "call",
            "hides_reviewers",
            models.BooleanField("reviewers hidden from each other", default=False),
        ),
        migrations.AddField(
            "criterion", "needs_names", models.BooleanField("judged by name", default=False)
        ),
    ]
