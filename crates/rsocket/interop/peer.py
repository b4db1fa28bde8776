"""A foreign peer for tests/foreign.rs, on PyPI's rsocket: `peer.py server LINK SCENARIO` prints its port and serves
until its input ends; `peer.py client LINK SCENARIO PORT` checks a Rust server and prints "ok". LINK is tcp."""

import asyncio
import sys
from datetime import timedelta

from reactivestreams.subscriber import Subscriber
from rsocket.awaitable.awaitable_rsocket import AwaitableRSocket
from rsocket.extensions.authentication_content import AuthenticationContent
from rsocket.extensions.composite_metadata import CompositeMetadata
from rsocket.extensions.helpers import authenticate_bearer, composite, metadata_item, route
from rsocket.extensions.mimetypes import WellKnownMimeTypes
from rsocket.extensions.routing import RoutingMetadata
from rsocket.helpers import create_future, single_transport_provider
from rsocket.lease import SingleLeasePublisher
from rsocket.payload import Payload
from rsocket.request_handler import BaseRequestHandler
from rsocket.rsocket_client import RSocketClient
from rsocket.rsocket_server import RSocketServer
from rsocket.streams.stream_from_async_generator import StreamFromAsyncGenerator
from rsocket.streams.stream_from_generator import StreamFromGenerator
from rsocket.transports.tcp import TransportTCP

FRAGMENT_BYTES = 100
PATIENCE_S = 20
GRANTED = 5


def numbers(count):
    """`count` messages, the last one marked as such."""
    for at in range(count):
        yield Payload(str(at).encode()), at == count - 1


def our_metadata():
    custom = metadata_item(b"custom", b"application/x.custom")
    return composite(route("boards.open", "now"), authenticate_bearer("a token"), custom)


def describe(metadata):
    """What the metadata says, in the words that all peers use."""
    entries = CompositeMetadata()
    entries.parse(metadata)
    parts = []
    for item in entries.items:
        if isinstance(item, RoutingMetadata):
            parts.append("route " + ",".join(tag.decode() for tag in item.tags))
        elif isinstance(item, AuthenticationContent):
            parts.append(f"{item.authentication.type.decode()} {item.authentication.token.decode()}")
        else:
            parts.append(f"{item.encoding.decode()} {item.content.decode()}")
    return "; ".join(parts).encode()


class Echo(BaseRequestHandler):
    def __init__(self):
        super().__init__()
        self.forgotten = []
        self.pushed = b""

    async def request_response(self, payload):
        if payload.data == b"fail":
            raise RuntimeError("asked to")
        if payload.data == b"forgotten":
            return create_future(Payload(b",".join(self.forgotten)))
        if payload.data == b"pushed":
            return create_future(Payload(self.pushed))
        if payload.data == b"describe":
            return create_future(Payload(describe(payload.metadata), our_metadata()))
        return create_future(Payload(payload.data, payload.metadata))

    async def request_fire_and_forget(self, payload):
        self.forgotten.append(payload.data)

    async def on_metadata_push(self, payload):
        self.pushed = payload.metadata

    async def request_stream(self, payload):
        return StreamFromGenerator(lambda: numbers(int(payload.data)))

    async def request_channel(self, payload):
        queue = asyncio.Queue()
        queue.put_nowait((Payload(payload.data), False))

        class Back(Subscriber):
            def on_subscribe(self, subscription):
                self.subscription = subscription
                subscription.request(1)

            def on_next(self, value, is_complete=False):
                queue.put_nowait((Payload(value.data), is_complete))
                if not is_complete:
                    self.subscription.request(1)

            def on_complete(self):
                queue.put_nowait((Payload(b"end"), True))

            def on_error(self, exception):
                queue.put_nowait((Payload(b"error"), True))

        async def answers():
            while True:
                payload, is_last = await queue.get()
                yield payload, is_last
                if is_last:
                    return

        return StreamFromAsyncGenerator(answers), Back()


def grants():
    return SingleLeasePublisher(maximum_request_count=GRANTED, maximum_lease_time=timedelta(seconds=30))


async def serve(scenario):
    leases = {"lease_publisher": grants()} if scenario == "lease" else {}

    def session(*connection):
        transport = TransportTCP(*connection)
        RSocketServer(transport, handler_factory=Echo, fragment_size_bytes=FRAGMENT_BYTES, **leases)

    server = await asyncio.start_server(session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def input_line():
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


async def ask(peer, data):
    return (await peer.request_response(Payload(data))).data


class Collector(Subscriber):
    """Reads a stream by hand."""

    def __init__(self):
        self.items = []
        self.ended = asyncio.Event()

    def on_subscribe(self, subscription):
        self.subscription = subscription

    def on_next(self, value, is_complete=False):
        self.items.append(value.data)
        if is_complete:
            self.ended.set()

    def on_complete(self):
        self.ended.set()

    def on_error(self, exception):
        self.items.append(exception)
        self.ended.set()


async def basics(client, peer):
    long = Payload(b"d" * 5_000, b"m" * 1_000)
    answer = await peer.request_response(long)
    assert (answer.data, answer.metadata) == (long.data, long.metadata), answer
    try:
        await ask(peer, b"fail")
    except Exception as error:
        assert "asked to" in str(error), error
    else:
        raise AssertionError("no error")

    await peer.fire_and_forget(Payload(b"forget me"))
    assert await ask(peer, b"forgotten") == b"forget me"
    await peer.metadata_push(b"pushed metadata")
    assert await ask(peer, b"pushed") == b"pushed metadata"

    values = await peer.request_stream(Payload(b"10"), limit_rate=2)
    assert [value.data for value in values] == [str(at).encode() for at in range(10)], values
    stream = Collector()
    client.request_stream(Payload(b"10")).initial_request_n(2).subscribe(stream)
    for more, total in [(0, 2), (3, 5), (100, 10)]:
        if more:
            stream.subscription.request(more)
        while len(stream.items) < total:
            await asyncio.sleep(0.005)
        await ask(peer, b"x")
        assert stream.items == [str(at).encode() for at in range(total)], stream.items
    await stream.ended.wait()

    values = await peer.request_channel(
        Payload(b"first"), publisher=StreamFromGenerator(lambda: numbers(20)), limit_rate=3
    )
    expected = [b"first"] + [str(at).encode() for at in range(20)]
    assert [value.data for value in values] == expected, values

    # Several keepalive periods, and still there.
    await asyncio.sleep(1.2)
    assert await ask(peer, b"x") == b"x"


async def metadata(client, peer):
    answer = await peer.request_response(Payload(b"describe", our_metadata()))
    assert answer.data == describe(our_metadata()) == describe(answer.metadata), answer


async def lease(client, peer):
    """Five are granted, the others queue; the server says when to go on, and grants two more."""
    asked = [asyncio.ensure_future(ask(peer, str(at).encode())) for at in range(8)]
    while sum(it.done() for it in asked) < GRANTED:
        await asyncio.sleep(0.005)
    print("spent", flush=True)
    await input_line()
    while sum(it.done() for it in asked) < GRANTED + 2:
        await asyncio.sleep(0.005)
    assert not asked[7].done()
    asked[7].cancel()


async def greedy(client, peer):
    """Asks without regard for what was granted."""
    await input_line()
    client._is_frame_allowed_to_send = lambda frame: True
    asked = await asyncio.gather(*(ask(peer, str(at).encode()) for at in range(8)), return_exceptions=True)
    rejected = [it for it in asked if isinstance(it, Exception)]
    assert len(rejected) == 8 - GRANTED, asked


SCENARIOS = {"basics": basics, "metadata": metadata, "lease": lease, "greedy": greedy}


async def check(scenario, port):
    connection = await asyncio.open_connection("127.0.0.1", port)
    leases = {"honor_lease": True, "lease_publisher": grants()} if scenario in ("lease", "greedy") else {}
    async with RSocketClient(
        single_transport_provider(TransportTCP(*connection)),
        handler_factory=Echo,
        fragment_size_bytes=FRAGMENT_BYTES,
        metadata_encoding=WellKnownMimeTypes.MESSAGE_RSOCKET_COMPOSITE_METADATA,
        **leases,
    ) as client:
        await SCENARIOS[scenario](client, AwaitableRSocket(client))
        print("ok", flush=True)


if __name__ == "__main__":
    role, _link, scenario, *port = sys.argv[1:]
    asyncio.run(serve(scenario) if role == "server" else asyncio.wait_for(check(scenario, int(port[0])), PATIENCE_S))
