"""Writes of dealings: transfers, corrections and their approval, merges; and the undo of each."""

from bashgah.dealings.services.adjustments import (
    adjustment_decide,
    adjustment_make,
    adjustment_withdraw,
    adjustments_expire,
)
from bashgah.dealings.services.groups import group_close, group_contribute, group_leave
from bashgah.dealings.services.merges import members_merge, merge_preview, merge_undo
from bashgah.dealings.services.transfers import (
    transfer_begin,
    transfer_cancel,
    transfer_code_send,
    transfer_confirm,
    transfer_undo,
)

__all__ = [
    "adjustment_decide",
    "adjustment_make",
    "adjustment_withdraw",
    "adjustments_expire",
    "group_close",
    "group_contribute",
    "group_leave",
    "members_merge",
    "merge_preview",
    "merge_undo",
    "transfer_begin",
    "transfer_cancel",
    "transfer_code_send",
    "transfer_confirm",
    "transfer_undo",
]
