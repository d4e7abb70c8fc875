"""Become another program that dies with its parent: `python leash.py PARENT_PID COMMAND...`.

Run as a script, before anything is imported: a program of its own is needed because doing this between fork
and exec, in a parent with threads, can hang. Only Linux can; elsewhere the program simply runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, command: list[str]) -> None:
    """Tie this process to its parent, then run the command in its place."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("the parent has gone")
    os.execvp(command[0], command)  # noqa: S606 - the command comes from docker-compose.yml


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
