"""What tells one person's things from another's: words, pictures, texts and films that nobody else may be given."""

from io import BytesIO
from pathlib import Path
from random import Random

import asyncpg
from PIL import Image

SIDES = (80, 60)
PATHS = """
    select a.id, local_path, thumbnail_path, web_path from artifacts a join jobs j on j.id = a.job_id
      join users u on u.id = j.user_id where u.platform || ':' || u.platform_user_id = $1
     union all
    select p.id, path, null, null from uploads p join users u on u.id = p.user_id
     where u.platform || ':' || u.platform_user_id = $1
"""


def secret(ref: str) -> str:
    """What only this person's prompts, texts and films contain."""
    return f"canary-{ref.replace(':', '-')}-canary"


def picture(ref: str) -> bytes:
    """What only this person has given."""
    buffer = BytesIO()
    Image.frombytes("RGB", SIDES, Random(ref).randbytes(SIDES[0] * SIDES[1] * 3)).save(buffer, "PNG")
    return buffer.getvalue()


async def plant(db: asyncpg.Connection, store: Path, ref: str, job_id: str) -> None:
    """A text and a film beside the picture that the job made, files and rows."""
    for position, kind, name in ((7, "text", "7.txt"), (8, "video", "8.mp4")):
        path = f"jobs/{job_id}/1/{name}"
        (store / path).write_text(f"{kind} of {secret(ref)}")
        await db.execute(
            """
            insert into artifacts
              (job_id, position, type, format, local_path, width, height, duration_seconds, file_size_bytes, metadata)
            values ($1, $2, $3, $4, $5, 64, 64, 5, 40, '{}')
            """,
            job_id,
            position,
            kind,
            name.partition(".")[2],
            path,
        )


async def things_of(db: asyncpg.Connection, store: Path, ref: str) -> dict[str, set[bytes]]:
    """The files of a person, smaller ones too, by the ids of what they were made or given as."""
    rows = await db.fetch(PATHS, ref)
    return {str(thing): {(store / path).read_bytes() for path in paths if path} for thing, *paths in rows}
