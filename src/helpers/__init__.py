"""Thin helpers behind the companion's notebooks, in layers.

Imports go only downwards: the command line, ``own_data``, ``planning`` and the book, ``diagnosis``,
``report``, ``stages``, ``analysis``, ``training``, ``data``, ``foundation``.
"""
