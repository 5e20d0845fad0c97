"""Which user the server runs as: PostgreSQL refuses root, so root lends it somebody else's name."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bashgah.ground.postgres.trouble import PostgresTrouble

PREFERRED = ("postgres", "bashgah", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The user that owns data and sockets; ``lent`` is whether we must change into it."""

    name: str
    uid: int
    gid: int
    lent: bool

    def popen_options(self) -> dict[str, object]:
        """Return what ``subprocess`` needs to run as this user, and as no other group of ours."""
        if not self.lent:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or folder to the user; never its parents."""
        if self.lent:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """Whether the user may walk to the folder from the root, by the permissions as they are."""
        if not self.lent:
            return True
        return all(self._may_pass(part) for part in [folder, *folder.parents] if part.exists())

    def _may_pass(self, folder: Path) -> bool:
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)


def server_account() -> Account:
    """Return the user to run PostgreSQL as: ourselves, or as root an unprivileged user that exists.

    Only where none exists is one made, as a system user without a home.
    """
    mine = os.geteuid()
    if mine != 0:
        return Account(name=str(mine), uid=mine, gid=os.getegid(), lent=False)
    for name in PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid, lent=True)
    made = subprocess.run(
        ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "bashgah"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise PostgresTrouble(
            "PostgreSQL does not run as root, and no unprivileged user could be made"
            f" ({made.stderr.strip() or 'useradd failed'}): run Bashgah as an ordinary user"
        )
    entry = pwd.getpwnam("bashgah")
    return Account(name="bashgah", uid=entry.pw_uid, gid=entry.pw_gid, lent=True)
