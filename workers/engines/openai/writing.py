"""An answer as a file, with what of it is paid for."""

import re

from workers.engines.openai.failures import refused
from workers.engines.openai.stream import Answer
from workers.engines.protocol import Broken, Made, Task

CHARACTERS_OF_A_TOKEN = 4  # where the server does not count
CUT, REFUSED = "length", "content_filter"
THOUGHTS = re.compile(r"\A\s*<think>(.*?)(</think>|\Z)", re.DOTALL)  # some servers leave them in the answer
MARK = " …"  # it would go on


def written(task: Task, index: int, seed: int, answer: Answer, system: str | None) -> Made:
    """Raises BadRequest for what the server refused, and Broken where nothing came and nothing was in its way."""
    if answer.finish == REFUSED:
        raise refused()
    if not (text := said(answer)):
        raise Broken("the answer was empty")
    path = task.folder / f"{index}.txt"
    path.write_text(text + "\n", encoding="utf-8", errors="replace")
    counts = {"prompt_tokens": read_tokens(answer, str(task.params.get("prompt", "")), system or "")}
    counts["completion_tokens"] = answer.pieces if answer.completion_tokens is None else answer.completion_tokens
    metadata = {"model": task.model, "seed": seed, "finish": answer.finish, **counts}
    return Made(path, "text", "txt", took_tokens=sum(counts.values()), metadata=metadata)


def said(answer: Answer) -> str:
    """Without its thoughts, unless it came to nothing else. One that was cut before its first word says so: that is
    what its person asked for, and no other server would do better."""
    text, cut = THOUGHTS.sub("", answer.text).strip(), answer.finish == CUT
    if text:
        return text + MARK * cut
    found = THOUGHTS.match(answer.text)
    thoughts = (found[1] if found else answer.thoughts).strip()
    if not cut:
        return thoughts
    if not thoughts:
        return "(The answer had to end before its first word: it may have too few tokens.)"
    return f"(The answer had to end while the model was still thinking. Its thoughts:)\n\n{thoughts}{MARK}"


def read_tokens(answer: Answer, prompt: str, system: str) -> int:
    """What the server has read of the person's own words: what it was told before them is not theirs to pay."""
    if answer.prompt_tokens is None:
        return -(-len(prompt) // CHARACTERS_OF_A_TOKEN)
    return -(-answer.prompt_tokens * len(prompt) // (len(prompt) + len(system)))
