"""How a film or a sound was made, in tags that MP4, OGG and MP3 have in common and players show."""

from collections.abc import Mapping

LONGEST_TITLE = 200  # characters
UNSAID = ("prompt", "plays")  # the title; what a player finds out


def tags(metadata: Mapping[str, object], artist: str) -> dict[str, str]:
    """`metadata` is the artifact's: model, seed, prompt and what else was chosen; never who asked."""
    prompt = str(metadata.get("prompt", ""))
    comment = "; ".join(f"{name} {value}" for name, value in metadata.items() if name not in UNSAID)
    whole = {"synopsis": prompt} if len(prompt) > LONGEST_TITLE else {}
    return {"title": prompt[:LONGEST_TITLE], "artist": artist, "comment": comment, **whole}
