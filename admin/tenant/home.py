"""What is there to do today, and how does the district stand?"""

from flask import Blueprint, render_template

from admin.tenant import desk
from admin.tenant.recording import MOST_DRAFTS
from tenants.db import db
from tenants.hours.finding import drafts_of
from tenants.hours.queue import QueueFilter, summarize
from tenants.hours.totals import totals_within
from tenants.imports.runs.latest import latest_jobs
from tenants.organizations.arranging import root
from tenants.questions import finding as questions
from tenants.staff.permissions import Permission
from tenants.standing import standing

LAST_IMPORTS = 3

blueprint = Blueprint("home", __name__)


@blueprint.get("/desk/")
def show() -> str:
    """The first page after signing in."""
    session, settings, seen = db.session(), desk.settings(), desk.places(Permission.SEE)
    wanted = QueueFilter(organizations=desk.places(Permission.CERTIFY), time_zone=settings.time_zone)
    return render_template(
        "tenant/home.html",
        queue=summarize(session, wanted, by=desk.staff().username),
        questions=questions.summarize(session, desk.places(Permission.REGISTER)),
        now=desk.now(),
        totals=totals_within(session, seen),
        sees_all=root(session).id in seen,
        standing=standing(session, settings.district, at=desk.now()),
        drafts=len(drafts_of(session, by=desk.staff().username, limit=MOST_DRAFTS)),
        jobs=latest_jobs(session, limit=LAST_IMPORTS),
    )
