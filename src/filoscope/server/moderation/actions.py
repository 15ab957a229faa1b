"""Reports, and what moderators decide about them: each decision is kept and told.

decide(moderator, find("clip:7"), kind=Decision.Kind.HIDE, note="Shows a stranger's face.")
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from filoscope.server.accounts import actions as accounts
from filoscope.server.accounts.models import Account
from filoscope.server.moderation.errors import DecisionRefused, ReportRefused
from filoscope.server.moderation.models import Decision, Report
from filoscope.server.moderation.subjects import Subject
from filoscope.server.social import actions as social
from filoscope.server.social.models import Comment, Notification
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import actions as videos
from filoscope.server.videos.models import Clip

REPORTS_A_DAY = 50  # by one account; more is a campaign
_TOLD = {
    Decision.Kind.HIDE: "Your {thing} was hidden by the moderators.",
    Decision.Kind.SHOW: "Your {thing} is shown again.",
    Decision.Kind.SUSPEND: "Your account is suspended.",
    Decision.Kind.REINSTATE: "Your account is open again.",
}
_ABOUT_SOUNDS = {  # what is done, and what is told to its maker and to those whose clips have it
    Decision.Kind.HIDE: (
        videos.hide_sound,
        "Your sound “{title}” was hidden by the moderators. Clips to it play without sound.",
        "Your clips to “{title}” play without sound now: the moderators have hidden that sound.",
    ),
    Decision.Kind.SHOW: (
        videos.show_sound,
        "Your sound “{title}” is shown again.",
        "Your clips to “{title}” have their sound again.",
    ),
}
_TOLD_REPORTERS = {
    Decision.Kind.HIDE: "Thank you: the {thing} you reported was hidden.",
    Decision.Kind.SHOW: "The {thing} you reported was looked at, and is shown.",
    Decision.Kind.DISMISS: "The {thing} you reported was looked at, and stays.",
    Decision.Kind.SUSPEND: "Thank you: the account you reported was suspended.",
    Decision.Kind.REINSTATE: "The account you reported was looked at, and stays.",
}


@transaction.atomic
def report(reporter: Account, subject: Subject, *, reason: str, note: str = "") -> Report:
    """Report a thing; a second report of the same thing by the same person changes the first."""
    if subject.person.pk == reporter.pk:
        raise ReportRefused("This is your own: you can delete it yourself.")
    Account.objects.select_for_update(no_key=True).get(pk=reporter.pk)  # one at a time: the limit
    _hold(subject)
    open_reports = Report.objects.filter(reporter=reporter, decision=None, **subject.columns)
    if open_reports.update(reason=reason, note=note):
        return open_reports.get()
    day_ago = timezone.now() - timedelta(days=1)
    if Report.objects.filter(reporter=reporter, created_at__gt=day_ago).count() >= REPORTS_A_DAY:
        raise ReportRefused("That is a lot of reports for one day. Try again tomorrow.")
    made = Report.objects.create(reporter=reporter, reason=reason, note=note, **subject.columns)
    _hide_if_many_say_so(subject)
    return made


def _hold(subject: Subject) -> None:
    """Keep what is reported from being deleted meanwhile; say so when it was."""
    rows = type(subject.thing)._default_manager.select_for_update(no_key=True)
    if not rows.filter(pk=subject.thing.pk).values_list("pk"):
        raise ReportRefused("This is not there any more.")


def _hide_if_many_say_so(subject: Subject) -> None:
    """Hide until a moderator looks, where the owner wants that; the reports stay open."""
    threshold = settings.REPORTS_TO_HIDE
    if not threshold or subject.kind == "account" or subject.is_hidden:
        return
    if Report.objects.filter(decision=None, **subject.columns).count() < threshold:
        return
    note = f"{threshold} people reported it. It is hidden until a moderator has looked at it."
    Decision.objects.create(kind=Decision.Kind.HIDE, note=note, **subject.columns)
    _carry_out(subject, Decision.Kind.HIDE)
    _tell(subject, Decision.Kind.HIDE, note, set())


@transaction.atomic
def decide(moderator: Account, subject: Subject, *, kind: str, note: str) -> Decision:
    """Do what a moderator decided, at once and everywhere; close the reports and tell everybody."""
    _refuse_if_not_theirs(moderator, subject, kind)
    decision = Decision.objects.create(
        moderator=moderator, kind=kind, note=note, **_columns_of(subject, kind)
    )
    _carry_out(subject, kind)
    closed = Report.objects.filter(decision=None, **subject.columns)
    reporters = set(closed.exclude(reporter=None).values_list("reporter_id", flat=True))
    closed.update(decision=decision)
    _tell(subject, kind, note, reporters)
    return decision


@transaction.atomic
def decide_about_sound(moderator: Account, sound: Sound, *, kind: str, note: str = "") -> Decision:
    """Hide a sound, which mutes all clips to it, or show it again; tell all whose it is or was."""
    if not moderator.is_moderator or kind not in _ABOUT_SOUNDS:
        raise DecisionRefused("Only moderators decide, and of a sound whether it is hidden.")
    if sound.maker_id == moderator.pk:
        raise DecisionRefused("Another moderator has to decide about what is yours.")
    decision = Decision.objects.create(moderator=moderator, kind=kind, sound=sound, note=note)
    carry_out, told, told_users = _ABOUT_SOUNDS[Decision.Kind(kind)]
    carry_out(sound)
    if sound.maker_id is not None:
        _say(sound.maker_id, told.format(title=sound.title), note)
    users = Clip.objects.filter(sound=sound).exclude(account=sound.maker_id)
    for user_id in users.order_by("account").values_list("account", flat=True).distinct():
        _say(user_id, told_users.format(title=sound.title), note)
    return decision


def _say(person_id: int, words: str, note: str) -> None:
    social.tell(person_id, Notification.Kind.MODERATED, text=f"{words} {note}".strip())


def _refuse_if_not_theirs(moderator: Account, subject: Subject, kind: str) -> None:
    if not moderator.is_moderator:
        raise DecisionRefused("Only moderators decide.")
    if subject.person.pk == moderator.pk and kind != Decision.Kind.DISMISS:
        raise DecisionRefused("Another moderator has to decide about what is yours.")
    if kind == Decision.Kind.SUSPEND and subject.person.role == Account.Role.OWNER:
        raise DecisionRefused("The owner of the community cannot be suspended.")
    if kind in (Decision.Kind.HIDE, Decision.Kind.SHOW) and subject.kind == "account":
        raise DecisionRefused("An account is suspended, not hidden.")


def _columns_of(subject: Subject, kind: str) -> dict[str, object]:
    """Suspending is about the person, whatever of theirs was reported."""
    if kind in (Decision.Kind.SUSPEND, Decision.Kind.REINSTATE):
        return {"account": subject.person}
    return dict(subject.columns)


def _carry_out(subject: Subject, kind: str) -> None:
    thing = subject.thing
    if kind == Decision.Kind.SUSPEND:
        accounts.suspend(subject.person)
    elif kind == Decision.Kind.REINSTATE:
        accounts.reinstate(subject.person)
    elif kind == Decision.Kind.HIDE and isinstance(thing, Clip):
        videos.hide(thing)
    elif kind == Decision.Kind.SHOW and isinstance(thing, Clip):
        videos.show(thing)
    elif kind == Decision.Kind.HIDE and isinstance(thing, Comment):
        social.hide_comment(thing)
    elif kind == Decision.Kind.SHOW and isinstance(thing, Comment):
        social.show_comment(thing)


def _tell(subject: Subject, kind: str, note: str, reporters: set[int]) -> None:
    """Tell the person what was decided and why, and the reporters what came of it."""
    person, clip = subject.person, subject.thing if isinstance(subject.thing, Clip) else None
    if words := _TOLD.get(Decision.Kind(kind)):
        text = f"{words.format(thing=subject.kind)} {note}".strip()
        social.tell(person.pk, Notification.Kind.MODERATED, clip=clip, text=text)
        if kind in (Decision.Kind.SUSPEND, Decision.Kind.REINSTATE) and person.email:
            transaction.on_commit(lambda: _mail(person.email, text))
    answer = _TOLD_REPORTERS[Decision.Kind(kind)].format(thing=subject.kind)
    for reporter_id in sorted(reporters):
        social.tell(reporter_id, Notification.Kind.MODERATED, text=answer)


def _mail(address: str, text: str) -> None:
    """Write to somebody who cannot sign in to read it; lost mail does not undo a decision."""
    send_mail(f"{settings.COMMUNITY_NAME}: your account", text, None, [address], fail_silently=True)
