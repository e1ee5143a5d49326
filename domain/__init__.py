"""What a conversation, a ticket, a customer and an answer are. No IO, no SDK, no clock reads."""
