"""What is asked or measured, one folder an instrument, and how their compute.py read an answer."""
