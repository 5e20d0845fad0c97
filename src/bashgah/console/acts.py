"""What the acts of the audit trail are called, and what they are about."""

from __future__ import annotations

from collections.abc import Mapping

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

# the part of an act's code before the dot says what it is about
SUBJECTS: Mapping[str, tuple[Phrase, tuple[str, ...]]] = {
    "members": (Phrase(_("Members")), ("member", "members", "group", "tier", "attribute")),
    "points": (
        Phrase(_("Points")),
        ("points", "adjustment", "transfer", "hold", "review", "return", "recompute"),
    ),
    "program": (Phrase(_("Rules")), ("program", "backtest")),
    "rewards": (Phrase(_("Rewards")), ("reward", "coupon", "redemption", "grant")),
    "access": (Phrase(_("Staff and keys")), ("staff", "role", "key", "client", "factor_policy")),
    "settings": (Phrase(_("Settings")), ("club", "branch", "message")),
    "books": (Phrase(_("Ledger")), ("books", "unit_cost", "book_accounts")),
    "social": (Phrase(_("Social tasks and reviews")), ("social_task", "proof")),
    "demo": (Phrase(_("Demo")), ("demo",)),
}

ACTS: Mapping[str, Phrase] = {
    "member.updated": Phrase(_("A member's record was changed")),
    "member.status_changed": Phrase(_("A member's status was changed")),
    "member.erased": Phrase(_("A member's personal data was erased")),
    "members.merged": Phrase(_("Two members were merged")),
    "members.parted": Phrase(_("A merge was undone")),
    "group.opened": Phrase(_("A shared account was opened")),
    "group.changed": Phrase(_("A shared account was changed")),
    "group.invited": Phrase(_("Somebody was invited into a shared account")),
    "group.joined": Phrase(_("Somebody joined a shared account")),
    "group.role_set": Phrase(_("A role in a shared account was changed")),
    "group.left": Phrase(_("Somebody left a shared account")),
    "group.removed": Phrase(_("Somebody was taken out of a shared account")),
    "group.contributed": Phrase(_("Points were paid into a shared account")),
    "group.closed": Phrase(_("A shared account was closed")),
    "tier.granted": Phrase(_("A tier was granted by hand")),
    "attribute.declared": Phrase(_("A member attribute was declared")),
    "attribute.retired": Phrase(_("A member attribute was retired")),
    "points.confirmed": Phrase(_("Pending points were confirmed")),
    "points.cancelled": Phrase(_("Pending points were cancelled")),
    "points.opened": Phrase(_("Opening balances were brought in")),
    "points.recomputed": Phrase(_("A member was recomputed")),
    "recompute.begun": Phrase(_("A recomputation of many members was begun")),
    "adjustment.done": Phrase(_("A balance was corrected")),
    "adjustment.asked": Phrase(_("A correction was asked for")),
    "adjustment.approved": Phrase(_("A correction was approved")),
    "adjustment.refused": Phrase(_("A correction was declined")),
    "adjustment.withdrawn": Phrase(_("A correction was withdrawn")),
    "adjustment.expired": Phrase(_("A correction waited too long")),
    "transfer.done": Phrase(_("Points were given to another member")),
    "transfer.undone": Phrase(_("A gift of points was undone")),
    "hold.released": Phrase(_("A hold was released by hand")),
    "review.accepted": Phrase(_("A held activity was accepted")),
    "review.discarded": Phrase(_("A held activity was discarded")),
    "return.discarded": Phrase(_("A waiting return was discarded")),
    "program.draft_saved": Phrase(_("The draft of the rules was saved")),
    "program.published": Phrase(_("The rules were published")),
    "program.approval_asked": Phrase(_("Approval of the rules was asked for")),
    "program.approval_approved": Phrase(_("A draft of the rules was approved")),
    "program.approval_declined": Phrase(_("A draft of the rules was declined")),
    "program.approval_withdrawn": Phrase(_("A request to approve the rules was taken back")),
    "backtest.started": Phrase(_("A backtest was started")),
    "backtest.stopped": Phrase(_("A backtest was stopped")),
    "backtest.removed": Phrase(_("A backtest was removed")),
    "reward.saved": Phrase(_("A reward was saved")),
    "reward.stocked": Phrase(_("A reward's stock was changed")),
    "coupon.voided": Phrase(_("A coupon was voided")),
    "grant.retried": Phrase(_("Issuing a rule's reward was tried again")),
    "redemption.captured": Phrase(_("A redemption was completed")),
    "redemption.agreed": Phrase(_("A member agreed to pay a bill by points")),
    "redemption.released": Phrase(_("A redemption was given up")),
    "redemption.cancelled": Phrase(_("A redemption was cancelled")),
    "staff.signed_in": Phrase(_("Somebody signed in")),
    "staff.invited": Phrase(_("Somebody was invited to the staff")),
    "staff.joined": Phrase(_("Somebody joined the staff")),
    "staff.invitation_revoked": Phrase(_("An invitation was revoked")),
    "role.granted": Phrase(_("A role was granted")),
    "role.revoked": Phrase(_("A role was revoked")),
    "factor_policy.set": Phrase(_("The rule of the second factor was changed")),
    "key.issued": Phrase(_("An API key was issued")),
    "key.revoked": Phrase(_("An API key was revoked")),
    "client.issued": Phrase(_("An OAuth2 client was issued")),
    "client.revoked": Phrase(_("An OAuth2 client was revoked")),
    "club.created": Phrase(_("The club was opened")),
    "club.updated": Phrase(_("The club's record was changed")),
    "club.theme_set": Phrase(_("The brand was changed")),
    "club.settings_set": Phrase(_("The settings were changed")),
    "branch.created": Phrase(_("A branch was opened")),
    "branch.updated": Phrase(_("A branch was changed")),
    "branch.closed": Phrase(_("A branch was closed")),
    "branch.reopened": Phrase(_("A branch was opened again")),
    "message.worded": Phrase(_("The text of a message was changed")),
    "message.reset": Phrase(_("The text of a message was reset")),
    "books.proof_asked": Phrase(_("A proof of the books was asked for")),
    "unit_cost.set": Phrase(_("The cost of a point was set")),
    "book_accounts.set": Phrase(_("The account names were changed")),
    "social_task.saved": Phrase(_("A social task was declared or changed")),
    "proof.accepted": Phrase(_("A proof was accepted")),
    "proof.undone": Phrase(_("The acceptance of a proof was taken back")),
    "proof.refused": Phrase(_("A proof was refused")),
    "demo.begun": Phrase(_("Filling the demo was begun")),
    "demo.finished": Phrase(_("The demo was filled")),
}


def acts_about(subject: str) -> tuple[str, ...]:
    """The codes of all acts about a subject; none for a subject that there is not."""
    _label, prefixes = SUBJECTS.get(subject, (None, ()))
    return tuple(code for code in ACTS if code.partition(".")[0] in prefixes)
