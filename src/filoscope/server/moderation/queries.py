"""The moderators' queue: open reports, those about one thing together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from filoscope.server.moderation.models import Decision, Report
from filoscope.server.moderation.subjects import Subject, subject_of
from filoscope.server.videos.models import Clip

CASES_A_PAGE = 20
REPORTS_READ_MAX = 500  # open reports looked at for a page; more wait until these are decided
REPORTS_SHOWN = 10  # of one thing, with their notes
HISTORY_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was reported, by whom and why, and what was decided about it before."""

    subject: Subject
    reports: tuple[Report, ...]  # the latest first
    history: tuple[Decision, ...]  # about the thing and its person, the latest first

    @property
    def reporter_count(self) -> int:
        return len(self.reports)

    @property
    def shown(self) -> tuple[Report, ...]:
        return self.reports[:REPORTS_SHOWN]

    @property
    def video_url(self) -> str:
        """Address of the smallest file that plays, or an empty string."""
        if not isinstance(self.subject.thing, Clip):
            return ""
        rungs = list(self.subject.thing.renditions.all())
        folder = self.subject.thing.folder
        return f"{settings.MEDIA_URL}{folder}/{rungs[0].file}" if rungs and folder else ""

    @property
    def since(self) -> datetime:
        return self.reports[-1].created_at

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Return the reasons in words with how many gave each, the most given first."""
        labels = Counter(Report.Reason(report.reason).label for report in self.reports)
        return [(str(label), count) for label, count in labels.most_common()]


def open_cases() -> tuple[Case, ...]:
    """Return what waits for a decision, that with the most reporters first."""
    reports = Report.objects.filter(decision=None).select_related(
        "reporter", "clip__account", "comment__account", "comment__clip__account", "account"
    )
    grouped: dict[str, tuple[Subject, list[Report]]] = {}
    reports = reports.prefetch_related("clip__renditions")
    for report in reports.order_by("created_at", "id")[:REPORTS_READ_MAX]:
        subject = subject_of(report)
        assert subject is not None  # a report goes with its thing
        grouped.setdefault(subject.key, (subject, []))[1].insert(0, report)
    ranked = sorted(grouped.values(), key=lambda case: -len(case[1]))[:CASES_A_PAGE]
    history = _history([subject for subject, _ in ranked])
    return tuple(Case(subject, tuple(found), _about(subject, history)) for subject, found in ranked)


def open_case_count() -> int:
    """Return how many reports wait."""
    return Report.objects.filter(decision=None).count()


def decisions_made() -> list[Decision]:
    """Return the latest decisions, for undoing one."""
    rows = Decision.objects.select_related(
        "moderator", "clip__account", "comment__account", "comment__clip", "account", "sound"
    )
    return list(rows.order_by("-id")[:HISTORY_SHOWN])


def _history(subjects: Iterable[Subject]) -> list[Decision]:
    people = {subject.person.pk for subject in subjects}
    if not people:
        return []
    about = Q(clip__account__in=people) | Q(comment__account__in=people) | Q(account__in=people)
    rows = Decision.objects.filter(about).select_related(
        "moderator", "clip__account", "comment__account", "account"
    )
    return list(rows.order_by("-id")[: HISTORY_SHOWN * CASES_A_PAGE])


def _about(subject: Subject, history: list[Decision]) -> tuple[Decision, ...]:
    found = []
    for decision in history:
        other = subject_of(decision)
        if other is not None and other.person == subject.person:
            found.append(decision)
    return tuple(found[:HISTORY_SHOWN])
