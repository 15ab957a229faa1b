"""The database and what is in it: version, schema, clock, workers, jobs, files without rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import OperationalError, connection
from django.utils import timezone

from filoscope.server.operations.checks import Finding, bad, good, odd
from filoscope.server.operations.installation import home
from filoscope.server.operations.lock import who_serves

VERSION_MIN = (
    160000  # as PostgreSQL numbers itself: NULLS NOT DISTINCT is of 15, we test from 16 up
)
CLOCK_S_MAX = 5.0
HEARTBEAT_S_MAX = 30.0  # a worker writes one each 5 s
WAITING_MIN = 10.0  # minutes that a job waits although nobody is busy
SHOWN_MAX = 5  # of a list


def check(*, is_repairing: bool) -> Iterator[Finding]:
    """Look into the database; nothing further when it does not answer."""
    try:
        yield _version()
    except OperationalError as error:
        first = str(error).strip().splitlines()[0]
        yield bad("database", first, "check DATABASE_URL, and whether that server runs")
        return
    schema = _schema(is_repairing=is_repairing)
    yield schema
    if schema.mend:
        return
    yield _clock()
    yield _owner()
    yield from _workers()
    yield from _dead_letters(is_repairing=is_repairing)
    yield from _orphans(is_repairing=is_repairing)


def _version() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, version()")
        number, name = cursor.fetchone()
    short = " ".join(name.split()[:2])
    if number < VERSION_MIN:
        return bad("database", f"{short} is too old", "use PostgreSQL 16 or newer")
    return good("database", short)


def _schema(*, is_repairing: bool) -> Finding:
    from django.db.migrations.executor import MigrationExecutor

    from filoscope.server.operations.preparation import migrate

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan and is_repairing:
        return good("schema", f"{migrate()} migrations were applied")
    if plan:
        return bad("schema", f"{len(plan)} migrations are missing", "filoscope serve, or --repair")
    return good("schema", "current")


def _clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        off = (cursor.fetchone()[0] - timezone.now()).total_seconds()
    if abs(off) > CLOCK_S_MAX:
        return bad(
            "clock",
            f"the database's clock is {off:+.0f} s from this machine's",
            "keep both set: timedatectl set-ntp true",
        )
    return good("clock", "the database agrees")


def _owner() -> Finding:
    from filoscope.server.accounts.models import Account

    if Account.objects.filter(role=Account.Role.OWNER, is_active=True).exists():
        return good("owner", "there is one")
    return odd("owner", "nobody may moderate", "filoscope user create HANDLE --role owner")


def _workers() -> Iterator[Finding]:
    from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

    border = timezone.now() - timedelta(seconds=HEARTBEAT_S_MAX)
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=border).count()
    waiting = ProcrastinateJob.objects.filter(status="todo", scheduled_at=None).count()
    doing = ProcrastinateJob.objects.filter(status="doing").count()
    words = f"{alive} alive, {doing} jobs being done, {waiting} waiting"
    if alive or not (waiting + doing):
        yield good("workers", words)
    elif who_serves(home()) is None:
        yield odd("workers", words, "they go on with filoscope serve, or filoscope worker")
    else:
        yield bad("workers", words, "the server was started with --no-worker: filoscope worker")
    late = _late_jobs()
    if alive and late and not doing:
        yield bad(
            "jobs",
            f"{late} wait for more than {WAITING_MIN:.0f} minutes",
            "start the workers again",
        )


def _late_jobs() -> int:
    """Count jobs that were queued long ago and nobody has taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT job.id) FROM procrastinate_jobs job "
            "JOIN procrastinate_events event ON event.job_id = job.id "
            "WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at < now()) "
            "AND event.type = 'deferred' AND event.at < now() - %s * interval '1 minute'",
            [WAITING_MIN],
        )
        return int(cursor.fetchone()[0])


def _dead_letters(*, is_repairing: bool) -> Iterator[Finding]:
    from filoscope.server.videos.actions import requeue
    from filoscope.server.videos.queries import dead_letters

    letters = dead_letters()
    if letters and is_repairing:
        for letter in letters:
            requeue(letter.job_id)
        yield good("dead letters", f"{len(letters)} jobs are tried again")
    elif letters:
        named = ", ".join(
            f"{one.task} of {one.clip_slug or 'a clip that is gone'}" for one in letters[:SHOWN_MAX]
        )
        yield bad(
            "dead letters",
            f"{len(letters)} jobs were given up: {named}",
            "see the worker's lines for the reason, mend that, then --repair tries them again",
        )
    else:
        yield good("dead letters", "none")


def _orphans(*, is_repairing: bool) -> Iterator[Finding]:
    from filoscope.server.edits import actions as drafts
    from filoscope.server.sounds import sweeping
    from filoscope.server.videos.actions import mend_muting, mend_silent_sounds, sweep_orphans

    found = sweep_orphans(repair=is_repairing)
    sounds = sweeping.sweep(repair=is_repairing)
    takes = drafts.remove_orphans(grace_s=0.0, repair=is_repairing)
    silent = mend_silent_sounds(repair=is_repairing)
    muting = mend_muting(repair=is_repairing)
    lines = {
        "files": (len(found.removed_folders) + len(found.removed_uploads), "that no clip names"),
        "clips": (len(found.requeued), "that no job is about"),
        "clips lost": (len(found.failed), "whose file is gone or whose job was given up"),
        "clips broken": (len(found.remade), "whose renditions are gone, but not their original"),
        "takes": (len(takes), "and other files of the studio that no draft names"),
        "sound files": (len(sounds.removed), "that no sound names"),
        "sounds": (len(sounds.failed), "whose file is gone or never came whole"),
        "own sounds": (len(silent), "of clips that cannot be heard by themselves yet"),
        "muting": (len(muting), "clips whose sound is hidden and not muted yet, or shown again"),
    }
    for about, (count, what) in lines.items():
        if count and is_repairing:
            yield good(about, f"{count} {what}: mended")
        elif count:
            yield bad(about, f"{count} {what}", "filoscope doctor --repair")
    if found.is_clean and sounds.is_clean and not (silent or takes or muting):
        yield good("files", "each belongs to a clip or a sound, and each of these has its own")
