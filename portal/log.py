"""Logs as one line of JSON each, with the request's id; never a secret, never a person's data."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_NAMES = r"(?:password|passwd|passphrase|token|secret|api_?key|clave|contrase[nñ]a)\w*|code|c[oó]digo"
_SECRETS = re.compile(rf"(?i)((?:{_NAMES})[\"']?\s*[=:]\s*[\"']?)[^\s\"',&}}]+")
_BEARER = re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}")
_LINKS = re.compile(r"(/entrar/enlace/)[\w-]+")
_USERINFO = re.compile(r"(\w+://[^:/\s]+:)[^@\s]+@")
_ADDRESSES = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


_hidden: set[str] = set()


def hide(*values: str) -> None:
    """Blot out these values wherever this process writes them from now on, whatever stands before them; short ones are ignored."""
    _hidden.update(value for value in values if len(value) >= 8)  # noqa: PLR2004 - less would blot out words


def redacted(text: str) -> str:
    """Return `text` with what is or looks like a secret, a sign-in link, a URL's password or an e-mail address blotted out."""
    for value in _hidden:
        text = text.replace(value, "•••")
    text = _SECRETS.sub(r"\1•••", text)
    text = _BEARER.sub(r"\1•••", text)
    text = _LINKS.sub(r"\1•••", text)
    text = _USERINFO.sub(r"\1•••@", text)
    return _ADDRESSES.sub("•••@•••", text)


class JsonLines(logging.Formatter):
    """Formats a record as {"at", "level", "logger", "request", "message", "trace"?}."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure(level: str) -> None:
    """Send every logger to standard error in this format."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("fontTools", "weasyprint", "pikepdf", "pyhanko", "pyhanko_certvalidator", "huey", "PIL", "alembic", "flask-limiter"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
