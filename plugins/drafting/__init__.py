"""How demands become the items of a draft."""
