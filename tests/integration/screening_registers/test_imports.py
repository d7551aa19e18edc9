"""Importing lists: what the form says, what was refused and corrected, files that can't be read, sealed days."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Sequence
from datetime import time
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from common.caller import Caller
from common.events.catalogue.screening import CheckHeld, CheckRecorded
from common.roles import Role
from common.tables import OutSheet, write_csv, write_xlsx
from common.testing.system import Api
from screening.usecases import imports as importing
from screening.usecases.imports import Sent, import_paper
from tests.integration.screening_registers.support import IMPORTS, REGISTERS, SAMPLES, Town, resident

COLUMNS = [
    "序号",
    "姓名",
    "证件号码",
    "联系电话",
    "来访事由",
    "体温(℃)",
    "是否佩戴口罩",
    "进入时间",
    "离开时间",
    "备注",
]


def line(number: int, reading: object = 36.5, at: time = time(8, 5), **more: Any) -> list[object]:
    cells = {
        "序号": number,
        "姓名": f"测试{'甲乙丙丁戊己庚辛壬癸'[number % 10]}",
        "证件号码": resident(number),
        "联系电话": f"1380000{number:04d}",
        "来访事由": "咨询",
        "体温(℃)": reading,
        "是否佩戴口罩": "是",
        "进入时间": at,
        **more,
    }
    return [cells.get(column) for column in COLUMNS]


def form(rows: Sequence[Sequence[object]], facts: str = "日期：2021年2月26日    入口：主入口") -> bytes:
    return write_xlsx([OutSheet("登记", COLUMNS, rows, ["来访人员登记表", facts] if facts else ["来访人员登记表"])])


def send(api: Api, content: bytes, name: str = "register.xlsx", *, status: int = 200, **fields: Any) -> dict[str, Any]:
    answer = api.upload(IMPORTS, content, name, **{"site": "main", **fields})
    assert answer.status_code == status, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def stored(town: Town) -> int:
    with town.system.hosts["screening"].engine.connect() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608 - constants
            for table in ("entrance_check", "person", "paper_import", "paper_line", "outbox")
        ]
    return sum(count or 0 for count in counts)


@pytest.fixture
def coordinator(town: Town) -> Api:
    return town.api("main", Role.COORDINATOR, who="9")


def test_the_form_goes_before_what_is_sent_with_it(town: Town, coordinator: Api) -> None:
    made = town.api("main", Role.COORDINATOR, Role.ADMIN).post(
        "/screening/api/v1/entrances", {"site": "main", "code": "side", "name": "侧门", "hall": "经办大厅"}
    )
    assert made.status_code == 201
    answer = send(coordinator, form([line(1)]), "2021-02-25.xlsx", entrance="side", day="2021-02-24")
    assert (answer["entrance"], answer["day"]) == ("main", "2021-02-26")
    said = " ".join(answer["notes"])
    assert all(part in said for part in ("侧门", "2021-02-24", "2021-02-25"))
    other = send(coordinator, form([line(2)], "日期：2021年2月26日    入口：北门"), entrance="side")
    assert other["entrance"] == "side"
    assert "北门" in " ".join(other["notes"])


def test_the_day_comes_from_the_field_or_the_files_name_or_is_asked_for(town: Town, coordinator: Api) -> None:
    bare = form([line(1)], facts="")
    assert send(coordinator, bare, entrance="main", status=422)["code"] == "import.no_day"
    assert send(coordinator, bare, "表 20210225.xlsx", entrance="main", dry_run=True)["day"] == "2021-02-25"
    assert send(coordinator, bare, "x.xlsx", entrance="main", day="2021-02-24")["day"] == "2021-02-24"
    assert send(coordinator, bare, entrance="main", day="2021-03-02", status=422)["code"] == "import.future"
    assert send(coordinator, bare, entrance="nowhere", day="2021-02-24", status=422)["code"] == "import.entrance"


def test_refused_lines_come_back_as_a_file_that_is_corrected_and_sent_again(town: Town, coordinator: Api) -> None:
    first = send(coordinator, form([line(1), line(2, "正常"), line(3, 36.5, 证件号码="23010319800101960X")]))
    assert (first["accepted"], first["refused"]) == (1, 2)
    file = coordinator.get(f"{IMPORTS}/{first['id']}/refused")
    assert file.status_code == 200, file.get_json()
    book = load_workbook(io.BytesIO(file.data))
    sheet = book.worksheets[0]
    [reading] = [row for row in sheet.iter_rows() if row[5].value == "正常"]
    reading[5].value = 36.8
    [document] = [row for row in sheet.iter_rows() if row[2].value == "23010319800101960X"]
    document[2].value = resident(3)
    corrected = io.BytesIO()
    book.save(corrected)
    second = send(coordinator, corrected.getvalue(), "corrected.xlsx")
    assert (second["accepted"], second["refused"], second["day"]) == (2, 0, "2021-02-26")
    assert town.guard("3").get(f"{IMPORTS}/{first['id']}/refused").status_code == 403
    town.system.tick(days=15)
    late = town.api("main", Role.COORDINATOR, who="9")
    assert late.get(f"{IMPORTS}/{first['id']}/refused").status_code == 404
    assert late.get(f"{IMPORTS}/{first['id']}").get_json()["refused"] == 2


def test_the_same_person_and_time_with_another_reading_is_a_conflict(town: Town, coordinator: Api) -> None:
    send(coordinator, form([line(1, 36.5)]))
    again = send(coordinator, form([line(1, 36.9), line(2), line(2), line(2, 37.0)]))
    assert (again["accepted"], again["unchanged"], again["refused"]) == (1, 1, 2)
    assert [row["code"] for row in again["rows"]] == ["import.conflict", "import.conflict"]
    assert "第5行" in again["rows"][1]["reason"]


def test_a_corrected_line_is_taken_once_the_mistyped_check_is_voided(town: Town, coordinator: Api) -> None:
    send(coordinator, form([line(1, 38.6)]))
    [check] = coordinator.get("/screening/api/v1/checks", site="main").get_json()["items"]
    assert coordinator.post(f"/screening/api/v1/checks/{check['id']}/void", {"reason": "误录"}).status_code == 200
    assert send(coordinator, form([line(1, 38.6)]))["unchanged"] == 1
    assert send(coordinator, form([line(1, 36.8)]))["accepted"] == 1
    assert send(coordinator, form([line(1, 36.8)]))["unchanged"] == 1


def test_a_list_of_a_sealed_day_is_late(town: Town, coordinator: Api) -> None:
    guard = town.guard()
    town.check(guard, 1)
    guard.post(f"{REGISTERS}/main/main/2021-03-01/signature")
    answer = send(coordinator, form([line(2, at=time(8, 1))], "日期：2021-3-1  入口：main"))
    assert (answer["accepted"], answer["late"]) == (1, 1)
    assert any("封存" in note for note in answer["notes"])
    assert guard.get(f"{REGISTERS}/main/main/2021-03-01").get_json()["to_amend"] == 1


def test_an_imported_fever_tells_when_it_was_measured(town: Town, coordinator: Api) -> None:
    send(coordinator, form([line(1, 37.3)]))
    town.system.settle()
    [held] = town.system.events("screening", CheckHeld)
    assert held.data["imported"] is True
    assert held.data["measured_at"].startswith("2021-02-26T00:05")
    assert held.data["recorded_at"].startswith("2021-03-01")


def protected() -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1024)


def bomb() -> bytes:
    out = io.BytesIO(form([line(1)]))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as container,
        container.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(400):
            part.write(bytes(1_000_000))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", form([line(1)])[:-500], b"\x00\x01\x02" * 100, protected(), write_csv(["甲", "乙"], [["1", "2"]])],
    ids=["empty", "cut off", "noise", "not a workbook", "no register"],
)
def test_a_file_that_cannot_be_read_is_told_and_nothing_stored(town: Town, coordinator: Api, content: bytes) -> None:
    before = stored(town)
    answer = send(coordinator, content, status=422, entrance="main", day="2021-02-26")
    assert answer["code"].startswith("tables.")
    assert answer["detail"]
    assert stored(town) == before


def test_a_zip_bomb_is_refused(town: Town, coordinator: Api) -> None:
    before = stored(town)
    assert send(coordinator, bomb(), status=422)["code"] == "tables.too_large"
    assert stored(town) == before


def test_nothing_of_another_site_is_written_or_seen(town: Town, coordinator: Api) -> None:
    answer = send(coordinator, form([line(1), line(2, "x")]))
    stranger = town.api("branch", Role.COORDINATOR, who="5")
    assert stranger.upload(IMPORTS, form([line(1)]), "x.xlsx", site="main").status_code == 403
    assert stranger.get(f"{IMPORTS}/{answer['id']}").status_code == 404
    assert stranger.get(f"{IMPORTS}/{answer['id']}/refused").status_code == 404
    assert stranger.get(IMPORTS, site="branch").get_json()["items"] == []
    assert coordinator.get(IMPORTS, site="main").get_json()["items"][0]["id"] == answer["id"]
    assert town.api("main", Role.EMERGENCY).upload(IMPORTS, form([line(1)]), "x.xlsx", site="main").status_code == 403


def test_an_import_that_broke_off_is_completed_by_the_same_file(town: Town, coordinator: Api) -> None:
    count = importing.AT_ONCE + 10
    content = form([line(number, at=time(9 + number // 60 % 8, number % 60)) for number in range(count)])
    who = Caller("staff:00000000-0000-7000-8000-000000000009", "导入员", {"main": frozenset([Role.COORDINATOR])})

    def break_off(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_paper(town.system.hosts["screening"], who, {"main"}, Sent(content, "x.xlsx", "main"), progress=break_off)
    [broken] = coordinator.get(IMPORTS, site="main").get_json()["items"]
    assert (broken["state"], broken["done"], broken["total"]) == ("running", importing.AT_ONCE, count)
    again = send(coordinator, content)
    assert (again["accepted"], again["unchanged"]) == (10, importing.AT_ONCE)
    town.system.clock.move(minutes=3)
    assert {row["state"] for row in coordinator.get(IMPORTS, site="main").get_json()["items"]} == {"broken_off", "done"}
    town.system.settle()
    assert len(town.system.events("screening", CheckRecorded)) == count


def test_a_staff_list_waits_for_people_who_are_on_their_way(town: Town, coordinator: Api) -> None:
    town.system.clock.move(hours=1)
    arriving = threading.Timer(0.5, town.bring_staff)
    arriving.start()
    name = "staff-temps-2021-03-01.csv"
    answer = send(coordinator, (SAMPLES / name).read_bytes(), name, entrance="main")
    arriving.join()
    assert (answer["accepted"], answer["refused"]) == (58, 3)


def test_a_staff_list_of_people_nobody_knows_is_refused_line_by_line(
    town: Town, coordinator: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STAFF_WAIT_SECONDS", 0.3)
    content = write_csv(["工号", "姓名", "体温", "时间"], [["001", "测试甲", "36.5", "8:00"]])
    answer = send(coordinator, content, "2021-03-01.csv", entrance="main")
    assert [row["code"] for row in answer["rows"]] == ["staff.unknown"]


def test_two_sheets_are_two_entrances_days(town: Town, coordinator: Api) -> None:
    first = OutSheet("2.25", COLUMNS, [line(1)], ["登记表", "日期：2021-2-25  入口：主入口"])
    second = OutSheet("2.26", COLUMNS, [line(1)], ["登记表", "日期：2021-2-26  入口：主入口"])
    other = OutSheet("说明", ["甲"], [["乙"]])
    answer = send(coordinator, write_xlsx([first, second, other]))
    assert answer["accepted"] == 2
    assert any("说明" in note for note in answer["notes"])
    for day in ("2021-02-25", "2021-02-26"):
        assert coordinator.get(f"{REGISTERS}/main/main/{day}").get_json()["counts"]["total"] == 1
