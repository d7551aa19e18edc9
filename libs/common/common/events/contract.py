"""The published language as files, and whether a change breaks what was published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common.events.catalogue import EVENTS
from common.events.payload import Payload, producer_of

Schema = dict[str, Any]


def schema_of(payload: type[Payload]) -> Schema:
    """The JSON Schema of a payload, with its type name, consumers and urgency."""
    schema = payload.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{payload.event_type}",
        **schema,
        "x-consumers": list(payload.consumers),
        "x-urgent": payload.urgent,
    }


def asyncapi() -> Schema:
    """The AsyncAPI 3 document of all events."""
    channels: Schema = {}
    operations: Schema = {}
    messages: Schema = {}
    schemas: Schema = {}
    for name, payload in sorted(EVENTS.items()):
        key = name.removeprefix("sizao.").replace(".", "_")
        address = f"{{site}}.{name.removeprefix('sizao.')}"
        channels[key] = {
            "address": address,
            "messages": {key: {"$ref": f"#/components/messages/{key}"}},
            "parameters": {"site": {"description": "code of the site"}},
            "description": (payload.__doc__ or "").strip(),
        }
        operations[f"publish_{key}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{key}"},
            "title": f"published by {producer_of(name)}",
        }
        messages[key] = {
            "name": name,
            "contentType": "application/cloudevents+json",
            "summary": (payload.__doc__ or "").strip().split("\n")[0],
            "payload": {"$ref": f"#/components/schemas/{key}"},
        }
        schemas[key] = _envelope(name, payload)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sizao events",
            "version": "1",
            "description": "CloudEvents 1.0 in structured JSON on the topic exchange sizao.events.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _envelope(name: str, payload: type[Payload]) -> Schema:
    data = payload.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/" + _key(name) + "/$defs/{model}"
    )
    definitions = data.pop("$defs", None)
    envelope: Schema = {
        "type": "object",
        "required": ["specversion", "id", "type", "source", "subject", "time", "site", "sequence", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "type": {"const": name},
            "source": {"type": "string"},
            "subject": {"type": "string"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "site": {"type": "string"},
            "sequence": {"type": "integer", "minimum": 0},
            "traceparent": {"type": "string"},
            "data": data,
        },
    }
    if definitions:
        envelope["$defs"] = definitions
    return envelope


def _key(name: str) -> str:
    return name.removeprefix("sizao.").replace(".", "_")


def written(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file of the contract and what it should hold."""
    yield folder / "asyncapi.json", _text(asyncapi())
    for name, payload in sorted(EVENTS.items()):
        yield folder / "schemas" / f"{name}.json", _text(schema_of(payload))
    yield folder / "README.md", _catalogue_page()


def _text(document: Schema) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _catalogue_page() -> str:
    lines = [
        "# Events",
        "",
        "Generated from `common.events.catalogue` by `sizao asyncapi --write`. CloudEvents 1.0 in JSON; routing key",
        "`<site>.<service>.<entity>.<happened>.<version>`. Personal particulars are `sealed`: subscribers get no key.",
        "A new field is a compatible change; anything else is a new version of the type.",
        "",
        "| type | said when | consumers | urgent |",
        "|---|---|---|---|",
    ]
    for name, payload in EVENTS.items():
        words = " ".join((payload.__doc__ or "").split())
        cells = [
            f"[`{name}`](schemas/{name}.json)",
            words,
            ", ".join(payload.consumers),
            "yes" if payload.urgent else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def breaks(old: Schema, new: Schema, where: str = "") -> list[str]:
    """What in `new` breaks a reader of `old`: fields gone, retyped or no longer always sent, words gone."""
    found: list[str] = []
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name, before in old_fields.items():
        place = f"{where}.{name}" if where else name
        if name not in new_fields:
            found.append(f"{place} is gone")
            continue
        after = new_fields[name]
        found += _retyped(before, after, place)
        found += breaks(before, after, place)
    found += [
        f"{where or 'payload'}.{name} is no longer always sent"
        for name in set(old.get("required", [])) - set(new.get("required", []))
    ]
    for name, before in old.get("$defs", {}).items():
        after = new.get("$defs", {}).get(name)
        if after is None:
            found.append(f"the shape {name} is gone")
        else:
            found += _retyped(before, after, name) + breaks(before, after, name)
    return sorted(found)


def _retyped(before: Schema, after: Schema, place: str) -> list[str]:
    found = [
        f"{place}: {word} was {before.get(word)!r} and is {after.get(word)!r}"
        for word in ("type", "format", "$ref", "const", "items")
        if before.get(word) != after.get(word)
    ]
    if "anyOf" in before and before["anyOf"] != after.get("anyOf"):
        found.append(f"{place}: its kinds changed")
    if set(before.get("enum", [])) - set(after.get("enum", [])):
        found.append(f"{place}: words were taken out of its list")
    return found
