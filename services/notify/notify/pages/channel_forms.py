"""Which fields the form of each kind of channel has, and how they become its options."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.datastructures import MultiDict

FORMS: dict[str, tuple[str, ...]] = {
    "email": ("sender", "user", "starttls"),
    "wecom": ("keyword",),
    "dingtalk": ("keyword",),
    "feishu": ("keyword", "mentions"),
    "sms": ("body", "headers", "success_pointer", "success_value"),
    "voice": ("body", "headers", "success_pointer", "success_value"),
    "webhook": ("success_pointer", "success_value"),
}
"""Fields by kind."""

SAMPLES = {
    "body": '{"mobile": "{{phone}}", "content": "{{text}}"}',
    "headers": '{"Authorization": "Bearer {{secret}}"}',
    "names": "{{phone}} {{text}} {{id}} {{secret}}",
}
"""What the form of a provider shows to begin with, and the names that are filled in."""

AS_JSON = frozenset({"body", "headers", "mentions"})


def options_from(kind: str, form: MultiDict[str, str]) -> dict[str, Any]:
    """The options that a form tells; raises json.JSONDecodeError for a body that is not JSON."""
    found: dict[str, Any] = {}
    for name in FORMS.get(kind, ()):
        given = form.get(name, "").strip()
        if name == "starttls":
            found[name] = given == "1"
        elif given:
            found[name] = json.loads(given) if name in AS_JSON else given
    return found
