"""Serves the metrics that the processes of a web server wrote: python -m common.observe.gather HOST PORT MASTER

A process of its own: a thread in gunicorn's master would be forked into its workers. It ends with its master.
"""

from __future__ import annotations

import os
import sys
import time

from prometheus_client import CollectorRegistry, multiprocess, start_http_server


def main(host: str, port: int, master: int) -> None:
    """Serves until the process `master` is gone. The folder of the values is in PROMETHEUS_MULTIPROC_DIR."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    start_http_server(port, addr=host, registry=registry)
    while os.getppid() == master:
        time.sleep(1.0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
