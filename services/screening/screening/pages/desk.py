"""The entrance desk: one field, the reading, the decision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _

from common.civil.document import DocumentType
from common.roles import Role
from common.site import PHONES
from common.web.access import allow
from common.web.language import pick
from common.web.request import page_site, run
from screening.usecases.desk import Desk, open_desk
from screening.usecases.entrances import list_entrances

pages = Blueprint("desk", __name__)


def phone_words() -> dict[str, str]:
    """What each of the site's telephone numbers is."""
    return dict(zip(PHONES, (_("疾控中心"), _("发热门诊"), _("急救"), _("社区")), strict=True))


def document_words() -> list[tuple[str, str]]:
    """The kinds of document a visitor may show; an empty one is guessed from the number."""
    words = {
        DocumentType.RESIDENT_ID: _("居民身份证"),
        DocumentType.PASSPORT: _("护照"),
        DocumentType.HK_MACAO_PERMIT: _("港澳居民来往内地通行证"),
        DocumentType.TAIWAN_PERMIT: _("台湾居民来往大陆通行证"),
        DocumentType.FOREIGN_RESIDENCE_PERMIT: _("外国人永久居留身份证"),
        DocumentType.OLD_RESIDENT_ID: _("15位旧身份证"),
        DocumentType.OTHER: _("其他证件"),
    }
    return [("", _("自动识别")), *((kind.value, said) for kind, said in words.items())]


@pages.get("/<site>/desk")
@allow(Role.MONITOR)
def choose(site: str) -> Any:
    """Which entrance; straight to it where there is but one."""
    found = [one for one in run(list_entrances, site=page_site(site)) if one.active]
    if len(found) == 1:
        return redirect(url_for("desk.desk", site=site, entrance=found[0].code))
    return render_template("screening/desk_choose.html", entrances=found)


@pages.get("/<site>/desk/<entrance>")
@allow(Role.MONITOR)
def desk(site: str, entrance: str) -> str:
    """The desk of one entrance."""
    found: Desk = run(open_desk, site=page_site(site), entrance=entrance)
    rules = found.protocol.entrance
    numbers = found.settings.phones
    return render_template(
        "screening/desk.html",
        desk=found,
        rules=rules,
        documents=document_words(),
        questions=[(q.code, pick(q.words.en, q.words.zh), q.symptom) for q in rules.questions],
        hold_words=[pick(words.en, words.zh) for words in rules.hold_words],
        phones=[(word, numbers[key]) for key, word in phone_words().items() if numbers.get(key)],
        state={
            "site": site,
            "entrance": found.entrance.code,
            "day": found.day.isoformat(),
            "zone": found.zone,
            "retestMinutes": rules.retest_after_minutes,
            "api": "/screening/api/v1",
            "page": f"/screening/{site}",
            "words": _desk_words(),
        },
    )


def _desk_words() -> dict[str, str]:
    """Texts that the script puts together itself."""
    return {
        "admit": _("放行"),
        "refuse": _("禁止进入"),
        "hold": _("暂留"),
        "new": _("作为新来访人员登记"),
        "unnamed": _("无名"),
        "visitor": _("来访"),
        "staff": _("职工"),
        "sending": _("正在提交…"),
        "unsent": _("尚未保存：网络或服务暂时不通。按回车重试，不会重复登记。"),
        "retestAt": _("复测时间：{time} 之后"),
        "retest": _("复测"),
        "void": _("误录"),
        "voided": _("已作废"),
        "leave": _("离开"),
        "left": _("已离开"),
        "complete": _("补录"),
        "noReading": _("未测"),
        "nobody": _("未找到。按回车登记新来访人员。"),
        "again": _("复测：{name}"),
        "handed": _("已交班，请下一位监测员登录。"),
        "maskOn": _("已戴口罩"),
        "maskOff": _("未戴口罩"),
    }
