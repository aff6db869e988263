"""What does the hub's staff do at a desk?"""

from flask import Blueprint, Flask

from admin.hub.stewards import desk, devices, evidence, refusals, security_wording, wording
from admin.hub.stewards.batches import blueprint as batches
from admin.hub.stewards.figures import blueprint as figures
from admin.hub.stewards.home import blueprint as home
from admin.hub.stewards.persons import blueprint as persons
from admin.hub.stewards.queue import blueprint as queue
from admin.hub.stewards.reviewing import blueprint as reviewing
from admin.hub.stewards.security import blueprint as security
from admin.hub.stewards.staff import blueprint as staff
from admin.hub.stewards.thresholds import blueprint as thresholds


def register(app: Flask) -> None:
    """Gives the hub's application the pages of its staff."""
    pages = Blueprint("stewards", __name__, url_prefix="/stewards")
    pages.before_request(desk.look)
    pages.before_request(desk.require_account)
    for blueprint in (home, queue, reviewing, batches, persons, figures, thresholds, staff, security):
        pages.register_blueprint(blueprint)
    refusals.register(pages)
    app.register_blueprint(pages)
    devices.register(app)
    wording.register(app)
    security_wording.register(app)
    evidence.register(app)
