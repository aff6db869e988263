"""Where can the city's pages be served?"""

import socket
from collections.abc import Sequence

HOST = "127.0.0.1"


def free_ports(wanted: Sequence[int]) -> list[int]:
    """For each port that is wanted that port, or another one where somebody else has it."""
    found: list[int] = []
    for port in wanted:
        found.append(port if _is_free(port) else _any_free(found))
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the web server does: a port whose last connections are not quite closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _any_free(taken: Sequence[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
