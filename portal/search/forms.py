"""The form of the search page; it changes nothing, so it needs no token."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SearchField, SelectField

from portal.choices import options


class SearchPage(FlaskForm):  # type: ignore[misc]
    """Words, and what to leave out."""

    class Meta:
        """Read from the address."""

        csrf = False

    q = SearchField(_l("Qué busca"))
    agenda = SelectField(_l("Agenda"), validate_choice=False)
    tipo = SelectField(_l("Qué es"), validate_choice=False)

    def offer(self, agendas: Iterable[tuple[str, int]], kinds: Iterable[tuple[str, int]]) -> None:
        """Offer the agendas and kinds in which something was found, with how much."""
        self.agenda.choices = options([("", gettext("Todas")), *((one, f"{one} ({count})") for one, count in agendas)])
        named = sorted((gettext(one), one, count) for one, count in kinds)
        self.tipo.choices = options([("", gettext("Todo")), *((one, f"{label} ({count})") for label, one, count in named)])
