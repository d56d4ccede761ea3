"""What is wrong with the disk, in words."""

import errno
import os

from helpers.foundation.errors import disk_reason


def test_a_file_that_cannot_be_read_is_not_said_to_be_written(tmp_path, monkeypatch):
    there = tmp_path / "rows.csv"
    there.write_text("text")
    error = PermissionError(errno.EACCES, "Permission denied", str(there))
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.R_OK)
    assert disk_reason(error) == f"cannot read {there}: Permission denied"
    monkeypatch.undo()
    assert disk_reason(error) == f"cannot write {there}: Permission denied"
