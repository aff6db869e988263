"""What does a program write down about its own running?

One JSON object a line on standard error, or coloured text where a person watches a terminal. Whatever is logged, by whichever
library, passes through one place where numbers of people and keys are struck out; so a careless line costs nothing.
It stands here because web processes and stream processes of both sides write the same log.
"""

import logging
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import structlog

STRUCK_OUT = "[struck out]"

_SECRET_NAMES = re.compile(r"password|passwd|secret|token|authorization|cookie|document_number|phone", re.IGNORECASE)
_SECRETS = re.compile(
    r"(?<!\d)\d{17}[\dXx](?!\d)"  # a resident identity number, in half or full width
    r"|(?<!\d)\d{17}(?!\d)"  # one that lost its check digit
    r"|(?<!\d)\d{15}(?!\d)"  # one from before 1999
    r"|(?<!\d)1[3-9]\d{9}(?!\d)"  # a mobile telephone
    r"|(?i:\bbearer\s+)\S+"
    r"|\beyJ[\w-]+\.[\w-]*\.[\w-]+"  # a signed token (RFC 7515, compact form)
)


def configure(*, level: str = "INFO", to: TextIO | None = None) -> None:
    """Sends what structlog and the standard library log from `level` on to `to`, by default standard error."""
    stream = to or sys.stderr
    watched = stream.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(ensure_ascii=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            strike_out,
            last,
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # It says of which kind a database is whenever somebody asks for its revision, as every probe of /readyz does.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It tells of each of a district's requests to the hub, and one follows another all day.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    threading.excepthook = _tell_of_thread
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def strike_out(_logger: Any, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The same event without numbers of people, keys and whatever is named as such (a structlog processor)."""
    return {name: STRUCK_OUT if _SECRET_NAMES.search(name) else _clean(value) for name, value in event.items()}


def _tell_of_thread(failure: threading.ExceptHookArgs) -> None:
    """Logs what ended a thread, which Python would print as it is."""
    if failure.exc_value is not None:
        logging.getLogger(__name__).error("thread_failed", exc_info=failure.exc_value)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRETS.sub(STRUCK_OUT, value)
    if isinstance(value, int) and not isinstance(value, bool):
        return STRUCK_OUT if _SECRETS.search(str(value)) else value
    if isinstance(value, Mapping):
        return strike_out(None, "", {str(name): inner for name, inner in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_clean(inner) for inner in value]
    return _SECRETS.sub(STRUCK_OUT, str(value)) if value is not None and not isinstance(value, bool | float) else value
