"""What voters and panitia do: each act one call, each call at most one transaction."""
