#!/usr/bin/env python3
"""Runs every scenario: run.py BINARY [test_file …]. Ends with 'N passed, N failed'."""
import os, pathlib, sys, unittest

here = pathlib.Path(__file__).resolve().parent
os.environ["VARDE_BINARY"] = str(pathlib.Path(sys.argv[1]).resolve())
sys.path.insert(0, str(here))
import varde  # noqa: E402

names = [pathlib.Path(name).stem for name in sys.argv[2:]] or sorted(p.stem for p in here.glob("test_*.py"))
suite = unittest.defaultTestLoader.loadTestsFromNames(names)
try:
    result = unittest.TextTestRunner(verbosity=2 if len(names) < 3 else 1).run(suite)
    if not result.wasSuccessful() and varde._shared is not None:
        print("--- end of the program's log ---\n" + varde._shared.tail())
finally:
    varde.end_shared()
bad = len(result.failures) + len(result.errors)
print("%d passed, %d failed" % (max(0, result.testsRun - bad), bad))
sys.exit(not result.wasSuccessful() or result.testsRun == 0)
