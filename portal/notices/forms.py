"""The form in which a person chooses how often to be told of each thing."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import SelectField

from portal.choices import options
from portal.extend.kinds import MailTopic
from portal.notices.topics import OFTEN


def preferences(topics: Iterable[MailTopic], often: Mapping[str, str]) -> FlaskForm:
    """Return a form with a field for each topic, named as the topic, set to what is in force or to what was sent."""
    choices = [(value, gettext(label)) for value, label in OFTEN.items()]
    fields = {
        one.name: SelectField(gettext(one.label), choices=options(choices), default=often[one.name]) for one in topics if one.name in often
    }
    return type("Preferences", (FlaskForm,), fields)()
