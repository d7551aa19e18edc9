"""A webhook signed as Standard Webhooks describes: id, time and HMAC-SHA256 over both and the body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from notify.channels.outbound import Outbound, judged
from notify.channels.port import as_word, at_pointer
from notify.usecases.sending import Post, Result


class Webhook:
    """Posts the alert as JSON. The receiver's body says that it took it (by default `{"ok": true}`)."""

    def __init__(self, outbound: Outbound, address: str, secret: str | None, options: dict[str, Any]) -> None:
        self.outbound, self.address, self.secret, self.options = outbound, address, secret or "", options

    def send(self, post: Post) -> Result:
        """One signed request; its id is the message's, the same in each attempt."""
        body = json.dumps(
            {
                "type": "sizao.alert", "timestamp": post.at.isoformat(),
                "data": {"site": post.site, "alert_id": post.alert_id, "subject": post.subject, "text": post.text},
            },
            ensure_ascii=False,
        ).encode()  # fmt: skip
        message_id, stamp = f"msg_{post.message_ids[0]}", str(int(post.at.timestamp()))
        headers = {
            "webhook-id": message_id, "webhook-timestamp": stamp,
            "webhook-signature": signature(self.secret, message_id, stamp, body),
        }  # fmt: skip
        answer = self.outbound.post(self.address, body, headers)
        if isinstance(answer, Result):
            return answer
        found = at_pointer(answer.body, self.options["success_pointer"])
        return judged(
            answer, code=None if found is None else as_word(found), good=as_word(found) == self.options["success_value"]
        )


def signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC-SHA256 of `id.time.body` under the secret's bytes."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
