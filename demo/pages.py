"""What do the city's pages say to a program?"""

import json
import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

from demo.errors import DemoError
from demo.ports import HOST

_ANSWER_SECONDS = 30.0
_LOOK_SECONDS = 0.2


def wait_for(ports: list[int], *, check: Callable[[], None]) -> None:
    """Returns when the pages on each port can be used; raises `DemoError`, or what `check` raises."""
    for port in ports:
        _answer(port, "/readyz", check=check)


def read(port: int, path: str, *, check: Callable[[], None]) -> dict[str, Any]:
    """The JSON at `path`; raises `DemoError` where there is none in time, or what `check` raises."""
    answer: dict[str, Any] = json.loads(_answer(port, path, check=check))
    return answer


def _answer(port: int, path: str, *, check: Callable[[], None]) -> bytes:
    """Whoever asks may have to wait: the pages may be about to open, or to open again."""
    deadline = time.monotonic() + _ANSWER_SECONDS
    while time.monotonic() < deadline:
        check()
        try:
            with closing(HTTPConnection(HOST, port, timeout=_ANSWER_SECONDS)) as connection:
                connection.request("GET", path)
                response = connection.getresponse()
                if response.status == HTTPStatus.OK:
                    return response.read()
        except (HTTPException, OSError):
            pass
        time.sleep(_LOOK_SECONDS)
    raise DemoError(f"the pages at http://{HOST}:{port}{path} do not answer. The folder log has what the programs say.")
