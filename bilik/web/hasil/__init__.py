"""The public pages: turnout while people vote, the result, and the proof of it, for everybody.

addresses.py  which address is answered by what
board.py      what is shown now, looked up at most once a second for however many look
figures.py    its figures as texts and lengths of bars
machine.py    the same for programs, as JSON
picture.py    the same as a picture, SVG and PNG
events.py     tells open pages what is new
receipts.py   whether a receipt is in the box, asked gently
base.py       what the addresses share: who asks, and answers that a cache may keep
"""
