"""How do a district's registers get into its own program?

By the command that an operator gives. The hours need their volunteers, so the two files of a district follow one another;
the districts are strangers, so all of them are at it at once.
"""

import json
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import IO, Any, cast

from demo.errors import START_OVER, DemoError
from demo.parties import EXPORTED_ON, District
from demo.supervising import Supervisor

# One that was killed, by somebody's test of us, goes on where it stopped.
_ATTEMPTS = 3


@dataclass(frozen=True)
class FileResult:
    """What became of the rows of one file. `waiting` are those accepted rows that a coordinator has yet to certify."""

    kind: str
    read: int
    accepted: int
    waiting: int
    refused: int
    report: Path


Show = Callable[[District, str, int, int], None]
"""Is told of a district's file, `volunteers` or `hours`, how many rows of how many are read."""


def feed(districts: list[District], supervisor: Supervisor, show: Show) -> dict[str, list[FileResult]]:
    """What became of each district's two files; raises `DemoError` where one cannot be imported."""
    with ThreadPoolExecutor() as pool:
        fed = {district.code: pool.submit(_feed_one, district, supervisor, show) for district in districts}
        try:
            return {code: result.result() for code, result in fed.items()}
        except BaseException:
            supervisor.abandon()
            raise


def _feed_one(district: District, supervisor: Supervisor, show: Show) -> list[FileResult]:
    return [
        _import(district, kind, file, supervisor, show)
        for kind, file in (("volunteers", district.volunteers), ("hours", district.hours))
    ]


def _import(district: District, kind: str, file: Path, supervisor: Supervisor, show: Show) -> FileResult:
    report = district.folder / f"{kind}-report.csv"
    options = ["--exported-on", EXPORTED_ON, "--good-rows", "--report", str(report), "--json"]
    command = district.command("import", kind, str(file), *options)
    for _ in range(_ATTEMPTS):
        with supervisor.once(f"{district.code}-import", command, district.environment()) as process:
            said, complaints = _listen(process, lambda read, total: show(district, kind, read, total))
        if process.returncode == 0:
            return _result(kind, json.loads(said), report)
        if process.returncode != -signal.SIGKILL:
            break
    raise DemoError(f"{file} cannot be imported into {district.name}:\n{complaints}\n{START_OVER}")


def _listen(process: "Popen[bytes]", show: Callable[[int, int], None]) -> tuple[bytes, str]:
    """What the import says in the end, and what it complains of. Progress stands on lines of their own between complaints."""
    complaints: list[str] = []
    listener = threading.Thread(target=_follow, args=(cast("IO[bytes]", process.stderr), complaints, show))
    listener.start()
    said = cast("IO[bytes]", process.stdout).read()
    listener.join()
    process.wait()
    return said, "".join(complaints).strip()


def _follow(errors: IO[bytes], complaints: list[str], show: Callable[[int, int], None]) -> None:
    for line in errors:
        try:
            reached = json.loads(line)
            show(reached["rows_read"], reached["rows_total"])
        except (ValueError, TypeError, KeyError):
            complaints.append(line.decode(errors="replace"))


def _result(kind: str, answer: dict[str, Any], report: Path) -> FileResult:
    return FileResult(
        kind=kind,
        read=answer["rows_read"],
        accepted=answer["created"] + answer["changed"] + answer["unchanged"],
        waiting=answer["waiting"],
        refused=answer["refused"],
        report=report,
    )
