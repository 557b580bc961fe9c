"""The typed sample content and the list of where each figure was read; imports nothing of the portal."""
