"""What other plugins may call: the sample plan."""

from plugins.workplan.sampling import SOURCE, founding, sample

__all__ = ["SOURCE", "founding", "sample"]
