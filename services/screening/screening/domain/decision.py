"""The rules of the entrance: who is admitted, refused or held, and why (plan G3; facts: readings and identity)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from common.civil.reading import parse_reading
from common.errors import Invalid
from common.protocol import Effect, EntranceRules

Outcome = Literal["admit", "refuse", "hold"]
SMALLEST_STEP = Decimal("0.01")
MOST_SYMPTOMS = 20
LONGEST_SYMPTOM = 40


@dataclass(frozen=True)
class Facts:
    """What is known of one person at the entrance when the rules are applied."""

    reading: Decimal | None
    mask: bool | None
    """`None` only where the source has no such column (imported lists): then masks are not judged."""
    refused_measurement: bool = False
    named: bool = True
    purpose_given: bool = True
    """True for staff, who come to work."""
    yes_to: frozenset[str] = field(default_factory=frozenset)
    """Codes of the protocol's questions answered with yes."""
    manual_hold: str | None = None
    """Why the guard holds this person by hand, if he does."""


@dataclass(frozen=True)
class Decision:
    """The outcome; the codes that caused it, the weightiest first; and codes that only advise."""

    outcome: Outcome
    fever: bool
    reasons: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


def boundary(rules: EntranceRules) -> Decimal:
    """The lowest reading in ℃ that is a fever; readings have at most two decimals."""
    return rules.fever_at if rules.fever_inclusive else rules.fever_at + SMALLEST_STEP


def read_temperature(value: object, rules: EntranceRules) -> Decimal | None:
    """The reading in `value`, judged by the protocol's plausible range; `None` if it is empty.

    Raises Invalid, for the field `reading`, for whatever is no plausible reading: it asks for a new one.
    """
    try:
        return parse_reading(value, low=rules.plausible_low, high=rules.plausible_high)
    except Invalid as wrong:
        wrong.field = "reading"
        raise


def decide(facts: Facts, rules: EntranceRules) -> Decision:
    """Applies the rules. A fever holds before mask, name or purpose is judged; a hold outweighs a refusal.

    Raises Invalid for what can't be judged: nobody measured and nobody refused, a reading of somebody who refused.
    """
    _check_measured(facts)
    fever = facts.reading is not None and facts.reading >= boundary(rules)
    found: dict[Effect, list[str]] = {"hold": [], "refuse": [], "advise": [], "ignore": []}
    if fever:
        found["hold"].append("fever")
    if facts.manual_hold is not None:
        found["hold"].append("manual_hold")
    for question in rules.questions:
        if question.code in facts.yes_to:
            found[question.effect].append(question_reason(question.code))
    if not fever:
        for code, effect in _missing(facts, rules):
            found[effect].append(code)
    advice = tuple(found["advise"] + _advice_on(facts, rules))
    if found["hold"]:
        return Decision("hold", fever, tuple(found["hold"]), advice)
    if found["refuse"]:
        return Decision("refuse", fever, tuple(found["refuse"]), advice)
    return Decision("admit", fever, (), advice)


def question_reason(code: str) -> str:
    """The reason code of a protocol's question."""
    return f"question.{code}"


def sort_symptoms(
    given: tuple[str, ...], answers: Mapping[str, bool], rules: EntranceRules
) -> tuple[frozenset[str], tuple[str, ...]]:
    """(codes answered with yes, other symptoms in the guard's words) from what the desk sent.

    A symptom may be a code or its Chinese or English words. What the protocol does not list is kept as it was said and
    has no effect. Raises Invalid for an unknown answer, and for a symptom that an answer denies.
    """
    by_word = {word: q.code for q in rules.questions for word in (q.code, q.words.zh, q.words.en.lower())}
    known = {question.code for question in rules.questions}
    for code in answers:
        if code not in known:
            raise Invalid(
                "answers.unknown",
                "The protocol asks no question '{what}'.",
                "防控方案中没有问题“{what}”。",
                field="answers",
                what=code[:LONGEST_SYMPTOM],
            )
    yes = {code for code, said in answers.items() if said}
    others: list[str] = []
    for symptom in given:
        text = symptom.strip()
        named = by_word.get(text) or by_word.get(text.lower())
        if named is None:
            others.append(_other_symptom(text))
        elif answers.get(named) is False:
            raise Invalid(
                "symptoms.contradiction",
                "'{what}' is given as a symptom and denied as an answer.",
                "“{what}”既列为症状又回答为否。",
                field="symptoms",
                what=named,
            )
        else:
            yes.add(named)
    return frozenset(yes), tuple(dict.fromkeys(others))


def _other_symptom(text: str) -> str:
    if not 1 <= len(text) <= LONGEST_SYMPTOM:
        raise Invalid(
            "symptoms.length",
            "A symptom is named in 1 to {limit} characters.",
            "症状名称应为1至{limit}个字。",
            field="symptoms",
            limit=LONGEST_SYMPTOM,
        )
    return text


def _check_measured(facts: Facts) -> None:
    if facts.reading is None and not facts.refused_measurement and facts.manual_hold is None:
        raise Invalid(
            "reading.not_measured",
            "Nobody was measured: give the reading, or say that measurement was refused. An empty reading is never 0.",
            "未测量体温：请填写体温，或注明拒绝测温。空白不等于0。",
            field="reading",
        )
    if facts.reading is not None and facts.refused_measurement:
        raise Invalid(
            "reading.refused_but_measured",
            "There is a reading, and measurement is said to be refused: correct one of them.",
            "已有体温，又注明拒绝测温：请改正其中一项。",
            field="refused_measurement",
        )


def _missing(facts: Facts, rules: EntranceRules) -> list[tuple[str, Effect]]:
    found: list[tuple[str, Effect]] = []
    if facts.refused_measurement:
        found.append(("refused_measurement", rules.refused_measurement))
    if facts.mask is False:
        found.append(("no_mask", rules.no_mask))
    if not facts.named:
        found.append(("no_name", rules.no_name))
    if not facts.purpose_given:
        found.append(("no_purpose", rules.no_purpose))
    return found


def _advice_on(facts: Facts, rules: EntranceRules) -> list[str]:
    low = facts.reading is not None and facts.reading < rules.retest_below
    return ["low_reading"] if low else []


def mask_must_be_stated(decision: Decision, facts: Facts, rules: EntranceRules) -> bool:
    """Whether a check that does not say if a mask is worn can't be judged: not where somebody is held, or went away
    unmeasured."""
    return decision.outcome != "hold" and not facts.refused_measurement and rules.no_mask != "ignore"
