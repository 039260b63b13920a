#!/usr/bin/env python3
"""Exact greedy k-centre (coreset) in NumPy: the peer of src/ActiveInas/Querying/CoresetQuery.cs.

The labelled rows are the first centres; each of `picks` steps takes the pool row farthest from its nearest centre (Euclidean; ties to the
lowest index). Two forms:

    cached  (default)  nearest squared distances kept and updated with one matrix-vector product a pick: O(pool) memory beside the data
    dense   (--dense)  the whole pool x pool matrix of squared distances first, as common libraries do: 4 pool^2 bytes

Embeddings are rows [labelled; pool] of `dimensions` float32, read from a raw little-endian file (--file) or generated: number n = 0, 1, ...
in row-major order is

    (Mix(seed + (n + 1) * 0x9E3779B97F4A7C15) >> 40) * 2^-24      in [0, 1), exact in float32

with the finaliser of SplitMix64 as Mix and arithmetic modulo 2^64. That is the stream of our SeededRandom:
`(float)(random.NextBits() >> 40) * (1f / (1 << 24))`. --write FILE stores them.

Prints one JSON object. `picks_hash` is FNV-1a (64 bits) over the picks, each as four little-endian bytes, in the order of picking;
picks are indices into the pool, from 0. Only the embeddings' generation is outside `seconds`.
"""

import argparse
import json
import os
import resource
import sys
import time

import numpy as np

GAMMA = np.uint64(0x9E3779B97F4A7C15)
BLOCK = 2048


def mix(z):
    """The finaliser of SplitMix64 on an array of uint64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def generate(rows, dimensions, seed):
    """[rows, dimensions] float32 in [0, 1) by the formula above, a block of rows at a time."""
    embeddings = np.empty((rows, dimensions), np.float32)
    for begin in range(0, rows, BLOCK):
        part = embeddings[begin:begin + BLOCK]
        numbers = np.arange(begin * dimensions + 1, begin * dimensions + part.size + 1, dtype=np.uint64)
        bits = mix(np.uint64(seed) + numbers * GAMMA) >> np.uint64(40)
        part[...] = (bits.astype(np.float32) * np.float32(2.0 ** -24)).reshape(part.shape)
    return embeddings


def nearest_labelled(pool, pool_norms, labelled):
    """min over labelled c of |x - c|^2 = |x|^2 + min(|c|^2 - 2 x.c), in blocks that stay in the cache's reach."""
    nearest = np.full(len(pool), np.inf, np.float32)
    labelled_norms = np.einsum("ij,ij->i", labelled, labelled)
    for first in range(0, len(labelled), BLOCK):
        centres = labelled[first:first + BLOCK] * np.float32(-2)
        norms = labelled_norms[first:first + BLOCK]
        for begin in range(0, len(pool), BLOCK):
            part = slice(begin, begin + BLOCK)
            products = pool[part] @ centres.T
            products += norms
            np.minimum(nearest[part], products.min(axis=1), out=nearest[part])
    nearest += pool_norms
    return nearest


def greedy(nearest, picks, distances_to):
    """Picks the farthest row, then lowers `nearest` by distances_to(row, out), again and again. A picked row gets -inf."""
    picked = np.empty(picks, np.int64)
    row = np.empty_like(nearest)
    for k in range(picks):
        pick = int(nearest.argmax())
        picked[k] = pick
        np.minimum(nearest, distances_to(pick, row), out=nearest)
        nearest[pick] = -np.inf
    return picked


def cached(pool, labelled, picks):
    """The form with O(pool) memory."""
    norms = np.einsum("ij,ij->i", pool, pool)
    nearest = nearest_labelled(pool, norms, labelled)

    def distances_to(pick, out):
        np.matmul(pool, pool[pick] * np.float32(-2), out=out)
        out += norms
        out += norms[pick]
        return out

    return greedy(nearest, picks, distances_to)


def dense(pool, labelled, picks):
    """The form with the whole matrix of squared distances in the pool."""
    norms = np.einsum("ij,ij->i", pool, pool)
    nearest = nearest_labelled(pool, norms, labelled)
    matrix = pool @ pool.T
    matrix *= np.float32(-2)
    matrix += norms
    matrix += norms[:, None]
    return greedy(nearest, picks, lambda pick, out: matrix[pick])


def available_memory():
    """Bytes that can be taken without swapping."""
    with open("/proc/meminfo", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def picks_hash(picked):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in picked.astype("<u4").tobytes():
        value = ((value ^ byte) * 0x100000001B3) % 2 ** 64
    return f"{value:016x}"


def load(options):
    """The embeddings [labelled + pool, dimensions]."""
    rows = options.labelled + options.pool
    if options.file is None:
        return generate(rows, options.dimensions, options.seed)
    wanted = rows * options.dimensions * 4
    found = os.path.getsize(options.file)
    if found != wanted:
        sys.exit(f"coreset_numpy: {options.file} has {found} bytes, wanted {wanted} ({rows} rows of {options.dimensions} float32): "
                 "give --labelled, --pool and --dimensions of the file.")
    return np.fromfile(options.file, "<f4").reshape(rows, options.dimensions)


def parse_arguments():
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", type=int, default=40000)
    parser.add_argument("--labelled", type=int, default=10000)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--picks", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dense", action="store_true", help="the form with the pool x pool matrix")
    parser.add_argument("--file", help="raw float32 embeddings instead of generated ones")
    parser.add_argument("--write", metavar="FILE", help="store the embeddings as raw float32")
    options = parser.parse_args()
    if min(options.pool, options.labelled, options.dimensions, options.picks) < 1 or options.picks > options.pool or options.seed < 0:
        parser.error("pool, labelled, dimensions and picks must be at least 1, picks at most pool, seed at least 0.")
    return options


def main():
    """Runs one form once and prints what it took."""
    options = parse_arguments()
    embeddings = load(options)
    if options.write:
        embeddings.astype("<f4", copy=False).tofile(options.write)
    labelled, pool = embeddings[:options.labelled], embeddings[options.labelled:]
    result = {
        "schema_version": 1, "form": "dense" if options.dense else "cached", "numpy": np.__version__, "pool": options.pool,
        "labelled": options.labelled, "dimensions": options.dimensions, "picks": options.picks, "seed": options.seed,
    }
    if options.dense:
        needed = 4 * options.pool ** 2
        result["matrix_bytes"] = needed
        if needed > 0.9 * available_memory():
            result.update(seconds=None, error=f"the matrix needs {needed} bytes, {available_memory()} are available: a smaller --pool, or no --dense.")
            print(json.dumps(result))
            print(f"coreset_numpy: {result['error']}", file=sys.stderr)
            return 2
    begin = time.perf_counter()
    picked = (dense if options.dense else cached)(pool, labelled, options.picks)
    seconds = time.perf_counter() - begin
    result.update(
        seconds=seconds, picks_per_second=options.picks / seconds,
        peak_memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        first_picks=picked[:20].tolist(), picks_sum=int(picked.sum()), picks_hash=picks_hash(picked))
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
