"""For whom does this request act?"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Response, current_app, g, request

from api.problems import ProblemBlueprint, problem
from sync.databases.sqlite import READ_ONLY
from tenants.db import db
from tenants.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    ReasonMissing,
    StaleVersion,
    StateForbids,
)
from tenants.settings import Settings
from tenants.staff.models import StaffMember
from tenants.staff.permissions import Permission, scope
from tenants.staff.tokens import staff_of_token

STATUSES: Mapping[type[Exception], int] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    StateForbids: HTTPStatus.CONFLICT,
    StaleVersion: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    ReasonMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def part(name: str, path: str, description: str) -> ProblemBlueprint:
    """A part of the district's API at `/api/v1` and `path`, for programs with a token alone."""
    blueprint = ProblemBlueprint(name, __name__, url_prefix=f"/api/v1{path}", description=description, statuses=STATUSES)
    blueprint.before_request(_require_token)
    return blueprint


def staff() -> StaffMember:
    """For whom the program acts."""
    member: StaffMember = g.staff
    return member


def settings() -> Settings:
    """The district's settings."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def places(permission: Permission) -> set[uuid.UUID]:
    """The organizations in which that member of staff has `permission`; raises `NotAllowed` where there is none."""
    found = scope(db.session(), staff(), permission)
    if not found:
        raise NotAllowed("Your roles do not allow this anywhere. Ask an administrator of your district.")
    return found


def _require_token() -> Response | None:
    if request.method in ("GET", "HEAD"):
        db.session.connection(execution_options=READ_ONLY)
    given = request.authorization
    token = given.token if given and given.type == "bearer" else None
    g.staff = staff_of_token(db.session(), token, at=datetime.now(UTC)) if token else None
    if g.staff is not None:
        return None
    return problem(
        HTTPStatus.UNAUTHORIZED,
        code="token_missing" if token is None else "token_refused",
        detail="Send a token that an operator of the district issued and that has not expired, as `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": "Bearer"},
    )
