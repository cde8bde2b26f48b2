"""The live page: an exported model that plays without end while its settings are moved."""
