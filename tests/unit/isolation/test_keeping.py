"""What is kept of people and incidents, and for how long."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from common.audit.access import AccessLog
from common.caller import system
from common.events.catalogue.coordination import PersonChanged
from common.ids import new_id
from common.op import Op
from common.secrets.sealed import seal
from isolation.models import Base, Destruction
from tests.unit.isolation.conftest import API, SITE, Bureau, make_bureau


def counts(bureau: Bureau) -> dict[str, int]:
    """Rows of each table that hold anything of incidents."""

    def read(op: Op) -> dict[str, int]:
        tables = Base.metadata.tables
        return {name: op.db.scalar(select(func.count()).select_from(tables[name])) or 0 for name in tables}

    found = bureau.system.hosts["isolation"].run_system(read, system("isolation"))
    return {name: rows for name, rows in found.items() if rows and name not in ("incident_counter", "destruction")}


def person(bureau: Bureau, ident: str, name: str, sequence: int) -> None:
    event = new_id()
    bureau.system.tell(
        PersonChanged(
            person_id=ident, kind="staff", staff_number="012", masked_name="孙*", section="经办科",
            sealed=seal({"name": name}, event),
        ),
        site=SITE, subject=ident, sequence=sequence, event_id=event,
    )  # fmt: skip


def test_those_who_act_are_shown_by_name_and_an_older_state_changes_nothing(bureau: Bureau) -> None:
    guard = new_id()
    check = bureau.held(guard_ref=f"staff:{guard}")
    assert bureau.incident(check)["timeline"][0]["actor_name"] == ""
    person(bureau, guard, "孙七", 2)
    person(bureau, guard, "孙八", 1)
    assert bureau.incident(check)["timeline"][0]["actor_name"] == "孙七"


def test_a_staff_member_is_shown_with_his_section(bureau: Bureau) -> None:
    ident = new_id()
    person(bureau, ident, "孙七", 1)
    incident = bureau.incident(bureau.held(person_kind="staff", person_ref=f"staff:{ident}", staff_number="012"))
    assert (incident["person"]["section"], incident["staff_number"]) == ("经办科", "012")


def _story(bureau: Bureau) -> None:
    check, other = bureau.held(), bureau.held()
    bureau.acknowledged(check, bureau.raised(check))
    bureau.retested(check)
    incident, second = bureau.incident(check), bureau.incident(other)
    bureau.record(incident, "isolate")
    bureau.api().post(f"{API}/incidents/{incident['id']}/links", {"incident_id": second["id"]})
    bureau.close(incident, reason="x")


def test_closed_incidents_are_destroyed_after_their_time_with_a_record(bureau: Bureau) -> None:
    _story(bureau)
    bureau.system.tick(days=1095)
    assert counts(bureau)["incident"] == 2
    bureau.system.tick(days=1)
    left = counts(bureau)
    assert left["incident"] == 1, "the open one stays"
    assert left == {"incident": 1, "incident_step": 4, "incident_check": 1, "timeline_entry": left["timeline_entry"]}

    def read(op: Op) -> list[tuple[int, list[str]]]:
        return [(row.count, row.numbers) for row in op.db.scalars(select(Destruction))]

    assert bureau.system.hosts["isolation"].run_system(read, system("isolation")) == [(1, ["2021-0001"])]


def test_nothing_is_destroyed_while_the_archive_flag_stands(tmp_path: Path) -> None:
    bureau = make_bureau(tmp_path, retention={"incidents": 180, "archive": True})
    _story(bureau)
    bureau.system.tick(days=181)
    assert counts(bureau)["incident"] == 2
    bureau.system.close()


def test_news_of_checks_that_never_had_an_incident_is_dropped_in_time(bureau: Bureau) -> None:
    bureau.voided(new_id(), "admit")
    bureau.system.tick(days=89)
    assert counts(bureau) == {"early_event": 1, "incident_check": 1}
    bureau.system.tick(days=2)
    assert counts(bureau) == {}


def test_who_saw_particulars_is_kept_for_its_time(bureau: Bureau) -> None:
    path = f"{API}/incidents/{bureau.incident(bureau.held())['id']}/particulars"
    bureau.api().post(path, {"purpose": "联系本人", "fields": ["phone"]})

    def looks(op: Op) -> int:
        return op.db.scalar(select(func.count()).select_from(AccessLog)) or 0

    host = bureau.system.hosts["isolation"]
    bureau.system.tick(days=364)
    assert host.run_system(looks, system("isolation")) == 1
    bureau.system.tick(days=2)
    assert host.run_system(looks, system("isolation")) == 0
