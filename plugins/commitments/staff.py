"""What the staff's pages share: their blueprint, and a process that the acting person may see or manage."""

from collections.abc import Iterable

from flask import Blueprint

from plugins.commitments import board_queries
from plugins.commitments.models import Commitment, Process
from portal import web

blueprint = Blueprint("commitments_staff", __name__)
BOARD, MANAGE = "commitments.board", "commitments.manage"


def process_for(action: str, code: str) -> Process:
    """Return the process `code` if the acting person may do `action` in its agenda. Raises `NotFound`, `Forbidden`."""
    process = board_queries.process_of(web.session, code)
    web.authorize(action, agenda_id=process.version.agenda_id)
    return process


def commitment_for(action: str, code: str, commitment: str) -> Commitment:
    """Return a commitment of a process, as `process_for`."""
    return board_queries.commitment_of(web.session, process_for(action, code), commitment)


def deliver(mails: Iterable[int]) -> None:
    """Ask for the delivery of mails; call it after the commit."""
    for one in mails:
        web.portal().queue.enqueue("mail.send", one)
