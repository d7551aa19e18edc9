"""How many SQL statements a request and an event take; they do not grow with the number of incidents or entries."""

from __future__ import annotations

from collections.abc import Callable

from common.host import count_statements
from tests.unit.isolation.conftest import API, Bureau


def counted(bureau: Bureau, act: Callable[[], object]) -> int:
    seen = count_statements(bureau.system.hosts["isolation"].engine)
    before = len(seen)
    act()
    return len([one for one in seen[before:] if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))])


def test_a_list_takes_as_many_statements_for_fifty_as_for_one(bureau: Bureau) -> None:
    bureau.held()
    api = bureau.api()
    one = counted(bureau, lambda: api.get(f"{API}/incidents", site="main"))
    for _ in range(49):
        bureau.held()
    many = counted(bureau, lambda: api.get(f"{API}/incidents", site="main"))
    assert many == one <= 5


def test_reading_an_incident(bureau: Bureau) -> None:
    check = bureau.held()
    api = bureau.api()
    incident = bureau.incident(check)
    path = f"{API}/incidents/{incident['id']}"
    few = counted(bureau, lambda: api.get(path))
    alert = bureau.raised(check)
    bureau.acknowledged(check, alert)
    for step in ("isolate", "authority", "hospital"):
        bureau.record(incident, step)
    for place in range(20):
        api.post(f"{path}/notes", {"text": f"note {place}"})
    assert counted(bureau, lambda: api.get(path)) == few <= 13


def test_a_held_check_and_a_step(bureau: Bureau) -> None:
    assert counted(bureau, bureau.held) <= 24
    incident = bureau.incidents()[0]
    api = bureau.api()
    assert counted(bureau, lambda: bureau.record(incident, "isolate", api)) <= 16
    assert counted(bureau, lambda: bureau.record(incident, "isolate", api)) <= 6
