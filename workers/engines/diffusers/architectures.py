"""What each family of pipelines wants, by the class that a model folder names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Capability = Literal["image", "video"]
Dtype = Literal["float32", "float16", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Film:
    """How long a video can be: so many frames, or a multiple of `step` and one more up to `most`."""

    most: int
    rate: int  # frames a second, usually
    step: int | None = None  # None: always as many as the model was made for, played slower or faster
    slowest: int = 5  # frames a second that still look like a film
    usual_seconds: float = 4.0


@dataclass(frozen=True, slots=True)
class Architecture:
    """`side_step`: sides are made in multiples of it. `half`: what it was trained in, or stands."""

    capability: Capability
    side_step: int
    max_side: int
    half: Dtype
    steps: int
    guidance: float | None = None  # None: what the pipeline is called with otherwise
    from_picture: str | None = None  # the class that starts from a picture
    from_gap: str | None = None  # the one that fills the gaps of a picture
    needs_picture: bool = False  # it is the folder's own class that starts from one
    film: Film | None = None
    true_guidance: float | None = (
        None  # where a negative prompt needs guidance beside the model's own; 0: it takes none
    )
    words: int | None = None  # tokens of a prompt, where it is fewer than the pipeline's own

    def heeds_negative(self, guidance: float | None) -> bool:
        """Whether a negative prompt changes anything: it is what a pipeline is guided away from."""
        if self.true_guidance is not None:
            return self.true_guidance > 1
        return guidance is None or guidance > 1

    @property
    def takes_picture(self) -> bool:
        return self.needs_picture or self.from_picture is not None


STABLE = Architecture(
    "image",
    side_step=8,
    max_side=1024,
    half="float16",
    steps=30,
    guidance=7.0,
    from_picture="StableDiffusionImg2ImgPipeline",
    from_gap="StableDiffusionInpaintPipeline",
)
KNOWN: Mapping[str, Architecture] = {
    "StableDiffusionPipeline": STABLE,
    "StableDiffusionXLPipeline": replace(
        STABLE,
        max_side=2048,
        guidance=5.0,
        from_picture="StableDiffusionXLImg2ImgPipeline",
        from_gap="StableDiffusionXLInpaintPipeline",
    ),
    "FluxPipeline": Architecture(
        "image",
        side_step=16,
        max_side=2048,
        half="bfloat16",
        steps=28,
        guidance=3.5,
        from_picture="FluxImg2ImgPipeline",
        from_gap="FluxInpaintPipeline",
        true_guidance=2.0,
    ),
    "StableVideoDiffusionPipeline": Architecture(
        "video",
        side_step=64,
        max_side=1024,
        half="float16",
        steps=25,
        needs_picture=True,
        film=Film(25, 7),
        true_guidance=0.0,
    ),
    "LTXPipeline": Architecture(
        "video",
        side_step=32,
        max_side=1280,
        half="bfloat16",
        steps=40,
        guidance=3.0,
        from_picture="LTXImageToVideoPipeline",
        film=Film(257, 24, step=8),
    ),
}
UNKNOWN: Mapping[Capability, Architecture] = {
    "image": Architecture("image", 16, 1024, "bfloat16", 30),
    "video": Architecture("video", 32, 1024, "bfloat16", 40, film=Film(121, 24, step=8)),
}
DISTILLED_STEPS, DISTILLED_WORDS = 4, 256  # of FLUX schnell, which has no guidance


def architecture(pipeline: str, configs: Mapping[str, Mapping[str, object]], wanted: Capability | None) -> Architecture:
    """By the class and the configurations of a folder's parts; `wanted` decides for a class that is not known here."""
    known = KNOWN.get(pipeline) or UNKNOWN[wanted or "image"]
    if pipeline == "FluxPipeline" and configs.get("transformer", {}).get("guidance_embeds") is False:
        return replace(known, steps=DISTILLED_STEPS, guidance=0.0, words=DISTILLED_WORDS)
    frames = configs.get("unet", {}).get("num_frames")
    if known.film and known.film.step is None and isinstance(frames, int):
        return replace(known, film=replace(known.film, most=frames))
    return known
