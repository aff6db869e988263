"""What does everybody see of the city?"""

from flask import Flask

from admin.frame import frame
from admin.hub.pages import blueprint
from federation.settings import Settings


def register(app: Flask) -> None:
    """Gives the hub's application its pages."""
    settings: Settings = app.config["SETTINGS"]
    frame(app, layout="hub/layout.html", time_zone=settings.time_zone, language=settings.language)
    app.register_blueprint(blueprint)
