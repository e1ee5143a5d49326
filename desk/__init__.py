"""The use cases that join brain, ticketing and reports: inbox, outbox, relay, survey, commands."""
