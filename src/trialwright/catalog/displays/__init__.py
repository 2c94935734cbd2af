"""Shells of tables, listings and figures, one folder a display, and the few ways of laying rows out that they share."""
