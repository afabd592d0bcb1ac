"""The panitia's desk on the web, `/panitia`.

ways.py       what an address of the desk is: who may use it, and what answers
table.py      all of them; there is no other list
gate.py       who comes in: sessions, roles, forms that only this desk has given out
forms.py      what a page sends, within limits
show.py       pages of the desk, and downloads
words.py      errors that name commands, as the pages name them
folders.py    files that somebody works with, each in a folder of its own
jobs.py       long work, beside the server
workshop.py   folders and jobs of a running server
arrivals.py   rolls that were uploaded and wait for a yes
letters_folder.py  where codes and letters lie until they are removed
standing.py   the way of an election, and which step is due
zips.py       folders as one file to download

Each of the rest is one subject: door, accounts, overview, definition, wizard, roll, letters,
trustees, voting, absent, spares, count, record, purging, log, work.
"""

from bilik.web.panitia.table import routes

__all__ = ["routes"]
