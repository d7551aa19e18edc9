"""Words for the codes of decisions, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from common.protocol import EntranceRules, Words

REASONS: dict[str, Words] = {
    "fever": Words(zh="体温达到发热标准", en="The temperature is a fever"),
    "manual_hold": Words(zh="监测员手工暂留", en="Held by the guard"),
    "refused_measurement": Words(zh="拒绝测量体温", en="Refused to be measured"),
    "no_mask": Words(zh="未佩戴口罩", en="No mask"),
    "no_name": Words(zh="未提供姓名", en="Gave no name"),
    "no_purpose": Words(zh="未填写来访事由", en="No purpose given"),
    "low_reading": Words(
        zh="体温偏低，请在室内稍候后复测", en="The reading is low: measure again after a while indoors"
    ),
    "retest_of_held": Words(zh="复测正常，应急组确认前请在原处等候", en="Normal now: wait for the emergency group"),
    "name_differs": Words(zh="证件登记的姓名与此前不同，请核对", en="This document came with another name before"),
    "late": Words(zh="当日登记表已封存，此记录需补签", en="The day's register is sealed: sign an amendment"),
    "symptom_unlisted": Words(zh="有方案未列的症状，已记录", en="A symptom that the protocol does not list was noted"),
}

DECISIONS: dict[str, Words] = {
    "admit": Words(zh="放行", en="Admit"),
    "refuse": Words(zh="禁止进入", en="Refuse"),
    "hold": Words(zh="暂留", en="Hold"),
}


def words_of(code: str, rules: EntranceRules | None = None) -> Words:
    """The words of a reason or advice code; a question's are the protocol's own."""
    if code.startswith("question.") and rules is not None:
        wanted = code.removeprefix("question.")
        for question in rules.questions:
            if question.code == wanted:
                return question.words
    found = REASONS.get(code)
    return found if found is not None else Words(zh=code, en=code)


def said(codes: Iterable[str], language: str, rules: EntranceRules | None = None) -> list[str]:
    """The words of several codes in one language."""
    found = [words_of(code, rules) for code in codes]
    return [words.en if language == "en" else words.zh for words in found]
