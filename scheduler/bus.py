"""The Redis clients: one for commands, one for reads that block, and the few ways Tessera uses them."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

__all__ = ["BRIEF_SECONDS", "Redis", "RedisError", "blocking", "commands", "ensure_group"]

COMMAND_TIMEOUT_SECONDS = 5.0
BRIEF_SECONDS = 1.0  # for what is said again anyway: a Redis that hangs must not hold up admission or dispatch


def commands(url: str, max_connections: int = 32) -> Redis:
    """A client for short commands. No blind retries: an XADD whose reply was lost would be written twice."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=COMMAND_TIMEOUT_SECONDS,
        socket_timeout=COMMAND_TIMEOUT_SECONDS,
        socket_connect_timeout=COMMAND_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=15,
    )
    return Redis.from_pool(pool)  # which closes the pool with itself


def blocking(url: str, block_seconds: float) -> Redis:
    """A client for XREAD BLOCK and pub/sub: its socket waits longer than the command does."""
    return Redis.from_url(
        url,
        socket_timeout=block_seconds + 5,
        socket_connect_timeout=COMMAND_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


async def ensure_group(redis: Redis, stream: str, group: str) -> None:
    """Create the consumer group, from the stream's beginning, unless it is there; a flush removes it."""
    try:
        await redis.xgroup_create(stream, group, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
