"""An outside dimension with a field, rows, a rule, an indicator, a panel and a chapter."""
