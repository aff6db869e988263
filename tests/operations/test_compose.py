"""Does docker-compose.yml describe a city that comes up?

Without a container engine: each of our services' commands is run with its own environment and secrets against PostgreSQL and
RabbitMQ on this machine, until its own health check passes.
"""

import html
import json
import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url

from deployment.make_secrets import make_secrets
from sync.carriers.bus import KombuBus
from sync.errors import BusUnavailable
from tests.operations.compose import ROOT, Composition, Container, Service
from tests.support import rabbitmq, servers
from tests.support.parties import put, take
from tests.support.people import PASSWORD
from tests.support.postgresql import PostgreSQL
from tests.support.provider import send_form
from tests.support.rabbitmq import RabbitMQ
from tests.support.tls import certificate, speaking_https
from tests.support.waiting import eventually

# All its programs start at the same moment, on as many processors as there are.
_WHOLE_CITY_SECONDS = 120.0
COMPOSITION = Composition()
PAGES = {"hub": 8000, "futian": 8001, "luohu": 8002}
"""On which port whose pages are."""
PROXIES = {"hub": 8010, "futian": 8011, "luohu": 8012}
"""On which port somebody puts a proxy before them that speaks HTTPS."""
IN_SERVICE = {
    **{f"{name.upper()}_PUBLIC_URL": f"https://{name}.localhost:{port}" for name, port in PROXIES.items()},
    "BANYAN_SECURE_COOKIES": "true",
    "BANYAN_TRUSTED_PROXIES": "1",
}
"""What `.env` says then."""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The secrets that `make secrets` would make."""
    folder = tmp_path_factory.mktemp("secrets")
    make_secrets(folder)
    return folder


@pytest.fixture(scope="module")
def broker(secrets: Path) -> Iterator[RabbitMQ]:
    """A broker with the accounts that the secrets have."""
    try:
        with rabbitmq.running(accounts=secrets / "bus_definitions.json") as running:
            yield running
    except servers.Missing as missing:
        servers.leave_out(str(missing))


@pytest.fixture
def containers(
    request: pytest.FixtureRequest, secrets: Path, broker: RabbitMQ, postgresql_server: PostgreSQL, tmp_path: Path
) -> Iterator[dict[str, Container]]:
    """Each of our services, with the addresses in its secrets changed to those of servers on this machine.

    The fixture's parameter is what `.env` says, if anything; then every machine trusts the certificate of the proxies.
    """
    variables: dict[str, str] = getattr(request, "param", {})
    composition = Composition(variables)
    authorities = certificate(tmp_path / "proxies.pem", *(f"{name}.localhost" for name in PROXIES)) if variables else None
    with ExitStack() as stack:
        for service in COMPOSITION.services:
            if service.endswith("-database"):
                stack.enter_context(postgresql_server.database(service))

        def secret(name: str) -> Path:
            given = secrets / COMPOSITION.secret_file(name)
            if not name.endswith("_url"):
                return given
            changed = tmp_path / name
            if name.endswith("_database_url"):
                url = make_url(given.read_text())
                here = url.set(host="127.0.0.1", port=postgresql_server.port, database=url.host)
                changed.write_text(here.render_as_string(hide_password=False))
            else:
                changed.write_text(_on(broker, given))
            return changed

        ports = {port: servers.free_port() for port in (*PAGES.values(), *PROXIES.values())}
        yield {
            service.name: Container(service, tmp_path, secret, composition, ports, authorities) for service in composition.ours
        }


def test_the_city_comes_up_and_its_sides_hear_of_each_other(containers: dict[str, Container]) -> None:
    with _up(containers):
        for service in COMPOSITION.ours:
            if not service.is_job:
                eventually(containers[service.name].is_healthy, within=_WHOLE_CITY_SECONDS)
        hub = containers["hub-sync"]
        districts = eventually(lambda: json.loads(hub.ask("status", "--json"))["districts"], until=_all_are_equal)
        assert {district["district"] for district in districts} == {"futian", "luohu"}
        # Coming up once more repeats every job.
        for service in COMPOSITION.in_order():
            if service.is_job:
                containers[service.name].run()


@pytest.mark.parametrize("containers", [{}, IN_SERVICE], ids=["as it stands", "in service"], indirect=True)
def test_people_sign_in_once_and_out_everywhere_as_soon_as_it_is_up(containers: dict[str, Container]) -> None:
    hub, *districts = (containers[f"{name}-web"].environment["BANYAN_PUBLIC_URL"] for name in PAGES)
    authorities = containers["hub-web"].authorities
    with _up(containers), _proxies(containers), _browser(authorities) as browser:
        containers["hub-web"].ask("staff", "add", "li.na", "--name", "李娜", "--password-stdin", typed=PASSWORD)
        for address in districts:
            eventually(lambda: "Sign in with your city ID" in browser.get(address).text)  # noqa: B023 - asked at once
        provider = browser.get(f"{hub}/.well-known/openid-configuration").json()
        assert provider["issuer"] == hub
        assert browser.get(provider["jwks_uri"]).json()["keys"]
        page = browser.get(f"{districts[0]}/sign-in/city")
        assert str(page.url).startswith(f"{hub}/sign-in")
        assert _is_in(send_form(browser, page, username="li.na", password=PASSWORD), districts[0])
        assert _is_in(browser.get(f"{districts[1]}/sign-in/city"), districts[1])
        assert {cookie.secure for cookie in browser.cookies.jar} == {hub.startswith("https://")}
        page = browser.get(f"{districts[0]}/me/")
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
        assert token
        page = browser.post(f"{districts[0]}/sign-out", data={"csrf_token": token[1]})
        onwards = re.search(f'href="({hub}/[^"]+)"', page.text)
        assert onwards, page.text
        assert str(browser.get(html.unescape(onwards[1])).url).startswith(f"{districts[0]}/signed-out?")
        for address in districts:
            eventually(lambda: not _is_in(browser.get(f"{address}/me/"), address))  # noqa: B023 - asked at once


def _is_in(page: httpx.Response, address: str) -> bool:
    """Whether a page is one that `address` shows to people who are signed in there."""
    return str(page.url).startswith(f"{address}/me/")


@contextmanager
def _proxies(containers: dict[str, Container]) -> Iterator[None]:
    """Before all pages, where the programs are to be reached by HTTPS."""
    with ExitStack() as stack:
        for name, port in PROXIES.items():
            web = containers[f"{name}-web"]
            if web.authorities:
                before = web.ports[PAGES[name]]
                stack.enter_context(speaking_https(web.ports[port], before=before, certificate=web.authorities))
        yield


@contextmanager
def _browser(authorities: Path | None) -> Iterator[httpx.Client]:
    """One that leads names below `localhost` to this very machine, as browsers do (RFC 6761, section 6.3)."""

    class Transport(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            here = request.url.copy_with(host="127.0.0.1")
            named = request.extensions | {"sni_hostname": request.url.host}
            sent = httpx.Request(request.method, here, headers=request.headers, stream=request.stream, extensions=named)
            return super().handle_request(sent)

    headers = {"Accept-Language": "en"}
    transport = Transport(verify=ssl.create_default_context(cafile=authorities) if authorities else True)
    with httpx.Client(transport=transport, follow_redirects=True, headers=headers, timeout=20) as browser:
        yield browser


@contextmanager
def _up(containers: dict[str, Container]) -> Iterator[None]:
    """The jobs have run, and what runs on was started, in their order."""
    with ExitStack() as stack:
        for service in COMPOSITION.in_order():
            container = containers[service.name]
            if service.is_job:
                container.run()
            else:
                process = container.start()
                stack.callback(servers.stop, process)
        yield


def _all_are_equal(districts: list[dict[str, object]]) -> bool:
    return all(district["equal"] for district in districts)


def test_on_the_bus_a_district_speaks_for_itself_and_reads_what_is_for_it_alone(secrets: Path, broker: RabbitMQ) -> None:
    with ExitStack() as stack:

        def connect(account: str, party: str) -> KombuBus:
            return stack.enter_context(closing(KombuBus(_on(broker, secrets / f"{account}_bus_url"), party)))

        put(connect("futian", "futian"), b"from futian", to="hub")
        assert take(connect("hub", "hub")).body == b"from futian"
        with pytest.raises(BusUnavailable):
            connect("futian", "hub").receive(seconds=1)
        with pytest.raises(BusUnavailable):
            connect("futian", "luohu").publish(b"as luohu", to="hub")
        with pytest.raises(BusUnavailable):
            connect("futian", "futian").publish(b"past the hub", to="luohu")


def _on(broker: RabbitMQ, address: Path) -> str:
    """The address in a secret, with the broker of the tests in the place of the composition's."""
    return address.read_text().replace("@bus:5672", f"@127.0.0.1:{broker.port}")


def test_every_secret_is_one_that_is_made_and_none_has_a_default(secrets: Path) -> None:
    assert {path.name for path in secrets.iterdir()} >= set(map(COMPOSITION.secret_file, COMPOSITION.described["secrets"]))
    open_values = {
        name
        for service in COMPOSITION.services.values()
        for name, value in service.environment.items()
        if _is_secret(name, value)
    }
    assert open_values == set()


def _is_secret(name: str, value: str) -> bool:
    """Whether a variable holds what nobody else is to know: an account, a key, or where a database or a bus is.

    Where people find pages is for everybody, as long as nothing but that stands there.
    """
    if name == "BANYAN_PUBLIC_URL":
        return not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", value)
    return "@" in value or bool(re.search(r"PASSWORD|SECRET|KEY|TOKEN|URL", name) and not name.endswith("_FILE"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BANYAN_PUBLIC_URL", "https://li:secret@hub.example"),
        ("BANYAN_PUBLIC_URL", "https://hub.example/?key=secret"),
        ("BANYAN_BUS_URL", "amqp://bus:5672//"),
        ("BANYAN_OPERATOR_TOKEN", "secret"),
        ("SOME_PLACE", "https://li:secret@mail.example"),
    ],
)
def test_what_would_tell_a_secret_counts_as_one(name: str, value: str) -> None:
    assert _is_secret(name, value)


def test_secrets_are_closed_to_others_and_stay_when_made_again(tmp_path: Path) -> None:
    made = make_secrets(tmp_path / "secrets")
    before = {name: (tmp_path / "secrets" / name).read_text() for name in made}
    assert make_secrets(tmp_path / "secrets") == []
    assert {name: (tmp_path / "secrets" / name).read_text() for name in made} == before
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_a_service_shares_a_network_with_what_it_speaks_to_and_no_side_with_another(secrets: Path) -> None:
    for service in COMPOSITION.ours:
        for spoken_to in _spoken_to(service, secrets):
            assert service.networks & COMPOSITION.services[spoken_to].networks, (service.name, spoken_to)
    databases = [service.networks for service in COMPOSITION.services.values() if service.name.endswith("-database")]
    assert len(databases) == len(set.union(*databases))
    for service in COMPOSITION.services.values():
        side = service.name.partition("-")[0]
        assert service.networks <= {side, "pages", *(["bus"] if service.name == f"{side}-sync" else [])}
    inside = {name for name, network in COMPOSITION.described["networks"].items() if (network or {}).get("internal")}
    assert inside == {"bus", "hub", "futian", "luohu"}


def _spoken_to(service: Service, secrets: Path) -> set[str]:
    """The hosts in the addresses that a service is given and uses: only `sync` speaks to the bus."""
    used = ["DATABASE_URL", "BUS_URL"] if "sync" in service.described["command"] else ["DATABASE_URL"]
    names = [Path(service.environment[f"BANYAN_{name}_FILE"]).name for name in used]
    return {str(make_url((secrets / name).read_text()).host) for name in names}


def test_every_service_that_runs_on_is_watched_and_every_volume_has_a_name() -> None:
    for service in COMPOSITION.services.values():
        assert service.is_job or "test" in service.described["healthcheck"], service.name
        for volume in service.described.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSITION.described["volumes"] or (ROOT / source).exists()


def test_the_image_runs_as_nobody_without_a_shell_and_is_watched() -> None:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    steps = re.findall(r"^(RUN|CMD|ENTRYPOINT|HEALTHCHECK.*? CMD)\s+(.*)$", text, re.M)
    assert [step for step, argument in steps if not isinstance(json.loads(argument), list)] == []
    assert int(re.findall(r"^USER (\d+)", text, re.M)[-1]) > 10_000
    assert any(step.startswith("HEALTHCHECK") for step, _ in steps)
