"""How does a browser in a test come to a page?"""

import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.types import WSGIApplication

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.support.servers import Missing

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# The sandbox needs rights that a container's root does not have; the pages are our own.
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_COLLECT_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium; raises `Missing` where there is none."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        raise Missing("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address at which `app` answers."""
    with serving_at(app, 0) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving_at(app: WSGIApplication, port: int, *, encrypted: ssl.SSLContext | None = None) -> Iterator[int]:
    """Lets `app` answer at a port of this machine, or with 0 at one that is free, which is given."""
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=encrypted)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def visiting(browser: Browser, address: str, *, language: str = "en", width: int = 1280, script: bool = True) -> Iterator[Page]:
    """A page of a new visitor, whose addresses begin with `address`; it notes each violation of the content security policy."""
    context = browser.new_context(
        base_url=address, locale=language, viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    page = context.new_page()
    page.add_init_script(_COLLECT_VIOLATIONS)
    yield page
    context.close()


def violations(page: Page) -> list[str]:
    """Which directives of the policy the page violated."""
    found: list[str] = page.evaluate("window.violations")
    return found


def assert_suits_everybody(page: Page) -> None:
    """Nothing on the page keeps anybody out (axe), is wider than the screen, or violates the policy."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    assert violations(page) == [], page.url
