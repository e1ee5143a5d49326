"""Local stand-ins for Slack, Discord, Telegram and Gemini that speak their wire protocols."""
