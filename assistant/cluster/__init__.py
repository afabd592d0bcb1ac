"""`make run-cluster`: several workers on one machine, as they would be on several.

launch.py     finds what is needed, and hands over to the process manager
programs.py   the servers that are not ours, where they are
postgres.py   a PostgreSQL of one's own, if none is given
redis.py      a Redis of one's own, if none is given
layout.py     what runs where, written down for whoever looks after it
rolling.py    `make roll`: workers restarted one by one, with a new model
growing.py    `make grow`: a pair of workers more
"""
