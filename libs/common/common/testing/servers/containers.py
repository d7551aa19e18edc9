"""Servers in Docker containers."""

import os
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import docker
import docker.errors
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from common.testing.servers.control import PASSWORD, USER, PostgresServer, RabbitServer, ServerControl
from common.testing.servers.engine import Container, free_port

POSTGRES_IMAGE = "postgres:17"
RABBIT_IMAGE = "rabbitmq:4-management"
PORT_TRIES = 3
Control = TypeVar("Control", bound=ServerControl)


class NoDockerError(RuntimeError):
    """No Docker engine answers, or an image is neither there nor to be had."""


def require(*images: str) -> None:
    """Returns when an engine answers and has the images, after pulling what is missing. Raises NoDockerError."""
    try:
        _touch(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
        with closing(docker.from_env(timeout=5)) as client:
            client.ping()
    except (docker.errors.DockerException, OSError) as error:
        raise NoDockerError(f"no Docker engine answers: {error}") from error
    with closing(docker.from_env(timeout=600)) as client:
        for image in images:
            _have(client, image)


def _touch(address: str) -> None:
    """Connects once. Raises OSError: the client library would leave its socket open there, which fails a test run."""
    parts = urlsplit(address)
    with socket.socket(socket.AF_UNIX if parts.scheme == "unix" else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        probe.connect(parts.path if parts.scheme == "unix" else (parts.hostname, parts.port or 2375))


def _have(client: docker.DockerClient, image: str) -> None:
    try:
        client.images.get(image)
    except docker.errors.ImageNotFound:
        try:
            client.images.pull(image)
        except docker.errors.DockerException as error:
            raise NoDockerError(f"the image {image} is not here and can't be pulled: {error}") from error


def _run(image: str, ports: dict[int, int], env: dict[str, str], command: list[str] | None, **more: Any) -> Container:
    """Starts a container whose ports are published on 127.0.0.1 at fixed numbers, which survive a restart."""
    # The helper container that cleans up after a killed run is not to be had everywhere; the next run's sweep does that
    testcontainers_config.ryuk_disabled = True
    os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
    holder = DockerContainer(image, env=env, **more)
    if command:
        holder.with_command(command)
    published = {f"{inside}/tcp": ("127.0.0.1", outside) for inside, outside in ports.items()}
    holder.ports = cast("dict[str, int | None]", published)
    with closing(holder.get_docker_client().client):
        try:
            holder.start()
        except docker.errors.APIError:
            holder.stop()
            raise
        return Container(str(holder.get_wrapped_container().id))


def _with_free_ports(make: Callable[[], Control]) -> Control:
    """Another program may take a port between its choice and its use: then other ports are tried."""
    for _ in range(PORT_TRIES - 1):
        try:
            return make()
        except docker.errors.APIError as error:
            if "port is already allocated" not in str(error) and "address already in use" not in str(error):
                raise
    return make()


def start_postgres(settings: dict[str, str]) -> PostgresServer:
    """A new PostgreSQL in a container."""

    def make() -> PostgresServer:
        port = free_port()
        command = ["postgres"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        env = {"POSTGRES_USER": USER, "POSTGRES_PASSWORD": PASSWORD, "POSTGRES_DB": "postgres"}
        return PostgresServer(_run(POSTGRES_IMAGE, {5432: port}, env, command, shm_size="256m"), port)

    return _with_free_ports(make).start_first()


def start_rabbit() -> RabbitServer:
    """A new RabbitMQ node in a container."""

    def make() -> RabbitServer:
        port, management = free_port(), free_port()
        env = {"RABBITMQ_DEFAULT_USER": USER, "RABBITMQ_DEFAULT_PASS": PASSWORD}
        # The node's data folder carries the host's name, which must not change when the container starts again
        engine = _run(RABBIT_IMAGE, {5672: port, 15672: management}, env, None, hostname="sizao-rabbit")
        return RabbitServer(engine, port, management)

    return _with_free_ports(make).start_first()
