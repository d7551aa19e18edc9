"""Makes a channel from how it is configured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notify.channels.mail import Mail
from notify.channels.outbound import Outbound
from notify.channels.port import Channel
from notify.channels.provider import Provider
from notify.channels.robots import DingTalk, Feishu, WeCom
from notify.channels.webhook import Webhook
from notify.usecases.sending import Way

BY_HTTP: dict[str, Callable[[Outbound, str, str | None, dict[str, Any]], Channel]] = {
    "wecom": WeCom, "dingtalk": DingTalk, "feishu": Feishu, "sms": Provider, "voice": Provider, "webhook": Webhook,
}  # fmt: skip


def build(way: Way, outbound: Outbound) -> Channel:
    """The channel that speaks to a way's far side; raises KeyError for a kind that is not known."""
    if way.kind == "email":
        return Mail(way.address, way.secret, way.options)
    return BY_HTTP[way.kind](outbound, way.address, way.secret, way.options)
