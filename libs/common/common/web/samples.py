"""A schema made readable: its fields as rows, and a sample of it."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 6
FORMATS = {
    "date": "2021-03-01",
    "date-time": "2021-03-01T08:30:00+08:00",
    "time": "08:30:00",
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "uri": "https://example.org/",
}


def sample_of(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """A sample of a schema as JSON: its own examples and defaults where it has them."""
    return json.dumps(_sample(document, schema, 0), ensure_ascii=False, indent=2)


def shape_of(
    document: dict[str, Any], schema: dict[str, Any], prefix: str = "", depth: int = 0
) -> list[dict[str, Any]]:
    """The fields of a schema, inner ones with their path: name, kind, required, words."""
    schema = resolved(document, schema)
    if schema.get("type") == "array":
        return shape_of(document, schema.get("items", {}), f"{prefix}[]", depth + 1) if depth < DEEPEST else []
    required = set(schema.get("required", ()))
    rows: list[dict[str, Any]] = []
    for name, inner in schema.get("properties", {}).items():
        whole = resolved(document, inner)
        path = f"{prefix}.{name}" if prefix else name
        rows.append(
            {"name": path, "kind": kind_of(document, inner), "required": name in required,
             "words": inner.get("description") or whole.get("description", "")}
        )  # fmt: skip
        if depth < DEEPEST:
            rows += shape_of(document, _only(document, inner), path, depth + 1)
    return rows


def kind_of(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """A schema's kind in a few words, such as `string (≤ 40)` or `admit | refuse`."""
    schema = resolved(document, schema)
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(kind_of(document, option) for option in options))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"{kind_of(document, schema.get('items', {}))}[]"
    low = schema.get("minLength", schema.get("minimum", schema.get("minItems")))
    high = schema.get("maxLength", schema.get("maximum", schema.get("maxItems")))
    notes = [
        schema.get("format", ""),
        f"≥ {low:g}" if low is not None else "",
        f"≤ {high:g}" if high is not None else "",
    ]
    inside = ", ".join(note for note in notes if note)
    return f"{kind} ({inside})" if inside else str(kind)


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference into the document."""
    while "$ref" in schema:
        found: dict[str, Any] = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _only(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The one option of a schema that is something or null."""
    schema = resolved(document, schema)
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    return options[0] if len(options) == 1 else schema


def _sample(document: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    schema = _only(document, schema)
    schema = resolved(document, schema)
    for word in ("example", "default", "const"):
        if word in schema:
            return schema[word]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("anyOf"):
        return _sample(document, schema["anyOf"][0], depth)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        inner = schema.get("properties", {}) if depth < DEEPEST else {}
        return {name: _sample(document, value, depth + 1) for name, value in inner.items()}
    if kind == "array":
        return [_sample(document, schema.get("items", {}), depth + 1)] if depth < DEEPEST else []
    if kind == "string":
        return FORMATS.get(schema.get("format", ""), "…")
    return {"integer": 1, "number": 36.5, "boolean": True}.get(str(kind))
