"""The thread: where each thing came from and what became of it, as links between stable codes."""
