"""The models people can ask for, and what a request costs: pure."""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from enum import StrEnum

from pydantic import BaseModel


class Capability(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    TEXT = "text"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Model:
    """One row of `catalogue.models`."""

    id: str
    display_name: str
    description: str
    capability: Capability
    price_tokens: Decimal
    default_width: int
    default_height: int
    rank: int
    is_available: bool


PIXELS_OF_ONE_PRICE = 1024 * 1024


def price(model: Model, width: int, height: int, count: int) -> Decimal:
    """Tokens for `count` pictures: the model's price up to 1024 x 1024, above it in proportion to the pixels,
    rounded up to a quarter of the price."""
    quarters = max(Decimal(4), (Decimal(4) * width * height / PIXELS_OF_ONE_PRICE).to_integral_value(ROUND_UP))
    return (model.price_tokens * quarters / 4 * count).quantize(Decimal("0.01"), ROUND_UP)


class ModelView(BaseModel):
    """A model as the API shows it to one caller."""

    id: str
    display_name: str
    description: str
    capability: Capability
    price_tokens: Decimal
    default_width: int
    default_height: int
    allowed: bool  # by the caller's plan
    online: bool  # a live worker offers it
    default: bool  # what a request that names no model of this capability gets


class ModelList(BaseModel):
    models: list[ModelView]
