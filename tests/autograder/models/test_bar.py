"""The bar watches a folder that pip fills and empties meanwhile."""

from __future__ import annotations

import os
import shutil

from autograder.models.bar import folder_size


def test_counts_all_files_below(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "one").write_bytes(bytes(30))
    (tmp_path / "two").write_bytes(bytes(12))
    assert folder_size(tmp_path) == 42


def test_a_folder_that_goes_meanwhile_counts_nothing(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "one").write_bytes(bytes(30))
    (tmp_path / "two").write_bytes(bytes(12))
    scandir = os.scandir

    def and_then_it_goes(path):
        if str(path).endswith("gone"):
            shutil.rmtree(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", and_then_it_goes)
    assert folder_size(tmp_path) == 12
