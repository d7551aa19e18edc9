"""Taking in paper registers and staff temperature lists (plan G3; facts: files).

A file is read and judged whole before anything is stored; then its checks are recorded some hundred a transaction under
one import id, so that desks never wait. A run that breaks off leaves whole checks behind, and sending the file again
adds the others. This is no use case itself: it runs several, each in a transaction of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from common.caller import Caller
from common.errors import SizaoError
from common.host import Host
from common.op import Op, usecase
from common.tables import day_from_filename, read_tables
from screening.domain.paper import PaperRow, read_rows, recognise
from screening.domain.paper_cells import layout_out
from screening.usecases.imports_places import Words, find_places
from screening.usecases.imports_plan import (
    Measured,
    Planned,
    check_of,
    known_checks,
    missing_numbers,
    plan,
    stored_as,
)
from screening.usecases.imports_store import finish_import, start_import, take_rows, try_rows
from screening.usecases.imports_tally import Outcome, Tally
from screening.usecases.overview import not_measured
from screening.usecases.recording import Recorded

R = TypeVar("R")
AT_ONCE = 500
"""Lines a transaction: on SQLite a desk waits for one of them at most."""
PAUSE_SECONDS = 0.003
"""Between two transactions, so that a desk in the queue gets its turn."""
STAFF_WAIT_SECONDS = 10.0
STAFF_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Sent:
    """A file as it was sent, with what the sender says of it."""

    content: bytes
    filename: str
    site: str
    entrance: str | None = None
    day: date | None = None
    dry_run: bool = False


def import_paper(
    host: Host,
    caller: Caller,
    sites: Iterable[str] | None,
    sent: Sent,
    *,
    progress: Callable[[int, int], object] | None = None,
) -> Outcome:
    """Reads a file and records its checks; as a dry run it answers the same and stores nothing.

    `progress` is told (lines done, lines in all). Raises Invalid (`tables.*`, `paper.*`, `import.*`) for a file that
    can't be read at all or does not say which day and entrance it is of, Conflict while somebody else imports the same
    list; nothing is stored then.
    """
    return _Run(host, caller, None if sites is None else frozenset(sites), sent, progress).go()


@usecase(read=True)
def site_zone(op: Op, *, site: str) -> str:
    """The site's time zone; raises Forbidden for a foreign site."""
    return op.site(site).timezone


class _Run:
    """One file on its way in."""

    def __init__(
        self,
        host: Host,
        caller: Caller,
        sites: frozenset[str] | None,
        sent: Sent,
        progress: Callable[[int, int], object] | None,
    ) -> None:
        self.host, self.caller, self.sites, self.sent, self.progress = host, caller, sites, sent, progress
        self.site = sent.site

    def go(self) -> Outcome:
        """Reads, judges, stores."""
        self.zone = self._do(site_zone)
        tables, others = recognise(read_tables(self.sent.content, self.sent.filename))
        self.places, notes = self._do(
            find_places,
            entrance=self.sent.entrance or None,
            day=self.sent.day,
            name_day=day_from_filename(self.sent.filename),
            forms=[(table.sheet.name, table.facts) for table in tables],
        )
        notes += [
            Words(f"工作表“{name}”不是登记表,未读取。", f"Sheet {name} is no register: it was not read.")
            for name in others
        ]
        self.out = Outcome(tables[0].kind, self.places, self.sent.dry_run, notes=notes)
        self.tally = Tally(self.out, tables)
        rows = [row for number, table in enumerate(tables) for row in read_rows(table, number, self._rules(number))]
        self._wait_for_staff(rows)
        self.known = self._do(known_checks, places=self.places)
        checks = self._judge_alone(rows)
        if not self.sent.dry_run:
            self.out.import_id = self._do(
                start_import,
                kind=self.out.kind,
                filename=self.sent.filename,
                entrance_id=self.places[0].entrance_id,
                day=self.places[0].day,
                total=len(checks),
                layouts=layout_out(tables),
            )
        self._record(checks)
        self._tell_never_measured()
        self.tally.finish()
        if self.out.import_id is not None:
            self._run(
                finish_import,
                import_id=self.out.import_id,
                counts=dict(self.out.counts),
                notes=self.out.notes,
                lines=self.out.lines,
            )
        return self.out

    def _rules(self, table: int) -> Any:
        return self.places[table].rules

    def _wait_for_staff(self, rows: Sequence[PaperRow]) -> None:
        """A staff list that coordination took in a moment ago may be on its way: it is waited for where numbers are
        unknown and the site knows fewer staff than the file names."""
        numbers = frozenset(row.staff_number for row in rows if row.staff_number)
        until = time.monotonic() + STAFF_WAIT_SECONDS
        while numbers:
            missing, count = self._do(missing_numbers, numbers=numbers)
            if not missing or count >= len(numbers) or time.monotonic() >= until:
                return
            time.sleep(STAFF_POLL_SECONDS)

    def _judge_alone(self, rows: Sequence[PaperRow]) -> list[Planned]:
        """The lines that are checks; what is wrong with one by itself is noted."""
        checks: list[Planned] = []
        for row in rows:
            place = self.places[row.table]
            if row.outcome == "skip":
                self.tally.skip()
            elif row.fault is not None:
                self.tally.fault(row, row.fault)
            else:
                known = self.known[place.entrance_id, place.day]
                try:
                    checks.append(plan(row, place, site=self.site, known=known))
                except SizaoError as wrong:
                    self.tally.fault(row, wrong)
        return checks

    def _record(self, checks: list[Planned]) -> None:
        """Records the lines that are new. Of several of one person and time the first that is taken counts."""
        total = len(checks)
        taken: dict[str, Planned] = {}
        while checks:
            first: dict[str, Planned] = {}
            later: list[Planned] = []
            for one in checks:
                if one.key in taken:
                    self.tally.stored_before(one, taken[one.key].measured, taken[one.key].row.line)
                elif (stored := self._stored(one)) is not None:
                    self.tally.stored_before(one, stored)
                elif one.key in first:
                    later.append(one)
                else:
                    first[one.key] = one
            fresh = list(first.values())
            for start in range(0, len(fresh), AT_ONCE):
                batch = fresh[start : start + AT_ONCE]
                done = total - len(later) - len(fresh) + start + len(batch)
                for one, answer in zip(batch, self._take(batch, done), strict=True):
                    if self.tally.answer(one, answer):
                        taken[one.key] = one
                if self.progress is not None:
                    self.progress(done, total)
            checks = later

    def _stored(self, one: Planned) -> Measured | None:
        place = self.places[one.row.table]
        return stored_as(one, place, self.known[place.entrance_id, place.day], zone=self.zone)

    def _take(self, batch: Sequence[Planned], done: int) -> list[Recorded | SizaoError]:
        items = [check_of(one, self.places[one.row.table], site=self.site, zone=self.zone) for one in batch]
        if self.out.import_id is None:
            return self._run(try_rows, items=items)
        time.sleep(PAUSE_SECONDS)
        try:
            return self._run(take_rows, import_id=self.out.import_id, items=items, done=done)
        except IntegrityError:  # The same file came twice at once: the other's lines are stored by now.
            return self._run(take_rows, import_id=self.out.import_id, items=items, done=done)

    def _tell_never_measured(self) -> None:
        if self.out.kind == "staff_temperatures":
            missing = self._do(not_measured, day=self.places[0].day)
            measured = self.tally.measured_staff if self.sent.dry_run else ()
            self.tally.never_measured([one for one in missing if one.person_id not in measured])

    def _do(self, function: Callable[..., R], **arguments: object) -> R:
        return self._run(function, site=self.site, **arguments)

    def _run(self, function: Callable[..., R], **arguments: object) -> R:
        return self.host.run(function, self.caller, self.sites, **arguments)
