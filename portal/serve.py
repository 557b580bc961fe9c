"""`portal run`: the web server (waitress) and the background workers (Huey) in one process, ended together."""

import logging
import signal
import threading
from dataclasses import replace

from portal import log as logs
from portal.errors import Misconfigured
from portal.i18n import N_
from portal.install import ready
from portal.settings import Settings

log = logging.getLogger(__name__)


def run(settings: Settings, *, host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C)."""
    from huey.consumer import Consumer  # noqa: PLC0415
    from waitress.server import create_server  # noqa: PLC0415

    from portal.app import create_app  # noqa: PLC0415

    if port is not None and settings.public_url.endswith(f":{settings.port}"):
        settings = replace(settings, public_url=f"http://{host or settings.host}:{port}")
    settings = replace(settings, host=host or settings.host, port=port if port is not None else settings.port)
    logs.configure(settings.log_level)
    portal = ready(settings)
    app = create_app(portal)
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=8,
            ident="",
            max_request_body_size=(settings.upload_megabytes + 1) * 1024 * 1024,
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        raise Misconfigured(
            N_("No se puede atender en %(host)s:%(port)s (%(reason)s). Elija otro con PORTAL_HOST y PORTAL_PORT."),
            host=settings.host,
            port=settings.port,
            reason=error.strerror or error,
        ) from error
    consumer = Consumer(
        portal.queue.huey, workers=settings.workers, periodic=True, initial_delay=0.1, max_delay=1.0, check_worker_health=True
    )
    consumer._set_signal_handlers = lambda: None  # noqa: SLF001 - only the main thread may, and this one does
    consumer.start()
    threading.Thread(target=portal.queue.sweep, daemon=True).start()

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    print(f"Rúbrica atiende en {settings.public_url}", flush=True)  # noqa: T201 - for the person who started it
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        consumer.stop(graceful=False)
