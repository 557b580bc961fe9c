"""Puts what a service refused beside the form's fields."""

from flask_babel import gettext
from wtforms.form import BaseForm

from portal.errors import Invalid


def show(error: Invalid, form: BaseForm) -> None:
    """Add a service's sentences to the fields they are about, in the reader's language; the others go to the form's own errors."""
    loose = [] if error.fields else [(gettext(error.sentence) % error.params) if error.params else gettext(error.sentence)]
    for name, sentence in error.fields.items():
        if name in form:
            form[name].errors = [*form[name].errors, gettext(sentence)]
        else:
            loose.append(gettext(sentence))
    form.form_errors = [*form.form_errors, *loose]
