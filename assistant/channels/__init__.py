"""The ways into Bilik, each a Rasa connector."""
