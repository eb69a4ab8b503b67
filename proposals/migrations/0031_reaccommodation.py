import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0030_agreements_of_projects'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='onto',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved_here', to='proposals.call'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('onto', None), ('outcome__in', ['selected', 'selected_conditional']), _connector='OR'), name='only_what_is_selected_moves_to_another_mission'),
        ),
    ]
