"""Rasa's custom actions: from slots and message to one act in :mod:`bilik`, and to an answer."""
