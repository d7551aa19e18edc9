"""Nothing is merged by itself: others are suggested, linked by hand, and unlinked again."""

from __future__ import annotations

from typing import Any

from tests.unit.isolation.conftest import API, Bureau, codes


def suggested(bureau: Bureau, check: str) -> list[tuple[str, str]]:
    return [(one["number"], one["why"]) for one in bureau.incident(check)["suggested"]]


def link(bureau: Bureau, one: str, other: str, **body: Any) -> Any:
    ids = [bureau.incident(check)["id"] for check in (one, other)]
    return bureau.api().post(f"{API}/incidents/{ids[0]}/links", {"incident_id": ids[1], **body})


def test_the_same_person_is_suggested_and_never_merged(bureau: Bureau) -> None:
    first, second = bureau.held(), bureau.held()
    assert suggested(bureau, first) == [("2021-0002", "same_person")]
    assert suggested(bureau, second) == [("2021-0001", "same_person")]
    assert len(bureau.incidents()) == 2


def test_a_name_alone_suggests_and_an_unnamed_person_suggests_nobody(bureau: Bureau) -> None:
    named = bureau.held(person_key=None)
    other = bureau.held(person_key="x" * 64)
    assert suggested(bureau, named) == [("2021-0002", "same_name")]
    assert suggested(bureau, other) == [("2021-0001", "same_name")]
    unnamed = [bureau.held(person_key=None, masked_name="无名", particulars={}) for _ in range(2)]
    assert suggested(bureau, unnamed[0]) == []


def test_two_documents_of_one_name_are_two_people(bureau: Bureau) -> None:
    first = bureau.held(person_key="a" * 64)
    bureau.held(person_key="b" * 64)
    assert suggested(bureau, first) == []


def test_yesterdays_closed_incident_of_the_person_is_not_suggested(bureau: Bureau) -> None:
    old = bureau.incident(bureau.held())
    bureau.close(old, "hospital", reason="x")
    bureau.system.clock.move(days=1)
    assert suggested(bureau, bureau.held()) == []


def test_linking_is_by_hand_told_on_both_sides_and_taken_back(bureau: Bureau) -> None:
    first, second = bureau.held(), bureau.held()
    assert link(bureau, first, second, reason="同一人").status_code == 201
    assert link(bureau, second, first).status_code == 200
    for check, other in ((first, "2021-0002"), (second, "2021-0001")):
        incident = bureau.incident(check)
        assert [one["number"] for one in incident["linked"]] == [other]
        assert incident["suggested"] == []
        assert codes(incident).count("link.made") == 1
    ids = [bureau.incident(check)["id"] for check in (first, second)]
    undone = bureau.api().request("DELETE", f"{API}/incidents/{ids[1]}/links/{ids[0]}")
    assert undone.status_code == 200
    assert [one["number"] for one in undone.get_json()["suggested"]] == ["2021-0001"]
    assert bureau.incident(first)["linked"] == []
    assert bureau.api().request("DELETE", f"{API}/incidents/{ids[1]}/links/{ids[0]}").status_code == 404
    assert link(bureau, first, second).status_code == 201


def test_a_linked_incident_may_be_closed_as_handled_there(bureau: Bureau) -> None:
    first, second = bureau.held(), bureau.held()
    link(bureau, first, second)
    assert bureau.close(bureau.incident(second), "merged", reason="与前一事件一并处置").status_code == 200


def test_an_incident_is_not_linked_with_itself(bureau: Bureau) -> None:
    check = bureau.held()
    assert link(bureau, check, check).get_json()["code"] == "link.itself"
