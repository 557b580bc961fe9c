"""What the portal costs beside what it is made of, measured in one run on one machine; nothing is asserted."""
