"""How does a test come by a real server, or say why it has none?"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

STRICT = os.environ.get("BANYAN_TEST_STRICT") == "1"
_STOP_SECONDS = 30
_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory
_ROOM_BYTES = 500_000_000
# Below those that a system takes by itself for connections to elsewhere.
_PORTS = range(20_000, 32_000)


class Missing(Exception):
    """A server cannot be started on this machine; the message says why."""


def leave_out(reason: str) -> None:
    """Skips the test, or fails it where nothing may be left out."""
    if STRICT:
        pytest.fail(f"{reason}, and BANYAN_TEST_STRICT=1 leaves nothing out")
    pytest.skip(reason)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that is given to no other test, in whichever process that runs."""
    while True:
        address = "127.0.0.1", secrets.choice(_PORTS)
        with socket.socket() as probe, socket.socket(type=socket.SOCK_DGRAM) as sign:
            try:
                probe.bind(address)
                sign.bind(address)
            except OSError:
                continue
            # UDP's port of the same number, which nobody wants, is held as long as this process lives.
            sign.detach()
            return address[1]


def fleeting_folder(prefix: str) -> Path:
    """A new folder for files that nobody will miss: in memory, where that has room; a container often gives it little."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES
    return Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if roomy else None))


def unprivileged_user(*names: str) -> str | None:
    """Whom to run a server as that refuses root: the first of `names` that exists, or nobody else where this is not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in (*names, "nobody") if name in known)


def run(command: Sequence[str | Path], *, user: str | None = None) -> None:
    """Runs `command` to its end; raises `Missing` with its last words where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        group=_group(user),
        extra_groups=_no_groups(user),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Missing(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-500:]}")


def start(
    command: Sequence[str | Path], *, output: Path, user: str | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Starts a server in a session of its own, so that a Ctrl-C in the terminal does not reach it before its tests."""
    with output.open("ab") as sink:
        return subprocess.Popen(
            [str(part) for part in command],
            user=user,
            group=_group(user),
            extra_groups=_no_groups(user),
            cwd="/",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )


def stop(process: "subprocess.Popen[bytes]", how: signal.Signals = signal.SIGTERM) -> None:
    """Ends a server that `start` began, and what it started."""
    process.send_signal(how)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def _no_groups(user: str | None) -> list[int] | None:
    return [] if user else None
