"""Files by content, and rendering to HTML and PDF from one source."""
