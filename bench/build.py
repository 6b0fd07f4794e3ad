#!/usr/bin/env python3
"""What somebody waits for who builds the program for the first time: build.py [REVISION…] [--rounds N] [--jobs N] [--json] [--keep]

Builds the program (not its tests, without the console) into a directory that is thrown away, without ccache, and says how many
seconds of processor that took (user and system of the compilers, archivers and the linker) and how long one waited for it. Seconds
of processor are what is compared: they hardly depend on what else the machine does, waiting does.

With revisions, these are built in turn with this tree, in the same run, the one first in every second round; each is checked out
into a worktree that is thrown away, too. Prints for each the smallest of its rounds (what comes on top is the machine's), and this
tree's ratio to it. With --json a line for each figure, and one for each of the thirty slowest files.
"""
import argparse, json, os, pathlib, shutil, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Stands before every compiler's command, where ccache stands else. Bash has no clock finer than its own `times`, which is fine
# enough (ms), and takes 2 ms itself.
LAUNCHER = """#!/bin/bash
"$@"
code=$?
{ printf '%s\\n' "${@: -1}"; times; } >"$VARDE_TIMES/$$"
exit $code
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def seconds(text):
    """'1m2.345s' as bash's times writes it."""
    minutes, rest = text.split("m")
    return 60 * int(minutes) + float(rest.rstrip("s"))


def command(arguments, place, environment, log):
    """Seconds of processor of a command and all that it started, and how long it took."""
    began, before = time.monotonic(), os.times()
    with open(log, "ab") as output:
        code = subprocess.run(arguments, cwd=place, env=environment, stdout=output, stderr=subprocess.STDOUT).returncode
    after = os.times()
    if code != 0:
        sys.exit("the build failed:\n" + pathlib.Path(log).read_text(errors="replace")[-4000:])
    return after.children_user + after.children_system - before.children_user - before.children_system, time.monotonic() - began


def measure(place, wanted):
    """{processor, wall, files: {source: seconds}} of a clean build of the program in `place`."""
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-build-", dir=ROOT / "build"))
    try:
        launcher, times, build, log = work / "launcher", work / "times", work / "build", work / "log"
        launcher.write_text(LAUNCHER)
        times.mkdir()
        environment = {**os.environ, "VARDE_TIMES": str(times), "CCACHE_DISABLE": "1"}
        command(["cmake", "--preset", "release", "-B", str(build), "-DVARDE_CONSOLE=OFF", "-DCMAKE_CXX_COMPILER_LAUNCHER=/bin/bash;%s" % launcher,
                 "-DCMAKE_C_COMPILER_LAUNCHER="], place, environment, log)
        processor, wall = command(["cmake", "--build", str(build), "--target", "varde", "--", "-j", str(wanted.jobs)], place, environment, log)
        files = {}
        for record in times.iterdir():
            source, _, children = record.read_text().splitlines()
            name = source.replace(str(build) + "/", "").replace(str(place) + "/", "")
            files[name] = sum(map(seconds, children.split()))
        return {"processor": processor, "wall": wall, "files": files}
    finally:
        if wanted.keep:
            say("kept: %s" % work)
        else:
            shutil.rmtree(work)


def checked_out(revision):
    place = pathlib.Path(tempfile.mkdtemp(prefix="bench-revision-", dir=ROOT / "build")) / "varde"
    git("worktree", "add", "--detach", "--force", str(place), git("rev-parse", "--verify", revision + "^{commit}"))
    (place / ".deps").symlink_to(ROOT / ".deps")  # headers that no package installs
    return place


def thrown_away(place):
    shutil.rmtree(place.parent)
    git("worktree", "prune")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("revisions", nargs="*", metavar="REVISION")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the build directories where they are")
    wanted = parser.parse_args()
    (ROOT / "build").mkdir(exist_ok=True)
    sides = {"this tree": ROOT}
    runs = {}
    try:
        for revision in wanted.revisions:
            sides[revision] = checked_out(revision)
        for number in range(wanted.rounds):
            for name in list(sides) if number % 2 else list(sides)[::-1]:
                say("round %d of %d: %s, load %.1f" % (number + 1, wanted.rounds, name, os.getloadavg()[0]))
                one = measure(sides[name], wanted)
                say("  %.0f s of processor, %.0f s" % (one["processor"], one["wall"]))
                runs.setdefault(name, []).append(one)
    finally:
        for name, place in sides.items():
            if place != ROOT:
                thrown_away(place)
    best = {name: min(rounds, key=lambda one: one["processor"]) for name, rounds in runs.items()}
    here = best["this tree"]
    for name in sides:
        one = best[name]
        row = {"name": "build", "of": name, "value": round(one["processor"], 1), "unit": "s of processor", "wall": round(one["wall"], 1), "jobs": wanted.jobs,
               "files": len(one["files"]), "rounds": [round(each["processor"], 1) for each in runs[name]], "load": round(os.getloadavg()[0], 1)}
        if one is not here:
            row["ratio"] = round(here["processor"] / one["processor"], 3)
        slowest = sorted(one["files"].items(), key=lambda item: -item[1])[:30 if wanted.json else 10]
        if wanted.json:
            print(json.dumps(row), flush=True)
            for source, took in slowest:
                print(json.dumps({"name": "build-file", "of": name, "file": source, "value": round(took, 2), "unit": "s of processor"}), flush=True)
        else:
            print("%s: %.0f s of processor in %d files, %.0f s with %d jobs%s" % (
                name, one["processor"], len(one["files"]), one["wall"], wanted.jobs, ", ratio %.2f" % row["ratio"] if "ratio" in row else ""))
            for source, took in slowest:
                print("  %6.1f s  %s" % (took, source))


if __name__ == "__main__":
    main()
