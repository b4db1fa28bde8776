"""A foreign peer for tests/foreign.rs, on PyPI's rsocket. `peer.py server` prints its port and serves until its input
ends; `peer.py client PORT` checks a Rust server and prints "ok"."""

import asyncio
import sys

from reactivestreams.subscriber import Subscriber
from rsocket.awaitable.awaitable_rsocket import AwaitableRSocket
from rsocket.helpers import create_future, single_transport_provider
from rsocket.payload import Payload
from rsocket.request_handler import BaseRequestHandler
from rsocket.rsocket_client import RSocketClient
from rsocket.rsocket_server import RSocketServer
from rsocket.streams.stream_from_async_generator import StreamFromAsyncGenerator
from rsocket.streams.stream_from_generator import StreamFromGenerator
from rsocket.transports.tcp import TransportTCP

FRAGMENT_BYTES = 100
forgotten = []


def numbers(count):
    """`count` messages, the last one marked as such."""
    for at in range(count):
        yield Payload(str(at).encode()), at == count - 1


class Echo(BaseRequestHandler):
    async def request_response(self, payload):
        if payload.data == b"fail":
            raise RuntimeError("asked to")
        if payload.data == b"forgotten":
            return create_future(Payload(b",".join(forgotten)))
        return create_future(Payload(payload.data, payload.metadata))

    async def request_fire_and_forget(self, payload):
        forgotten.append(payload.data)

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


async def serve():
    def session(*connection):
        RSocketServer(TransportTCP(*connection), handler_factory=Echo, fragment_size_bytes=FRAGMENT_BYTES)

    server = await asyncio.start_server(session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def check(port):
    connection = await asyncio.open_connection("127.0.0.1", port)
    provider = single_transport_provider(TransportTCP(*connection))
    async with RSocketClient(provider, fragment_size_bytes=FRAGMENT_BYTES) as client:
        peer = AwaitableRSocket(client)

        long = Payload(b"d" * 5_000, b"m" * 1_000)
        answer = await peer.request_response(long)
        assert (answer.data, answer.metadata) == (long.data, long.metadata), answer

        await peer.fire_and_forget(Payload(b"forget me"))
        answer = await peer.request_response(Payload(b"forgotten"))
        assert answer.data == b"forget me", answer

        values = await peer.request_stream(Payload(b"10"), limit_rate=2)
        assert [value.data for value in values] == [str(at).encode() for at in range(10)], values

        stream = StreamFromGenerator(lambda: numbers(20))
        values = await peer.request_channel(Payload(b"first"), publisher=stream, limit_rate=3)
        expected = [b"first"] + [str(at).encode() for at in range(20)]
        assert [value.data for value in values] == expected, values

        try:
            await peer.request_response(Payload(b"fail"))
        except Exception as error:
            assert "asked to" in str(error), error
        else:
            raise AssertionError("no error")

        # Several keepalive periods, and still there.
        await asyncio.sleep(1.2)
        assert (await peer.request_response(Payload(b"x"))).data == b"x"
    print("ok", flush=True)


if __name__ == "__main__":
    asyncio.run(serve() if sys.argv[1] == "server" else asyncio.wait_for(check(int(sys.argv[2])), 20))
