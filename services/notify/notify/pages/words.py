"""What pages say of alerts, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from common.web.language import pick
from notify.domain.channel_settings import KIND_WORDS
from notify.domain.groups import GROUP_WORDS
from notify.domain.ladder import RUNG_WORDS
from notify.domain.routes import EVENT_WORDS
from notify.domain.states import MARK_WORDS, public_state
from notify.models import Alert, AlertEntry


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


def said(words: tuple[str, str]) -> str:
    """Whichever of a Chinese and an English wording the reader wants."""
    return pick(words[1], words[0])


def group_words(code: str) -> str:
    """A group's name."""
    return said(GROUP_WORDS.get(code, (code, code)))


def rung_words(to: str) -> str:
    """A rung's name."""
    return said(RUNG_WORDS.get(to, (to, to)))


def kind_words(kind: str) -> str:
    """A channel kind's name."""
    return said(KIND_WORDS.get(kind, (kind, kind)))


def event_words(event_type: str) -> str:
    """What an event type says."""
    return said(EVENT_WORDS.get(event_type, (event_type, event_type)))


def mark_words(mark: str) -> str:
    """A mark's words."""
    return said(MARK_WORDS[mark]) if mark in MARK_WORDS else ""


def title_of(alert: Alert) -> str:
    """An alert's title."""
    return pick(alert.title_en, alert.title_zh)


def state_badge(alert: Alert) -> tuple[str, str]:
    """The words and tone of an alert's state."""
    if alert.silent and alert.state == "open":
        return _("补录，不响铃"), "neutral"
    state = public_state(alert.state, alert.mark)
    return {
        "open": (_("待处理"), "bad"),
        "marked": (mark_words(alert.mark), "warn"),
        "exhausted": (_("无人应答"), "bad"),
        "acknowledged": (_("处理中"), "good"),
        "closed": (_("已结束"), "neutral"),
    }[state]


def message_badge(state: str) -> tuple[str, str]:
    """The words and tone of a message's state."""
    return {
        "queued": (_("待发送"), "warn"),
        "sending": (_("发送中"), "accent"),
        "delivered": (_("已送达"), "good"),
        "failed": (_("发送失败"), "bad"),
        "cancelled": (_("已取消"), "neutral"),
        "shown": (_("演示，不外发"), "accent"),
    }.get(state, (state, "neutral"))


def history_words(line: AlertEntry) -> str:
    """One line of an alert's history."""
    details: dict[str, Any] = line.details
    to, group = rung_words(str(details.get("to", ""))), group_words(str(details.get("group", "")))
    mark, reading = str(details.get("mark", "none")), str(details.get("reading", ""))
    return {
        "raised": _("告警发出，负责：%(group)s", group=group),
        "reaches_nobody": _("%(group)s没有可通知的人，转系统管理员", group=group),
        "called": _("通知%(to)s，共%(people)s人", to=to, people=details.get("people", 0)),
        "skipped": _("%(to)s没有可联系到的人，跳过", to=to),
        "exhausted": _("逐级通知完毕，无人应答"),
        "acknowledged": _("接手处理") if mark == "none" else _("接手并确认：%(mark)s", mark=mark_words(mark)),
        "mark_confirmed": _("确认：%(mark)s", mark=mark_words(mark)),
        "marked": _("标记撤回") if mark == "none" else _("标记为%(mark)s", mark=mark_words(mark)),
        "retest_normal": _("复测正常 %(reading)s℃", reading=reading),
        "retest_fever": _("复测仍发热 %(reading)s℃", reading=reading),
        "check_voided": _("登记作废"),
        "severity_raised": _("升级为严重"),
        "named": _("补录姓名"),
        "linked": _("已关联处置事件"),
        "closed": _closed(str(details.get("why", ""))),
    }.get(line.what, line.what)


def _closed(why: str) -> str:
    return {
        "incident_closed": _("处置事件已结束"),
        "step_recorded": _("步骤已补记"),
        "filed": _("登记表已上报"),
    }.get(why, _("已结束"))
