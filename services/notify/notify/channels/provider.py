"""A text message or voice provider spoken to over HTTP, as its configuration words it."""

from __future__ import annotations

import json
from typing import Any

from notify.channels.outbound import Outbound, judged
from notify.channels.port import as_word, at_pointer
from notify.usecases.sending import Post, Result


class Provider:
    """Posts the configured JSON body; success is what the answer has at the configured pointer."""

    def __init__(self, outbound: Outbound, address: str, secret: str | None, options: dict[str, Any]) -> None:
        self.outbound, self.address, self.secret, self.options = outbound, address, secret or "", options

    def send(self, post: Post) -> Result:
        """One call or text to the one person this post is for."""
        phone = next((one.phone for one in post.addressees if one.phone), None)
        if phone is None:
            return Result(False, "no_phone", "the person has no telephone number", permanent=True)
        values = {"phone": phone, "text": post.text, "id": post.message_ids[0], "secret": self.secret}
        body = fill(self.options["body"], values)
        headers = {name: fill(value, values).strip() for name, value in self.options.get("headers", {}).items()}
        answer = self.outbound.post(self.address, json.dumps(body, ensure_ascii=False).encode(), headers)
        if isinstance(answer, Result):
            return answer
        found = at_pointer(answer.body, self.options["success_pointer"])
        return judged(
            answer, code=None if found is None else as_word(found), good=as_word(found) == self.options["success_value"]
        )


def fill(template: Any, values: dict[str, str]) -> Any:
    """The template with `{{name}}` replaced inside its texts alone, so that no value can add to its structure."""
    if isinstance(template, str):
        for name, value in values.items():
            template = template.replace("{{" + name + "}}", value)
        return template
    if isinstance(template, dict):
        return {key: fill(value, values) for key, value in template.items()}
    return [fill(value, values) for value in template] if isinstance(template, list) else template
