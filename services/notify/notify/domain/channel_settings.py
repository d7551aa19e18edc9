"""What each kind of channel needs to be told, and what is refused before anything is sent."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from common.errors import Invalid

Kind = Literal["email", "wecom", "dingtalk", "feishu", "sms", "voice", "webhook"]
KINDS: tuple[Kind, ...] = ("email", "wecom", "dingtalk", "feishu", "sms", "voice", "webhook")

KIND_WORDS: dict[str, tuple[str, str]] = {
    "in_app": ("站内告警", "in the application"),
    "email": ("电子邮件", "e-mail"),
    "wecom": ("企业微信机器人", "WeCom robot"),
    "dingtalk": ("钉钉机器人", "DingTalk robot"),
    "feishu": ("飞书机器人", "Feishu robot"),
    "sms": ("短信服务商", "text message provider"),
    "voice": ("语音电话服务商", "voice call provider"),
    "webhook": ("签名回调（Webhook）", "signed webhook"),
}


class Options(BaseModel):
    """Base of the options: unknown words are an error."""

    model_config = ConfigDict(extra="forbid")


class MailOptions(Options):
    """Of an e-mail channel."""

    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    user: str = Field(default="", max_length=200)
    starttls: bool = False


class RobotOptions(Options):
    """Of a chat robot. Feishu is told people by its own ids: `mentions` maps a staff number to one (`ou_…`)."""

    mentions: dict[str, str] = {}
    keyword: str = Field(default="", max_length=40)
    """A word that the robot's security setting asks for in each text."""


class Success(Options):
    """How the far side's own body says that it took the message: a JSON pointer and the value it must have there."""

    success_pointer: str = Field(pattern=r"^(/[^/]*)+$", max_length=200)
    success_value: str = Field(max_length=200)


class ProviderOptions(Success):
    """Of a text message or voice provider: the JSON body to post, with {{phone}}, {{text}}, {{id}} and {{secret}}
    filled in inside its texts, and further headers (filled in likewise)."""

    body: dict[str, Any]
    headers: dict[str, str] = {}


class WebhookOptions(Success):
    """Of a signed webhook: by default the receiver answers {"ok": true}."""

    success_pointer: str = Field(default="/ok", pattern=r"^(/[^/]*)+$", max_length=200)
    success_value: str = Field(default="true", max_length=200)


_SHAPES: dict[str, type[Options]] = {
    "email": MailOptions, "wecom": RobotOptions, "dingtalk": RobotOptions, "feishu": RobotOptions,
    "sms": ProviderOptions, "voice": ProviderOptions, "webhook": WebhookOptions,
}  # fmt: skip


def checked_options(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a channel of this kind, whole; raises Invalid naming the first fault."""
    try:
        return _SHAPES[kind].model_validate(options).model_dump(mode="json")
    except ValidationError as wrong:
        fault = wrong.errors(include_url=False, include_input=False)[0]
        raise Invalid(
            "channel.options", "Option {name}: {why}", "选项 {name}:{why}",
            field="options." + ".".join(str(part) for part in fault["loc"]), why=str(fault["msg"]),
            name=".".join(str(part) for part in fault["loc"]) or "?",
        ) from wrong  # fmt: skip


def check_address(kind: str, address: str, *, allow_private: bool) -> None:
    """Raises Invalid for an address that no message may go to: no host, another scheme, plain http, inside the house.

    `allow_private` (a setting of the installation) lets http and private addresses pass. Names are resolved and judged
    again each time something is sent.
    """
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        parts, host = None, None
    schemes = ("smtp", "smtps") if kind == "email" else ("https", "http") if allow_private else ("https",)
    if parts is None or not host or parts.scheme not in schemes or parts.password:
        raise Invalid(
            "channel.address", "The address must be a whole {schemes} address with a host and no password in it.",
            "地址须为完整的 {schemes} 地址，且不得含密码。", field="address", schemes=" / ".join(schemes),
        )  # fmt: skip
    if kind == "email" or allow_private:
        return
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return
    if not literal.is_global:
        raise private_refused("address")


def private_refused(field: str | None = None) -> Invalid:
    """The refusal of an address inside the house."""
    return Invalid(
        "channel.private",
        "The address is a private one: the installation's setting allow_private_webhooks permits that, or not.",
        "该地址为内网地址：须由系统设置 allow_private_webhooks 允许。",
        field=field,
    )


def check_secret(kind: str, secret: str | None) -> None:
    """Raises Invalid for a webhook's secret that is not `whsec_` and base64 of 24 to 64 bytes (Standard Webhooks)."""
    if kind != "webhook":
        return
    try:
        size = len(base64.b64decode((secret or "").removeprefix("whsec_"), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not (secret or "").startswith("whsec_") or not 24 <= size <= 64:
        raise Invalid(
            "channel.secret", "A webhook's secret is 'whsec_' and base64 of 24 to 64 bytes.",
            "回调密钥须为 whsec_ 加 24 至 64 字节的 base64。", field="secret",
        )  # fmt: skip
