"""A WSGI application on a real port, for tests with a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name is Werkzeug's
        """Nothing."""


class Joined(ThreadedWSGIServer):
    """Waits, when it is closed, for the requests it is still answering: none is cut off with a file open."""

    daemon_threads = False
    block_on_close = True


@contextmanager
def serving(application: WSGIApplication) -> Iterator[str]:
    """The address at which the application answers."""
    server = Joined("127.0.0.1", 0, _closed(application), handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _closed(application: WSGIApplication) -> WSGIApplication:
    """Closes each answer's body by itself: Werkzeug's server leaves that out when a browser resets its connection."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        body = application(environ, start_response)
        try:
            yield from body
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer
