"""Agendas: drafts, frozen versions, their pages."""
