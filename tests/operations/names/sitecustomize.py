"""Which names does a program find in its container?

Those of its networks alone, as an engine's own name server has them; they all lead to this machine. Python reads this file
when it starts, where it stands on its path.
"""

import os
import socket
from typing import Any

_FOUND = frozenset(os.environ["CONTAINER_FINDS"].split())
_look_up = socket.getaddrinfo


def _look_up_here(host: Any, *arguments: Any, **options: Any) -> Any:
    return _look_up("127.0.0.1" if host in _FOUND else host, *arguments, **options)


socket.getaddrinfo = _look_up_here
