"""The blueprint that the pages of this subject register on."""

from flask import Blueprint

blueprint = Blueprint("accounts", "portal.accounts")
