"""Templates, message queue, channels and receipts.

Remembers: a club's own wording; every message from the queue to its receipt.
Promises: one cause is told once on each channel, in the member's language; consent is asked when sending; a
    message without an answer is never sent twice; secrets are sealed and wiped.
Listens to: purchase.settled, tier.raised, member.enrolled, reward.issued, transfer.done, transfer.undone, and
    what happens in shared accounts (group.*); member.erased.
Never: decides who earned what; keeps a code or a number longer than it takes to send.
"""
