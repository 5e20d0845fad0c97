"""Writes of the social room: tasks declared, proofs and reviews sent, decisions taken and taken back."""

from bashgah.social.services.deciding import (
    proof_accept,
    proof_refuse,
    proof_undo,
    proofs_decide,
)
from bashgah.social.services.forgetting import proofs_forget, proofs_join, proofs_part
from bashgah.social.services.reviewing import REVIEW_TRIES, review_send
from bashgah.social.services.showing import proof_send
from bashgah.social.services.tasks import task_save

__all__ = [
    "REVIEW_TRIES",
    "proof_accept",
    "proof_refuse",
    "proof_send",
    "proof_undo",
    "proofs_decide",
    "proofs_forget",
    "proofs_join",
    "proofs_part",
    "review_send",
    "task_save",
]
