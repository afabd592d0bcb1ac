"""What is printed on paper: pages as PDF, made with reportlab.

`typeset` sets text, `qr` draws QR codes, `letter` is the letter to a voter, and `sheets` puts
letters on A4 to be cut; `minutes` is the *berita acara* of a count. Nothing here knows the database
or writes a file by itself.
"""
