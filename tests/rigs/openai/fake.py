"""The server: one thread a connection, answers in the order they were told."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.rigs.openai.rules import wrong

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Asked:
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stream:
    pieces: tuple[str, ...]
    finish: str = "stop"
    usage: dict[str, int] | None = None
    hold: threading.Event | None = None  # before the last piece
    lost: bool = False
    error: object = None  # told in place of the end


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    body: object
    headers: Mapping[str, str]


@dataclass(slots=True)
class FakeOpenAI:
    key: str | None = None
    models: list[str] = field(default_factory=lambda: ["tiny"])
    asked: list[Asked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    told: list[Stream | Refusal] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def says(
        self,
        *pieces: str,
        finish: str = "stop",
        usage: tuple[int, int] | None = None,
        hold: threading.Event | None = None,
        lost: bool = False,
        error: object = None,
    ) -> None:
        """`usage`: tokens of the prompt and of the answer."""
        counted = (
            {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)} if usage else None
        )
        self.told.append(Stream(pieces, finish, counted, hold, lost, error))

    def refuses(self, status: int, body: object = None, **headers: str) -> None:
        self.told.append(Refusal(status, body, {name.replace("_", "-"): value for name, value in headers.items()}))


@contextmanager
def serving(fake: FakeOpenAI) -> Iterator[FakeOpenAI]:
    """Its address is in `url`; at the end every request must have been a good one."""

    class Handler(Conversation):
        server_of = fake

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
    assert fake.wrong == []


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: FakeOpenAI

    def do_GET(self) -> None:
        if not self.lets_in():
            return
        if self.path != "/v1/models":
            self.answer(404, error("Not Found", "not_found"))
            return
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in self.server_of.models]
        self.answer(200, {"object": "list", "data": models})

    def do_POST(self) -> None:
        fake, length = self.server_of, int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length))
        if not self.lets_in():
            return
        fake.asked.append(Asked(dict(self.headers), body))
        problems = list(wrong(dict(self.headers), body))
        if self.path != "/v1/chat/completions":
            problems.append(f"{self.path} is no address of this server")
        fake.wrong += problems
        if problems:
            self.answer(400, error("; ".join(problems), "invalid_request_error"))
        elif body["model"] not in fake.models:
            self.answer(404, error(f"The model {body['model']} does not exist.", "model_not_found"))
        else:
            self.tell(fake.told.pop(0), body)

    def lets_in(self) -> bool:
        key = self.server_of.key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        self.answer(401, error("Incorrect API key provided.", "invalid_api_key"))
        return False

    def tell(self, told: Stream | Refusal, body: Mapping[str, Any]) -> None:
        if isinstance(told, Refusal):
            self.answer(told.status, told.body, told.headers)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(b": a comment\n\n")
        self.event({"choices": [choice({"role": "assistant", "content": ""})]})
        for at, piece in enumerate(told.pieces):
            if told.hold and at == len(told.pieces) - 1:
                self.wait(told.hold)
            self.event({"choices": [choice({"content": piece})]})
        if told.lost:
            self.close_connection = True
            return
        if told.error is not None:
            self.event({"error": told.error})
        else:
            self.event({"choices": [choice({}, told.finish)]})
        if told.usage and body.get("stream_options") == {"include_usage": True}:
            self.event({"choices": [], "usage": told.usage})
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def wait(self, hold: threading.Event) -> None:
        """Until the event is set, or the client has gone."""
        self.connection.settimeout(0.01)
        while not hold.is_set():
            with suppress(TimeoutError):
                if self.connection.recv(1) == b"":
                    self.server_of.left.set()
                    hold.set()
        self.connection.settimeout(PATIENCE_SECONDS)

    def event(self, said: object) -> None:
        """In two chunks, as a network may cut it."""
        line = f"data: {json.dumps(said)}\n\n".encode()
        self.chunk(line[:9])
        self.chunk(line[9:])

    def chunk(self, content: bytes) -> None:
        with suppress(OSError):  # the client has gone
            self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def answer(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Quiet."""


def choice(delta: Mapping[str, str], finish: str | None = None) -> dict[str, object]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def error(message: str, code: str) -> dict[str, object]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
