"""A strict fake of a server with OpenAI's chat completions, on loopback: it answers as it is told, and keeps what came.

with serving(FakeOpenAI()) as server:
    server.says("The sky", " is blue.")            the next answer, streamed piece by piece
    server.says("The", hold=event)                 the last piece waits for the event
    server.says("The", lost=True)                  the connection ends after these pieces
    server.refuses(404, {"error": {...}})          the next answer is no stream
    server.asked[0].body / .headers                what was asked; a request that breaks the rules gets 400, and
    server.wrong                                   stands here
    server.left                                    set when a client goes before its answer is whole
"""

from tests.rigs.openai.fake import FakeOpenAI, serving

__all__ = ["FakeOpenAI", "serving"]
