"""Particulars of a person inside an event: readable by the five services alone, and bound to that one event."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from common.errors import Invalid
from common.secrets.current import get_keyring


def seal(particulars: Mapping[str, Any], event_id: str) -> str:
    """`particulars` (JSON types, exact numbers as text) as base64url text under the event key, bound to `event_id`.

    Raises Invalid for what JSON can't hold exactly, Unavailable without a key ring.
    """
    try:
        text = json.dumps(dict(particulars), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        if json.loads(text) != particulars:
            raise ValueError(event_id)
    except (TypeError, ValueError, RecursionError):
        raise Invalid(
            "sealed.not_json",
            "The particulars of event {event_id} hold something that JSON can't: give text, whole numbers, lists and "
            "mappings.",
            "事件 {event_id} 的密封内容含有 JSON 不能表示的值:请用文本、整数、列表和映射。",
            field="sealed",
            event_id=event_id,
        ) from None
    return base64.urlsafe_b64encode(get_keyring().encrypt(text, _aad(event_id), "event")).decode().rstrip("=")


def unseal(text: str, event_id: str) -> dict[str, Any]:
    """The particulars sealed in `text` for `event_id`.

    Raises Invalid if the text is not base64url, Unavailable if it was sealed for another event, under a key that isn't
    in the ring, or was altered.
    """
    try:
        envelope = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Invalid(
            "sealed.not_text",
            "The sealed particulars of event {event_id} are not base64url text.",
            "事件 {event_id} 的密封内容不是 base64url 文本。",
            field="sealed",
            event_id=event_id,
        ) from None
    found: dict[str, Any] = json.loads(get_keyring().decrypt(envelope, _aad(event_id), "event"))
    return found


def _aad(event_id: str) -> bytes:
    return b"sizao.sealed.v1\x00" + event_id.encode()
