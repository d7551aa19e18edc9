"""A person's particulars in clear, for a stated purpose."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response
from pydantic import Field

from common.web.access import allow
from common.web.api import Answer, IdPath, Input, answer, api_blueprint
from common.web.request import run
from isolation.api.shapes import UNMASKERS
from isolation.usecases.unmask import unmask_person

particulars = api_blueprint("particulars")

PersonField = Literal["name", "phone", "document"]


class PurposeInput(Input):
    """What is to be seen, and what for."""

    purpose: Annotated[str, Field(min_length=1, max_length=200)]
    fields: list[PersonField] = Field(default=["name", "phone", "document"], min_length=1, max_length=3)


class ParticularsAnswer(Answer):
    """What was asked for."""

    name: str | None
    phone: str | None
    document_type: str | None
    document_number: str | None


@particulars.post("/incidents/<string:id>/particulars", responses={200: ParticularsAnswer})
@allow(*UNMASKERS)
def unmask(path: IdPath, body: PurposeInput) -> Response:
    """The particulars in clear; each look is in the access log."""
    seen = run(unmask_person, incident_id=path.id, purpose=body.purpose, fields=tuple(dict.fromkeys(body.fields)))
    return answer(ParticularsAnswer.model_validate(seen))
