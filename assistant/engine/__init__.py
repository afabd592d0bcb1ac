"""Rasa's own ways made shorter: the same steps, without what Bilik does not use of them.

    imports.py     what only training needs, not imported
    runner.py      the model's graph, run in order
    processor.py   one message, without the copies that nobody changes
    decisions.py   what the policies have decided, remembered
    remote.py      one call of an action, on a connection that stays open

`assistant/rasa_patches.py` puts them in; `tests/conversation/test_engine.py` plays the same
conversations with and without them.
"""
