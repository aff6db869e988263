"""How does a test see what the hub tells a client?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from federation.sso.logout.telling import Telling
from tests.support.provider import RunningProvider


@dataclass
class Listener:
    """A client's server that notes what it is told, and answers with `status`, led to `leads_to` if that is set."""

    port: int = 0
    status: int = 200
    leads_to: str | None = None
    heard: list[str] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/back-channel"


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener at work; it answers as long as its `answers` is set."""
    listener = Listener()
    listener.answers.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            listener.answers.wait()
            listener.heard += parse_qs(body).get("logout_token", [])
            self.send_response(listener.status)
            if listener.leads_to:
                self.send_header("Location", listener.leads_to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield listener
    finally:
        listener.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def telling(provider: RunningProvider) -> Iterator[None]:
    """The hub's part that tells clients of sign-outs, at work."""
    stop = threading.Event()
    work = Telling(provider.settings, provider.hub.sessions)

    def tell() -> None:
        while not stop.is_set():
            work.step(stop)
        work.close()

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
