#!/usr/bin/env python3
"""Runs every scenario: run.py BINARY [test_file …]. Ends with 'N passed, N failed'."""
import os, pathlib, re, subprocess, sys, unittest

here = pathlib.Path(__file__).resolve().parent
os.environ["VARDE_BINARY"] = str(pathlib.Path(sys.argv[1]).resolve())
sys.path.insert(0, str(here))
import varde  # noqa: E402

names = [pathlib.Path(name).stem for name in sys.argv[2:]] or sorted(p.stem for p in here.glob("test_*.py"))
# Each class of these is a story of its own, with a program of its own, and runs in a process of its own.
apart, alone_ran, alone_bad = [n for n in names if n == "test_backup"], 0, 0
names = [n for n in names if n not in apart]
for name in apart:
    classes = re.findall(r"^class (\w+)\(unittest.TestCase\)", (here / (name + ".py")).read_text(), re.M)
    for one in classes:
        done = subprocess.run([sys.executable, "-W", "ignore", "-m", "unittest", "%s.%s" % (name, one)], cwd=here, capture_output=True, text=True)
        print(done.stderr, flush=True)
        alone_ran += int(re.search(r"^Ran (\d+) test", done.stderr, re.M)[1])
        alone_bad += sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", done.stderr))) or (done.returncode != 0)
suite = unittest.defaultTestLoader.loadTestsFromNames(names)
try:
    result = unittest.TextTestRunner(verbosity=2 if len(names) < 3 else 1).run(suite)
    if not result.wasSuccessful() and varde._shared is not None:
        print("--- end of the program's log ---\n" + varde._shared.tail())
finally:
    varde.end_shared()
bad, ran = len(result.failures) + len(result.errors) + alone_bad, result.testsRun + alone_ran
print("%d passed, %d failed" % (max(0, ran - bad), bad))
sys.exit(bad > 0 or not result.wasSuccessful() or ran == 0)
