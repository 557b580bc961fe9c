"""Logs as one line of JSON each, with the request's id; never a secret, never a person's data."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_SECRETS = re.compile(r"(?i)((?:password|token|secret|code|codigo|contrasena|passphrase)[\"']?\s*[=:]\s*[\"']?)[^\s\"',&}]+")
_LINKS = re.compile(r"(/entrar/enlace/)[\w-]+")
_USERINFO = re.compile(r"(\w+://[^:/\s]+:)[^@\s]+@")


def redacted(text: str) -> str:
    """Return `text` with what looks like a secret, a sign-in link or a URL's password blotted out."""
    text = _SECRETS.sub(r"\1•••", text)
    text = _LINKS.sub(r"\1•••", text)
    return _USERINFO.sub(r"\1•••@", text)


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
    for noisy in ("fontTools", "weasyprint", "pikepdf", "pyhanko", "pyhanko_certvalidator", "huey", "PIL", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
