"""
Arithmetic that several statistical methods share: exact where counts are whole, double precision elsewhere.

Pure like every compute.py: no clock, file, network or hidden random number; numpy and scipy.special underneath.
"""
