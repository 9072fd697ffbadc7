"""What was made, as files of its task, with how it was made written into them."""

from io import BytesIO
from typing import Any

from PIL import Image

from workers.engines.diffusers.orders import Shot, Way, cut
from workers.engines.diffusers.shooting import Take
from workers.engines.protocol import BadRequest, Made
from workers.media.png_text import described
from workers.media.tags import tags
from workers.media.video_file import write_film
from workers.variants import begun, begun_of

POSTER = 0.4  # where in the film its picture is taken


def written(shot: Shot, take: Take) -> Made:
    if take.refused:
        raise BadRequest("picture_refused", "the model's own safety checker refused the picture that came of it")
    return film(shot, take) if shot.order.shape.frames else picture(shot, take.images[0])


def picture(shot: Shot, image: Image.Image) -> Made:
    order = shot.order
    if order.start and order.start.gap:  # what was not to be changed is as it was, to the pixel
        image = Image.composite(image, order.start.picture, order.start.gap)
    image = cut(image.convert("RGB"), order.size)
    metadata, content = said(shot), BytesIO()
    beside = begun(image, metadata)
    image.save(content, "PNG", compress_level=1)
    path = order.task.folder / f"{shot.index}.png"
    path.write_bytes(described(content.getvalue(), {"Software": "Tessera diffusers", **metadata}))
    return Made(path, "image", "png", *image.size, metadata=metadata, look=image, beside=beside)


def film(shot: Shot, take: Take) -> Made:
    order = shot.order
    size = order.size[0] - order.size[0] % 2, order.size[1] - order.size[1] % 2  # as H.264 wants them
    frames = [cut(image.convert("RGB"), size) for image in take.images]
    rate = order.shape.rate or 1
    metadata, look = said(shot), frames[int(len(frames) * POSTER)]
    beside = begun_of(look)
    path = order.task.folder / f"{shot.index}.mp4"
    seconds = len(frames) / rate
    web = write_film(path, frames, size, rate, tags(metadata, "Tessera diffusers"), seconds)
    return Made(
        path, "video", "mp4", *size, duration_seconds=seconds, took_seconds=seconds, metadata=metadata,
        look=look, beside=beside, web=web,
    )  # fmt: skip


def said(shot: Shot) -> dict[str, Any]:
    """How it was made; nothing about who asked."""
    order, shape = shot.order, shot.order.shape
    made: dict[str, Any] = {"model": order.task.model, "seed": shot.seed, "prompt": order.prompt, "steps": shape.steps}
    if order.negative:
        made["negative"] = order.negative
    if shape.guidance is not None:
        made["guidance"] = shape.guidance
    if shape.way is not Way.WORDS and shape.strength is not None:
        made["strength"] = shape.strength
    if order.parent_seed is not None:
        made |= {"parent_seed": order.parent_seed, "strength": order.leaves}
    return made
