"""Finding people, and who is inside."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from common.roles import Role
from common.web.access import allow
from common.web.request import page_site, run
from screening.usecases.desk import today_at
from screening.usecases.inside import list_inside
from screening.usecases.people import find_people

people_pages = Blueprint("people_pages", __name__)
inside_pages = Blueprint("inside", __name__)
FINDERS = (Role.MONITOR, Role.EMERGENCY, Role.COORDINATOR)


@people_pages.get("/<site>/people")
@allow(*FINDERS)
def people(site: str) -> str:
    """People known to the site, by whatever is typed."""
    code, text = page_site(site), request.args.get("q", "").strip()[:80]
    found = run(find_people, site=code, q=text, limit=50) if text else []
    return render_template("screening/people.html", found=found, q=text)


@inside_pages.get("/<site>/inside")
@allow(*FINDERS)
def inside(site: str) -> str:
    """Who is inside now; prints as the muster list for a fire."""
    found = run(list_inside, site=page_site(site))
    return render_template("screening/inside.html", found=found, day=run(today_at, site=site))
