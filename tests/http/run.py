#!/usr/bin/env python3
"""Runs every scenario: run.py [--jobs N] [--ahead DAYS] BINARY [test_file …]. Ends with what failed, and 'N passed, N failed'.

Scenarios mostly wait (for a queue's next turn, a kill, a restore), so classes run beside each other, each in a process and
with programs of its own, and what a class prints is shown only if it failed. With files named, they run here one by one, and
each test is said.
"""
import argparse, contextlib, faulthandler, json, os, pathlib, signal, subprocess, sys, tempfile, time, unittest
from concurrent.futures import ThreadPoolExecutor, as_completed

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 1800  # seconds that a class may take; only bounds a failure
# Where there is much to wait for: these begin first, or the last of them would run alone.
LONG = ("test_backup.Restore", "test_backup.Backups", "test_backup.Bucket", "test_tenant_restore.", "test_contract.", "test_erasure.", "test_trail.", "test_portal.")

arguments = argparse.ArgumentParser()
arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
arguments.add_argument("--ahead", type=float, default=0, help="days by which the programs' clocks are ahead: finds what holds today alone")
arguments.add_argument("--result", type=pathlib.Path, help=argparse.SUPPRESS)  # where a class run beside others says how it went
arguments.add_argument("binary", type=pathlib.Path)
arguments.add_argument("files", nargs="*")
given = arguments.parse_args()
os.environ["VARDE_BINARY"] = str(given.binary.resolve())
os.environ["VARDE_TEST_AHEAD"] = str(given.ahead)
sys.path.insert(0, str(HERE))
import varde  # noqa: E402


class Timed(unittest.TextTestResult):
    def __init__(self, *rest, **named):
        super().__init__(*rest, **named)
        self.seconds = {}

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        self.seconds[test.id()] = round(time.monotonic() - self.began, 1)
        super().stopTest(test)


def run_here(name):
    """Runs a file or a class of it. Returns how many tests ran, what failed, and the seconds of each."""
    suite = unittest.defaultTestLoader.loadTestsFromName(name)
    try:
        result = unittest.TextTestRunner(verbosity=2, resultclass=Timed).run(suite)
    finally:
        varde.end_shared()
    if not result.wasSuccessful():
        for complaints in varde.logs_of_removed:
            print("--- what a program complained of ---\n" + complaints)
    bad = [test.id() for test, _ in result.failures + result.errors]
    if result.testsRun == 0 and not bad:
        bad = [name + ": no tests"]
    return {"run": result.testsRun, "bad": bad, "seconds": result.seconds}


def run_beside(name):
    """Runs one class in a process of its own, with all that it starts in one group. Returns its result and what it printed."""
    with tempfile.TemporaryFile("w+", errors="replace") as output, tempfile.NamedTemporaryFile("r") as result:
        worker = subprocess.Popen([sys.executable, __file__, "--ahead", str(given.ahead), "--result", result.name, given.binary, name], stdout=output, stderr=output,
                                  stdin=subprocess.DEVNULL, start_new_session=True)
        running.add(worker)
        try:
            worker.wait()
        finally:
            end(worker)
            running.discard(worker)
        output.seek(0)
        said = result.read()
        return json.loads(said) if said else {"run": 0, "bad": ["%s: it ended before its time (%s)" % (name, worker.returncode)], "seconds": {}}, output.read()


def tests_of(suite):
    for part in suite:
        yield from tests_of(part) if isinstance(part, unittest.TestSuite) else [part]


def end(worker):
    """Ends a worker and what it started: a class that was ended may leave programs behind."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(worker.pid, how)
            worker.wait(10)
            time.sleep(0.2)  # for what it started


signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # what was started is ended first
if given.result:
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    given.result.write_text(json.dumps(run_here(given.files[0])))
    sys.exit()

ran, bad, seconds, running = 0, [], {}, set()
if given.files:
    for name in given.files:
        one = run_here(pathlib.Path(name).stem if name.endswith(".py") else name)
        ran, bad = ran + one["run"], bad + one["bad"]
else:
    classes = {t.__class__ for file in sorted(HERE.glob("test_*.py")) for t in tests_of(unittest.defaultTestLoader.loadTestsFromName(file.stem))}
    names = sorted("%s.%s" % (c.__module__, c.__qualname__) for c in classes)
    names.sort(key=lambda name: next((i for i, long in enumerate(LONG) if name.startswith(long)), len(LONG)))
    pool = ThreadPoolExecutor(given.jobs)
    try:
        for future in as_completed([pool.submit(run_beside, name) for name in names]):
            one, output = future.result()
            ran, bad, seconds = ran + one["run"], bad + one["bad"], {**seconds, **one["seconds"]}
            if one["bad"]:
                print(output, flush=True)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in list(running):
            end(worker)
    for name, took in sorted(seconds.items(), key=lambda item: -item[1])[:5]:
        print("slow: %s, %.0f s" % (name, took))
for name in bad:
    print("FAILED: " + name)
print("%d passed, %d failed" % (max(0, ran - len(bad)), len(bad)))
sys.exit(bool(bad))
