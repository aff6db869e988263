"""What may a district do on a real broker, and what not?"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from amqp import Channel
from amqp.exceptions import AccessRefused, PreconditionFailed
from kombu import Connection

from federation.broker import management
from federation.broker.definitions import REFUSED, Account, definitions
from federation.errors import BrokerUnavailable
from sync import streams
from sync.addresses import account_name, exchange_name, queue_name
from sync.carriers.bus import KombuBus
from sync.errors import BusUnavailable
from tests.support import rabbitmq, servers
from tests.support.parties import put
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import eventually

PASSWORDS = {"futian": "first secret", "luohu": "second secret"}
ACCOUNTS = [Account(code, password) for code, password in PASSWORDS.items()]


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMQ]:
    """A broker that the hub told about two districts."""
    try:
        with rabbitmq.running(managed=True) as running:
            management.import_definitions(running.management_url, definitions(ACCOUNTS))
            yield running
    except servers.Missing as missing:
        servers.leave_out(str(missing))


@pytest.fixture
def futian(broker: RabbitMQ) -> Iterator[Callable[[Callable[[Channel], Any]], Any]]:
    """Does something on a channel of the first district's, with the broker's answer."""
    with Connection(_url(broker, "futian"), transport_options={"confirm_publish": True}) as connection:

        def act(on: Callable[[Channel], Any]) -> Any:
            return on(connection.channel())

        yield act


def _url(broker: RabbitMQ, code: str) -> str:
    password = PASSWORDS[code].replace(" ", "%20")
    return f"amqp://{account_name(code)}:{password}@127.0.0.1:{broker.port}//"


def _publish(channel: Channel, *, exchange: str, routing_key: str, **properties: Any) -> None:
    message = channel.prepare_message(b"forged", properties=properties)
    channel.basic_publish_confirm(message, exchange=exchange, routing_key=routing_key, mandatory=True)


def test_the_two_sides_meet_there_and_each_district_declares_nothing(broker: RabbitMQ) -> None:
    with (
        closing(KombuBus(broker.url, streams.HUB)) as hub,
        closing(KombuBus(_url(broker, "futian"), "futian")) as futian,
    ):
        put(futian, b"from futian", to=streams.HUB)
        put(hub, b"for futian", to="futian")
        for reader, expected in ((hub, b"from futian"), (futian, b"for futian")):
            delivery = eventually(lambda: reader.receive(seconds=1))  # noqa: B023
            assert delivery is not None
            delivery.acknowledge()
            assert delivery.body == expected


@pytest.mark.parametrize("queue", [queue_name("luohu"), queue_name(streams.HUB, "luohu"), REFUSED])
def test_a_district_reads_no_queue_but_its_own(futian: Callable[[Any], Any], queue: str) -> None:
    for read in (lambda channel: channel.basic_consume(queue), lambda channel: channel.basic_get(queue)):
        with pytest.raises(AccessRefused):
            futian(read)
    assert futian(lambda channel: channel.basic_get(queue_name("futian"))) is None


@pytest.mark.parametrize(
    ("exchange", "routing_key"),
    [
        (exchange_name("luohu"), streams.HUB),
        (exchange_name(streams.HUB), "luohu"),
        (REFUSED, ""),
        ("amq.direct", "luohu"),
        # The default exchange leads to every queue by its name.
        ("", queue_name("luohu")),
        ("", queue_name(streams.HUB, "luohu")),
    ],
)
def test_a_district_publishes_to_no_exchange_but_its_own(futian: Callable[[Any], Any], exchange: str, routing_key: str) -> None:
    with pytest.raises(AccessRefused):
        futian(lambda channel: _publish(channel, exchange=exchange, routing_key=routing_key))


def test_a_district_cannot_give_itself_another_name(futian: Callable[[Any], Any]) -> None:
    own = {"exchange": exchange_name("futian"), "routing_key": streams.HUB}
    with pytest.raises(PreconditionFailed):
        futian(lambda channel: _publish(channel, **own, user_id=account_name("luohu")))


def test_each_message_says_whose_account_it_came_from(broker: RabbitMQ) -> None:
    with (
        closing(KombuBus(broker.url, streams.HUB)) as hub,
        closing(KombuBus(_url(broker, "futian"), "futian")) as futian,
    ):
        put(futian, b"of luohu, recorded", to=streams.HUB)
        delivery = eventually(lambda: hub.receive(seconds=1))
        assert delivery is not None
        delivery.acknowledge()
        assert delivery.account == account_name("futian")


@pytest.mark.parametrize(
    "configure",
    [
        lambda channel: channel.queue_declare("mine", durable=True, auto_delete=False),
        lambda channel: channel.queue_declare("", exclusive=True),
        lambda channel: channel.exchange_declare("mine", "direct"),
        lambda channel: channel.queue_delete(queue_name("luohu")),
        lambda channel: channel.queue_delete(queue_name("futian")),
        lambda channel: channel.queue_purge(queue_name("luohu")),
        lambda channel: channel.exchange_delete(exchange_name("luohu")),
        lambda channel: channel.exchange_delete(exchange_name("futian")),
        lambda channel: channel.queue_bind(queue_name("futian"), exchange_name("luohu"), streams.HUB),
        lambda channel: channel.queue_bind(queue_name("luohu"), exchange_name("futian"), "luohu"),
        lambda channel: channel.queue_bind(queue_name("futian"), exchange_name(streams.HUB), "luohu"),
        lambda channel: channel.queue_unbind(queue_name("luohu"), exchange_name(streams.HUB), "luohu"),
        lambda channel: channel.exchange_bind(exchange_name("futian"), exchange_name(streams.HUB), "luohu"),
    ],
)
def test_a_district_configures_nothing(futian: Callable[[Any], Any], configure: Callable[[Channel], Any]) -> None:
    with pytest.raises(AccessRefused):
        futian(configure)


def test_an_account_opens_with_its_own_password_alone_and_manages_nothing(broker: RabbitMQ) -> None:
    for pair in (f"{account_name('futian')}:guessed", f"{account_name('futian')}:", "futian:guessed"):
        with pytest.raises(AccessRefused), Connection(broker.url.replace("guest:guest", pair)) as connection:
            connection.connect()
    own = httpx.BasicAuth(account_name("futian"), PASSWORDS["futian"])
    answer = httpx.get(f"http://127.0.0.1:{broker.management_port}/api/queues", auth=own)
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_a_district_that_left_hears_and_does_not_speak(broker: RabbitMQ) -> None:
    left = Account("nanshan", "third secret", may_speak=False)
    management.import_definitions(broker.management_url, definitions([*ACCOUNTS, left]))
    url = f"amqp://{account_name('nanshan')}:third%20secret@127.0.0.1:{broker.port}//"
    with closing(KombuBus(broker.url, streams.HUB)) as hub, closing(KombuBus(url, "nanshan")) as nanshan:
        put(hub, b"farewell", to="nanshan")
        delivery = eventually(lambda: nanshan.receive(seconds=1))
        assert delivery is not None
        delivery.acknowledge()
        with pytest.raises(BusUnavailable):
            nanshan.publish(b"one more", to=streams.HUB)
    management.remove_account(broker.management_url, "nanshan")
    management.remove_account(broker.management_url, "nanshan")
    with closing(KombuBus(url, "nanshan")) as nanshan, pytest.raises(BusUnavailable):
        nanshan.receive(seconds=1)


def test_a_queue_is_replicated_bounded_and_gives_up_on_what_nobody_can_take(broker: RabbitMQ) -> None:
    for queue, overflow in ((queue_name(streams.HUB, "luohu"), "reject-publish"), (queue_name("luohu"), "drop-head")):

        def policy(queue: str = queue) -> dict[str, Any]:
            found = httpx.get(f"{broker.management_url}/api/queues/%2F/{queue}").json()
            assert found["type"] == "quorum"
            return dict(found.get("effective_policy_definition") or {})

        limits = eventually(policy)
        assert limits["overflow"] == overflow
        assert limits["dead-letter-exchange"] == REFUSED
        assert {"max-length", "max-length-bytes", "delivery-limit"} <= limits.keys()


def test_to_tell_a_broker_again_changes_nothing_that_waits_there(broker: RabbitMQ) -> None:
    with closing(KombuBus(broker.url, streams.HUB)) as hub:
        put(hub, b"waiting", to="luohu")
    management.import_definitions(broker.management_url, definitions(ACCOUNTS))
    with closing(KombuBus(_url(broker, "luohu"), "luohu")) as luohu:
        delivery = eventually(lambda: luohu.receive(seconds=1))
        assert delivery is not None
        assert delivery.body == b"waiting"


def test_a_broker_that_is_away_or_refuses_says_so(broker: RabbitMQ) -> None:
    with pytest.raises(BrokerUnavailable, match="does not answer"):
        management.import_definitions("http://127.0.0.1:1", definitions(ACCOUNTS))
    stranger = broker.management_url.replace("guest:guest", "nobody:knows")
    with pytest.raises(BrokerUnavailable, match="administrator") as refusal:
        management.import_definitions(stranger, definitions(ACCOUNTS))
    assert "knows" not in str(refusal.value)
