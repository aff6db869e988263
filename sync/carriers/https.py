"""How does a district reach the hub where its firewall knows HTTPS alone?

The hub's web process stands for it at the hub's bus (`sync.carriers.gateway`): what the district says is posted, and what
waits for it is asked for in requests that the hub holds until there is something. A request is under way between two calls of
`receive`, on an event loop that turns only within the calls of this bus; so closing it ends the request, and there is no thread
to join.
"""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

import httpx
import msgspec
from joserfc.jwk import OKPKey

from sync.carriers import bundle
from sync.carriers.bus import CONTENT_TYPE, Delivery
from sync.carriers.proving import prove
from sync.errors import BusUnavailable, TooLarge, Undecodable
from sync.messages import signing
from sync.messages.signing import Signer

# The hub holds a request for less than the minute after which proxies give up.
HOLD_SECONDS = 25.0
ANSWER_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 60.0

_CHALLENGE = re.compile(r'challenge="([\w.~+/=-]+)"')
_NO_CONTENT = httpx.codes.NO_CONTENT

Told = TypeVar("Told")


class _Answer(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes


class _Problem(msgspec.Struct):
    """What the hub says of a refusal (RFC 9457)."""

    code: str


class HttpsBus:
    """A `Bus` of a district, to the hub and from it. Every answer may be the last one: what is lost with one is sent again."""

    def __init__(self, url: str, party: str, signer: Signer) -> None:
        """`signer` is the district's own; the hub is known by its certificate, and its messages by their signatures."""
        self._url = httpx.URL(url)
        self._party = party
        self._signer = signer
        self._runner = asyncio.Runner()
        self._client: httpx.AsyncClient | None = None
        self._authorization: str | None = None
        self._proved_by: OKPKey | None = None
        self._poll: asyncio.Task[Sequence[bytes]] | None = None
        self._arrived: deque[bytes] = deque()

    def publish(self, raw: bytes, *, to: str, expires_seconds: float | None = None) -> None:
        """Hands a message to the hub and waits until its bus has stored it; raises `TooLarge` or `BusUnavailable`.

        Both for whom it is and how long it is worth keeping, the hub reads in the message.
        """
        if len(raw) > signing.MAX_BODY_BYTES:
            raise TooLarge(f"a message of {len(raw)} bytes is over the limit of {signing.MAX_BODY_BYTES}")
        answer = self._run(self._ask("POST", self._url, content=raw, headers={"Content-Type": CONTENT_TYPE}))
        if answer.status != httpx.codes.ACCEPTED:
            raise _refusal(answer)

    def receive(self, *, seconds: float) -> Delivery | None:
        """The next message for this party, waiting up to `seconds` for one."""
        if not self._arrived:
            self._arrived.extend(self._run(self._await_poll(seconds)))
        return Delivery(self._arrived.popleft(), _do_nothing) if self._arrived else None

    def replay(self, stream: str, *, epoch: int, after: int) -> bytes | None:
        """The hub's next batch of `stream` behind `after`, from its records; None where there is none."""
        url = self._url.join(f"streams/{stream}").copy_merge_params({"epoch": epoch, "after": after})
        answer = self._run(self._ask_with_proof(url))
        if answer.status == _NO_CONTENT:
            return None
        if answer.status != httpx.codes.OK:
            raise _refusal(answer)
        return answer.body

    def keep_alive(self) -> None:
        """Does nothing: no connection has to be kept."""

    def close(self) -> None:
        """Ends the request that is under way, and gives the connections back."""
        if self._client is not None:
            with suppress(httpx.HTTPError, OSError):
                self._runner.run(self._client.aclose())
        # Whatever is under way on the loop is cancelled.
        self._runner.close()

    def _run(self, coroutine: Coroutine[Any, Any, Told]) -> Told:
        try:
            return self._runner.run(coroutine)
        except (httpx.HTTPError, httpx.InvalidURL, Undecodable, OSError) as error:
            raise BusUnavailable(f"the hub does not answer as it should: {type(error).__name__}") from error

    async def _await_poll(self, seconds: float) -> Sequence[bytes]:
        if self._poll is None:
            self._poll = asyncio.create_task(self._fetch())
        done, _ = await asyncio.wait({self._poll}, timeout=seconds)
        if not done:
            return ()
        poll, self._poll = self._poll, None
        return poll.result()

    async def _fetch(self) -> Sequence[bytes]:
        """What waits for this party, as soon as something does; nothing where the hub has waited long enough."""
        answer = await self._ask_with_proof(self._url)
        if answer.status == httpx.codes.OK:
            return bundle.unpack(answer.body)
        if answer.status != _NO_CONTENT:
            raise _refusal(answer)
        pause = answer.headers.get("Retry-After", "")
        if pause.isdecimal():
            await asyncio.sleep(min(float(pause), LONGEST_PAUSE_SECONDS))
        return ()

    async def _ask_with_proof(self, url: httpx.URL) -> _Answer:
        """An answer to this district alone. What proves who asks is used again until the hub wants another proof."""
        key = self._signer.key
        known = self._authorization if key is self._proved_by else None
        answer = await self._ask("GET", url, headers={"Authorization": known or "Banyan"})
        challenge = _CHALLENGE.search(answer.headers.get("WWW-Authenticate", ""))
        if answer.status != httpx.codes.UNAUTHORIZED or challenge is None:
            return answer
        self._authorization, self._proved_by = prove(challenge[1], district=self._party, key=key), key
        return await self._ask("GET", url, headers={"Authorization": self._authorization})

    async def _ask(self, method: str, url: httpx.URL, **given: Any) -> _Answer:
        if self._client is None:
            self._client = _client(url)
        longest = ANSWER_SECONDS if method == "POST" else HOLD_SECONDS + ANSWER_SECONDS
        body = bytearray()
        async with asyncio.timeout(longest), self._client.stream(method, url, **given) as response:
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > bundle.MAX_BYTES:
                    raise Undecodable("the answer is larger than any should be")
        return _Answer(response.status_code, response.headers, bytes(body))


def _client(url: httpx.URL) -> httpx.AsyncClient:
    encrypted = url.scheme == "https"
    return httpx.AsyncClient(
        # The machine's own authorities: a city may have one that no browser knows.
        verify=ssl.create_default_context() if encrypted else False,
        # The environment may name a proxy, but none that would reach this machine itself.
        trust_env=encrypted,
        # Each request has a limit as a whole.
        timeout=None,  # noqa: S113
        headers={"Accept-Encoding": "identity"},
    )


def _refusal(answer: _Answer) -> BusUnavailable:
    try:
        code = msgspec.json.decode(answer.body, type=_Problem).code
    except (msgspec.DecodeError, UnicodeDecodeError):
        code = "without a reason"
    return BusUnavailable(f"the hub refused with {answer.status}: {code}")


def _do_nothing() -> None:
    """Acknowledges nothing: what the hub has answered with, it does not keep."""
