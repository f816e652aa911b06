"""Makes data/pieces.txt: the pieces of words that text and code are made of.

    python3 corpus/pieces.py FOLDER... > data/pieces.txt

Byte pairs are joined, the most frequent first, over the words of the source and text files
below the folders, each word in lower case; the pieces that are used at the end are kept.
"""

import collections
import heapq
import pathlib
import re
import sys

KINDS = {".rs", ".py", ".js", ".ts", ".go", ".java", ".c", ".h", ".md", ".txt", ".toml", ".rst", ".json", ".sh", ".yml"}
FILES_MAX = 30_000
FILE_BYTES_MAX = 200_000
BYTES_MAX = 98 * 1024
PIECE_BYTES_MAX = 12
# Numbers stay single digits: to a model they read smoothly, and they may be all of a secret.
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# What people write for want of a value, and the signs of paths, addresses and templates.
SIGNS = "// :// ./ ../ .. ... -- -> => :: () [] {} {{ }} ${ ); (' __ <% %> \\\\ && ||".split()
FILLERS = [sign * times for sign in "x0*-=.#_?" for times in (4, 8)]
RUNS = ["123", "1234", "12345", "123456", "1234567890", "abc123"]


def words(folders):
    counts = collections.Counter()
    files = (path for folder in folders for path in sorted(pathlib.Path(folder).rglob("*")))
    kinds = (path for path in files if path.suffix in KINDS and path.is_file())
    for number, path in enumerate(kinds):
        if number == FILES_MAX:
            break
        text = path.read_bytes()[:FILE_BYTES_MAX].decode("utf-8", "ignore")
        # A word counts once for a file, so that no file's own words rule.
        counts.update({word.lower() for word in WORD.findall(text) if len(word) <= 24})
    return {word: count for word, count in counts.items() if count >= 4}


class Pairs:
    def __init__(self, counts):
        self.split = {word: list(word) for word in counts}
        self.counts = counts
        self.often = collections.Counter()
        self.where = collections.defaultdict(set)
        for word in counts:
            self.add(word, 1)
        self.heap = [(-count, pair) for pair, count in self.often.items()]
        heapq.heapify(self.heap)

    def add(self, word, sign):
        pieces = self.split[word]
        for pair in zip(pieces, pieces[1:]):
            self.often[pair] += sign * self.counts[word]
            self.where[pair].add(word)

    def next(self):
        while self.heap:
            count, pair = heapq.heappop(self.heap)
            if self.often[pair] == -count and count and len(pair[0] + pair[1]) <= PIECE_BYTES_MAX:
                return pair
        return None

    def join(self, pair):
        changed = set()
        for word in list(self.where[pair]):
            pieces, out, at = self.split[word], [], 0
            if pair[0] not in pieces:
                continue
            self.add(word, -1)
            changed.update(zip(pieces, pieces[1:]))
            while at < len(pieces):
                if tuple(pieces[at : at + 2]) == pair:
                    out.append(pair[0] + pair[1])
                    at += 2
                else:
                    out.append(pieces[at])
                    at += 1
            self.split[word] = out
            self.add(word, 1)
            changed.update(zip(out, out[1:]))
        for one in changed:
            heapq.heappush(self.heap, (-self.often[one], one))


def main():
    pairs = Pairs(words(sys.argv[1:]))
    kept = {*SIGNS, *FILLERS, *RUNS}
    size = sum(len(piece) + 1 for piece in kept)
    while (pair := pairs.next()) is not None:
        piece = pair[0] + pair[1]
        if piece not in kept:
            size += len(piece) + 1
            if size > BYTES_MAX:
                break
            kept.add(piece)
        pairs.join(pair)
    print("\n".join(sorted(kept)))


main()
