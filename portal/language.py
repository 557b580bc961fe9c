"""The language of each page: which one the reader chose, and the words of core and plugins in it, read once."""

import traceback
from typing import Any

from babel.support import Translations
from flask import Flask, g, request
from flask_babel import Babel, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from portal import clock, templating
from portal.context import Portal
from portal.extend.ask import Fault
from portal.log import redacted


def init_app(app: Flask, portal: Portal) -> None:
    """Give the application its catalogues, for `gettext` in Python and `_()` in templates."""
    unread: dict[str, Exception] = {}
    found = {locale: templating.translations(portal.registry, locale, unread) for locale in templating.LOCALES}
    babel = Babel(app, locale_selector=_chosen)
    with app.app_context():
        domain = babel.domain_instance
        domain.cache.update({(locale, domain.domain[0]): catalogue for locale, catalogue in found.items()})

    def words() -> Translations:
        if not g:
            return found["es"]
        if "words" not in g:
            g.words = found[str(get_locale() or "es")]
        catalogue: Translations = g.words
        return catalogue

    # A page of two thousand items asks for sixteen thousand words: Flask-Babel would look for the catalogue at each, and
    # Jinja's own `_` for `gettext`. This one does as that, in one step.
    @pass_eval_context
    def word(context: EvalContext, message: str, **variables: Any) -> str:
        told = words().gettext(message)
        return (Markup(told) if context.autoescape else told) % variables  # noqa: S704 - sentences of templates; their variables are escaped

    templating.install_gettext(app.jinja_env, lambda one: words().gettext(one), lambda one, more, n: words().ngettext(one, more, n))
    app.jinja_env.globals["_"] = word
    # `_()` takes a sentence for a template's own: markup, and a format. What a plugin or a person wrote is neither.
    app.jinja_env.filters["traducido"] = lambda text: text and words().gettext(str(text))
    for plugin, error in unread.items():
        sentence = f"El plugin «{plugin}» se muestra sin traducir: su catálogo no se puede leer ({type(error).__name__}: {error})."
        trace = "".join(traceback.format_exception(error))
        portal.ask.faults.append(Fault(plugin, "translations", clock.now(), redacted(sentence), redacted(trace)))


def _chosen() -> str:
    chosen = request.cookies.get("idioma", "es")
    return chosen if chosen in templating.LOCALES else "es"
