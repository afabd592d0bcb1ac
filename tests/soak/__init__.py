"""Load like that of an election day, faults in the middle of it, and the books checked after."""
