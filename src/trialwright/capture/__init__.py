"""What is typed becomes a value, or a Problem; who may enter what, and when. No HTTP, no database."""
