"""What `run.py` can do; each module holds the commands of one kind."""
