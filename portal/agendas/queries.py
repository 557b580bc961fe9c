"""Seats (being written)."""
from sqlalchemy.orm import Session
def public_agendas(session: Session) -> list[object]: return []
