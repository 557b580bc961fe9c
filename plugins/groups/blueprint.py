"""The one blueprint of the plugin's own pages, which several modules fill."""

from flask import Blueprint

blueprint = Blueprint("groups", __name__)
