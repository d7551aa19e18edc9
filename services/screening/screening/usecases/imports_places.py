"""Which entrance and day each sheet of a file is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from common.copies.lookups import protocol_on
from common.errors import Invalid
from common.op import Op, usecase
from common.protocol import EntranceRules
from common.tables import FormFacts
from screening.models import Entrance


@dataclass(frozen=True)
class Words:
    """A note in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Place:
    """What a sheet is about."""

    entrance_id: str
    entrance_code: str
    entrance_name: str
    day: date
    rules: EntranceRules


@usecase(read=True)
def find_places(
    op: Op,
    *,
    site: str,
    entrance: str | None,
    day: date | None,
    name_day: date | None,
    forms: Sequence[tuple[str, FormFacts]],
) -> tuple[list[Place], list[Words]]:
    """Which entrance and day each form (sheet name, facts) is about: the form's own words first, then the fields sent
    with it, then the day in the file's name; differences are told.

    Raises Invalid where there is no day or entrance, or a day to come, NotFound for an entrance that is not here.
    """
    op.site(site)
    known = list(op.db.scalars(select(Entrance).where(Entrance.site == site)))
    notes: list[Words] = []
    places = []
    for sheet, facts in forms:
        found = _entrance(known, entrance, facts, sheet, notes)
        on = _day(op, site, facts.day, day, name_day, sheet, notes)
        rules = protocol_on(op.db, site, on).entrance
        places.append(Place(found.id, found.code, found.name, on, rules))
    return places, list(dict.fromkeys(notes))


def _entrance(
    known: Sequence[Entrance], given: str | None, facts: FormFacts, sheet: str, notes: list[Words]
) -> Entrance:
    field_one = _named(known, given) if given else None
    if given and field_one is None:
        raise Invalid(
            "import.entrance",
            "There is no entrance {given} at this site.",
            "本单位没有入口“{given}”。",
            field="entrance",
            given=given[:40],
        )
    on_form = _named(known, facts.entrance) or _named(known, facts.checkpoint)
    if on_form is not None:
        if field_one is not None and field_one is not on_form:
            notes.append(
                Words(
                    f"工作表“{sheet}”:表上的入口是“{on_form.name}”,与所选“{field_one.name}”不同,按表上的入口导入。",
                    f"Sheet {sheet}: the form says entrance {on_form.name}, not {field_one.name}: taken as it says.",
                )
            )
        return on_form
    active = [one for one in known if one.active]
    chosen = field_one or (active[0] if len(active) == 1 else None)
    if chosen is None:
        raise Invalid(
            "import.no_entrance",
            "Say which entrance the file is of: the form names none that this site has.",
            "请选择入口:表上没有写明本单位的入口。",
            field="entrance",
        )
    if facts.entrance:
        notes.append(
            Words(
                f"工作表“{sheet}”:表上的入口“{facts.entrance}”不在本单位入口名单中,按“{chosen.name}”导入。",
                f"Sheet {sheet}: the form's entrance {facts.entrance} is none of this site's: taken for {chosen.name}.",
            )
        )
    elif field_one is None:
        notes.append(
            Words(
                f"工作表“{sheet}”:未写明入口,按唯一的入口“{chosen.name}”导入。",
                f"Sheet {sheet}: no entrance is named: taken for the only one, {chosen.name}.",
            )
        )
    return chosen


def _named(known: Iterable[Entrance], given: str | None) -> Entrance | None:
    wanted = (given or "").strip()
    if not wanted:
        return None
    found = [one for one in known if wanted in (one.code, one.id, one.name)]
    return max(found, key=lambda one: (one.code == wanted, one.active)) if found else None


def _day(
    op: Op, site: str, on_form: date | None, given: date | None, name_day: date | None, sheet: str, notes: list[Words]
) -> date:
    chosen = on_form or given or name_day
    if chosen is None:
        raise Invalid(
            "import.no_day",
            "Say which day the file is of: neither the form nor the file's name says it.",
            "请填写日期:表上和文件名中都没有日期。",
            field="day",
        )
    if chosen > op.today(site):
        raise Invalid(
            "import.future",
            "The day {day} is still to come.",
            "日期 {day} 在今天之后,请核对。",
            field="day",
            day=chosen.isoformat(),
        )
    taken_zh, taken_en = ("表上的日期", "the form's") if on_form else ("所填日期", "the one given")
    for other, zh, en in ((given, "所填日期", "given"), (name_day, "文件名中的日期", "in the file's name")):
        if other is not None and other != chosen:
            notes.append(
                Words(
                    f"工作表“{sheet}”:{zh}为 {other},{taken_zh}为 {chosen},按 {chosen} 导入。",
                    f"Sheet {sheet}: the day {en} is {other}; {taken_en}, {chosen}, was taken.",
                )
            )
    return chosen
