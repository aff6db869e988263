"""What does a mail server get in a test?"""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def received_by(port: int) -> Iterator[list[str]]:
    """The mails that a server at this port of the machine takes; it speaks as much of SMTP (RFC 5321) as that needs."""
    mails: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.example")
            while line := self.rfile.readline().decode().strip():
                command = line[:4].upper()
                if command == "DATA":
                    self._say("354 go on")
                    mails.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
                self._say("221 good-bye" if command == "QUIT" else "250 well")
                if command == "QUIT":
                    return

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    socketserver.TCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield mails
        server.shutdown()
        thread.join()
