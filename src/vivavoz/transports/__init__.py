"""The wire: WebSocket, Socket.IO and REST. No speech logic."""
