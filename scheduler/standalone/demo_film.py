"""What `tessera demo --model compose` makes a film of: a clip, a picture and music of the same words."""

from uuid import UUID

from scheduler.catalogue.model import Capability
from scheduler.films.model import COMPOSE, LONGEST_WORDS, Clip, Film, Music, Text
from scheduler.jobs.model import JobRequest

USUAL_SECONDS = 6.0
FADE_SECONDS = 0.5
MOVING = 0.6  # of the film; the rest of it is the picture
LONGEST_MOVING, SHORTEST_MOVING = 8.0, 1.0


def parts(request: JobRequest) -> tuple[JobRequest, JobRequest, JobRequest]:
    """The video, the picture and the sound, all by engines that need no GPU."""
    seconds = request.seconds or USUAL_SECONDS
    common = {"prompt": request.prompt, "seed": request.seed}
    sizes = {"width": request.width, "height": request.height}
    return (
        JobRequest.model_validate(
            {"capability": Capability.VIDEO, "model": "animator", "seconds": moving(seconds), **common, **sizes}
        ),
        JobRequest.model_validate({"capability": Capability.IMAGE, "model": "painter", **common, **sizes}),
        JobRequest.model_validate({"capability": Capability.AUDIO, "model": "composer", "seconds": seconds, **common}),
    )


def film_of(request: JobRequest, video: UUID, picture: UUID, sound: UUID) -> JobRequest:
    """The same request with its film: the video fades into the picture, under the prompt and over the music."""
    seconds = request.seconds or USUAL_SECONDS
    title = "".join(each for each in " ".join(request.prompt.split()) if each.isprintable())[:LONGEST_WORDS]
    film = Film(
        clips=[
            Clip(id=video),
            Clip(id=picture, seconds=seconds - moving(seconds) + FADE_SECONDS),
        ],
        fade_seconds=FADE_SECONDS,
        texts=[Text(words=title)] if title.strip() else [],
        music=Music(id=sound, gain_db=0.0, fade_out_seconds=1.0),
    )
    return request.model_copy(update={"film": film, "model": COMPOSE, "seconds": None})


def moving(seconds: float) -> float:
    """So much of a film so long moves."""
    return max(SHORTEST_MOVING, min(seconds * MOVING, LONGEST_MOVING))
