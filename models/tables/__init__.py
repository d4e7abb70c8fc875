"""Gather every table, so that importing this room is enough for migrations."""

from models.tables.access import ApiToken, Audit, SignIn, User, WebSession
from models.tables.base import Base
from models.tables.connection import BudgetBlock, Connection, ConnectionToken, Cursor, Link
from models.tables.feedback import Feedback, Mail
from models.tables.mapping import (
    Claim,
    MappingHistory,
    NumberRange,
    RelationMapping,
    TargetEntry,
    TargetIdentifier,
    TargetIndex,
    WriteIntent,
)
from models.tables.pulse import BudgetSample, LinkTally, Pulse
from models.tables.report import Erasure, Issue, Reconciliation, Review, SyncLog
from models.tables.undo import Undo
from models.tables.work import ChangeEvent, Snapshot, SourceIdentifier, SubjectKey, SyncJob

__all__ = [
    "ApiToken",
    "Audit",
    "Base",
    "BudgetBlock",
    "BudgetSample",
    "ChangeEvent",
    "Claim",
    "Connection",
    "ConnectionToken",
    "Cursor",
    "Erasure",
    "Feedback",
    "Issue",
    "Link",
    "LinkTally",
    "Mail",
    "MappingHistory",
    "NumberRange",
    "Pulse",
    "Reconciliation",
    "RelationMapping",
    "Review",
    "SignIn",
    "Snapshot",
    "SourceIdentifier",
    "SubjectKey",
    "SyncJob",
    "SyncLog",
    "TargetEntry",
    "TargetIdentifier",
    "TargetIndex",
    "Undo",
    "User",
    "WebSession",
    "WriteIntent",
]
