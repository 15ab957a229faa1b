"""The table of news and the triggers that write it."""

import django.db.models.functions.datetime
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION feed_note(kind text, account_key bigint, clip_key bigint, subject_key bigint)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO feed_news (kind, account_key, clip_key, subject_key)
    VALUES (kind, account_key, clip_key, subject_key)
$$;
"""


def trigger(table, name, events, body, when=""):
    """SQL of one trigger: `body` sees OLD and NEW."""
    function = f"feed_{table}_{name}"
    return f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {body}
    RETURN NULL;
END $$;
CREATE TRIGGER {function} AFTER {events} ON {table}
FOR EACH ROW {f"WHEN ({when})" if when else ""} EXECUTE FUNCTION {function}();
"""


def drop(table, name):
    return f"DROP FUNCTION IF EXISTS feed_{table}_{name}() CASCADE;"


CLIP_COLUMNS = ("state", "visibility", "published_at", "hidden_at", "account_id", "sound_id",
                "duration_s", "caption", "language")
CHANGED = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in CLIP_COLUMNS)


def note(kind, account="NULL", clip="NULL", subject="NULL"):
    return f"PERFORM feed_note('{kind}', {account}, {clip}, {subject});"


def deed(table, done, undone, account, *, clip="NULL", subject="NULL"):
    """Triggers for a row that means a deed while it is there."""
    def keys(row):
        return [value if value == "NULL" else f"{row}.{value}" for value in (account, clip, subject)]

    triggers = [(table, "done", "INSERT", note(done, *keys("NEW")), "")]
    if undone:
        triggers.append((table, "undone", "DELETE", note(undone, *keys("OLD")), ""))
    return triggers


TRIGGERS = [
    ("videos_clip", "came", "INSERT", note("clip", clip="NEW.id"), ""),
    ("videos_clip", "changed", "UPDATE", note("clip", clip="NEW.id"), CHANGED),
    ("videos_clip", "went", "DELETE", note("clip", clip="OLD.id"), ""),
    ("accounts_account", "changed", "UPDATE", note("maker", subject="NEW.id"),
     "OLD.is_active IS DISTINCT FROM NEW.is_active"),
    ("accounts_account", "went", "DELETE", note("forgotten", account="OLD.id"), ""),
    ("feed_viewer", "adopted", "UPDATE",
     note("adopted", account="NEW.account_id", subject="NEW.id"),
     "OLD.account_id IS NULL AND NEW.account_id IS NOT NULL"),
    ("feed_viewer", "went", "DELETE", note("forgotten", account="OLD.account_id", subject="OLD.id"), ""),
    *deed("social_like", "liked", "unliked", "account_id", clip="clip_id"),
    *deed("social_save", "saved", "unsaved", "account_id", clip="clip_id"),
    *deed("social_comment", "commented", "", "account_id", clip="clip_id"),
    *deed("social_follow", "followed", "unfollowed", "follower_id", subject="followed_id"),
    *deed("social_block", "blocked", "unblocked", "blocker_id", subject="blocked_id"),
    ("moderation_report", "done", "INSERT",
     note("reported", account="NEW.reporter_id", clip="NEW.clip_id"),
     "NEW.reporter_id IS NOT NULL AND NEW.clip_id IS NOT NULL"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0001_initial"),
        ("moderation", "0001_initial"),
        ("social", "0001_initial"),
    ]
    operations = [
        migrations.CreateModel(
            name="News",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[
                    ("clip", "Clip"), ("maker", "Maker"), ("liked", "Liked"), ("unliked", "Unliked"),
                    ("saved", "Saved"), ("unsaved", "Unsaved"), ("commented", "Commented"),
                    ("reported", "Reported"), ("followed", "Followed"), ("unfollowed", "Unfollowed"),
                    ("blocked", "Blocked"), ("unblocked", "Unblocked"), ("adopted", "Adopted"),
                    ("forgotten", "Forgotten"),
                ], max_length=10)),
                ("account_key", models.BigIntegerField(null=True)),
                ("clip_key", models.BigIntegerField(null=True)),
                ("subject_key", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"verbose_name_plural": "news"},
        ),
        migrations.RunSQL(
            FUNCTION + "".join(trigger(*one) for one in TRIGGERS),
            "".join(drop(one[0], one[1]) for one in TRIGGERS)
            + "DROP FUNCTION IF EXISTS feed_note(text, bigint, bigint, bigint);",
        ),
    ]
