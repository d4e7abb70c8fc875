"""Share the declarative base and the column idioms of every table."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Identity, LargeBinary, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Words = Annotated[str, mapped_column(Text)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
Sealed = Annotated[bytes, mapped_column(LargeBinary)]
"""Ciphertext of models.vault: personal or secret, never readable in a dump."""
Hash = Annotated[bytes, mapped_column(LargeBinary)]
"""Keyed hash of models.vault: for lookups of what may not stand there in the clear."""


class Base(DeclarativeBase):
    """Be the root of all tables."""

    metadata = MetaData(naming_convention=NAMING)


def key_of(column: InstrumentedAttribute[Any]) -> ColumnElement[bytes]:
    """Read in the database which master key made a value; its id stands in front (models.vault)."""
    return func.substring(column, 2, func.get_byte(column, 0), type_=LargeBinary)
