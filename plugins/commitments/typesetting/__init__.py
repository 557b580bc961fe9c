"""Sets the organisation's own pages (acta, positions, pages to sign) in milliseconds and joins them to the annex.

WeasyPrint needs some 30 ms a page whatever is on it, which is most of what issuing an instrument costs. The pages of one
organisation use few shapes, so this package sets exactly those, from the same HTML, with the same fonts and measures, and
refuses (`Unsupported`) what it does not know: then WeasyPrint sets them, slower, and nothing else changes.
"""
