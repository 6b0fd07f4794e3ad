"""What the end-to-end stories share: what they are called with (STORY BINARY [--ahead DAYS] [PATTERN]), a browser that does what it
is told, and how the steps of a story are run. To be imported before what knows the program (varde.py)."""
import argparse, json, os, pathlib, re, subprocess, sys, time, traceback

here = pathlib.Path(__file__).resolve().parent
sys.path.append(str(here.parent / "http"))
arguments = argparse.ArgumentParser()
arguments.add_argument("binary", type=pathlib.Path)
arguments.add_argument("pattern", nargs="?", default="", help="the steps whose names it finds")
arguments.add_argument("--ahead", default="0", help="days by which the program's clock is ahead: finds what holds today alone")
given = arguments.parse_args()
os.environ.update(VARDE_BINARY=str(given.binary.resolve()), VARDE_TEST_AHEAD=given.ahead)


class Browser:
    """A script of this folder that drives Chromium. Each of its steps is a method here: it goes there as a line of JSON, and
    what it found comes back as one."""

    def __init__(self, script, base):
        self.process = subprocess.Popen(["node", str(here / script), base], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __getattr__(self, step):
        def do(**arguments):
            self.process.stdin.write(json.dumps([step, arguments]) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline() or '{"error": "the browser ended"}')
            assert "error" not in answer, answer["error"]
            return answer.get("result")
        return do

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)


def tell(story, each_builds_on_the_last=False):
    """Runs the methods step_N_…, or those that the pattern of the command finds, in the order of their
    numbers. Where a step builds on the one before it, what comes after a failure did not hold either. The exit code."""
    names = sorted((n for n in dir(story) if n.startswith("step_")), key=lambda name: int(name.split("_")[1]))
    names = [n for n in names if re.search(given.pattern, n)]
    passed = 0
    try:
        story.begin()
        for name in names:
            words, begun = name.split("_", 2)[2].replace("_", " "), time.monotonic()
            try:
                getattr(story, name)()
                passed += 1
                print("passed: %s (%.0f s)" % (words, time.monotonic() - begun), flush=True)
            except Exception:
                print("FAILED:", words, flush=True)
                traceback.print_exc()
                if each_builds_on_the_last:
                    break
        if passed < len(names) and story.program is not None:
            print("--- end of the program's log ---\n" + story.program.tail())
    finally:
        story.end()
    print("%d passed, %d failed" % (passed, len(names) - passed))
    return passed != len(names) or not passed
