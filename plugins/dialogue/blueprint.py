"""The blueprint of the dialogue's pages, and what its views share."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext
from flask_wtf import FlaskForm

from plugins.dialogue.attachments import MEGABYTES
from plugins.dialogue.words import MANY
from portal.errors import PortalError

blueprint = Blueprint("dialogue", __name__)
WITH_FILES = {"dialogue.contribute", "dialogue.staff_typed"}


@blueprint.url_value_preprocessor
def let_in_large_forms(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Read a form whose files are too large to the end: who typed it is told which file, and keeps the text."""
    if request.endpoint in WITH_FILES:
        request.max_content_length = 4 * MANY * MEGABYTES * 1024 * 1024


def show(form: FlaskForm, error: PortalError) -> list[tuple[str, None]]:
    """Put an error's sentences beside the fields they name; return those of no field, for the summary."""
    fields: Mapping[str, str] = getattr(error, "fields", {})
    rest: list[tuple[str, None]] = []
    for name, sentence in fields.items():
        words = gettext(sentence)
        words = words % error.params if error.params else words
        if name in form:
            form[name].errors = [*form[name].errors, words]
        else:
            rest.append((words, None))
    if not fields:
        words = gettext(error.sentence)
        rest.append((words % error.params if error.params else words, None))
    return rest
