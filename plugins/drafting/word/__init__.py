"""Drafts that go to Word and come back: written with anchors, read with suspicion."""
