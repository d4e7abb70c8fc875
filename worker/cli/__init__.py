"""The command line: one module per group of commands, each with a `register(app)`."""

from worker.cli.main import main

__all__ = ["main"]
