"""An outside plugin that fails in every hook asked while the portal works."""
