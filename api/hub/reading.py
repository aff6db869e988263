"""How do requests that only read reach the hub's database?"""

from collections.abc import Mapping
from http import HTTPStatus

from federation.db import db
from federation.errors import FederationError, NotFound
from sync.databases.sqlite import READ_ONLY

STATUSES: Mapping[type[Exception], int] = {FederationError: HTTPStatus.CONFLICT, NotFound: HTTPStatus.NOT_FOUND}


def only_read() -> None:
    """Begins a transaction that does not wait for those that write."""
    db.session.connection(execution_options=READ_ONLY)
