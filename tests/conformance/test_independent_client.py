"""Does a certified client that others have written get along with the hub?"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import servers
from tests.support.provider import CALLBACK, Person, RunningProvider

_CLIENT = Path(__file__).parent / "independent"
_PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client's folder, with the library as the lock file has it."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            servers.leave_out(f"{program} is not installed")
    folder: Path = tmp_path_factory.mktemp("client") / "independent"
    shutil.copytree(_CLIENT, folder)
    try:
        servers.run(["npm", "ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"])
    except servers.Missing as missing:
        servers.leave_out(str(missing))
    return folder


def test_oauth4webapi_signs_somebody_in_and_out(client: Path, provider: RunningProvider) -> None:
    district = provider.add_client("app:independent", with_key=True)
    assert district.key is not None
    registered = {
        "issuer": provider.address,
        "clientId": district.client_id,
        "redirectUri": CALLBACK,
        "key": district.key.as_dict(private=True),
    }
    person = provider.visitor()
    with subprocess.Popen(["node", "client.js"], cwd=client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdin is not None
        assert node.stdout is not None
        print(json.dumps(registered), file=node.stdin, flush=True)
        address = node.stdout.readline().strip()
        print(_come_back(provider, person, address), file=node.stdin, flush=True)
        said, _ = node.communicate(timeout=_PATIENCE_SECONDS)
    assert node.returncode == 0
    learnt = json.loads(said)
    assert learnt["claims"]["sub"] == learnt["userinfo"]["sub"] == learnt["renewedClaims"]["sub"] == person.account_id
    assert learnt["claims"]["sid"] == learnt["renewedClaims"]["sid"]
    assert learnt["userinfo"]["name"] == "陈静"
    assert learnt["isRotated"]
    assert (learnt["activeBeforeRevocation"], learnt["activeAfterRevocation"]) == (True, False)


def _come_back(provider: RunningProvider, person: Person, address: str) -> str:
    """Where the browser of `person`, who is not signed in yet, ends after the hub has asked them to."""
    answer = provider.come_back(person, person.get(address))
    return answer.headers["Location"]
