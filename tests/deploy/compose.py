"""compose.yaml as a container engine would read it: merged, its variables filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "compose.yaml"
VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\})")

Json = dict[str, Any]


def example() -> dict[str, str]:
    """The .env that the README shows."""
    block = (ROOT / "README.md").read_text().partition("<!-- env -->")[2].partition("<!-- /env -->")[0]
    return dict(re.findall(r"^(\w+)=([^#\n]*?)\s*(?:#.*)?$", block, re.MULTILINE))


def variables() -> set[str]:
    """Every variable that compose.yaml asks for."""
    return {found["name"] for found in VARIABLE.finditer(FILE.read_text()) if found["name"]}


def required() -> set[str]:
    return {found["name"] for found in VARIABLE.finditer(FILE.read_text()) if found["kind"] == "?"}


def load(env: Mapping[str, str]) -> Json:
    """The document with the variables of `env`; a required one that is missing is an error."""
    document: Json = filled(yaml.safe_load(FILE.read_text()), env)
    return document


def filled(node: Any, env: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return VARIABLE.sub(lambda found: value(found, env), node)
    if isinstance(node, dict):
        return {name: filled(inner, env) for name, inner in node.items()}
    return [filled(inner, env) for inner in node] if isinstance(node, list) else node


def value(found: re.Match[str], env: Mapping[str, str]) -> str:
    if found["escaped"]:
        return "$"
    given = env.get(found["name"], "")
    if not given and found["kind"] == "?":
        raise LookupError(f"{found['name']}: {found['rest']}")
    return given or (found["rest"] if found["kind"] == "-" else "")
