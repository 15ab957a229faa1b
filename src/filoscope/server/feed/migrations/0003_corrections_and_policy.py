"""Corrections in the log, what viewers choose, the owner's policy, sittings; triggers that tell of them."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


TRIGGERS = """
CREATE FUNCTION feed_feed_viewer_wishes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM feed_note('wishes', NEW.account_id, NULL, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER feed_feed_viewer_wishes AFTER UPDATE ON feed_viewer
FOR EACH ROW WHEN (
    (OLD.feed, OLD.remind_min, OLD.day_min) IS DISTINCT FROM (NEW.feed, NEW.remind_min, NEW.day_min)
) EXECUTE FUNCTION feed_feed_viewer_wishes();
CREATE FUNCTION feed_feed_policy_set() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM feed_note('policy', NULL, NULL, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER feed_feed_policy_set AFTER INSERT OR UPDATE OR DELETE ON feed_policy
FOR EACH ROW EXECUTE FUNCTION feed_feed_policy_set();
"""
NO_TRIGGERS = """
DROP FUNCTION IF EXISTS feed_feed_viewer_wishes() CASCADE;
DROP FUNCTION IF EXISTS feed_feed_policy_set() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0002_news'),
        ('videos', '0002_what_a_run_holds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('weights', models.JSONField(default=dict)),
                ('kindness', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'policies',
            },
        ),
        migrations.CreateModel(
            name='Sitting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('day_s', models.FloatField(default=0.0)),
                ('sitting_s', models.FloatField(default=0.0)),
                ('clips', models.PositiveIntegerField(default=0)),
                ('reminded_s', models.FloatField(default=0.0)),
                ('asked_s', models.FloatField(default=0.0)),
                ('rests_until_s', models.FloatField(default=0.0)),
            ],
        ),
        migrations.AddField(
            model_name='viewer',
            name='day_min',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='viewer',
            name='feed',
            field=models.CharField(choices=[('for-you', 'For you: learned from what you watch'), ('same', 'The same for everyone: what is watched long, and what is new'), ('latest', 'Newest first'), ('following', 'Only people I follow, newest first')], db_default='for-you', default='for-you', max_length=10),
        ),
        migrations.AddField(
            model_name='viewer',
            name='remind_min',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='viewingevent',
            name='source',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='viewingevent',
            name='topic',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AddField(
            model_name='viewingevent',
            name='topic_kind',
            field=models.CharField(blank=True, db_default='', default='', max_length=6),
        ),
        migrations.AlterField(
            model_name='news',
            name='kind',
            field=models.CharField(choices=[('clip', 'Clip'), ('maker', 'Maker'), ('liked', 'Liked'), ('unliked', 'Unliked'), ('saved', 'Saved'), ('unsaved', 'Unsaved'), ('commented', 'Commented'), ('reported', 'Reported'), ('followed', 'Followed'), ('unfollowed', 'Unfollowed'), ('blocked', 'Blocked'), ('unblocked', 'Unblocked'), ('adopted', 'Adopted'), ('forgotten', 'Forgotten'), ('wishes', 'Wishes'), ('policy', 'Policy')], max_length=10),
        ),
        migrations.AlterField(
            model_name='viewingevent',
            name='clip',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='videos.clip'),
        ),
        migrations.AlterField(
            model_name='viewingevent',
            name='kind',
            field=models.CharField(choices=[('shown', 'Shown'), ('started', 'Started'), ('watched', 'Watched'), ('looped', 'Looped'), ('finished', 'Finished'), ('skipped', 'Skipped'), ('liked', 'Liked'), ('unliked', 'Unliked'), ('saved', 'Saved'), ('shared', 'Shared'), ('commented', 'Commented'), ('followed', 'Followed'), ('unfollowed', 'Unfollowed'), ('not_interested', 'Not Interested'), ('reported', 'Reported'), ('more', 'More'), ('less', 'Less'), ('forget', 'Forget'), ('reset', 'Reset'), ('pause', 'Pause'), ('resume', 'Resume')], max_length=14),
        ),
        migrations.AddIndex(
            model_name='viewingevent',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['created_at'], name='event_by_time'),
        ),
        migrations.AddConstraint(
            model_name='viewingevent',
            constraint=models.CheckConstraint(condition=models.Q(('clip__isnull', False), ('kind__in', ('more', 'less', 'forget', 'reset', 'pause', 'resume')), _connector='OR'), name='event_names_a_clip_or_corrects'),
        ),
        migrations.AddField(
            model_name='policy',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sitting',
            name='viewer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sitting', to='feed.viewer'),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
