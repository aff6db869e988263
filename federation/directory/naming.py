"""What are the districts called?"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.models import District


def names(session: Session) -> dict[str, str]:
    """The name of every district, those that have left as well, by its code."""
    query = select(District.code, District.name).order_by(District.code)
    return {code: name for code, name in session.execute(query)}  # noqa: C416 - rows are no pairs
