"""The words of timeline entries: a code with its particulars, said in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isolation.domain.words import Words

ENTRIES: dict[str, Words] = {
    "check.held": Words("{entrance}:测得 {reading} ℃,暂留", "{entrance}: {reading} ℃ measured, held"),
    "check.held_unmeasured": Words("{entrance}:未测体温,暂留", "{entrance}: held without a reading"),
    "check.retested_normal": Words("复测 {reading} ℃,正常", "Retest {reading} ℃, normal"),
    "check.retested_fever": Words("复测 {reading} ℃,仍发热", "Retest {reading} ℃, still a fever"),
    "check.retested_unmeasured": Words("复测未得到读数", "Retest without a reading"),
    "check.voided": Words("登记作废(误录)", "The check was voided as an entry error"),
    "check.retest_voided": Words("复测记录作废", "The retest was voided"),
    "incident.opened": Words("事件 {number} 自动立案", "Incident {number} opened by itself"),
    "incident.opened_imported": Words("事件 {number} 由导入的登记表立案", "Incident {number} opened by an import"),
    "incident.opened_by_hand": Words("事件 {number} 手工立案", "Incident {number} opened by hand"),
    "incident.closed": Words("事件关闭:{outcome_zh}", "Incident closed: {outcome_en}"),
    "incident.closed_with_open_steps": Words(
        "事件关闭:{outcome_zh}(必办步骤未完成:{steps_zh})", "Incident closed: {outcome_en} (steps open: {steps_en})"
    ),
    "incident.reopened": Words("事件重新打开", "Incident reopened"),
    "alert.raised": Words("已发出告警", "Alert raised"),
    "alert.silent": Words("已登记告警,按方案不再鸣响", "Alert stored without sirens, as the protocol says"),
    "alert.raised_about_step": Words("步骤超时告警已发出", "Alert about an overdue step raised"),
    "alert.first_sent": Words("第一条告警消息已送出", "The first message was sent"),
    "alert.escalated": Words(
        "无人应答,升级至{to_zh}(通知 {reached} 人)", "No answer: climbed to {to_en} ({reached} told)"
    ),
    "alert.acknowledged": Words("已接报", "Alert acknowledged"),
    "alert.exhausted": Words("告警已升到最高一级,仍无人应答", "The ladder ended: nobody answered"),
    "alert.marked": Words("告警标记:{mark_zh}", "Alert marked: {mark_en}"),
    "confirmation.given": Words("应急组确认:{mark_zh}", "Confirmed by the emergency group: {mark_en}"),
    "confirmation.withdrawn": Words(
        "新的复测与此前的确认不符,预设步骤恢复为待办",
        "A newer retest contradicts the confirmation: steps are due again",
    ),
    "step.done": Words("{step_zh}:已完成", "{step_en}: done"),
    "step.not_needed": Words("{step_zh}:无需办理", "{step_en}: not needed"),
    "step.done_late": Words("{step_zh}:已完成(超时)", "{step_en}: done late"),
    "step.amended": Words("{step_zh}:更正为“{state_zh}”", "{step_en}: corrected to “{state_en}”"),
    "step.overdue": Words("{step_zh}:超过时限", "{step_en}: overdue"),
    "note.written": Words("备注", "Note"),
    "link.made": Words("关联事件 {number}", "Linked with incident {number}"),
    "link.undone": Words("解除与事件 {number} 的关联", "Unlinked from incident {number}"),
    "particulars.completed": Words("补全人员信息:{name}", "Particulars completed: {name}"),
}


FIRST = {
    "check.held": 0, "check.held_unmeasured": 0, "incident.opened": 1, "incident.opened_imported": 1,
    "incident.opened_by_hand": 1, "alert.raised": 2, "alert.silent": 2, "alert.raised_about_step": 2,
    "alert.first_sent": 3,
}  # fmt: skip
"""What comes first of things that happened in the same instant, whichever was heard of first."""


def rank_of(code: str) -> int:
    """The place of an entry among those of its instant."""
    return FIRST.get(code, len(FIRST))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def say(code: str, params: Mapping[str, Any], language: str) -> str:
    """An entry in `language`; a particular that is not there is a dash, an unknown code is shown as it is."""
    words = ENTRIES.get(code)
    return code if words is None else words.said(language).format_map(_Known(params)).strip()
