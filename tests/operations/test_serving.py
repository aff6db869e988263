"""Does a web process write a log that a program can read, and that tells nothing about people?"""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.hub import hub_of, settings_in_environment
from tests.support.waiting import eventually

PHONE = "13800138000"


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310 - our own
    except urllib.error.URLError:
        return False
    return True


def test_every_request_is_a_line_without_what_was_searched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub_of(settings_in_environment(monkeypatch, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)):
        bind, output = f"127.0.0.1:{servers.free_port()}", tmp_path / "web.log"
        command: list[str | Path] = [Path(sys.executable).with_name("banyan-hub"), "web", "--bind", bind]
        process = servers.start(command, output=output, env=os.environ)
        try:
            eventually(lambda: answers(f"http://{bind}"))
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"http://{bind}/nowhere?words={PHONE}", timeout=5)
        finally:
            servers.stop(process)
    said = output.read_text()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert {(line["route"], line["status"]) for line in requests} == {("/healthz", 200), (None, 404)}
    assert all(line["request_id"] for line in requests)
    assert PHONE not in said
