import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import portal.keys


def standing(apps, schema_editor):
    """Whoever sat on a panel has accepted; whoever has left has left. Nothing was rated yet."""
    for place in apps.get_model("reviews", "PanelMember").objects.select_related("user"):
        place.key = portal.keys.key()
        place.address = place.user.email.lower()
        place.state = "left" if place.ended_at else "accepted"
        place.invited_at = place.joined_at
        place.keywords = dict.fromkeys(place.keywords)
        place.save()


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0017_assessors_a_case'),
        ('reviews', '0004_blinding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint('panelmember', 'a_place_on_the_panel_is_held_once'),
        migrations.RenameField('panelmember', 'left_at', 'ended_at'),
        migrations.AddField('panelmember', 'key', models.CharField(editable=False, max_length=12, null=True)),
        migrations.AddField('panelmember', 'address', models.EmailField(blank=True, default='', max_length=254, verbose_name='address'), preserve_default=False),
        migrations.AddField('panelmember', 'token_digest', models.CharField(blank=True, default='', max_length=64), preserve_default=False),
        migrations.AddField('panelmember', 'state', models.CharField(default='accepted', max_length=10), preserve_default=False),
        migrations.AddField('panelmember', 'writes_from', models.DateField(null=True, verbose_name='reviews from')),
        migrations.AddField('panelmember', 'writes_until', models.DateField(null=True, verbose_name='reviews until')),
        migrations.AddField('panelmember', 'away', models.JSONField(default=list)),
        migrations.AddField('panelmember', 'invited_at', models.DateTimeField(null=True)),
        migrations.AlterField('panelmember', 'keywords', models.JSONField(default=dict)),
        migrations.RunPython(standing, migrations.RunPython.noop),
        migrations.AlterField('panelmember', 'key', models.CharField(default=portal.keys.key, editable=False, max_length=12, unique=True)),
        migrations.AlterField('panelmember', 'invited_at', models.DateTimeField()),
        migrations.AlterField('panelmember', 'joined_at', models.DateTimeField(null=True)),
        migrations.AlterField('panelmember', 'user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='panels', to=settings.AUTH_USER_MODEL)),
        migrations.AddConstraint('panelmember', models.UniqueConstraint(condition=Q(('state__in', ['invited', 'accepted'])), fields=('call', 'user', 'role'), name='a_place_on_the_panel_is_held_once')),
        migrations.AddConstraint('panelmember', models.UniqueConstraint(condition=Q(('state', 'invited')), fields=('call', 'address'), name='one_open_invitation_to_the_panel_an_address')),
        migrations.AddConstraint('panelmember', models.CheckConstraint(condition=~Q(state='accepted') | Q(user__isnull=False, joined_at__isnull=False), name='who_is_on_the_panel_is_a_person')),
        migrations.AddConstraint('panelmember', models.CheckConstraint(condition=Q(writes_from=None) | Q(writes_until=None) | Q(writes_until__gte=F('writes_from')), name='reviews_are_planned_from_before_until')),
        migrations.AddField('assignment', 'seat', models.CharField(choices=[('primary', 'primary reviewer'), ('secondary', 'secondary reviewer'), ('reviewer', 'reviewer'), ('assessor', 'technical assessor')], default='reviewer', max_length=10, verbose_name='seat')),
        migrations.AddField('assignment', 'closes_at', models.DateTimeField(null=True)),
        migrations.AddConstraint('assignment', models.UniqueConstraint(condition=Q(seat__in=['primary', 'secondary']) & Q(state__in=['invited', 'accepted', 'locked']), fields=('loi', 'seat'), name='a_case_is_presented_by_one_each')),
        migrations.AddConstraint('assignment', models.CheckConstraint(condition=Q(due_at=None) | Q(closes_at=None) | Q(closes_at__gte=F('due_at')), name='a_review_closes_after_it_is_due')),
    ]
