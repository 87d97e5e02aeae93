"""Serve with gunicorn: several processes, each with threads enough for its streams."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from gridmap.channels.declared import load_ways
from gridmap.config import Settings
from gridmap.errors import GridmapError
from gridmap.files.basemaps.shelf import WAITING, open_shelf
from gridmap.web.api.wall import warm_walls
from gridmap.web.beside import working_beside
from gridmap.web.certificate import Certificate
from gridmap.web.slow import PatienceWorker
from gridmap.web.warmth import warm_up

log = logging.getLogger(__name__)

EVERYWHERE = "0.0.0.0"  # noqa: S104  (as it is shown)
_SPARE_THREADS = 16
"""Threads beside those that open streams may hold: for everything else."""
_IDLE_CONNECTIONS = 1000
"""Connections beside those: kept open between requests, or open without a word."""


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(
        self,
        make: Callable[[Settings], Flask],
        settings: Settings,
        bind: str,
        certificate: Certificate | None,
    ) -> None:
        self._make, self._settings, self._bind, self._certificate = make, settings, bind, certificate
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options: dict[str, Any] = {
            "bind": self._bind,
            "workers": settings.workers,
            "worker_class": PatienceWorker.within(settings.request_seconds),
            "threads": settings.stream_limit + _SPARE_THREADS + (WAITING if settings.base_maps else 0),
            "worker_connections": settings.stream_limit + _IDLE_CONNECTIONS,
            "timeout": 60,
            "graceful_timeout": 5,
            "keepalive": 15,
            "limit_request_line": 4094,
            "limit_request_fields": 64,
            "post_worker_init": _begin,
            "worker_exit": _stop_live,
            "accesslog": None,
            "control_socket_disable": True,
        }
        if self._certificate is not None:
            options |= {
                "certfile": str(self._certificate.certificate),
                "keyfile": str(self._certificate.key),
                "ssl_context": _modern,
            }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        # In the worker, after the fork: no connection is shared between processes.
        return self._make(self._settings)


def _modern(_conf: Any, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _begin(worker: Any) -> None:
    threading.Thread(target=_warm_up, args=(worker.wsgi,), name="gridmap-warming", daemon=True).start()


def _warm_up(app: Flask) -> None:
    try:
        warm_up(app)
        warm_walls(app)
    except GridmapError as error:
        # Whoever asks first waits a little longer, or is told the same.
        log.info("not warmed up: %s", error)


def _stop_live(_server: Any, worker: Any) -> None:
    app = getattr(worker, "wsgi", None)
    if app is not None and "gridmap" in app.extensions:
        app.extensions["gridmap"].live.stop()


def run(
    make: Callable[[Settings], Flask],
    settings: Settings,
    host: str,
    port: int,
    certificate: Certificate | None = None,
) -> None:
    """Serve what `make` makes in each process, with the background work beside them, until stopped; over HTTPS where there is a certificate.

    Raises InvalidInputError where a base map or a way out is declared that cannot be used: better here than in each process.
    """
    load_ways(settings.channels, os.environ)
    open_shelf(settings.base_maps, os.environ, settings.data_dir).close()
    scheme, shown = (
        ("http" if certificate is None else "https"),
        ("localhost" if host == EVERYWHERE else host),
    )
    print(f"gridmap: {scheme}://{shown}:{port}/", flush=True)
    with working_beside(settings) if settings.background else nullcontext():
        _Server(make, settings, f"{host}:{port}", certificate).run()
