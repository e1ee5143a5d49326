"""Files that people sent, fetched from Discord's content network."""

import aiohttp

from domain.errors import BadInput, Unavailable

PIECE = 1 << 16


class Expired(Exception):
    """The address works no more; a new one can be had."""


async def download(url: str, *, limit: int) -> bytes:
    """The bytes at an address. Raises BadInput over ``limit`` bytes, Expired, Unavailable."""
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            if response.status in (401, 403, 404):
                raise Expired
            if response.status != 200:
                raise Unavailable(f"Discord's file server answered {response.status}")
            return await _limited(response, limit)
    except (aiohttp.ClientError, OSError) as error:
        raise Unavailable("Discord's file server does not answer") from error


async def _limited(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for piece in response.content.iter_chunked(PIECE):
        data += piece
        if len(data) > limit:
            raise too_big(limit)
    return bytes(data)


def too_big(limit: int) -> BadInput:
    """What the sender of a large file is told."""
    return BadInput(f"This file is too big. The limit is {limit // 1_000_000} MB.")
