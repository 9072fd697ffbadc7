"""Cut Discord's official OpenAPI file down to what our bots may use: `python trim_discord.py OFFICIAL.json`."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = Any
TARGET = Path(__file__).with_name("discord-openapi.json")

ROUTES = {
    "/applications/@me": ["get"],
    "/applications/{application_id}/commands": ["get", "post", "put"],
    "/applications/{application_id}/commands/{command_id}": ["get", "patch", "delete"],
    "/applications/{application_id}/guilds/{guild_id}/commands": ["get", "post", "put"],
    "/channels/{channel_id}": ["get"],
    "/channels/{channel_id}/messages": ["get", "post"],
    "/channels/{channel_id}/messages/{message_id}": ["get", "patch", "delete"],
    "/channels/{channel_id}/typing": ["post"],
    "/gateway": ["get"],
    "/gateway/bot": ["get"],
    "/guilds/{guild_id}": ["get"],
    "/interactions/{interaction_id}/{interaction_token}/callback": ["post"],
    "/oauth2/applications/@me": ["get"],
    "/users/@me": ["get"],
    "/users/@me/channels": ["post"],
    "/users/@me/guilds": ["get"],
    "/webhooks/{webhook_id}/{webhook_token}": ["post"],
    "/webhooks/{webhook_id}/{webhook_token}/messages/@original": ["get", "patch", "delete"],
    "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": ["get", "patch", "delete"],
}
# Features our bots do not have. A union loses the member, an object the property; requests that use one are reported.
ABSENT = re.compile(
    "Activity|BasicApplicationResponseWithBot|BasicMessage|Channel(Select|Mention)|Checkbox|ClientTheme|Collectibles"
    "|Container|EmojiResponse|FileComponent|FileUpload|ForumTag|GuildMember|IconEmoji|IncidentsData"
    "|IncomingWebhookRequestPartial|LaunchActivity|Lobby|MediaGallery|MentionableSelect|MessageCall"
    "|MessageInteractionResponse|MessageShareCustom|MessageSnapshot|Nameplate|Nitro|Poll|Pong|PrivateGroupChannel"
    "|Purchase|RadioGroup|Reaction|ResolvedObjects|RoleSelect|RoleSubscription|Section|Separator|SocialLayer|Sticker"
    "|TeamResponse|TextDisplay|ThemeShare|Thread|Thumbnail|UnfurledMediaResponse|UserSelect"
)
KEPT = {"type", "format", "const", "enum", "pattern", "required", "additionalProperties", "contentEncoding"}
KEPT |= {"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems", "maxProperties"}
UNIONS = ("anyOf", "oneOf", "allOf")


def main() -> None:
    official = json.loads(Path(sys.argv[1]).read_text())
    schemas = {name: slim(schema) for name, schema in official["components"]["schemas"].items()}
    paths = {path: {method: operation(official["paths"][path][method]) for method in ROUTES[path]} for path in ROUTES}
    wanted = reachable(paths, schemas)
    info = {key: official["info"][key] for key in ("title", "version", "license")}
    lines = [f"{json.dumps(name)}: {json.dumps(schemas[name], separators=(',', ':'))}" for name in sorted(wanted)]
    routes = [f"{json.dumps(path)}: {json.dumps(item, separators=(',', ':'))}" for path, item in paths.items()]
    TARGET.write_text(
        f'{{"openapi": {json.dumps(official["openapi"])},\n"info": {json.dumps(info)},\n"paths": {{\n'
        + ",\n".join(routes)
        + '\n},\n"components": {"schemas": {\n'
        + ",\n".join(lines)
        + "\n}}}\n"
    )


def operation(official: Json) -> Json:
    kept: dict[str, Json] = {"responses": {}}
    if query := [p["name"] for p in official.get("parameters", []) if p["in"] == "query"]:
        kept["parameters"] = [{"name": name, "in": "query"} for name in query]
    if "requestBody" in official:
        kept["requestBody"] = json_content(official["requestBody"])
    for status, answer in official["responses"].items():
        if status.startswith("2"):
            kept["responses"][status] = json_content(answer)
    return kept


def json_content(official: Json) -> Json:
    schema = official.get("content", {}).get("application/json", {}).get("schema")
    return {"content": {"application/json": {"schema": slim(schema)}}} if schema else {}


def slim(schema: Json) -> Json:
    """Keep what validates; write an annotated list of constants as an enum."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    kept = {key: value for key, value in schema.items() if key in KEPT}
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = slim(kept["additionalProperties"])
    if "items" in schema:
        kept["items"] = slim(schema["items"])
    if "properties" in schema:
        kept["properties"] = {
            name: slim(member) for name, member in schema["properties"].items() if not wholly_absent(member)
        }
        if "required" in kept:
            kept["required"] = [name for name in kept["required"] if name in kept["properties"]]
    for union in UNIONS:
        members = schema.get(union, [])
        if members and all("const" in member for member in members):
            kept["enum"] = [member["const"] for member in members]
        elif members:
            kept[union] = [slim(member) for member in members if not is_absent(member)]
    return kept


def is_absent(schema: Json) -> bool:
    return ABSENT.search(schema.get("$ref", "").rpartition("/")[2]) is not None


def wholly_absent(schema: Json) -> bool:
    """Whether a property is made only of absent things: the thing, an array of it, a union of it and null."""
    if is_absent(schema) or ("items" in schema and wholly_absent(schema["items"])):
        return True
    members = [m for union in UNIONS for m in schema.get(union, []) if m.get("type") != "null"]
    return bool(members) and all(wholly_absent(member) for member in members)


def reachable(start: Json, schemas: dict[str, Json]) -> set[str]:
    found: set[str] = set()
    todo = list(references(start))
    while todo:
        if (name := todo.pop()) not in found:
            found.add(name)
            todo += references(schemas[name])
    return found


def references(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


if __name__ == "__main__":
    main()
