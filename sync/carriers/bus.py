"""How do messages get from one side to the other?

With kombu: over RabbitMQ (`amqp://…`, `amqps://…`), or without a broker over an SQLite file (`sqla+sqlite:////…/bus.db`).
The bus is there for speed only. Whatever it loses, doubles or reorders, the logs and cursors at its two ends put right, so
nothing is repeated here: a failure drops the connection, and the caller tries again later.

A party publishes to its own exchange, which is bound to the queue of each party that it may speak to. On RabbitMQ the hub
lays that out for a district that joins; the district's account may configure nothing, so the district declares nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from kombu import Connection, Consumer, Exchange, Producer, Queue

from sync import streams
from sync.addresses import QUEUE_ARGUMENTS, account_name, exchange_name, queue_name, queue_names
from sync.carriers.embedded import EmbeddedTransport
from sync.errors import BusUnavailable, TooLarge
from sync.lanes import WHOLE, Share
from sync.messages import signing

CONTENT_TYPE = "application/octet-stream"
PREFETCH = 16
# What is said again anyhow, beacons and positions, need not pile up where a peer is away for weeks.
EXPIRES_SECONDS = 3600.0

_CONNECT_SECONDS = 5
_CONFIRM_SECONDS = 10
_HEARTBEAT_SECONDS = 30
_EMBEDDED_PREFIX = "sqla+"


@dataclass(frozen=True)
class Delivery:
    """A message that has arrived. One that is not acknowledged before its connection ends is delivered again.

    `account` is whose account published it, where the bus vouches for that.
    """

    body: bytes
    acknowledge: Callable[[], None]
    account: str | None = None


class Bus(Protocol):
    """One party's connection to the others, for one thread. Its methods raise `BusUnavailable` when it does not answer."""

    def publish(self, raw: bytes, *, to: str, expires_seconds: float | None = None) -> None:
        """Hands a message to the bus and waits until it is stored there; once expired it may be dropped."""

    def receive(self, *, seconds: float) -> Delivery | None:
        """The next message for this party, waiting up to `seconds` for one."""

    def keep_alive(self) -> None:
        """Shows the other end that this one lives; to be called every few seconds by a party that only publishes."""

    def close(self) -> None:
        """Gives the connection back; what was not acknowledged will be delivered again."""


class KombuBus:
    """A `Bus` over kombu. It connects when first used, and again after any failure."""

    def __init__(self, url: str, party: str, *, share: Share = WHOLE, prefetch: int = PREFETCH) -> None:
        """From each of its queues at most `prefetch` messages are on their way here without being acknowledged.

        Of the hub's queues it reads those of `share`.
        """
        self._url = url
        self._party = party
        self._share = share
        self._prefetch = prefetch
        # A binding that another process declared is unknown on the embedded transport, so there everybody declares.
        self._declares = url.startswith(_EMBEDDED_PREFIX) or party == streams.HUB
        self._connection: Any = None
        self._producer: Any = None
        self._consumer: Any = None
        self._declared: set[tuple[str, str]] = set()
        self._arrived: deque[Any] = deque()

    def publish(self, raw: bytes, *, to: str, expires_seconds: float | None = None) -> None:
        """Hands a message to the bus and waits for its confirmation; raises `TooLarge` or `BusUnavailable`."""
        if len(raw) > signing.MAX_BODY_BYTES:
            raise TooLarge(f"a message of {len(raw)} bytes is over the limit of {signing.MAX_BODY_BYTES}")
        with self._connected() as connection:
            if self._producer is None:
                self._producer = Producer(connection.channel(), auto_declare=False)
            route = (self._party, to)
            if self._declares and route not in self._declared:
                self._queue_from(*route)(self._producer.channel).declare()
                self._declared.add(route)
            # Unroutable messages are an error, because `mandatory` is set and `on_return` is not.
            self._producer.publish(
                raw,
                exchange=exchange_name(self._party),
                routing_key=to,
                content_type=CONTENT_TYPE,
                content_encoding="binary",
                delivery_mode="persistent",
                mandatory=True,
                retry=False,
                expiration=expires_seconds,
                user_id=self._account_of(connection),
                timeout=_CONFIRM_SECONDS,
                confirm_timeout=_CONFIRM_SECONDS,
            )

    def receive(self, *, seconds: float) -> Delivery | None:
        """The next message for this party, waiting up to `seconds` for one."""
        if not self._arrived:
            with self._connected() as connection:
                if self._consumer is None:
                    self._consumer = self._consume(connection.channel())
                with suppress(TimeoutError):
                    connection.drain_events(timeout=seconds)
                connection.heartbeat_check()
        if not self._arrived:
            return None
        message, connection = self._arrived.popleft(), self._connection
        account = message.properties.get("user_id")
        return Delivery(_as_bytes(message.body), lambda: self._acknowledge(message, connection), account)

    def keep_alive(self) -> None:
        """Sends a heartbeat when one is due, and notices a connection that was lost."""
        if self._connection is not None:
            with self._connected() as connection:
                with suppress(TimeoutError):
                    connection.drain_events(timeout=0.001)
                connection.heartbeat_check()

    def turn_to(self, party: str) -> None:
        """Publishes and receives as `party` from now on, over the connection that there is."""
        self.rest()
        self._party = party

    def rest(self) -> None:
        """Receives nothing until it is asked again; what was not acknowledged will be delivered again."""
        consumer, self._consumer = self._consumer, None
        self._arrived.clear()
        if consumer is not None:
            with self._connected():
                consumer.channel.close()

    def close(self) -> None:
        """Gives the connection back; what was not acknowledged will be delivered again."""
        connection, self._connection = self._connection, None
        self._forget()
        if connection is not None:
            with suppress(Exception):
                connection.release()

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """The connection. Any failure with it drops it: after a timeout nobody knows what is still under way on a channel."""
        try:
            if self._connection is None:
                self._connection = _connect(self._url)
            yield self._connection
        except Exception as error:
            self._drop()
            raise BusUnavailable(f"the bus failed: {type(error).__name__}") from error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._forget()
        if connection is not None:
            # Without the closing handshake, for which a frozen broker would keep us waiting.
            with suppress(Exception):
                connection.collect()

    def _forget(self) -> None:
        self._producer = self._consumer = None
        self._declared.clear()
        self._arrived.clear()

    def _consume(self, channel: Any) -> Any:
        names = queue_names(self._party, self._share)
        queues = [Queue(name, queue_arguments=QUEUE_ARGUMENTS)(channel) for name in names]
        if self._declares:
            for queue in queues:
                queue.queue_declare()
        # Whatever the content type says is not looked at: `on_message` gets the bytes, and `accept` would only matter to
        # kombu's own decoding, which logs and acknowledges what it cannot read.
        consumer = Consumer(
            channel,
            queues,
            on_message=self._arrived.append,
            accept=[],
            auto_declare=False,
            prefetch_count=self._prefetch,
        )
        consumer.consume()
        return consumer

    def _acknowledge(self, message: Any, connection: Any) -> None:
        if self._connection is connection:
            with self._connected():
                message.ack()

    def _account_of(self, connection: Any) -> str | None:
        """The party's own account, for whose name RabbitMQ then vouches; None on a bus without accounts."""
        own = account_name(self._party)
        return own if connection.userid == own else None

    @staticmethod
    def _queue_from(sender: str, addressee: str) -> Any:
        """The queue of `addressee`, bound to the exchange of `sender`."""
        return Queue(
            queue_name(addressee, sender),
            Exchange(exchange_name(sender), type="direct", durable=True),
            routing_key=addressee,
            queue_arguments=QUEUE_ARGUMENTS,
        )


def _connect(url: str) -> Any:
    if url.startswith(_EMBEDDED_PREFIX):
        connection = Connection(url.removeprefix(_EMBEDDED_PREFIX), transport=EmbeddedTransport)
    else:
        connection = Connection(
            url,
            connect_timeout=_CONNECT_SECONDS,
            heartbeat=_HEARTBEAT_SECONDS,
            transport_options={
                "confirm_publish": True,
                "read_timeout": _CONFIRM_SECONDS,
                "write_timeout": _CONFIRM_SECONDS,
            },
        )
    # Once: the pauses between attempts are the caller's.
    connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    return connection


def _as_bytes(body: Any) -> bytes:
    """The bytes as they came, where kombu took them for text."""
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogateescape")
