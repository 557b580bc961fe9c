"""The economic dimension: farming, employment, mining and its corridor, tourism."""
