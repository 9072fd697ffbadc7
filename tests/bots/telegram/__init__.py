"""The Telegram bot, tested on the strict rig."""
