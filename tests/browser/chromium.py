"""Find a Chromium on this machine; none is ever downloaded."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
"""It talks to this machine and to nobody else; without its own sandbox, which root may not use."""
MISSING = "no Chromium: `make browser` installs Debian's, or name one in BOEKBRUG_CHROMIUM"


def chromium() -> str | None:
    """Return the path of a Chromium: the one that BOEKBRUG_CHROMIUM names, else the first on the PATH."""
    named = os.environ.get("BOEKBRUG_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)
