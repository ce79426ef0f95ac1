"""What a session is: its entities, its states, its events, its rules. No I/O anywhere."""
