"""Counts are written once all tests have ended, those that failed among them."""

import os

import pytest
import tally


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the counts where ``--tally`` names a file."""
    path = session.config.getoption("--tally")
    if path is not None:
        scale = os.environ.get("COMPANION_SOAK")
        given = " ".join(session.config.invocation_params.args)
        given = given.replace(f"{session.config.rootpath}/", "")  # the same on any machine
        tally.write(path, f"{f'COMPANION_SOAK={scale} ' if scale else ''}pytest {given}")
