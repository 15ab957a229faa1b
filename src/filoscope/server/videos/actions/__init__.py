"""The only writer of uploads and clips: one transaction for one action."""

from filoscope.server.videos.actions.captions import remove_captions, set_captions
from filoscope.server.videos.actions.clips import delete, edit, hide, post, show
from filoscope.server.videos.actions.runs import (
    Run,
    begin,
    begin_run,
    complete,
    fail,
    finish_run,
    record_probe,
    report_delay,
    report_progress,
    show_rung,
)
from filoscope.server.videos.actions.sweeping import Sweeping, requeue, sweep_orphans
from filoscope.server.videos.actions.uploads import (
    UploadWish,
    begin_part,
    create_upload,
    edit_upload,
    end_part,
    expire_uploads,
    open_for_writing,
    receive,
    receive_chunks,
    reconcile,
    terminate,
)

__all__ = [
    "Run",
    "Sweeping",
    "UploadWish",
    "begin",
    "begin_part",
    "begin_run",
    "complete",
    "create_upload",
    "delete",
    "edit",
    "edit_upload",
    "end_part",
    "expire_uploads",
    "fail",
    "finish_run",
    "hide",
    "open_for_writing",
    "post",
    "receive",
    "receive_chunks",
    "reconcile",
    "record_probe",
    "remove_captions",
    "report_delay",
    "report_progress",
    "requeue",
    "set_captions",
    "show",
    "show_rung",
    "sweep_orphans",
    "terminate",
]
