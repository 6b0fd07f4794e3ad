"""What the end-to-end stories share: a browser that does what it is told, and how the steps of a story are run."""
import json, pathlib, re, subprocess, sys, time, traceback

here = pathlib.Path(__file__).resolve().parent


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
    """Runs the methods step_N_…, or those that the second argument of the command (a pattern) finds, in the order of their
    numbers. Where a step builds on the one before it, what comes after a failure did not hold either. The exit code."""
    names = sorted((n for n in dir(story) if n.startswith("step_")), key=lambda name: int(name.split("_")[1]))
    if len(sys.argv) > 2:
        names = [n for n in names if re.search(sys.argv[2], n)]
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
