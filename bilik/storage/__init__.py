"""Where elections, voters and ballots are kept: SQLite by default, PostgreSQL for more."""
