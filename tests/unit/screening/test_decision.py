"""The rules of the entrance, as a table and as properties."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from common.protocol import EntranceRules, Question, Words
from screening.domain.decision import Facts, boundary, decide, read_temperature, sort_symptoms

EFFECTS = ("refuse", "hold", "advise", "ignore")
COUGH = Question(code="cough", words=Words(zh="咳嗽", en="Cough"), effect="advise")
BREATHLESS = Question(code="breathless", words=Words(zh="呼吸困难", en="Breathless"), effect="hold")
ABROAD = Question(code="abroad", words=Words(zh="近期出境", en="Been abroad"), effect="refuse", symptom=False)
RULES = EntranceRules(questions=(COUGH, BREATHLESS, ABROAD))


def facts(reading: str | None = "36.5", **more: Any) -> Facts:
    return Facts(**{"reading": None if reading is None else Decimal(reading), "mask": True, **more})


@pytest.mark.parametrize(
    ("given_facts", "outcome", "reasons", "advice"),
    [
        (facts(), "admit", (), ()),
        (facts("37.2"), "admit", (), ()),
        (facts("37.29"), "admit", (), ()),
        (facts("37.3"), "hold", ("fever",), ()),
        (facts("37.30"), "hold", ("fever",), ()),
        (facts("43.0"), "hold", ("fever",), ()),
        (facts("34.9"), "admit", (), ("low_reading",)),
        (facts("35.0"), "admit", (), ()),
        (facts(mask=False), "refuse", ("no_mask",), ()),
        (facts(None, refused_measurement=True), "refuse", ("refused_measurement",), ()),
        (
            facts(None, refused_measurement=True, mask=False, named=False),
            "refuse",
            ("refused_measurement", "no_mask", "no_name"),
            (),
        ),
        (facts(purpose_given=False), "admit", (), ("no_purpose",)),
        (facts(named=False), "refuse", ("no_name",), ()),
        (facts("37.6", mask=False, named=False, purpose_given=False), "hold", ("fever",), ()),
        (facts(manual_hold="面色潮红"), "hold", ("manual_hold",), ()),
        (facts(None, manual_hold="倒地"), "hold", ("manual_hold",), ()),
        (facts(mask=False, manual_hold="面色潮红"), "hold", ("manual_hold",), ()),
        (facts(yes_to=frozenset({"cough"})), "admit", (), ("question.cough",)),
        (facts(yes_to=frozenset({"breathless"})), "hold", ("question.breathless",), ()),
        (facts(yes_to=frozenset({"abroad"})), "refuse", ("question.abroad",), ()),
        (
            facts("38.0", yes_to=frozenset({"breathless", "abroad"})),
            "hold",
            ("fever", "question.breathless"),
            (),
        ),
    ],
)
def test_the_table_of_decisions(given_facts: Facts, outcome: str, reasons: tuple[str, ...], advice: Any) -> None:
    found = decide(given_facts, RULES)
    assert (found.outcome, found.reasons, found.advice) == (outcome, reasons, advice)


def test_a_protocol_may_exclude_its_boundary() -> None:
    rules = EntranceRules(fever_inclusive=False)
    assert decide(facts("37.3"), rules).outcome == "admit"
    assert decide(facts("37.31"), rules).outcome == "hold"
    assert boundary(rules) == Decimal("37.31")


def test_a_protocol_may_let_a_missing_mask_only_advise() -> None:
    rules = EntranceRules(no_mask="advise", refused_measurement="advise")
    found = decide(facts(None, mask=False, refused_measurement=True), rules)
    assert (found.outcome, set(found.advice)) == ("admit", {"no_mask", "refused_measurement"})


@pytest.mark.parametrize(
    ("given_facts", "code"),
    [
        (facts(None), "reading.not_measured"),
        (facts(None, mask=False), "reading.not_measured"),
        (facts("36.5", refused_measurement=True), "reading.refused_but_measured"),
    ],
)
def test_what_cannot_be_judged(given_facts: Facts, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide(given_facts, RULES)
    assert refused.value.code == code


READINGS = st.none() | st.integers(3400, 4300).map(lambda hundredths: Decimal(hundredths).scaleb(-2))


@given(
    READINGS,
    st.sampled_from([True, False, None]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sets(st.sampled_from(["cough", "breathless", "abroad"])),
    st.none() | st.just("面色潮红"),
    st.tuples(*[st.sampled_from(EFFECTS)] * 4),
    st.booleans(),
)
def test_no_combination_contradicts_itself(
    reading: Decimal | None,
    mask: bool | None,
    refused: bool,
    named: bool,
    purpose: bool,
    yes: set[str],
    hold: str | None,
    effects: tuple[Any, Any, Any, Any],
    inclusive: bool,
) -> None:
    rules = EntranceRules(
        no_mask=effects[0],
        refused_measurement=effects[1],
        no_name=effects[2],
        no_purpose=effects[3],
        questions=RULES.questions,
        fever_inclusive=inclusive,
    )
    known = Facts(reading, mask, refused, named, purpose, frozenset(yes), hold)
    if (reading is None and not refused and hold is None) or (reading is not None and refused):
        with pytest.raises(Invalid):
            decide(known, rules)
        return
    found = decide(known, rules)
    fever = reading is not None and (reading >= Decimal("37.3") if inclusive else reading > Decimal("37.3"))
    assert found.fever is fever
    assert not fever or (found.outcome == "hold" and found.reasons[0] == "fever")
    assert hold is None or found.outcome == "hold"
    assert bool(found.reasons) is (found.outcome != "admit")
    assert not set(found.reasons) & set(found.advice)
    assert found == decide(known, rules)


def test_the_plausible_range_is_the_protocols() -> None:
    rules = EntranceRules(plausible_low=Decimal("33.0"))
    assert read_temperature("33.5", rules) == Decimal("33.5")
    with pytest.raises(Invalid) as refused:
        read_temperature("33.5", RULES)
    assert (refused.value.code, refused.value.field) == ("reading.too_low", "reading")


def test_symptoms_in_words_are_known_and_others_are_kept() -> None:
    assert sort_symptoms(("咳嗽", "Breathless", "头痛"), {}, RULES) == (
        frozenset({"cough", "breathless"}),
        ("头痛",),
    )


@pytest.mark.parametrize(
    ("symptoms", "answers", "code"),
    [
        ((), {"nothing": True}, "answers.unknown"),
        (("cough",), {"cough": False}, "symptoms.contradiction"),
        (("",), {}, "symptoms.length"),
        (("长" * 41,), {}, "symptoms.length"),
    ],
)
def test_symptoms_that_are_refused(symptoms: tuple[str, ...], answers: dict[str, bool], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        sort_symptoms(symptoms, answers, RULES)
    assert refused.value.code == code
