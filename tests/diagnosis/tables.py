"""Small frames and files of the kinds that a reader brings."""

import bz2
import gzip
import json
import lzma

import pandas as pd


def frame(n=400):
    """Return rows in two languages: mostly good in one, mostly bad in the other."""
    rows = []
    for number in range(n):
        language = ("en", "fr")[number % 2]
        often = number % 8 < 6
        label = "good" if often == (language == "en") else "bad"
        rows.append((language, label, f'{language}, text {number}\n"quoted" é'))
    return pd.DataFrame(rows, columns=["language", "label", "text"])


def write(rows, path):
    """Write a frame in the format and compression that the name says."""
    name = path.name
    if ".parquet" in name:
        rows.to_parquet(path, index=False)
        return path
    if ".jsonl" in name:
        records = rows.to_dict("records")
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in records)
    else:
        text = rows.to_csv(index=False, sep="\t" if ".tsv" in name else ",")
    data = text.encode()
    for ending, compress in (
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
    ):
        if name.endswith(ending):
            data = compress(data)
    path.write_bytes(data)
    return path
