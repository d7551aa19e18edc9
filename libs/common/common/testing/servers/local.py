"""Servers as local processes, from Debian's packages, each with a data folder and ports of its own."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from common.testing.servers.control import PASSWORD, USER, PostgresServer, RabbitServer
from common.testing.servers.debian import ensure
from common.testing.servers.engine import LocalProcess, free_port

# A killed server loses nothing it had committed (synchronous_commit stays on): only a machine that loses power would
POSTGRES_SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "300", "shared_buffers": "64MB"}
RABBIT_PLUGINS = "[rabbitmq_management].\n"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _postgres_programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _rabbit_program() -> Path | None:
    """The server's own script: Debian's wrapper in /usr/sbin switches the user and drops the environment."""
    path = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    return path if path.exists() else None


def _owned_folder(folder: Path, user: str) -> str | None:
    """Makes the folder for the user whom the server runs as: as root that user, else oneself (then None)."""
    folder.mkdir(parents=True)
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, user, user)
    return user


def start_postgres(folder: Path) -> PostgresServer:
    """A new PostgreSQL with its data under the folder."""
    programs = ensure(_postgres_programs, ["postgresql"])
    user = _owned_folder(folder, "postgres")
    env = {"PATH": PATH, "HOME": str(folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    data = folder / "data"
    words = folder / "password"
    words.write_text(PASSWORD, encoding="ascii")
    words.chmod(0o644)
    initdb = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        USER,
        "-A",
        "scram-sha-256",
        f"--pwfile={words}",
        "-E",
        "UTF8",
    ]
    done = subprocess.run(
        [*initdb, "--no-sync"],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
    port = free_port()
    settings = POSTGRES_SETTINGS | {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
    }
    argv = [str(programs / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return PostgresServer(LocalProcess(str(folder), argv, env, user, signal.SIGINT), port).start_first()


def start_rabbit(folder: Path) -> RabbitServer:
    """A new RabbitMQ node, with its own name daemon, under the folder."""
    program = ensure(_rabbit_program, ["rabbitmq-server"])
    user = _owned_folder(folder, "rabbitmq")
    port, management, distribution, names = free_port(), free_port(), free_port(), free_port()
    (folder / "enabled_plugins").write_text(RABBIT_PLUGINS, encoding="ascii")
    lines = {
        "listeners.tcp.1": f"127.0.0.1:{port}",
        "management.tcp.ip": "127.0.0.1",
        "management.tcp.port": management,
        "default_user": USER,
        "default_pass": PASSWORD,
        "disk_free_limit.absolute": "100MB",
        "log.console": "true",
    }
    (folder / "rabbitmq.conf").write_text("".join(f"{k} = {v}\n" for k, v in lines.items()), encoding="ascii")
    env = {
        "PATH": f"{program.parent}:{PATH}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"sizao{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "no-env"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "feature_flags"),
        "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the server, so that its pid is the server's
    }
    engine = LocalProcess(str(folder), [str(program)], env, user, signal.SIGTERM, helper_end=("epmd", "-kill"))
    return RabbitServer(engine, port, management).start_first()
