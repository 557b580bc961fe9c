"""The social dimension: health, education, social protection, identity; a measured result says from where it starts."""
