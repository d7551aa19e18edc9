"""The Flask application of one service."""

from __future__ import annotations

from typing import Any

from flask_openapi import APIBlueprint, Info, OpenAPI
from flask_openapi.models import PathItem

from common.host import Host
from common.web.access import allow_public
from common.web.body import StrictJson
from common.web.contract import contract_blueprint
from common.web.feed import feed_blueprint
from common.web.guard import check_access, install_guard
from common.web.headers import is_static
from common.web.health import health_blueprint
from common.web.layout import install_layout
from common.web.limits import install_limits
from common.web.problems import install_problems, on_validation_error


def create_app(host: Host, **config: Any) -> OpenAPI:
    """The application that serves a service's API and pages; it is mounted at `/<service>`.

    Raises RuntimeError if a route does not say who may call it.
    """
    service = host.service
    app = OpenAPI(
        service.name,
        info=Info(title=f"Sizao {service.title_en}", version="1"),
        validation_error_callback=on_validation_error,
        doc_ui=False,
    )
    app.openapi_version = "3.1.0"
    app.config.update(config)
    app.json = StrictJson(app)
    app.extensions["sizao.host"] = host
    install_limits(app, host.settings.requests_per_minute)
    install_guard(app)
    install_problems(app)
    install_layout(app)
    for blueprint in (*service.api, feed_blueprint(), health_blueprint(), contract_blueprint()):
        if isinstance(blueprint, APIBlueprint):
            _register_api(app, blueprint)
        else:
            app.register_blueprint(blueprint)
    for page in service.pages:
        app.register_blueprint(page)
    _open_static(app)
    check_access(app)
    return app


def _register_api(app: OpenAPI, blueprint: APIBlueprint) -> None:
    """Registers an API module; two modules may share a path with different methods, which the library would lose."""
    before = dict(app.paths)
    app.register_api(blueprint)
    for path in before.keys() & blueprint.paths.keys():
        merged = before[path].model_dump(exclude_none=True) | blueprint.paths[path].model_dump(exclude_none=True)
        app.paths[path] = PathItem.model_validate(merged)


def _open_static(app: OpenAPI) -> None:
    """Static files are for everybody: they hold no data."""
    for endpoint, view in list(app.view_functions.items()):
        if is_static(endpoint):
            app.view_functions[endpoint] = allow_public("static files hold no data")(_plain(view))


def _plain(view: Any) -> Any:
    def serve(**arguments: Any) -> Any:
        return view(**arguments)

    return serve
