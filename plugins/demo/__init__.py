"""Fills a portal with sample content (agendas, organisations, people), every piece of it labelled as a sample."""
