"""Under whose name the servers run, and what that name may reach."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """The system user that the servers run as."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Tell whether the servers run as somebody else than this process."""
        return self.uid != os.geteuid()

    def own(self, folder: Path) -> Path:
        """Make a folder that only this account (and root) can enter.

        Worked through a descriptor: a link planted in its place must not make root give another folder away.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if self.is_other:
                os.fchown(descriptor, self.uid, self.gid)
            os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)
        return folder

    def let_through(self, folder: Path) -> Path:
        """Set the mode of a folder that stays this process's own, but through which the account must pass."""
        folder.chmod(0o711 if self.is_other else 0o700)
        return folder

    def owns(self, folder: Path) -> bool:
        """Tell whether a folder is real, this account's own and closed to all others."""
        return closed_folder_of(self.uid, folder, 0o077)

    def can_reach(self, path: Path) -> bool:
        """Tell whether this account can enter every folder above a path and read the path itself."""
        path = path.resolve()
        return self._allows(path, stat.S_IROTH | stat.S_IXOTH) and self.can_enter(path.parent)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account can pass through a folder and all folders above it."""
        folder = folder.resolve()
        return all(self._allows(step, stat.S_IXOTH) for step in (folder, *folder.parents))

    def _allows(self, path: Path, bits: int) -> bool:
        """Judge by the bits for others only: group rights and access lists would be a guess."""
        if not self.is_other:
            return True
        return (path.stat().st_mode & bits) == bits


def closed_folder_of(uid: int, folder: Path, forbidden: int) -> bool:
    """Tell whether a path is a folder (not a link) of a user, without any of the forbidden mode bits."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & forbidden


def current_account() -> Account:
    """Choose the account: this process's own, or `nobody` for root, whom PostgreSQL refuses to serve."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)
    return Account(str(os.geteuid()), os.geteuid(), os.getegid())
