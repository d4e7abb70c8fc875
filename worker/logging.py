"""Set logging up once per process: one form for our events and everybody else's, correlated and masked."""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from stdnum.nl import bsn
from structlog.types import EventDict, Processor

from models.settings import Settings

DIGITS = re.compile(r"\d{8,9}(?=B\d\d\b)|(?<![\w.-])\d{8,9}(?![\w-])")
"""Runs that may be a BSN or RSIN, alone or inside a VAT number; parts of ids and decimals are left alone."""

GROUPED = re.compile(r"(?<![\w.-])(?:\d{4}([ .-])\d\d\1\d{3}|(?:\d{3}[ .-]){2}\d{3}|(?:\d\d[ .-]){3}\d{3})(?![\w-])")
"""A BSN or RSIN as people write one: 4-2-3, 3-3-3 or 2-2-2-3 digits."""

LONG = re.compile(r"\d(?:[ .\-]?\d){7,}")
"""In a traceback every long number goes: errors quote what was typed, slips of the pen as well."""

TRACEBACKS = frozenset({"exception", "stack"})

PLACES = re.compile(r"(?<=://)[^/@\s]+(?=@)")
"""Account and password in an address."""

QUIET = ("alembic", "urllib3", "kombu", "amqp", "asyncio", "httpx")
"""Libraries whose INFO says nothing to an operator."""


def configure_logging(settings: Settings, *, quiet: bool = False) -> None:
    """Send every log line of this process to stderr, as JSON or, when asked for, for human eyes.

    `quiet` keeps warnings and worse only, for commands, whose answer is what they print.
    """
    level = logging.WARNING if quiet else logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    shared = _shared()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, settings.log_json))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


@contextmanager
def correlated(correlation_id: object, **more: object) -> Iterator[None]:
    """Put one correlation id on every line logged within the block."""
    with structlog.contextvars.bound_contextvars(correlation_id=str(correlation_id), **more):
        yield


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]


def _formatter(shared: list[Processor], as_json: bool) -> logging.Formatter:
    # No local variables in tracebacks: they hold records.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else plain
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_event, renderer],
    )


def mask_event(_: Any, __: str, event: EventDict) -> EventDict:
    """Mask what may be a personal number or a password in every value, also in other libraries' lines."""
    return {key: _bared(value) if key in TRACEBACKS else _masked(value) for key, value in event.items()}


def _bared(value: Any) -> Any:
    return LONG.sub("•••", PLACES.sub("•••", value)) if isinstance(value, str) else _masked(value)


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    if isinstance(value, bool | float | None):
        return value
    if isinstance(value, int):
        return value if not _personal(str(value)) else "•••"
    return PLACES.sub("•••", GROUPED.sub(_mask_run, DIGITS.sub(_mask_run, str(value))))


def _mask_run(found: re.Match[str]) -> str:
    return "•••" if _personal(re.sub(r"\D", "", found[0])) else found[0]


def _personal(digits: str) -> bool:
    return len(digits) in (8, 9) and bool(bsn.is_valid(digits))
