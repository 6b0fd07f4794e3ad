#!/usr/bin/env python3
"""Whether a change made something slower: compare.py BINARY REVISION NAME… [--rounds N] [--json] [--quick] [--persons N]

Builds the other revision in a worktree of its own below build/compare (kept: the next time it is there), and runs the named
benchmarks of both in turn, the one first in every second round, so that what else the machine does falls on both alike. Each
revision is run by the scripts that came with it. At least five rounds: single runs differ by more than what is looked for.

Prints for each figure the median of both, their ratio (this tree by the other one), and between what the ratio of medians lies
in 95 of 100 resamplings of the rounds (bootstrap). Where that interval holds 1, the difference is within noise. The exit code
is 0 whatever came out: a figure is read, never asserted.
"""
import argparse, json, os, pathlib, random, statistics, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESAMPLINGS = 4000


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def say(text):
    print(text, file=sys.stderr, flush=True)


def built(revision):
    """The program of another revision, built as `dev` builds it, and where its scripts are."""
    commit = git("rev-parse", "--verify", revision + "^{commit}")
    place = ROOT / "build" / "compare" / commit[:12]
    if not (place / "CMakeLists.txt").exists():
        git("worktree", "prune")
        git("worktree", "add", "--detach", "--force", str(place), commit)
    # What was fetched for this tree serves the other one: headers that no package installs, and no console.
    link = place / ".deps"
    if not link.exists():
        link.symlink_to(ROOT / ".deps")
    say("building %s" % commit[:12])
    environment = {**os.environ, "CCACHE_BASEDIR": str(place)}
    for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", "varde", "trail_bench"]):
        done = subprocess.run(command, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit("%s cannot be built:\n%s" % (revision, done.stdout[-3000:]))
    return place, place / "build" / "release" / "varde"


def run(place, binary, name, options):
    """The figures of one run: {name: (value, unit)}."""
    done = subprocess.run(["/usr/bin/python3", str(place / "bench" / "bench.py"), str(binary), name, "--json", *options], cwd=place, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("%s failed in %s" % (name, place))
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {row["name"]: (row["value"], row["unit"]) for row in rows if "value" in row}


def interval(here, there, seed=1):
    """Between what the ratio of medians lies in 95 of 100 resamplings."""
    source = random.Random(seed)
    ratios = sorted(statistics.median(source.choices(here, k=len(here))) / statistics.median(source.choices(there, k=len(there))) for _ in range(RESAMPLINGS))
    return ratios[int(0.025 * RESAMPLINGS)], ratios[int(0.975 * RESAMPLINGS) - 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("revision")
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--persons", type=int)
    wanted = parser.parse_args()
    if wanted.rounds < 5:
        parser.error("fewer than five rounds show nothing")
    options = ["--quick"] * wanted.quick + (["--persons", str(wanted.persons)] if wanted.persons else [])
    there_place, there_binary = built(wanted.revision)
    sides = {"here": (ROOT, pathlib.Path(wanted.binary).resolve()), "there": (there_place, there_binary)}
    figures = {}  # name → side → values
    units = {}
    for round_number in range(wanted.rounds):
        order = ("here", "there") if round_number % 2 == 0 else ("there", "here")
        for name in wanted.names:
            for side in order:
                say("round %d of %d: %s, %s" % (round_number + 1, wanted.rounds, name, side))
                for figure, (value, unit) in run(*sides[side], name, options).items():
                    figures.setdefault(figure, {"here": [], "there": []})[side].append(value)
                    units[figure] = unit
    for figure, values in figures.items():
        if not values["here"] or not values["there"] or min(values["there"]) <= 0:
            say("%s is a figure of one of the two alone" % figure)
            continue
        here, there = statistics.median(values["here"]), statistics.median(values["there"])
        low, high = interval(values["here"], values["there"])
        row = {"name": figure, "unit": units[figure], "here": round(here, 3), "there": round(there, 3), "ratio": round(here / there, 3),
               "low": round(low, 3), "high": round(high, 3), "within_noise": low <= 1 <= high, "rounds": wanted.rounds}
        if wanted.json:
            print(json.dumps(row), flush=True)
        else:
            print("%-28s %12.2f against %12.2f %-12s ratio %.3f (%.3f to %.3f)%s" % (figure, here, there, units[figure], row["ratio"], low, high, ", within noise" if row["within_noise"] else ""), flush=True)


if __name__ == "__main__":
    main()
