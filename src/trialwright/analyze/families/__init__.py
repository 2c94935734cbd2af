"""Families of results: one function a family, all alike: material and the use of a display in, rows out."""
