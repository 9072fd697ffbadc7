"""What an answer gives away: another's words, files, or a thing of theirs by its id. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.fuzz.api.people import Role, Town

ADMIN_PATHS = "/v1/admin/"
REPORTS = "/v1/deliveries/"
ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Answer(Protocol):
    status_code: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to an operation's path, and what came of it."""

    path: str
    parameters: Mapping[str, Any] | None
    body: Any
    answer: Answer

    @property
    def named(self) -> set[str]:
        """The ids of things that the request is about."""
        request = self.body.get("request") if isinstance(self.body, dict) else None
        parameters = {str(value) for value in (self.parameters or {}).values()}
        return parameters | set(ID.findall(json.dumps(request, default=str)))

    @property
    def was_served(self) -> bool:
        return self.answer.status_code < 400


def wrongly_given(town: Town, role: Role, exchange: Exchange) -> Iterator[str]:
    """What the caller should not have got, in words."""
    for text in role.forbidden:
        if text.encode() in exchange.answer.content:
            yield f"{role.name} reads {text}"
    for ref in role.others:
        if exchange.answer.content in town.files[ref]:
            yield f"{role.name} is given a file of {ref}"
    if exchange.was_served and not says_nothing_of_it(exchange.path, role):
        for ref in {town.owners[thing] for thing in exchange.named & town.owners.keys()} & set(role.others):
            yield f"{role.name} is served with a thing of {ref}"


def says_nothing_of_it(path: str, role: Role) -> bool:
    """A bot's report on a job that is not its own is answered by saying so; admins look after everybody's jobs."""
    return path.startswith(REPORTS) or (role.is_admin and path.startswith(ADMIN_PATHS))
