"""What keeps the city's programs running?

A program that ends is started again, whatever ended it; its output goes to a file. honcho stops all programs when one ends,
and a supervisor of its own (Supervisor, circus) is one more process to lose and to configure; this is one short module.

No program outlives its city unnoticed: each holds the lock on a file that names its process group, so whoever comes after a
city that was killed finds what it left, without guessing from process numbers.
"""

import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedRandom
from pathlib import Path
from typing import Any

from demo.errors import START_OVER, DemoError

_LOOK_SECONDS = 0.1
_STOP_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_STEADY_SECONDS = 5.0
_HOPELESS_STARTS = 5


@dataclass
class _Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = field(default=0)


class Supervisor:
    """Runs programs until it is told to stop. Use it in a `with` block; leaving it stops all of them."""

    def __init__(self, *, folder: Path, logs: Path, stop_seconds: float = _STOP_SECONDS) -> None:
        """`folder` holds a lock file, and `logs` the output, of each program. Each has `stop_seconds` to end when asked to."""
        self._folder = folder
        self._logs = logs
        self._stop_seconds = stop_seconds
        self._programs: dict[str, _Program] = {}
        self._begun: set[subprocess.Popen[bytes]] = set()
        self._stopping = threading.Event()
        self._obstacle: OSError | None = None
        self._thread = threading.Thread(target=self._tend, name="supervisor", daemon=True)

    def __enter__(self) -> "Supervisor":
        """Begins to watch; raises `DemoError` where a program of an earlier city cannot be ended."""
        end_left_over(self._folder)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends every program: asks first, and insists in the end."""
        with _undisturbed():
            self._stopping.set()
            self._thread.join()
            running = [program.process for program in self._programs.values() if program.process is not None]
            for process in running:
                _signal_group(process.pid, signal.SIGTERM)
            deadline = time.monotonic() + self._stop_seconds
            for process in running:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, deadline - time.monotonic()))
                _signal_group(process.pid, signal.SIGKILL)
                process.wait()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Has `command` run under `name` from now on."""
        self._programs[name] = _Program(name, command, environment)

    @contextmanager
    def once(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
        """`command`, begun once with pipes for what it says; it does not outlive the block."""
        with self._launch(name, command, environment, output=subprocess.PIPE, errors=subprocess.PIPE) as process:
            self._begun.add(process)
            try:
                yield process
            finally:
                self._begun.discard(process)
                if process.poll() is None:
                    _signal_group(process.pid, signal.SIGKILL)

    def abandon(self) -> None:
        """Ends what was begun once, wherever it is."""
        for process in tuple(self._begun):
            _signal_group(process.pid, signal.SIGKILL)

    def check(self) -> None:
        """Raises `DemoError` where a program cannot be started, or ends each time as soon as it was."""
        if self._obstacle is not None:
            raise DemoError(f"a program cannot be started: {self._obstacle}")
        for program in list(self._programs.values()):
            if program.failures >= _HOPELESS_STARTS:
                log = self._logs / f"{program.name}.log"
                last = log.read_text(errors="replace").strip().rpartition("\n")[2]
                said = f"{program.name} ends each time that it is started. Its last words in {log}:\n  {last}"
                raise DemoError(f"{said}\n{START_OVER}")

    def _tend(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            for program in list(self._programs.values()):
                try:
                    self._look_after(program)
                    self._obstacle = None
                except OSError as obstacle:
                    self._obstacle = obstacle

    def _look_after(self, program: _Program) -> None:
        now = time.monotonic()
        if program.process is not None:
            if program.process.poll() is None:
                return
            # Gunicorn's workers outlive their master for a moment, and hold its port.
            _signal_group(program.process.pid, signal.SIGKILL)
            program.process = None
            program.failures = 0 if now - program.started_at > _STEADY_SECONDS else program.failures + 1
            program.start_at = now + min(_FIRST_PAUSE_SECONDS * 2**program.failures, _LONGEST_PAUSE_SECONDS)
        if now >= program.start_at:
            self._start(program)
            program.started_at = now

    def _start(self, program: _Program) -> None:
        with suppress(BlockingIOError), (self._logs / f"{program.name}.log").open("ab") as log:
            program.process = self._launch(program.name, program.command, program.environment, output=log, errors=log)

    def _launch(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, output: Any, errors: Any
    ) -> "subprocess.Popen[bytes]":
        """Raises `BlockingIOError` while what ran under this name is not quite gone."""
        path = self._folder / f"{name}.lock"
        with _take(path) as lock:
            lock.truncate()
            return subprocess.Popen(  # noqa: S603 - our own commands
                # It says itself which group it is, before it is anything else: whoever starts it may be killed at any moment.
                ["/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"', str(path), *command],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                # Ctrl-C in the terminal is for the demo, which then stops them in order.
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not leave half of them running."""
    # Not SIG_IGN, which a program that is just being started would inherit.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_left_over(folder: Path) -> None:
    """Ends what a killed city left running; raises `DemoError` where it does not end."""
    for path in folder.glob("*.lock"):
        deadline = time.monotonic() + _STOP_SECONDS
        while True:
            try:
                _take(path).close()
                break
            except BlockingIOError:
                group = path.read_text()
                if group:
                    _signal_group(int(group), signal.SIGKILL)
                if time.monotonic() > deadline:
                    raise DemoError(
                        f"a program of an earlier city still runs and holds {path}. End it, then try again."
                    ) from None
                time.sleep(_LOOK_SECONDS)


def _take(path: Path) -> BufferedRandom:
    """The open file at `path`, locked; raises `BlockingIOError`. Children inherit the lock, and the last to end frees it."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    return file


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
