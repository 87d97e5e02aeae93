"""What a person can do, one intention per function: lock, check, change, append the event, commit."""
