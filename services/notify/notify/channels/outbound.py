"""HTTP to the world: bounded in time and size, to public addresses alone unless the installation says otherwise."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from notify.usecases.sending import Result

TIME_OUT = httpx.Timeout(10.0, connect=5.0)
LARGEST_ANSWER = 64 * 1024


class PrivateAddress(httpx.RequestError):
    """The name leads to an address inside the house."""


class PublicOnly(httpx.HTTPTransport):
    """Resolves a name once, refuses it if any of its addresses is not public, and connects to the address that was
    judged: the name can't be pointed elsewhere in between."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request to the judged address; the certificate is still checked against the name."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as problem:
            raise httpx.ConnectError(f"the name {host} can't be resolved", request=request) from problem
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        if not addresses or any(not address.is_global for address in addresses):
            raise PrivateAddress(f"{host} is inside the house", request=request)
        request.url = request.url.copy_with(host=str(addresses[0]))
        request.extensions = {**request.extensions, "sni_hostname": host}
        return super().handle_request(request)


@dataclass(frozen=True)
class Answer:
    """What the far side said: its status, and its body as JSON where it is JSON."""

    status: int
    body: Any


class Outbound:
    """Posts JSON; one client for the process."""

    def __init__(self, *, allow_private: bool) -> None:
        transport = httpx.HTTPTransport() if allow_private else PublicOnly()
        self._client = httpx.Client(transport=transport, timeout=TIME_OUT, follow_redirects=False, trust_env=False)

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer | Result:
        """The far side's answer, or the failure when there was none."""
        sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        try:
            with self._client.stream("POST", url, content=body, headers=sent) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST_ANSWER:
                        return Result(False, f"http_{response.status_code}", "the answer is too long to be believed")
                return Answer(response.status_code, _json(content))
        except PrivateAddress:
            return Result(False, "private_address", "the address is inside the house", permanent=True)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            return Result(False, type(problem).__name__, "the far side could not be reached")

    def post_json(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer | Result:
        """The same for a JSON document."""
        return self.post(url, json.dumps(body, ensure_ascii=False).encode(), headers)

    def close(self) -> None:
        """Gives the connections back."""
        self._client.close()


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def judged(answer: Answer, *, code: Any, good: bool, words: Any = "", permanent: bool = False) -> Result:
    """The result by the body's own code; a body without one, or an HTTP error, is a failure whatever else it says."""
    if answer.status >= 400 or code is None:
        gone = answer.status in {401, 403, 404, 410}
        return Result(False, f"http_{answer.status}", "the answer does not say that it was taken", permanent=gone)
    return Result(good, str(code), str(words or "")[:300], permanent=permanent and not good)
