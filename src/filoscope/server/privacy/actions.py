"""Leaving: everything of a person goes, and the counters of others stay right."""

from __future__ import annotations

from contextlib import suppress

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from filoscope.server.accounts.actions import remove_avatar
from filoscope.server.accounts.models import Account
from filoscope.server.edits.actions import erase_drafts
from filoscope.server.moderation.models import Decision, Report
from filoscope.server.social.actions import erase_traces
from filoscope.server.sounds.actions import erase_sounds
from filoscope.server.videos import actions as videos
from filoscope.server.videos.errors import UploadBusy, UploadGone
from filoscope.server.videos.models import Clip, Upload


@transaction.atomic
def erase_account(account: Account) -> None:
    """Erase an account with its clips, sounds and their files, comments, likes, follows and avatar.

    Reports by the person stay, without their name and words; so do decisions about them. Their
    former handles are free again. Watching history goes with the account (feed's rows cascade).
    """
    Account.objects.filter(pk=account.pk).update(is_active=False)  # nothing new begins from here
    if not Account.objects.select_for_update().filter(pk=account.pk).values_list("pk"):
        return  # pressed twice: the first press did it
    erase_drafts(account)
    for upload in Upload.objects.filter(account=account, clip=None).order_by("pk"):
        with suppress(UploadBusy, UploadGone):  # its row goes below, its file with the sweep
            videos.terminate(upload)
    for clip in Clip.objects.filter(account=account).order_by("pk"):
        videos.delete(clip)
    for clip in Clip.objects.filter(sound__in=erase_sounds(account)).order_by("pk"):
        videos.index_caption(clip)  # clips of others no longer name them
    Decision.objects.filter(account=account).update(note="")
    Report.objects.filter(reporter=account).update(note="")
    erase_traces(account)
    remove_avatar(account)
    keys = UserSession.objects.filter(user=account).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    account.delete()
