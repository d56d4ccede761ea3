"""Thin helpers behind the companion's notebooks: four rooms on one foundation.

Imports go only downwards: ``report``, ``analysis``, ``training``, ``data``, ``foundation``.
"""
