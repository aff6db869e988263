"""Does a careless line tell anything about a person?"""

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from sync.programs import logs


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers, root.level, threading.excepthook
    written = io.StringIO()
    logs.configure(to=written)
    yield written
    root.handlers, root.level, threading.excepthook = handlers, level, hook
    structlog.reset_defaults()


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize(
    "secret",
    [
        "11010519491231002X",
        "110105194912310021",
        "１１０１０５１９４９１２３１００２１",
        "11010519491231002",
        "110105491231002",
        "13800138000",
        "Bearer abc.def-ghi",
        "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    ],
)
def test_numbers_and_keys_are_struck_out_wherever_they_stand(log: io.StringIO, secret: str) -> None:
    structlog.stdlib.get_logger("ours").warning(f"about {secret}", found=[{"in": secret}], other=secret)
    logging.getLogger("theirs").warning("row %s", secret, extra={"row": (secret,)})
    try:
        raise ValueError(secret)
    except ValueError:
        structlog.stdlib.get_logger("ours").exception("failed")
    assert secret not in log.getvalue()
    assert len(lines(log)) == 3


def test_what_ends_a_thread_is_logged_like_everything(log: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError("13800138000")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    [line] = lines(log)
    assert logs.STRUCK_OUT in line["exception"]


def test_a_number_that_came_as_one_is_struck_out_too(log: io.StringIO) -> None:
    structlog.stdlib.get_logger("ours").warning("row", number=110105194912310021)
    assert lines(log)[0]["number"] == logs.STRUCK_OUT


@pytest.mark.parametrize("name", ["password", "access_token", "Authorization", "cookie", "document_number", "phone"])
def test_what_is_named_a_secret_is_struck_out(log: io.StringIO, name: str) -> None:
    structlog.stdlib.get_logger("ours").warning("sent", **{name: "plain"})
    assert lines(log)[0][name] == logs.STRUCK_OUT


def test_what_is_no_secret_stays(log: io.StringIO) -> None:
    structlog.stdlib.get_logger("ours").info("applied", sequence=12345, minutes=90.5, equal=True, stream="futian/up", head=None)
    [line] = lines(log)
    assert (line["sequence"], line["minutes"], line["equal"], line["head"]) == (12345, 90.5, True, None)
    assert (line["event"], line["stream"], line["level"], line["logger"]) == ("applied", "futian/up", "info", "ours")


def test_what_is_said_at_every_probe_is_no_news(log: io.StringIO) -> None:
    logging.getLogger("alembic.runtime.migration").info("Context impl SQLiteImpl.")
    logging.getLogger("alembic.runtime.migration").warning("something is wrong")
    assert [line["event"] for line in lines(log)] == ["something is wrong"]
