"""What every transport promises, shown over the embedded one and over RabbitMQ alike."""

from __future__ import annotations

import pytest

from common.caller import system
from common.copies.tables import SiteCopy
from common.errors import NotFound
from common.events.catalogue.coordination import SiteChanged
from common.events.catalogue.screening import CheckCompleted
from common.ids import new_id
from common.op import Op
from common.testing.servers.engine import wait_until
from common.testing.wires import Wire, changed, copies, envelope_of, parked, write


def completed(words: str) -> CheckCompleted:
    return CheckCompleted(check_id=new_id(), person_kind="visitor", person_ref=None, masked_name=words, sealed="")


def site_name(wire: Wire) -> str:
    def read(op: Op) -> str:
        found = op.db.get(SiteCopy, "main", populate_existing=True)
        return found.name if found else ""

    return wire.hosts["notify"].run_system(read, system("test"))


def test_what_is_written_arrives_once_at_its_own_site(wire: Wire) -> None:
    write(wire, "ours")
    write(wire, "theirs", site="branch")
    write(wire, "at once", urgent=True)
    wire.until(lambda: len(copies(wire)) == 3, "three copies")
    assert copies(wire, "branch") == ["theirs"]
    assert sorted(copies(wire, "main")) == ["at once", "ours"]


def test_the_same_event_again_changes_nothing(wire: Wire) -> None:
    told = envelope_of(completed("once"))
    wire.arrive(told.to_json(), event_id=told.id, event_type=told.type)
    wire.until(lambda: copies(wire) == ["once"], "the copy")
    for _ in range(3):
        wire.arrive(told.to_json(), event_id=told.id, event_type=told.type)
    write(wire, "after")
    wire.until(lambda: "after" in copies(wire) and "once" in copies(wire), "the copies")
    wire.hold()
    assert sorted(copies(wire)) == ["after", "once"]
    assert not parked(wire)


def test_urgent_events_overtake_a_long_queue(wire: Wire) -> None:
    wire.hold()
    for number in range(200):
        write(wire, f"ordinary {number}")
    write(wire, "fever", urgent=True)
    wait_until(wire.handed_over, 60, "all to be handed over")
    wire.release()
    wire.until(lambda: len(copies(wire)) == 201, "all copies")
    assert copies(wire).index("fever") < 120


def test_a_failed_event_is_tried_again_on_each_tier_and_others_flow_meanwhile(wire: Wire) -> None:
    write(wire, "broken")
    write(wire, "fine")
    wire.until(lambda: copies(wire) == ["fine"], "the other")
    write(wire, "mended")
    wire.until(lambda: "mended" in copies(wire), "what mends it")
    wire.pass_tier(0)
    wire.until(lambda: sorted(copies(wire)) == ["broken", "fine", "mended"], "the failed one after its tier")
    assert not parked(wire)


def test_what_fails_on_every_tier_is_parked_and_can_be_shown_and_discarded(wire: Wire) -> None:
    for words in ("poison 1", "poison 2", "fine"):
        write(wire, words)
    wire.until(lambda: copies(wire) == ["fine"], "the good one")
    for tier in range(3):
        wire.pass_tier(tier)
        wire.until(lambda: True, "a turn")
    wire.until(lambda: len(parked(wire)) == 2, "both to be parked")
    first, second = wire.parking.list("notify")
    assert "can't be done" in first.problem
    assert (first.attempts, first.direction, first.site) == (4, "incoming", "main")
    assert wire.parking.show("notify", second.id).body == second.body
    wire.parking.discard("notify", first.id)
    assert parked(wire) == [second.id]
    with pytest.raises(NotFound):
        wire.parking.discard("notify", first.id)


def test_a_parked_event_can_be_replayed_alone(wire: Wire) -> None:
    for words in ("broken", "poison"):
        write(wire, words, urgent=True)
    for tier in range(3):
        wire.until(lambda: True, "a turn")
        wire.pass_tier(tier)
    wire.until(lambda: len(parked(wire)) == 2, "both to be parked")
    write(wire, "mended")
    wire.until(lambda: "mended" in copies(wire), "what mends it")
    broken = next(event for event in wire.parking.list("notify") if "broken" in event.body)
    wire.parking.replay("notify", broken.id)
    wire.until(lambda: "broken" in copies(wire), "the replayed one")
    assert len(parked(wire)) == 1
    with pytest.raises(NotFound):
        wire.parking.replay("notify", new_id())


def test_an_event_that_fits_no_schema_is_parked_at_once_and_others_flow(wire: Wire) -> None:
    misfit = envelope_of(completed("misfit"))
    wire.arrive(changed(misfit, data={"check_id": 7}), event_id=misfit.id, event_type=misfit.type)
    wire.arrive("{ no event", event_id="cut-off", event_type=misfit.type)
    write(wire, "fine")
    wire.until(lambda: copies(wire) == ["fine"], "the good one")
    wire.until(lambda: sorted(parked(wire)) == sorted([misfit.id, "cut-off"]), "both to be parked")
    assert {event.attempts for event in wire.parking.list("notify")} == {1}


def test_a_version_from_the_future_is_parked_until_the_upgrade(wire: Wire) -> None:
    ours = envelope_of(completed("new"))
    future = ours.type.removesuffix("v1") + "v2"
    wire.arrive(changed(ours, type=future), event_id=ours.id, event_type=future)
    write(wire, "fine")
    wire.until(lambda: copies(wire) == ["fine"], "the good one")
    wire.until(lambda: parked(wire) == [ours.id], "the future one to be parked")
    assert "newer release" in wire.parking.show("notify", ours.id).problem


def test_an_older_state_never_overwrites_a_newer_one(wire: Wire) -> None:
    for sequence, name in ((5, "新名"), (4, "旧名"), (3, "更旧")):
        told = envelope_of(SiteChanged(code="main", name=name, name_en=name), sequence=sequence)
        wire.arrive(told.to_json(), event_id=told.id, event_type=told.type)
    write(wire, "after")
    wire.until(lambda: copies(wire) == ["after"] and site_name(wire) == "新名", "the newest state")
    wire.hold()
    assert site_name(wire) == "新名"
