"""The open-government profile: the six themes of the national action plan and its 18 commitments."""
