"""The only writer of drafts, takes and shared cuts: one transaction for one action."""

from filoscope.server.edits.actions.drafts import (
    Edit,
    begin_draft,
    delete_draft,
    edit_draft,
    erase_drafts,
    fill_cut,
    set_sound,
)
from filoscope.server.edits.actions.posting import post_render
from filoscope.server.edits.actions.sharing import share_cut, unshare_cut
from filoscope.server.edits.actions.sweeping import expire_drafts, remove_orphans
from filoscope.server.edits.actions.takes import (
    TakeRun,
    add_take,
    begin_take,
    fail_take,
    keep_take,
    place_by_hand,
    place_by_itself,
    place_take,
    report_take,
    retry_take,
)
from filoscope.server.edits.actions.tasks import (
    TaskRun,
    begin_task,
    fail_task,
    keep_cuts,
    keep_preview,
    report_task,
    stop_task,
    wish_cut,
    wish_post,
    wish_preview,
)

__all__ = [
    "Edit",
    "TakeRun",
    "TaskRun",
    "add_take",
    "begin_draft",
    "begin_take",
    "begin_task",
    "delete_draft",
    "edit_draft",
    "erase_drafts",
    "expire_drafts",
    "fail_take",
    "fail_task",
    "fill_cut",
    "keep_cuts",
    "keep_preview",
    "keep_take",
    "place_by_hand",
    "place_by_itself",
    "place_take",
    "post_render",
    "remove_orphans",
    "report_take",
    "report_task",
    "retry_take",
    "set_sound",
    "share_cut",
    "stop_task",
    "unshare_cut",
    "wish_cut",
    "wish_post",
    "wish_preview",
]
