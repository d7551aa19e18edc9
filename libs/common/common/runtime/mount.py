"""One WSGI application from the applications of several services, each at `/<service>`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from flask_openapi import OpenAPI
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Request, Response

from common.host import Host
from common.web.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def mount(hosts: Mapping[str, Host], **config: Any) -> WSGIApplication:
    """The services under one address; `/` leads to coordination's front page, `/healthz` answers 200."""
    return join(applications(hosts, **config))


def applications(hosts: Mapping[str, Host], **config: Any) -> dict[str, OpenAPI]:
    """The application of each service, by its name."""
    return {name: create_app(host, **config) for name, host in hosts.items()}


def join(apps: Mapping[str, OpenAPI]) -> WSGIApplication:
    """One application from those of several services."""
    mounts: dict[str, Any] = {f"/{name}": app for name, app in apps.items()}
    icon = (files("common.web") / "static" / "icon.svg").read_bytes()

    def nowhere(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A path of no service: one of the services says in its words, and on its page, that nothing is there."""
        name = "coordination" if "coordination" in apps else next(iter(apps))
        return apps[name]({**environ, "SCRIPT_NAME": f"/{name}", "PATH_INFO": "/nowhere"}, start_response)

    def root(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = Request(environ).path
        if path == "/healthz":
            answer = Response('{"status":"up"}', mimetype="application/json")
        elif path == "/":
            answer = Response(status=302, headers={"Location": "/coordination/"})
        elif path == "/favicon.ico":
            answer = Response(icon, mimetype="image/svg+xml", headers={"Cache-Control": "max-age=86400"})
        else:
            return nowhere(environ, start_response)
        return answer(environ, start_response)

    return DispatcherMiddleware(root, mounts)
