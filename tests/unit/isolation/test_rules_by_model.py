"""Any order of records, corrections, marks, closings and reopenings agrees with a plain model of the rules."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from common.testing.plugin import Proof
from tests.unit.isolation.conftest import API, make_bureau

STEPS = ("isolate", "authority", "hospital", "disinfect")
OBLIGATORY = STEPS[:3]
WITHIN = dict(zip(STEPS, (5, 120, 180, 240), strict=True))
WORDS = st.sampled_from(["", "甲", "乙"])


class Rules(RuleBasedStateMachine):
    """The model: what is on record for each step, and whether the incident is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.bureau = make_bureau(self.folder)
        self.check = self.bureau.held()
        self.incident = self.bureau.incident(self.check)
        self.alert = self.bureau.raised(self.check)
        self.record: dict[str, tuple[str, str, Any]] = {}
        self.late: dict[str, bool] = {}
        self.records = 0
        self.closed, self.outcome = False, ""
        self.found = self.bureau.now

    def teardown(self) -> None:
        self.bureau.system.close()
        shutil.rmtree(self.folder)

    def missing(self) -> list[str]:
        return [step for step in OBLIGATORY if step not in self.record]

    @rule(by=st.integers(1, 200))
    def time_passes(self, by: int) -> None:
        self.bureau.system.tick(minutes=by)

    @rule(
        step=st.sampled_from(STEPS),
        state=st.sampled_from(["done", "not_needed"]),
        outcome=WORDS,
        shift=st.sampled_from([None, -1, 0, 1]),
        amend=st.booleans(),
        reason=WORDS,
    )
    def record_a_step(self, step: str, state: str, outcome: str, shift: int | None, amend: bool, reason: str) -> None:
        at = None if shift is None else self.bureau.now + timedelta(minutes=shift)
        body: dict[str, Any] = {"state": state, "outcome": outcome, "amend": amend, "reason": reason}
        if at is not None:
            body["done_at"] = at.isoformat()
        status = self.bureau.record(self.incident, step, **body).status_code
        assert status == self._expected(step, state, outcome, at, amend, reason)
        if status == 201:
            done_at = at or self.bureau.now
            self.record[step] = (state, outcome, done_at)
            self.late[step] = state == "done" and done_at > self.found + timedelta(minutes=WITHIN[step])
            self.records += 1

    def _expected(self, step: str, state: str, outcome: str, at: Any, amend: bool, reason: str) -> int:
        if at is not None and not self.found <= at <= self.bureau.now:
            return 422
        if state == "not_needed" and step in OBLIGATORY and not outcome:
            return 422
        known = self.record.get(step)
        if known is None or known[0] == "preset":
            if known is None and amend:
                return 409
            return 409 if self.closed else 201
        if known[:2] == (state, outcome) and at in (None, known[2]):
            return 200
        if not amend:
            return 409
        if not reason:
            return 422
        return 409 if self.closed else 201

    @precondition(lambda self: not any(known[0] == "preset" for known in self.record.values()))
    @rule()
    def the_group_confirms(self) -> None:
        self.bureau.acknowledged(self.check, self.alert, "retest_normal")
        if not self.closed:
            for step in self.missing():
                self.record[step] = ("preset", "retest_normal", self.bureau.now)
                self.late[step] = False
                self.records += 1

    @rule(outcome=st.sampled_from(["hospital", "left"]), reason=WORDS)
    def close(self, outcome: str, reason: str) -> None:
        answer = self.bureau.close(self.incident, outcome, reason=reason)
        if self.closed:
            assert answer.status_code == (200 if outcome == self.outcome else 409)
            return
        assert answer.status_code == (409 if self.missing() and not reason else 200)
        if answer.status_code == 200:
            self.closed, self.outcome = True, outcome

    @rule()
    def reopen(self) -> None:
        answer = self.bureau.api().post(f"{API}/incidents/{self.incident['id']}/reopening", {"reason": "再办"})
        assert answer.status_code == (200 if self.closed else 409)
        self.closed = False

    @invariant()
    def what_is_shown_is_what_was_recorded(self) -> None:
        shown = self.bureau.incident(self.check)
        assert (shown["state"] == "closed") == self.closed
        for step in shown["steps"]:
            known = self.record.get(step["code"])
            if known is None:
                assert (step["state"], step["record"]) == ("open", None)
                continue
            assert step["state"] == ("not_needed" if known[0] == "preset" else known[0])
            assert step["record"]["outcome"] == known[1]
            assert step["late"] == self.late[step["code"]]
        assert sum(len(one["earlier"]) + (one["record"] is not None) for one in shown["steps"]) == self.records
        assert shown["steps_open"] == len(self.missing())
        told = self.record.get("authority")
        assert shown["clocks"][2]["at"] is None if told is None or told[0] != "done" else shown["clocks"][2]["at"]


def test_steps_and_closing_follow_the_model(proof: Proof) -> None:
    run_state_machine_as_test(
        Rules,
        settings=settings(
            max_examples=proof.times(12, 150), stateful_step_count=proof.times(20, 40), deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
