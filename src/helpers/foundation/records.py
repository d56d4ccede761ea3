"""Records that stand in a file each: all those of a package, found by looking at its files."""

import importlib
import importlib.util
import pkgutil
from typing import Any


def records_of(package: str, attribute: str) -> dict[str, Any]:
    """Return the records of a package's modules by their ``name``, in their ``order``.

    Parameters
    ----------
    package : str
        Its full name. Modules without the attribute are left out.
    attribute : str
        What a module calls its record. A record has a ``name`` and an ``order``; records of equal
        order stand in the order of their names.

    Examples
    --------
    >>> list(records_of("helpers.data.datasets", "DATASET"))[:2]
    ['amazon_reviews', 'xnli']
    """
    about = importlib.util.find_spec(package)
    assert about is not None and about.submodule_search_locations is not None
    found = []
    for module in pkgutil.iter_modules(about.submodule_search_locations):
        content = importlib.import_module(f"{package}.{module.name}")
        if hasattr(content, attribute):
            found.append(getattr(content, attribute))
    return {each.name: each for each in sorted(found, key=lambda each: (each.order, each.name))}
