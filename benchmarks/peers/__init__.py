"""Drivers that play recordings in real time into servers, ours and others', and note what a reader
sees. Nothing of the other servers is here: each runs in an environment of its own."""
