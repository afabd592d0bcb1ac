"""Bilik: a polling booth inside the chat apps Indonesians already use."""
