"""Writes of dealings: transfers and their undo, corrections and their approval."""

from bashgah.dealings.services.adjustments import (
    adjustment_decide,
    adjustment_make,
    adjustment_withdraw,
    adjustments_expire,
)
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
    "transfer_begin",
    "transfer_cancel",
    "transfer_code_send",
    "transfer_confirm",
    "transfer_undo",
]
