"""The one blueprint of the agendas' pages, which several modules fill."""

from flask import Blueprint

blueprint = Blueprint("agendas", __name__)
