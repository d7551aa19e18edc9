"""The Flask application of one service."""

from __future__ import annotations

from typing import Any

from flask_openapi import Info, OpenAPI
from flask_openapi.models import SecurityScheme

from common.host import Host
from common.web.access import allow_public
from common.web.feed import feed_blueprint
from common.web.guard import MAX_UPLOAD, check_access, install_guard
from common.web.health import health_blueprint
from common.web.layout import install_layout
from common.web.problems import install_problems, on_validation_error


def create_app(host: Host, **config: Any) -> OpenAPI:
    """The application that serves a service's API and pages; it is mounted at `/<service>`.

    Raises RuntimeError if a route does not say who may call it.
    """
    service = host.service
    app = OpenAPI(
        service.name,
        info=Info(title=f"Sizao {service.title_en}", version="1"),
        security_schemes={"session": SecurityScheme(type="http", scheme="bearer", bearerFormat="JWT")},
        validation_error_callback=on_validation_error,
        doc_ui=False,
    )
    app.openapi_version = "3.1.0"
    app.config.update(MAX_CONTENT_LENGTH=MAX_UPLOAD, SESSION_COOKIE_NAME="unused", **config)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["sizao.host"] = host
    install_guard(app)
    install_problems(app)
    install_layout(app)
    for blueprint in (*service.api, feed_blueprint(), health_blueprint()):
        app.register_api(blueprint) if hasattr(blueprint, "paths") else app.register_blueprint(blueprint)
    for page in service.pages:
        app.register_blueprint(page)
    app.add_url_rule(
        "/openapi.json", "openapi_document", allow_public("the contract holds no data")(lambda: app.api_doc)
    )
    _open_static(app)
    check_access(app)
    return app


def _open_static(app: OpenAPI) -> None:
    """Static files are for everybody: they hold no data."""
    for endpoint, view in list(app.view_functions.items()):
        if endpoint == "static" or endpoint.endswith(".static"):
            app.view_functions[endpoint] = allow_public("static files hold no data")(_plain(view))


def _plain(view: Any) -> Any:
    def serve(**arguments: Any) -> Any:
        return view(**arguments)

    return serve
