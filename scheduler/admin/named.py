"""The person that an admin's request is about."""

from pydantic import BaseModel, Field

from scheduler.accounts.headers import parse_ref
from scheduler.accounts.queries import User, find_user
from scheduler.database import Db
from scheduler.errors import Code, Refused


class UserPath(BaseModel):
    ref: str = Field(max_length=120)


async def named(db: Db, ref: str) -> User:
    """The user, or refuse."""
    user = await find_user(db, *parse_ref(ref))
    if user is None:
        raise Refused.because(Code.NOT_FOUND, what="user")
    return user
