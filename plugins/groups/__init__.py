"""Who meets, when, who came, what was said and agreed."""
