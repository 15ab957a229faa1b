"""Guardians of minors, and the trigger that tells of what they set."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


TRIGGER = """
CREATE FUNCTION feed_feed_guardianship_set() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM feed_note('wishes', COALESCE(NEW.ward_id, OLD.ward_id), NULL, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER feed_feed_guardianship_set AFTER INSERT OR UPDATE OR DELETE ON feed_guardianship
FOR EACH ROW EXECUTE FUNCTION feed_feed_guardianship_set();
"""
NO_TRIGGER = "DROP FUNCTION IF EXISTS feed_feed_guardianship_set() CASCADE;"


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0003_corrections_and_policy'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('sitting_min', models.PositiveSmallIntegerField(null=True)),
                ('day_min', models.PositiveSmallIntegerField(null=True)),
                ('quiet_from', models.PositiveSmallIntegerField(null=True)),
                ('quiet_to', models.PositiveSmallIntegerField(null=True)),
                ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wards', to=settings.AUTH_USER_MODEL)),
                ('ward', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='guardianship', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
    ]
