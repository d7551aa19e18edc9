"""Each channel is believed by the far side's own body alone; robots keep their rate; a trial sends nothing outside."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from common.caller import system
from common.roles import Role
from notify.channels.robots import dingtalk_sign, feishu_sign
from notify.channels.webhook import signature
from notify.usecases.sending import claim_post

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class FarSide:
    """What a robot or provider was sent, and what it answers."""

    def __init__(self, server: HTTPServer) -> None:
        self.server, self.sent = server, list[tuple[dict[str, str], dict[str, Any], str]]()
        self.answers: list[tuple[int, str]] = []
        self.usual = (
            200,
            json.dumps({"errcode": 0, "errmsg": "ok", "code": 0, "ok": True, "result": {"status": "SENT"}}),
        )
        server.expect_request("/hook").respond_with_handler(self._answer)

    @property
    def url(self) -> str:
        return self.server.url_for("/hook")

    def _answer(self, request: Request) -> Response:
        self.sent.append((dict(request.headers), request.get_json(), request.url))
        status, body = self.answers.pop(0) if self.answers else self.usual
        return Response(body, status=status, mimetype="application/json")

    def texts(self) -> list[str]:
        return [body["text"]["content"] for _headers, body, _url in self.sent]


@pytest.fixture
def far(httpserver: HTTPServer) -> FarSide:
    return FarSide(httpserver)


@pytest.fixture
def outside(installation: Callable[..., Any]) -> Any:
    """A bureau whose channels may speak to this machine, with one person who has telephone and e-mail."""
    bureau = installation(allow_private_webhooks=True)
    bureau.person("王甲", Role.EMERGENCY, phone="13900000001", email="wang@example.org")
    return bureau


def add(bureau: Any, kind: str, address: str, secret: str | None = None, **options: Any) -> str:
    told = bureau.api(Role.ADMIN).post(
        "/notify/api/v1/channels",
        {"site": "main", "kind": kind, "name": kind, "address": address, "secret": secret, "options": options},
    )
    assert told.status_code == 201, told.text
    found: str = told.get_json()["id"]
    return found


def outcomes(bureau: Any, kind: str) -> list[tuple[str, str | None, int]]:
    return [
        (message["state"], message["answer_code"], message["attempts"])
        for message in bureau.messages()
        if message["channel_kind"] == kind
    ]


PROVIDER = {
    "body": {"to": "{{phone}}", "content": "{{text}}", "ref": "{{id}}", "n": 1},
    "headers": {"Authorization": "Bearer {{secret}}"},
    "success_pointer": "/result/status", "success_value": "SENT",
}  # fmt: skip


def test_wecom_names_the_person_called_and_believes_errcode(outside: Any, far: FarSide) -> None:
    add(outside, "wecom", far.url)
    outside.fever()
    outside.send()
    [(_headers, body, _url)] = far.sent
    assert body["text"]["mentioned_mobile_list"] == ["13900000001"]
    assert "发热 38.6℃" in body["text"]["content"]
    assert "张*" in body["text"]["content"]
    assert outcomes(outside, "wecom") == [("delivered", "0", 1)]


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "45009"),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "310000"),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, "9499"),
        ("feishu", {"StatusCode": 1, "StatusMessage": "no"}, "1"),
        ("sms", {"result": {"status": "QUOTA"}}, "QUOTA"),
        ("voice", {"result": None}, "http_200"),
        ("webhook", {"ok": False}, "false"),
        ("webhook", {}, "http_200"),
    ],
)
def test_a_200_whose_body_says_no_is_a_failure_that_is_tried_again(
    outside: Any, far: FarSide, kind: str, answer: dict[str, Any], code: str
) -> None:
    options = PROVIDER if kind in {"sms", "voice"} else {}
    add(outside, kind, far.url, SECRET if kind == "webhook" else None, **options)
    far.answers = [(200, json.dumps(answer)), (200, "<html>please sign in</html>"), (502, "")]
    outside.fever()
    outside.send()
    assert outcomes(outside, kind) == [("queued", code, 1)]
    outside.send(seconds=5)
    assert outcomes(outside, kind) == [("queued", "http_200", 2)]
    outside.send(seconds=20)
    assert outcomes(outside, kind) == [("queued", "http_502", 3)]
    outside.send(seconds=60)
    assert outcomes(outside, kind)[0][0] == "delivered"
    assert len(far.sent) == 4


def test_attempts_end_and_the_failure_stays_in_sight(outside: Any, far: FarSide) -> None:
    add(outside, "wecom", far.url)
    far.usual = (200, '{"errcode": 40058}')
    outside.fever()
    for seconds in (0, 5, 20, 60, 180, 600, 600):
        outside.send(seconds=seconds)
    assert ("failed", "40058", 5) in outcomes(outside, "wecom")
    assert len(far.sent) == 5


def test_a_robot_that_was_removed_is_not_tried_again(outside: Any, far: FarSide) -> None:
    add(outside, "wecom", far.url)
    far.usual = (200, '{"errcode": 93000, "errmsg": "invalid webhook url"}')
    outside.fever()
    outside.send()
    assert outcomes(outside, "wecom") == [("failed", "93000", 1)]


def test_dingtalk_and_feishu_are_signed(outside: Any, far: FarSide) -> None:
    add(outside, "dingtalk", far.url + "?access_token=t", "SECding")
    add(outside, "feishu", far.url, "fei", mentions={"T1": "ou_1"})
    outside.fever()
    outside.send()
    by_kind = {"feishu" if "msg_type" in body else "dingtalk": (body, url) for _headers, body, url in far.sent}
    ding, address = by_kind["dingtalk"]
    query = parse_qs(urlsplit(address).query)
    assert query["access_token"] == ["t"]
    assert query["sign"] == [dingtalk_sign("SECding", query["timestamp"][0])]
    assert ding["at"] == {"atMobiles": ["13900000001"], "isAtAll": False}
    assert "@13900000001" in ding["text"]["content"]
    feishu = by_kind["feishu"][0]
    assert feishu["sign"] == feishu_sign("fei", feishu["timestamp"])
    assert '<at user_id="ou_1">王*</at>' in feishu["content"]["text"]


def test_a_provider_is_spoken_to_as_it_is_worded(outside: Any, far: FarSide) -> None:
    add(outside, "sms", far.url, "key-1", **PROVIDER)
    outside.fever(entrance_name='门"},{"to":"13900009999')
    outside.send()
    [(headers, body, _url)] = far.sent
    assert (body["to"], body["n"]) == ("13900000001", 1)
    assert 'to":"13900009999' in body["content"]
    assert headers["Authorization"] == "Bearer key-1"
    assert outcomes(outside, "sms") == [("delivered", "SENT", 1)]


def test_a_webhook_is_signed_as_the_standard_says_and_told_once(outside: Any, far: FarSide) -> None:
    add(outside, "webhook", far.url, SECRET)
    outside.person("钱乙", Role.EMERGENCY)
    outside.fever()
    outside.send()
    [(headers, body, _url)] = far.sent
    raw = json.dumps(body, ensure_ascii=False).encode()
    assert headers["Webhook-Signature"] == signature(SECRET, headers["Webhook-Id"], headers["Webhook-Timestamp"], raw)
    assert body["data"]["site"] == "main"
    assert "reading" not in body["data"]


def test_over_its_rate_a_robot_combines_and_nothing_is_lost(outside: Any, far: FarSide) -> None:
    add(outside, "wecom", far.url)
    for number in range(20):
        outside.fever(masked_name=f"张{number:02d}*")
    outside.send()
    assert [len(far.sent), sum("条告警待处理" in text for text in far.texts())] == [20, 0]
    for number in range(20, 70):
        outside.fever(masked_name=f"张{number:02d}*")
    outside.send(seconds=50)
    assert len(far.sent) == 20
    outside.send(seconds=11)
    told = "\n".join(far.texts())
    assert all(f"张{number:02d}*" in told for number in range(70))
    assert "条告警待处理" in told
    assert len(far.sent) <= 40
    assert all(len(text.encode()) <= 2048 for text in far.texts())
    assert {state for state, _code, _attempts in outcomes(outside, "wecom")} == {"delivered"}


def test_an_answer_stops_what_is_queued_even_between_two_attempts(outside: Any, far: FarSide) -> None:
    add(outside, "wecom", far.url)
    far.usual = (200, '{"errcode": 1}')
    outside.fever()
    outside.send()
    [alert] = outside.alerts()
    outside.api().post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    outside.send(minutes=10)
    assert len(far.sent) == 1
    assert outcomes(outside, "wecom") == [("cancelled", "1", 1)]


def test_a_post_that_was_claimed_by_a_process_that_died_is_sent_by_the_next(outside: Any, far: FarSide) -> None:
    from common.caller import system
    from notify.usecases.sending import claim_post

    channel = add(outside, "wecom", far.url)
    outside.fever()
    claimed = outside.host.run(claim_post, system("notify"), {"main"}, site="main", channel_id=channel)
    assert claimed is not None
    outside.send(seconds=30)
    assert far.sent == []
    outside.send(seconds=91)
    assert outcomes(outside, "wecom")[0] == ("delivered", "0", 2)
    assert len(far.sent) == 1


def test_what_a_dead_process_had_claimed_is_not_sent_once_somebody_answered(outside: Any, far: FarSide) -> None:
    channel = add(outside, "wecom", far.url)
    outside.fever()
    claimed = outside.host.run(claim_post, system("notify"), {"main"}, site="main", channel_id=channel)
    assert claimed is not None
    [alert] = outside.alerts()
    outside.api().post(f"/notify/api/v1/alerts/{alert['id']}/acknowledgement", {})
    outside.send(minutes=5)
    assert far.sent == []
    assert [state for state, _code, _attempts in outcomes(outside, "wecom")] == ["cancelled"]


def test_private_addresses_are_refused_when_configured_and_when_sent(
    installation: Callable[..., Any], far: FarSide
) -> None:
    bureau = installation()
    bureau.person("王甲", Role.EMERGENCY)
    admin = bureau.api(Role.ADMIN)
    body = {"site": "main", "kind": "wecom", "name": "a", "options": {}}
    codes = [
        admin.post("/notify/api/v1/channels", {**body, "address": address}).get_json()["code"]
        for address in (
            "https://10.0.0.1/x",
            "https://[::1]/x",
            "http://example.org/x",
            "nonsense",
            "https://u:p@example.org",
        )
    ]
    assert codes == ["channel.private", "channel.private", "channel.address", "channel.address", "channel.address"]
    bureau.system.settings.allow_private_webhooks = True
    add(bureau, "wecom", far.url.replace("127.0.0.1", "localhost"))
    bureau.system.settings.allow_private_webhooks = False
    bureau.fever()
    bureau.send()
    assert outcomes(bureau, "wecom") == [("failed", "private_address", 1)]
    assert far.sent == []


def test_a_trial_shows_what_it_would_have_sent_and_sends_nothing(trial: Any, far: FarSide) -> None:
    trial.system.settings.allow_private_webhooks = True
    trial.person("王甲", Role.EMERGENCY, phone="13900000001", email="wang@example.org")
    channel = add(trial, "wecom", far.url)
    trial.fever()
    for _ in range(6):
        trial.send(minutes=10)
    tried = trial.api(Role.ADMIN).post(f"/notify/api/v1/channels/{channel}/tests", {})
    assert (tried.get_json()["shown"], tried.get_json()["delivered"]) == (True, False)
    assert far.sent == []
    shown = {message["channel_kind"] for message in trial.messages(state="shown")}
    assert shown == {"wecom", "email", "sms"}


def test_a_test_message_tells_what_the_far_side_said(outside: Any, far: FarSide) -> None:
    channel = add(outside, "wecom", far.url)
    far.answers = [(200, '{"errcode": 93000, "errmsg": "invalid webhook url"}')]
    path = f"/notify/api/v1/channels/{channel}/tests"
    first = outside.api(Role.ADMIN).post(path, {}).get_json()
    second = outside.api(Role.ADMIN).post(path, {}).get_json()
    assert (first["delivered"], first["code"], first["words"]) == (False, "93000", "invalid webhook url")
    assert second["delivered"] is True
    assert outside.api(Role.ADMIN, site="branch").post(path, {}).status_code == 404


def test_secrets_go_in_and_never_come_out(outside: Any, far: FarSide) -> None:
    channel = add(outside, "wecom", far.url + "?key=robot-key", "robot-secret")
    told = outside.api(Role.ADMIN).get("/notify/api/v1/channels", site="main").text
    assert "robot-key" not in told
    assert "robot-secret" not in told
    changed = outside.api(Role.ADMIN).request("PATCH", f"/notify/api/v1/channels/{channel}", {"enabled": False})
    assert (changed.status_code, changed.get_json()["has_secret"], changed.get_json()["enabled"]) == (200, True, False)
    outside.fever()
    outside.send()
    assert far.sent == []
    foreign = outside.api(Role.ADMIN, site="branch")
    assert foreign.request("PATCH", f"/notify/api/v1/channels/{channel}", {"enabled": True}).status_code == 404
    assert foreign.request("DELETE", f"/notify/api/v1/channels/{channel}").status_code == 404
    assert outside.api(Role.ADMIN).request("DELETE", f"/notify/api/v1/channels/{channel}").status_code == 204


class Mailbox:
    """A mail server that keeps what it takes and refuses whom it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], str]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((list(envelope.rcpt_tos), envelope.content.decode()))
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_mail_goes_to_each_and_a_refused_mailbox_is_a_failure(outside: Any, mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    box.refused = {"qian@example.org"}
    outside.person("钱乙", Role.EMERGENCY, email="qian@example.org")
    add(outside, "email", address, sender="sizao@example.org")
    outside.fever()
    outside.send()
    assert [to for to, _content in box.taken] == [["wang@example.org"]]
    assert sorted(outcomes(outside, "email")) == [("delivered", "250", 1), ("failed", "550", 1)]


def test_the_installations_own_mail_server_serves_sites_without_one(
    installation: Callable[..., Any], mailbox: tuple[Mailbox, str]
) -> None:
    box, address = mailbox
    bureau = installation(smtp=address + "?from=sizao@example.org")
    bureau.person("王甲", Role.EMERGENCY, email="wang@example.org")
    bureau.fever()
    bureau.send()
    assert [to for to, _content in box.taken] == [["wang@example.org"]]
    assert "From: =?utf-8?" in box.taken[0][1]


def test_a_mail_server_that_is_away_is_tried_again(outside: Any) -> None:
    add(outside, "email", "smtp://127.0.0.1:9", sender="sizao@example.org")
    outside.fever()
    outside.send()
    assert outcomes(outside, "email") == [("queued", "ConnectionRefusedError", 1)]
