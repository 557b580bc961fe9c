"""The suite tests with the kit that plugin authors get: a pytest plugin that is there wherever Rúbrica is installed (entry point `rubrica`)."""
