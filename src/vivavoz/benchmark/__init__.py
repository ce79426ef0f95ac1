"""How well a recogniser streams: simulated real time, and the figures drawn from it."""
