"""How is a running RabbitMQ told what it must hold?

Over the HTTP API of its management plugin, by commands of the hub's operator alone: whoever serves pages to the world needs
no administrator's account of the broker.
"""

from typing import Any
from urllib.parse import quote

from federation.errors import BrokerUnavailable
from sync.addresses import account_name

_TIMEOUT_SECONDS = 30.0


def import_definitions(broker_url: str, held: dict[str, Any]) -> None:
    """Makes what `held` (`federation.broker.definitions`) names and is not there yet; raises `BrokerUnavailable`."""
    _ask(broker_url, "POST", "/api/definitions", held)


def remove_account(broker_url: str, party: str) -> None:
    """Ends the account of `party`, and its connections; raises `BrokerUnavailable`."""
    _ask(broker_url, "DELETE", f"/api/users/{quote(account_name(party), safe='')}", None, gone_is_fine=True)


def _ask(broker_url: str, method: str, path: str, body: dict[str, Any] | None, *, gone_is_fine: bool = False) -> None:
    # Only here: it is a third of what every other command would take to start.
    import httpx  # noqa: PLC0415

    try:
        answer = httpx.request(method, broker_url + path, json=body, timeout=_TIMEOUT_SECONDS)
    except httpx.HTTPError as error:
        raise BrokerUnavailable(
            f"The broker's management at BANYAN_BROKER_URL does not answer ({type(error).__name__}). Nothing was changed."
        ) from error
    if answer.is_error and not (gone_is_fine and answer.status_code == httpx.codes.NOT_FOUND):
        raise BrokerUnavailable(
            f"The broker's management refused with {answer.status_code}. BANYAN_BROKER_URL needs an administrator's account."
        )
