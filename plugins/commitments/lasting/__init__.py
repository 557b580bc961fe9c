"""What keeps signatures verifiable for as long as a period of government and more: timestamps, archive, keys and their rotation."""
