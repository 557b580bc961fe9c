"""Reads requests without NUL, which PostgreSQL keeps in no text: elsewhere it would be an error, and what was typed lost."""

from collections.abc import Mapping
from typing import IO, Any

import flask
from flask import Flask
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

NUL = "\0"


def _without(given: MultiDict[str, str]) -> MultiDict[str, str]:
    pairs = list(given.items(multi=True))
    if not any(NUL in name or NUL in value for name, value in pairs):
        return given
    return type(given)((name.replace(NUL, ""), value.replace(NUL, "")) for name, value in pairs)


class Parser(FormDataParser):
    """Leaves NUL out of what a form carries; files are as they came."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: Mapping[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Return (stream, form, files)."""
        left, form, files = super().parse(stream, mimetype, content_length, dict(options or {}))
        return left, _without(form), files


class Request(flask.Request):
    """A request without NUL in its form and its address."""

    form_data_parser_class = Parser

    @cached_property
    def args(self) -> Any:  # Werkzeug's type is that of a cached property
        """The arguments of the address."""
        return _without(ImmutableMultiDict(super().args))


def init_app(app: Flask) -> None:
    """Read this application's requests so; no page has NUL in its address."""
    app.request_class = Request

    @app.before_request
    def refuse() -> None:
        if NUL in flask.request.path:
            raise NotFound
