#!/usr/bin/env python3
"""Compares what was found with labelled lines in the form of CredData.

    tree DATA --show | score.py META DATA

META holds a table for each repository: FilePath, LineStart, LineEnd, GroundTruth (T or F). Lines
without a label count in neither direction and are told apart. Repositories fall into two halves
by the hash of their names: tune by the first, believe the second.
"""

import collections
import csv
import hashlib
import pathlib
import re
import sys

FOUND = re.compile(r"(.+?):(\d+): (\S+) ")


def labels(meta, data):
    rows = collections.defaultdict(list)
    for table in pathlib.Path(meta).glob("*.csv"):
        with open(table, newline="") as file:
            for row in csv.DictReader(file):
                path = pathlib.Path(data) / row["FilePath"].split("/", 1)[1]
                lines = int(row["LineStart"]), int(row["LineEnd"])
                rows[str(path)].append((*lines, row["GroundTruth"] == "T", row["RepoName"]))
    return rows


def half(repository):
    return int(hashlib.md5(repository.encode()).hexdigest(), 16) % 2


def main():
    rows = labels(*sys.argv[1:3])
    right, wrong, unlabelled = (collections.defaultdict(set) for _ in range(3))
    for line in sys.stdin:
        found = FOUND.match(line)
        if not found or found[1] not in rows:
            continue
        path, number = found[1], int(found[2])
        part = half(rows[path][0][3])
        at = [row for row in rows[path] if row[0] <= number <= row[1]]
        if not at:
            unlabelled[part].add((path, number))
        elif any(row[2] for row in at):
            right[part].update((path, index) for index, row in enumerate(rows[path]) if row in at and row[2])
        else:
            wrong[part].add((path, number))
    for part, name in enumerate(["tuned by", "held out"]):
        true = sum(row[2] for of in rows.values() for row in of if half(row[3]) == part)
        hit, missed = len(right[part]), len(wrong[part])
        print(
            f"{name}: precision {hit / max(1, hit + missed):.3f} recall {hit / max(1, true):.3f}"
            f" right {hit} wrong {missed} without a label {len(unlabelled[part])}"
        )


if __name__ == "__main__":
    main()
