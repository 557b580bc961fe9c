"""The environmental dimension: water, soils, waste, risk; each result names its basin."""
