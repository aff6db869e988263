"""What is there for a steward to do?"""

from flask import Blueprint, render_template

from admin.hub.stewards import desk

blueprint = Blueprint("home", __name__)
blueprint.before_request(desk.require_reviewer)


@blueprint.get("/")
def show() -> str:
    """The first page after signing in."""
    return render_template("hub/stewards/home.html")
