"""Asks a server, and listens to its answer."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from workers.engines.openai.failures import BUSY, failure
from workers.engines.openai.server import Server
from workers.engines.openai.stream import Answer, Told
from workers.engines.protocol import Broken

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 120.0  # a server may load its model before it says anything; the runner's time-out is above this
LOOK_SECONDS = 3.0  # for the list of its models
PAUSES_SECONDS = (1.0, 2.0, 4.0)  # before a server that has too much to do is asked again
LONGEST_PAUSE_SECONDS = 20.0
NO_LIST = (404, 405, 500, 501)  # `transformers serve` fails at its list where nothing was ever downloaded
MOST_BYTES = 2**20  # of a list, or of an error


async def answer(server: Server, body: Mapping[str, Any], heard: Callable[[Answer], None]) -> Answer:
    """The whole answer; `heard` is told whenever more of it has come. Raises what the protocol knows."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, headers=server.headers) as session:
        for pause in (*PAUSES_SECONDS, None):
            try:
                async with session.post(f"{server.url}/chat/completions", json=body, allow_redirects=False) as response:
                    if response.status == 200:
                        return await listened(response, heard)
                    if pause is None or response.status not in BUSY:
                        raise failure(response.status, await beginning(response))
                    pause = asked_pause(response, pause)
            except Told as told:
                raise failure(0, told.error) from None
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise Broken(f"the server cannot be reached, or was lost ({type(error).__name__})") from None
            await asyncio.sleep(pause)
    raise AssertionError("the last try returns or raises")


async def listened(response: aiohttp.ClientResponse, heard: Callable[[Answer], None]) -> Answer:
    so_far = Answer()
    async for content in response.content.iter_any():
        so_far.feed(content)
        heard(so_far)
    so_far.feed(b"\n")
    if so_far.finish is None:
        raise Broken("the server was lost in the middle of its answer")
    return so_far


async def listed(server: Server) -> list[str]:
    """The names of its models, none where it keeps no list; raises Broken."""
    timeout = aiohttp.ClientTimeout(total=LOOK_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=server.headers) as session,
            session.get(f"{server.url}/models", allow_redirects=False) as response,
        ):
            said = await beginning(response)
            if response.status in NO_LIST:
                return []
            if response.status != 200:
                raise failure(response.status, said)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Broken(f"the server cannot be reached ({type(error).__name__})") from None
    with suppress(ValueError, KeyError, TypeError):
        return [str(model["id"]) for model in json.loads(said)["data"]]
    raise Broken("the server's list of models cannot be read")


async def beginning(response: aiohttp.ClientResponse) -> bytes:
    """The body, or as much of it as anybody needs."""
    content = bytearray()
    async for part in response.content.iter_any():
        content += part
        if len(content) > MOST_BYTES:
            break
    return bytes(content[:MOST_BYTES])


def asked_pause(response: aiohttp.ClientResponse, otherwise: float) -> float:
    """What the server asks for, within bounds."""
    try:
        asked = float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return otherwise
    return min(max(0.0, asked), LONGEST_PAUSE_SECONDS) if asked == asked else otherwise
