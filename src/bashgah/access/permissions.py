"""The one table of what can be done and which role may do it, by branch and by amount."""

from __future__ import annotations

from dataclasses import dataclass, field

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


@dataclass(frozen=True, slots=True)
class Permission:
    """One act that is allowed or not.

    ``by_branch``: a role limited to branches may do it there; otherwise only a role for the whole club may.
    ``scope``: an API key may carry it. ``amount`` names what a limit on it counts, if it has one.
    """

    key: str
    label: Phrase
    by_branch: bool = False
    scope: bool = False
    amount: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A ready bundle of permissions with the amounts it may reach; no limit means any amount."""

    key: str
    label: Phrase
    permissions: frozenset[str]
    limits: dict[str, int] = field(default_factory=dict)


def _permission(
    key: str, label: str, *, by_branch: bool = False, scope: bool = False, amount: str = ""
) -> Permission:
    return Permission(key, Phrase(label), by_branch, scope, Phrase(amount) if amount else None)


PERMISSIONS: dict[str, Permission] = {
    permission.key: permission
    for permission in (
        _permission("members.read", _("See members"), by_branch=True, scope=True),
        _permission("members.write", _("Enrol members and change their details"), by_branch=True, scope=True),
        _permission("members.personal", _("See personal data unmasked"), by_branch=True, scope=True),
        _permission("members.export", _("Hand out all that is kept of a member"), scope=True),
        _permission("members.erase", _("Erase a member's personal data"), scope=True),
        _permission("members.block", _("Block and unblock members"), scope=True),
        _permission("activities.read", _("See purchases and other activities"), by_branch=True, scope=True),
        _permission(
            "activities.write", _("Record purchases, returns and visits"), by_branch=True, scope=True
        ),
        _permission("activities.review", _("Decide what was kept for review"), by_branch=True, scope=True),
        _permission("wallets.read", _("See balances and statements"), by_branch=True, scope=True),
        _permission(
            "points.confirm", _("Confirm or cancel pending points of a purchase"), by_branch=True, scope=True
        ),
        _permission("points.open", _("Bring opening balances along"), scope=True),
        _permission("holds.release", _("Give back points on hold")),
        _permission(
            "points.adjust", _("Adjust points by hand"), scope=True, amount=_("Points in one adjustment")
        ),
        _permission(
            "points.approve",
            _("Approve adjustments of others"),
            amount=_("Points in one approved adjustment"),
        ),
        _permission("points.transfer", _("Give points from one member to another"), scope=True),
        _permission("groups.manage", _("Open, change and close shared accounts"), scope=True),
        _permission("members.merge", _("Merge memberships of one person"), scope=True),
        _permission("points.recompute", _("Recompute what activities earned"), scope=True),
        _permission("tiers.grant", _("Grant a tier by hand")),
        _permission("rules.read", _("See the program"), scope=True),
        _permission("rules.edit", _("Change the draft of the program"), scope=True),
        _permission("rules.publish", _("Publish the program")),
        _permission("rules.approve", _("Approve a program that somebody else wrote")),
        _permission("rewards.read", _("See rewards and stock"), by_branch=True, scope=True),
        _permission("rewards.edit", _("Change rewards and stock")),
        _permission("redemptions.read", _("See redemptions"), by_branch=True, scope=True),
        _permission("redemptions.make", _("Redeem for a member"), by_branch=True, scope=True),
        _permission("redemptions.cancel", _("Cancel finished redemptions"), by_branch=True, scope=True),
        _permission("social.read", _("See social tasks and reviews"), scope=True),
        _permission("social.edit", _("Declare social tasks")),
        _permission("social.send", _("Send members' proofs and reviews"), scope=True),
        _permission("social.decide", _("Decide about proofs and reviews"), scope=True),
        _permission("products.read", _("See products"), by_branch=True, scope=True),
        _permission("products.write", _("Change products"), scope=True),
        _permission("branches.read", _("See branches"), by_branch=True, scope=True),
        _permission("messages.read", _("See messages sent to members"), by_branch=True),
        _permission("messages.edit", _("Change message texts")),
        _permission("insights.read", _("See figures and reports"), scope=True),
        _permission("sales.read", _("See the sales of branches"), by_branch=True),
        _permission("data.import", _("Import files")),
        _permission("data.export", _("Export lists")),
        _permission("staff.read", _("See staff and their roles")),
        _permission("staff.manage", _("Invite staff and give roles")),
        _permission("settings.read", _("See settings")),
        _permission("settings.edit", _("Change club, brand and branches")),
        _permission("keys.manage", _("Issue and revoke API keys")),
        _permission("audit.read", _("Read the audit trail"), scope=True),
        _permission("till.use", _("Work at the till"), by_branch=True),
    )
}

SCOPES: tuple[str, ...] = tuple(key for key, permission in PERMISSIONS.items() if permission.scope)

_READS = frozenset(
    key for key in PERMISSIONS if key.endswith(".read") and key not in {"audit.read", "staff.read"}
)
_COUNTER = frozenset(
    {
        "till.use",
        "members.read",
        "members.write",
        "activities.read",
        "activities.write",
        "wallets.read",
        "rewards.read",
        "redemptions.read",
        "redemptions.make",
        "products.read",
        "branches.read",
    }
)

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("owner", Phrase(_("Owner")), frozenset(PERMISSIONS)),
        Role(
            "marketer",
            Phrase(_("Marketer")),
            _READS
            | {
                "members.write",
                "members.personal",
                "members.export",
                "members.block",
                "activities.write",
                "activities.review",
                "points.confirm",
                "holds.release",
                "points.adjust",
                "points.approve",
                "points.transfer",
                "groups.manage",
                "members.merge",
                "tiers.grant",
                "rules.edit",
                "rules.publish",
                "rules.approve",
                "rewards.edit",
                "redemptions.make",
                "redemptions.cancel",
                "points.recompute",
                "social.edit",
                "social.decide",
                "products.write",
                "messages.edit",
                "data.import",
                "data.export",
                "staff.read",
            },
            {"points.adjust": 50_000, "points.approve": 50_000},
        ),
        Role(
            "branch_manager",
            Phrase(_("Branch manager")),
            _COUNTER
            | {
                "redemptions.cancel",
                "members.personal",
                "messages.read",
                "activities.review",
                "points.confirm",
                "sales.read",
            },
        ),
        Role("cashier", Phrase(_("Cashier")), _COUNTER),
        Role("analyst", Phrase(_("Analyst")), _READS | {"data.export"}),
        Role(
            "auditor",
            Phrase(_("Auditor")),
            _READS | {"members.personal", "audit.read", "staff.read", "data.export"},
        ),
    )
}

# a role that works in named branches only when the grant names them
BRANCH_ROLES = frozenset({"branch_manager", "cashier"})
