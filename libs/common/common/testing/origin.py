"""One address for the web processes of several services: a tiny reverse proxy, as WSGI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOP_BY_HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}


class Origin:
    """Sends a request on to the process that serves its path; streams what it answers."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = ports
        self._client = httpx.Client(timeout=httpx.Timeout(60, connect=5), limits=httpx.Limits(max_connections=200))

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        path = environ.get("PATH_INFO", "/").encode("latin-1").decode()
        port = self._port(path)
        if port is None:
            start_response("404 NOT FOUND", [("Content-Type", "application/problem+json")])
            return [b'{"status":404}']
        query = environ.get("QUERY_STRING", "")
        url = f"http://127.0.0.1:{port}{quote(path)}{'?' + query if query else ''}"
        length = int(environ.get("CONTENT_LENGTH") or 0)
        request = self._client.build_request(
            environ["REQUEST_METHOD"], url, headers=_headers(environ), content=environ["wsgi.input"].read(length)
        )
        try:
            answer = self._client.send(request, stream=True)
        except httpx.TransportError:
            start_response("502 BAD GATEWAY", [("Content-Type", "application/problem+json")])
            return [b'{"status":502}']
        kept = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in HOP_BY_HOP]
        start_response(f"{answer.status_code} {answer.reason_phrase or '-'}", kept)
        return _body(answer)

    def _port(self, path: str) -> int | None:
        parts = path.strip("/").split("/")
        live = self._ports.get("/".join(parts[:2]))
        if live is not None:
            return live
        known = self._ports.get(parts[0])
        return known if known is not None or path not in {"/", "/healthz"} else next(iter(self._ports.values()), None)


def _headers(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    found = [
        (name[5:].replace("_", "-"), str(value))
        for name, value in environ.items()
        if name.startswith("HTTP_") and name[5:].replace("_", "-").lower() not in HOP_BY_HOP
    ]
    if environ.get("CONTENT_TYPE"):
        found.append(("Content-Type", environ["CONTENT_TYPE"]))
    return found


def _body(answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_raw()
    finally:
        answer.close()
