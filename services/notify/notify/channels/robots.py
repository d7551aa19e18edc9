"""Chat robots: WeCom, DingTalk, Feishu. Each answers HTTP 200 whatever happened; its body tells (facts: messages)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from notify.channels.outbound import Answer, Outbound, judged
from notify.channels.port import at_pointer
from notify.domain.sending import ROBOT_LIMITS, split_text
from notify.domain.texts import with_mentions
from notify.usecases.sending import Addressee, Post, Result

WECOM_GONE = frozenset({"93000", "93004", "93008"})
"""Answer codes of a robot that was removed or whose address is wrong: trying again helps nobody."""


class _Robot(ABC):
    """What the three share: the keyword, the splitting, one post after another until one fails."""

    kind = ""

    def __init__(self, outbound: Outbound, address: str, secret: str | None, options: dict[str, Any]) -> None:
        self.outbound, self.address, self.secret = outbound, address, secret or ""
        self.mentions: dict[str, str] = options.get("mentions", {})
        self.keyword: str = options.get("keyword", "")

    def send(self, post: Post) -> Result:
        """Posts the text, in parts where it is longer than the robot takes."""
        text = self.worded(post)
        if self.keyword and self.keyword not in text:
            text = f"{self.keyword} {text}"
        result = Result(False, "empty", "nothing to send", permanent=True)
        for part in split_text(text, ROBOT_LIMITS[self.kind].post_bytes):
            result = self.post(part, post)
            if not result.ok:
                break
        return result

    def worded(self, post: Post) -> str:
        """The text with the people who are called, as far as the far side needs them in it."""
        return post.text

    @abstractmethod
    def post(self, text: str, post: Post) -> Result:
        """Posts one part."""


class WeCom(_Robot):
    """企业微信群机器人: `errcode` 0 is success; people are named by their mobile numbers."""

    kind = "wecom"

    def post(self, text: str, post: Post) -> Result:
        """One `text` message."""
        body = {"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": _mobiles(post.addressees)}}
        return _by_errcode(self.outbound.post_json(self.address, body), gone=lambda code: code in WECOM_GONE)


class DingTalk(_Robot):
    """钉钉群机器人: `errcode` 0 is success; a signed robot wants time and signature in the address."""

    kind = "dingtalk"

    def worded(self, post: Post) -> str:
        """DingTalk lights a name up only where `@number` stands in the text."""
        return with_mentions(post.text, _mobiles(post.addressees))

    def post(self, text: str, post: Post) -> Result:
        """One `text` message."""
        body = {
            "msgtype": "text", "text": {"content": text},
            "at": {"atMobiles": _mobiles(post.addressees), "isAtAll": False},
        }  # fmt: skip
        address = self.address
        if self.secret:
            stamp = str(int(post.at.timestamp() * 1000))
            address += ("&" if "?" in address else "?") + urlencode(
                {"timestamp": stamp, "sign": dingtalk_sign(self.secret, stamp)}
            )
        return _by_errcode(self.outbound.post_json(address, body), gone=lambda code: code == "300005")


class Feishu(_Robot):
    """飞书群机器人: `code` (older ones `StatusCode`) 0 is success; people are named by their own Feishu ids."""

    kind = "feishu"

    def worded(self, post: Post) -> str:
        """People by their Feishu id where the channel knows it, else by masked name."""
        known = [one for one in post.addressees if one.staff_number in self.mentions]
        tags = "".join(f'<at user_id="{self.mentions[one.staff_number]}">{one.masked_name}</at>' for one in known)
        rest = [one.masked_name for one in post.addressees if one not in known]
        return with_mentions(post.text, rest) + (f"\n{tags}" if tags else "")

    def post(self, text: str, post: Post) -> Result:
        """One `text` message."""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if self.secret:
            stamp = str(int(post.at.timestamp()))
            body |= {"timestamp": stamp, "sign": feishu_sign(self.secret, stamp)}
        answer = self.outbound.post_json(self.address, body)
        if isinstance(answer, Result):
            return answer
        code = at_pointer(answer.body, "/code")
        if code is None:
            code = at_pointer(answer.body, "/StatusCode")
        words = at_pointer(answer.body, "/msg") or at_pointer(answer.body, "/StatusMessage")
        return judged(answer, code=code, good=code == 0, words=words, permanent=code in {19001, 19021})


def dingtalk_sign(secret: str, stamp: str) -> str:
    """DingTalk's signature: HMAC-SHA256 of `time\\nsecret` under the secret, base64."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def feishu_sign(secret: str, stamp: str) -> str:
    """Feishu's signature: HMAC-SHA256 of nothing under `time\\nsecret`, base64."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def _by_errcode(answer: Answer | Result, *, gone: Callable[[str], bool]) -> Result:
    if isinstance(answer, Result):
        return answer
    code = at_pointer(answer.body, "/errcode")
    return judged(
        answer, code=code, good=code == 0, words=at_pointer(answer.body, "/errmsg"), permanent=gone(str(code))
    )


def _mobiles(people: Sequence[Addressee]) -> list[str]:
    return list(dict.fromkeys(one.phone for one in people if one.phone))
