"""Every promise about speed, side by side with what a user would pick instead: one command, one table."""
