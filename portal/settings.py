"""One frozen `Settings` from PORTAL_* variables; an unknown or malformed one is refused by name."""

import importlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from portal.errors import Conflict, Misconfigured

DEMO_MARK = "demo"  # a file in `home`: `portal demo` filled this installation


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an installation decides. Every field is the variable PORTAL_<NAME>; see docs/operating.md."""

    home: Path
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    database_url: str = ""
    queue_url: str = ""
    storage_url: str = ""
    mail_url: str = ""
    mail_from: str = "Rúbrica <no-responder@localhost>"
    plugins: tuple[str, ...] = ()
    demo: bool = False
    secret_key: str = ""
    keys_passphrase_file: str = ""
    keys_pkcs11: str = ""
    timestamp_urls: tuple[str, ...] = ()
    timezone: str = "America/Lima"
    upload_megabytes: int = 20
    session_hours: int = 12
    fresh_minutes: int = 30
    trusted_proxies: int = 0
    log_level: str = "INFO"
    workers: int = 2
    secure_cookies: bool = False

    def file(self, name: str) -> Path:
        """Return the path of `name` inside the installation's folder."""
        return self.home / name


def _flag(text: str) -> bool:
    known = {"1": True, "true": True, "si": True, "sí": True, "on": True, "0": False, "false": False, "no": False, "off": False, "": False}
    return known[text.strip().lower()]


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in text.replace(",", " ").split() if part))


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


_READERS: dict[Any, Callable[[str], Any]] = {
    Path: lambda text: Path(text).expanduser().resolve(),
    int: _natural,
    bool: _flag,
    tuple[str, ...]: _names,
    str: str.strip,
}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read PORTAL_* from `environ` (the process's own by default).

    Raises `Misconfigured`, naming the variable, for one that is unknown or cannot be read.
    """
    environ = os.environ if environ is None else environ
    known = {f"PORTAL_{field.name.upper()}": field for field in fields(Settings)}
    values: dict[str, Any] = {"home": Path("instance").resolve()}
    for variable, text in sorted(environ.items()):
        if not variable.startswith("PORTAL_"):
            continue
        if variable not in known:
            raise Misconfigured("La variable %(name)s no existe. Vea docs/operating.md.", name=variable)
        field = known[variable]
        try:
            values[field.name] = _READERS[field.type](text)
        except (ValueError, KeyError) as error:
            raise Misconfigured("La variable %(name)s tiene un valor que no se entiende: %(value)r.", name=variable, value=text) from error
    return _completed(values, demo_chosen="PORTAL_DEMO" in environ)


def _completed(values: dict[str, Any], *, demo_chosen: bool) -> Settings:
    home: Path = values["home"]
    if not demo_chosen:
        values["demo"] = (home / DEMO_MARK).is_file()
    bundled = importlib.import_module("plugins")
    values["plugins"] = (*values.get("plugins", bundled.ENABLED), *(bundled.DEMO if values.get("demo") else ()))
    port = values.get("port", Settings.port)
    values["public_url"] = (values.get("public_url") or f"http://{values.get('host', Settings.host)}:{port}").rstrip("/")
    values["database_url"] = values.get("database_url") or f"sqlite:///{home / 'portal.db'}"
    values["queue_url"] = values.get("queue_url") or f"sqlite:///{home / 'queue.db'}"
    values["storage_url"] = values.get("storage_url") or (home / "files").as_uri()
    settings = Settings(**values)
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise Misconfigured("La variable PORTAL_TIMEZONE nombra una zona que no existe: %(value)s.", value=settings.timezone) from error
    if settings.log_level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise Misconfigured("La variable PORTAL_LOG_LEVEL debe ser DEBUG, INFO, WARNING o ERROR.")
    return settings


def demo_plugins() -> tuple[str, ...]:
    """Return the plugins that make the demonstration."""
    names: tuple[str, ...] = importlib.import_module("plugins").DEMO
    return names


def demo_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings with the demonstration on, for the command that fills it. Raises `Conflict` while PORTAL_DEMO is off."""
    environ = os.environ if environ is None else environ
    if "PORTAL_DEMO" in environ and not load(environ).demo:
        raise Conflict("PORTAL_DEMO está apagada: en esta instalación no hay demostración.")
    return load({**environ, "PORTAL_DEMO": "1"})


def mark_demo(settings: Settings) -> None:
    """Note in the installation's folder that it is a demonstration: later runs show it unless PORTAL_DEMO=0."""
    settings.file(DEMO_MARK).write_text("")


def prepare_home(settings: Settings) -> Settings:
    """Make the installation's folder and its secret key; return settings that carry the key.

    Raises `Misconfigured` when the folder cannot be written (the sentence names it).
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        probe = settings.file(f".write-{secrets.token_hex(4)}")
        probe.write_bytes(b"")
        probe.unlink()
        if settings.secret_key:
            return settings
        return replace(settings, secret_key=secret_file(settings.file("secret_key")))
    except OSError as error:
        raise Misconfigured(
            "No se puede escribir en la carpeta %(home)s (%(reason)s). Cambie PORTAL_HOME o sus permisos.",
            home=settings.home,
            reason=error.strerror or error,
        ) from error


def secret_file(path: Path) -> str:
    """Return the secret kept in `path`, making it (mode 0600, 256 bits) the first time.

    Two processes that start together agree: the one that creates the file wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
