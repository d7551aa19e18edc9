"""The published language: what was once published is understood, and a change that breaks a reader is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from common.events.catalogue import EVENTS
from common.events.contract import breaks, written
from common.events.envelope import Envelope
from common.service import installed_services

DOCS = Path(__file__).resolve().parents[2] / "docs" / "events"
SAMPLES = sorted((DOCS / "samples").glob("*.json"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_golden_sample_is_understood_by_todays_code(path: Path) -> None:
    envelope = Envelope.from_json(path.read_text(encoding="utf-8"))
    payload = EVENTS[envelope.type].model_validate(envelope.data)
    assert payload.model_dump(mode="json").items() >= envelope.data.items()


def test_each_type_has_a_golden_sample() -> None:
    assert {path.stem for path in SAMPLES} >= set(EVENTS)


def test_the_files_of_the_contract_are_those_of_the_catalogue() -> None:
    stale = [path.name for path, text in written(DOCS) if path.read_text(encoding="utf-8") != text]
    assert not stale, f"run 'sizao asyncapi --write' for {stale}"


def test_each_type_is_published_by_its_service_and_consumed_by_those_it_names() -> None:
    services = installed_services()
    published = {payload.event_type for service in services.values() for payload in service.publishes}
    assert published == set(EVENTS)
    for name, payload in EVENTS.items():
        reacting = {service.name for service in services.values() if service.reactions_to(name)}
        assert reacting == set(payload.consumers), name


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ({"properties": {"a": {"type": "string"}}}, {"properties": {}}, "a is gone"),
        ({"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "integer"}}}, "type was"),
        ({"required": ["a"]}, {"required": []}, "no longer always sent"),
        ({"properties": {"a": {"enum": ["x", "y"]}}}, {"properties": {"a": {"enum": ["x"]}}}, "words were taken out"),
        (
            {"$defs": {"A": {"properties": {"b": {"type": "string"}}}}},
            {"$defs": {"A": {"properties": {}}}},
            "b is gone",
        ),
    ],
)
def test_what_breaks_a_reader_is_named(old: dict[str, object], new: dict[str, object], fault: str) -> None:
    assert any(fault in line for line in breaks(old, new))


def test_a_new_field_breaks_nobody() -> None:
    old = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert breaks(old, {**old, "properties": {**old["properties"], "b": {"type": "string"}}}) == []  # type: ignore[dict-item]


def test_no_event_carries_a_document_number_in_the_open() -> None:
    for name, payload in EVENTS.items():
        fields = json.dumps(list(payload.model_fields))
        for word in ("document_number", "phone", "id_number", "email"):
            assert word not in fields, f"{name} tells {word}"
