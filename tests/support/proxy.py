"""How does the way to a server fail, and not the server?

A forwarder of TCP connections that a test tells what to do to them: to hold everything back as a frozen server does, to lose
the answers alone as a connection that is open at one end, to cut, to delay, to throttle.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PIECE_BYTES = 64 * 1024
_LOOK_SECONDS = 0.1


class Proxy:
    """The way to a port of 127.0.0.1, by way of `port`. `delay_seconds` and `bytes_per_second` may be set at any time."""

    def __init__(self, target_port: int) -> None:
        self.delay_seconds = 0.0
        self.bytes_per_second: float | None = None
        self._target = ("127.0.0.1", target_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_LOOK_SECONDS)
        self._closed = threading.Event()
        self._there, self._back = threading.Event(), threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._acceptor = threading.Thread(target=self._accept, name="proxy")
        self.thaw()
        self._acceptor.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        number: int = self._listener.getsockname()[1]
        return number

    def freeze(self) -> None:
        """Holds back everything, in both directions; connections are taken and stay open."""
        self._there.clear()
        self._back.clear()

    def lose_answers(self) -> None:
        """Lets through what clients say, and nothing back: each end believes that the other is there."""
        self._back.clear()

    def thaw(self) -> None:
        """Lets everything through, what was held back first."""
        self._there.set()
        self._back.set()

    def cut(self) -> None:
        """Ends every connection; new ones are taken."""
        with self._lock:
            for end in self._open:
                _end(end)

    def close(self) -> None:
        """Ends everything."""
        self._closed.set()
        self.thaw()
        self._acceptor.join()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._closed.is_set():
            with suppress(TimeoutError):
                client, _ = self._listener.accept()
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target)
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {client, server}
        for source, sink, gate in ((client, server, self._there), (server, client, self._back)):
            threading.Thread(target=self._forward, args=(source, sink, gate), name="proxy", daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, gate: threading.Event) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE_BYTES):
                gate.wait()
                pause = self.delay_seconds + (len(piece) / self.bytes_per_second if self.bytes_per_second else 0.0)
                if pause:
                    time.sleep(pause)
                sink.sendall(piece)
        with self._lock:
            self._open -= {source, sink}
        for end in (source, sink):
            _end(end)
            end.close()


@contextmanager
def proxied(target_port: int) -> Iterator[Proxy]:
    """A new way to `target_port`."""
    proxy = Proxy(target_port)
    try:
        yield proxy
    finally:
        proxy.close()


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
