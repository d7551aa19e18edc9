"""Runs a command while PostgreSQL and RabbitMQ for tests are up: .venv/bin/python tools/with_services.py COMMAND …

Test runs inside the command share these servers, which saves their start each time. The command finds them in
SIZAO_TEST_PG (a superuser's address) and SIZAO_TEST_AMQP as well. They end with the command.
"""

import os
import subprocess
import sys

from common.testing.provision import RUN_VARIABLE, ServerRun


def main(command: list[str]) -> int:
    """The command's exit code."""
    if not command:
        sys.exit(__doc__)
    run = ServerRun.create()
    try:
        servers = {"SIZAO_TEST_PG": run.postgres().admin_dsn, "SIZAO_TEST_AMQP": run.rabbit().amqp_url("%2f")}
        return subprocess.run(
            command, env=os.environ | servers | {RUN_VARIABLE: str(run.folder)}, check=False
        ).returncode
    finally:
        run.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
