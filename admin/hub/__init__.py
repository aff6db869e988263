"""What does everybody see of the city, its operator of the streams, and its stewards of persons?"""

from flask import Flask

from admin import streams
from admin.frame import frame
from admin.hub.operation import blueprint as operation
from admin.hub.pages import blueprint as pages
from admin.hub.stewards import register as register_stewards
from federation.settings import Settings


def register(app: Flask) -> None:
    """Gives the hub's application its pages."""
    settings: Settings = app.config["SETTINGS"]
    frame(app, layout="hub/layout.html", time_zone=settings.time_zone, language=settings.language)
    streams.register(app)
    app.register_blueprint(pages)
    app.register_blueprint(operation)
    register_stewards(app)
