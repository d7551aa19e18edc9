"""The protocol: pathogen, thresholds, durations, steps and deadlines as data with a version and a date of effect.

Coordination owns protocols and publishes the one each site adopts; other services keep the copy they judge by. What is
here is the shape all of them share; the shipped protocols are coordination's.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Effect = Literal["refuse", "hold", "advise", "ignore"]


class Part(BaseModel):
    """A part of a protocol; unknown words are an error, so that a typing mistake never passes as a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Part):
    """A label in both languages."""

    zh: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)


class Question(Part):
    """A symptom or question the desk asks, and what a yes does."""

    code: str = Field(pattern=r"^[a-z_]{1,40}$")
    words: Words
    effect: Effect
    symptom: bool = True


class EntranceRules(Part):
    """How a check at the entrance is judged (facts: readings and identity; plan G3)."""

    fever_at: Decimal = Decimal("37.3")
    fever_inclusive: bool = True
    plausible_low: Decimal = Decimal("34.0")
    plausible_high: Decimal = Decimal("43.0")
    retest_below: Decimal = Decimal("35.0")
    retest_after_minutes: int = Field(default=10, ge=0, le=240)
    no_mask: Effect = "refuse"
    refused_measurement: Effect = "refuse"
    no_name: Effect = "refuse"
    no_purpose: Effect = "advise"
    questions: tuple[Question, ...] = ()
    hold_words: tuple[Words, ...] = ()
    live_window_hours: int = Field(default=24 * 4, ge=1)
    """How old a check that a desk brings late may be; older ones come by import."""


class Step(Part):
    """A step of an incident: who owes it and within how many minutes of the incident's opening (plan G4)."""

    code: str = Field(pattern=r"^[a-z_]{1,40}$")
    words: Words
    within_minutes: int = Field(ge=1)
    obligatory: bool = True
    phones: tuple[str, ...] = ()
    """Keys of the site's telephone numbers that the step needs (cdc, fever_clinic, emergency_120, community)."""
    outcomes: tuple[Words, ...] = ()


class Rung(Part):
    """A rung of the ladder an alert climbs: whom, and after how many minutes without an answer the next one."""

    to: Literal["on_duty", "group", "group_leader", "leader_in_charge", "leading_group"]
    wait_minutes: int = Field(ge=1, le=240)


class AlertRules(Part):
    """How alerts climb, and how old an imported fever may be and still alarm."""

    ladder: tuple[Rung, ...] = Field(min_length=1, max_length=8)
    alarm_within_hours: int = Field(default=24, ge=0)
    first_alert_within_seconds: int = Field(default=60, ge=1)
    acknowledge_within_minutes: int = Field(default=10, ge=1)
    authority_within_minutes: int = Field(default=120, ge=1)


class Phase(Part):
    """A stretch of isolation: where, and how many days."""

    place: Literal["central", "home", "hospital"]
    days: int = Field(ge=1, le=60)


class PersonClass(Part):
    """A class of people and its measures (plan P3); without phases its end is not by days."""

    code: str = Field(pattern=r"^[a-z_]{1,40}$")
    words: Words
    phases: tuple[Phase, ...] = ()
    compulsory: bool = True
    readings_a_day: int = Field(default=2, ge=0, le=6)


class Protocol(Part):
    """One version of a protocol."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,60}$")
    pathogen: Words
    title: Words
    source: Words
    effective_from: date | None = None
    effective_to: date | None = None
    entrance: EntranceRules = EntranceRules()
    incident_steps: tuple[Step, ...] = Field(default=(), max_length=20)
    alerts: AlertRules
    classes: tuple[PersonClass, ...] = ()
    compulsory_isolation: bool = True
