"""What people do with clips and with each other: the only writer of these tables.

Each action is one transaction and may be repeated: a second like changes nothing. The row of the
clip (or of both accounts, the lower id first) is locked before anything is decided, so that the
counters are right and two people who follow each other at once do not wait for each other forever.

like(alice, clip)   # 1, the likes there are now
"""

from filoscope.server.social.actions.announcing import announce_clips
from filoscope.server.social.actions.comments import (
    comment,
    delete_comment,
    hide_comment,
    show_comment,
)
from filoscope.server.social.actions.erasure import erase_traces
from filoscope.server.social.actions.follows import block, follow, unblock, unfollow
from filoscope.server.social.actions.marks import like, save, share, unlike, unsave
from filoscope.server.social.actions.notify import mark_read, retract, tell

__all__ = [
    "announce_clips",
    "block",
    "comment",
    "delete_comment",
    "erase_traces",
    "follow",
    "hide_comment",
    "like",
    "mark_read",
    "retract",
    "save",
    "share",
    "show_comment",
    "tell",
    "unblock",
    "unfollow",
    "unlike",
    "unsave",
]
