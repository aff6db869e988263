"""What does a district's staff do at a desk?"""

from flask import Blueprint, Flask, got_request_exception

from admin import streams
from admin.frame import frame
from admin.tenant import desk, refusals, security_wording, wording
from admin.tenant.city import blueprint as city
from admin.tenant.correcting import blueprint as correcting
from admin.tenant.home import blueprint as home
from admin.tenant.hours import blueprint as hours
from admin.tenant.imports import blueprint as imports
from admin.tenant.questions import blueprint as questions
from admin.tenant.queue import blueprint as queue
from admin.tenant.recording import blueprint as recording
from admin.tenant.security import blueprint as security
from admin.tenant.signing_in import blueprint as signing_in
from admin.tenant.volunteers import blueprint as volunteers
from admin.tenant.vouching import blueprint as vouching
from tenants.settings import Settings


def register(app: Flask) -> None:
    """Gives the district's application its pages; all but signing in are for staff who did."""
    settings: Settings = app.config["SETTINGS"]
    frame(app, layout="tenant/layout.html", time_zone=settings.time_zone, language=settings.language)
    pages = Blueprint("desk", __name__, template_folder="templates")
    pages.before_request(desk.require_staff)
    pages.after_request(desk.keep_nowhere)
    pages.app_context_processor(desk.for_templates)
    daily = (home, queue, hours, recording, volunteers, vouching, correcting, questions, imports)
    for blueprint in (signing_in, *daily, city, security):
        pages.register_blueprint(blueprint)
    refusals.register(pages)
    app.register_blueprint(pages)
    got_request_exception.connect(desk.ask_nothing_more, app)
    wording.register(app)
    security_wording.register(app)
    streams.register(app)
