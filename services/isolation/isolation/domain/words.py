"""Words in both languages, and the fixed codes of incidents with theirs."""

from __future__ import annotations

from typing import NamedTuple

UNNAMED = "无名"
"""Shown for somebody who gave no name."""


class Words(NamedTuple):
    """One label in Chinese and in English."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The label in `language` (`zh` or `en`)."""
        return self.en if language == "en" else self.zh


KINDS: dict[str, Words] = {
    "fever": Words("发热", "Fever"),
    "symptom": Words("有症状", "Symptoms"),
    "manual_hold": Words("手工暂留", "Held by hand"),
}
SEVERITIES: dict[str, Words] = {"ordinary": Words("一般", "Ordinary"), "severe": Words("严重", "Severe")}
STATES: dict[str, Words] = {"open": Words("处置中", "Open"), "closed": Words("已关闭", "Closed")}
STEP_STATES: dict[str, Words] = {
    "open": Words("待办", "To do"),
    "done": Words("已完成", "Done"),
    "not_needed": Words("无需办理", "Not needed"),
}
MARKS: dict[str, Words] = {
    "retest_normal": Words("复测正常", "Normal on retest"),
    "entry_error": Words("误录待核", "Entry error, to be confirmed"),
}
OUTCOMES: dict[str, Words] = {
    "hospital": Words("送往就医", "Sent to hospital"),
    "released_after_retest": Words("复测正常,放行", "Released after a normal retest"),
    "entry_error": Words("误录", "Entry error"),
    "left": Words("自行离开", "Left on his own"),
    "merged": Words("并入关联事件", "Handled in a linked incident"),
    "other": Words("其他", "Other"),
}
CLOCKS: dict[str, Words] = {
    "first_alert": Words("发现 → 首次告警", "Found → first alert"),
    "acknowledged": Words("发现 → 有人接报", "Found → acknowledged"),
    "authority_told": Words("发现 → 报告疫情防控部门", "Found → authority told"),
    "closed": Words("发现 → 关闭", "Found → closed"),
}
RUNGS: dict[str, Words] = {
    "on_duty": Words("当班人员", "whoever is on duty"),
    "group": Words("应急组全体", "the whole group"),
    "group_leader": Words("组长", "the group's leader"),
    "leader_in_charge": Words("分管领导", "the leader in charge"),
    "leading_group": Words("领导小组", "the leading group"),
}
PHONES: dict[str, Words] = {
    "cdc": Words("疾控中心", "Centre for disease control"),
    "fever_clinic": Words("发热门诊", "Fever clinic"),
    "emergency_120": Words("急救", "Ambulance"),
    "community": Words("社区", "Community"),
}
REASONS: dict[str, Words] = {
    "fever": Words("体温达到发热标准", "The temperature is a fever"),
    "manual_hold": Words("监测员手工暂留", "Held by the guard"),
    "opened_by_hand": Words("应急组手工立案", "Opened by hand"),
}


def words_of(table: dict[str, Words], code: str) -> Words:
    """The words of a code; the code itself where the table has none (a newer producer)."""
    return table.get(code, Words(code, code))
