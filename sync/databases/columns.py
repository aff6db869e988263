"""How is stored what the two databases would each treat in their own way?"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def ordered_string(length: int) -> TypeEngine[str]:
    """Text in the order of its characters' numbers, as SQLite sorts anyhow: PostgreSQL may know a language's order."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, in UTC in the database and aware in Python. A datetime without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: the same moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the database: SQLite forgets the zone, which was UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
