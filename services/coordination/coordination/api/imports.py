"""Staff lists."""

from __future__ import annotations

from flask import Response
from flask_openapi import FileStorage
from pydantic import ConfigDict, Field

from common.roles import Role
from common.web.access import allow
from common.web.api import Answer, IdPath, Input, answer, api_blueprint
from common.web.language import language
from common.web.request import run
from coordination.downloads import xlsx
from coordination.usecases.import_staff import Outcome, import_staff, refused_rows

api = api_blueprint("imports")


class StaffList(Input):
    """A staff list for a site."""

    model_config = ConfigDict(extra="ignore", arbitrary_types_allowed=True)

    file: FileStorage
    site: str = Field(max_length=40)
    dry_run: bool = False


class RowOut(Answer):
    """A line that was refused or taken in with a warning; `line` as the spreadsheet shows it."""

    sheet: str
    line: int
    outcome: str
    field: str
    reason: str
    code: str


class OutcomeOut(Answer):
    """What became of a list. `unchanged` lines stood as they are; `accepted` ones changed something."""

    id: str | None
    dry_run: bool
    accepted: int
    refused: int
    not_measured: int = 0
    unchanged: int
    warnings: int
    fevers: int = 0
    denied: int = 0
    skipped: int
    sections: int
    groups: int
    vacancies: int
    on_leave: int
    notes: list[str]
    rows: list[RowOut]
    refused_file: str | None = None


def outcome_out(outcome: Outcome) -> OutcomeOut:
    """The answer to a list."""
    shown = OutcomeOut.model_validate({**outcome.__dict__})
    if outcome.id is not None and outcome.refused:
        shown.refused_file = f"/coordination/api/v1/imports/{outcome.id}/refused"
    return shown


@api.post("/imports")
@allow(Role.ADMIN)
def take_in(form: StaffList) -> Response:
    """Takes in a staff list; with `dry_run` it only says what would happen."""
    outcome = run(
        import_staff, site=form.site, filename=form.file.filename or "list", data=form.file.read(),
        language=language(), dry_run=form.dry_run,
    )  # fmt: skip
    return answer(outcome_out(outcome))


@api.get("/imports/<id>/refused")
@allow(Role.ADMIN)
def refused(path: IdPath) -> Response:
    """The refused rows as an XLSX to correct and send again."""
    return xlsx(run(refused_rows, import_id=path.id), "refused.xlsx")
