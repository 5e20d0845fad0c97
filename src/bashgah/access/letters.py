"""Letters to staff, sent by Django's mail: the invitation with its link."""

from __future__ import annotations

from django.core.mail import send_mail

from bashgah.access import permissions
from bashgah.access.types import InvitationInfo
from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _


def invitation_letter_send(*, club: ClubInfo, invitation: InvitationInfo, link: str, lang: str) -> None:
    """Send the one-time link to the invited address; call it after the commit, mail cannot be rolled back."""
    params = {
        "name": invitation.name,
        "club": club.name,
        "role": permissions.ROLES[invitation.role].label,
        "link": link,
        "until": invitation.expires_at,
    }
    subject = say(Phrase(_("Invitation to {club}"), params), lang)
    body = say(
        Phrase(
            _(
                "Hello {name},\n\nYou are invited to {club} as {role}. Open this link to set your password:\n"
                "{link}\n\nThe link works once, until {until}."
            ),
            params,
        ),
        lang,
    )
    send_mail(subject, body, None, [invitation.email])
