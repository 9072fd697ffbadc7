"""aiogram, imported leanly, is as complete as ever."""

import subprocess
import sys

BUILD_ALL = """
import sys
from bots.telegram import lean
import aiogram.methods, aiogram.types
from pydantic import BaseModel

models = [
    model
    for package in (aiogram.types, aiogram.methods)
    for model in vars(package).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
]
assert len(models) > 400, len(models)
assert sum(model.__pydantic_complete__ for model in models) < 100
assert "defer_build" not in BaseModel.model_config
for model in models:
    assert model.model_rebuild() is not False, model
"""


def test_each_model_can_be_built_when_it_is_needed() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", BUILD_ALL], check=True, timeout=100)
