"""Rasa graph components that read Bahasa Indonesia as it is chatted."""
