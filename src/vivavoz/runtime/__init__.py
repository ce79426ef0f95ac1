"""Sessions at work: the only place with asyncio and threads."""
