"""A client of the public API: signs in, repeats what the network lost, counts what it was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from common.errors import Unavailable

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
ATTEMPTS = 8
PAUSE_SECONDS = 0.5


class ApiClient:
    """One account's view of an installation."""

    def __init__(self, address: str, login: str, password: str, *, verify: bool | str = True) -> None:
        self.http = httpx.Client(base_url=address, timeout=TIMEOUT, verify=verify, headers={"Accept-Language": "en"})
        answer = self.http.post("/coordination/api/v1/sessions", json={"login": login, "password": password})
        self.refuse(answer)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """POST; with a key it is repeated while the far side is away, since the key keeps it from counting twice."""
        headers = {"Idempotency-Key": key} if key else {}
        for attempt in range(ATTEMPTS if key else 1):
            try:
                answer = self.http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in {429, 502, 503, 504}:
                self.refuse(answer)
                return answer
            self.pause(attempt)
        raise Unavailable("demo.away", "{path} did not answer.", "{path} 没有应答。", path=path)

    def get(self, path: str, **query: Any) -> Any:
        """GET of one document."""
        answer = self.http.get(path, params=query)
        self.refuse(answer)
        return answer.json()

    def items(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page."""
        after: str | None = None
        while True:
            page = self.get(path, **query, limit=500, **({"after": after} if after else {}))
            yield from page["items"]
            if not page["items"] or page["next"] is None or page["next"] == after:
                return
            after = page["next"]

    @staticmethod
    def refuse(answer: httpx.Response) -> None:
        """Raises Unavailable, with the far side's own words, for an answer that is no success."""
        if answer.is_success:
            return
        raise Unavailable(
            "demo.refused",
            "{method} {path} was answered {status}: {body}",
            "{method} {path} 返回 {status}:{body}",
            method=answer.request.method,
            path=answer.request.url.path,
            status=answer.status_code,
            body=answer.text[:300],
        )

    @staticmethod
    def pause(attempt: int) -> None:
        """Waits a little longer each time."""
        import time

        time.sleep(PAUSE_SECONDS * (attempt + 1))

    def close(self) -> None:
        """Gives the connections back."""
        self.http.close()
