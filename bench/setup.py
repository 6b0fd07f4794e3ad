"""What every benchmark and fault begins with: the arguments, the harness that starts the program, and how a row is printed."""
import argparse, json, os, pathlib, sys

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "tests" / "http"))
arguments = argparse.ArgumentParser()
arguments.add_argument("binary")
arguments.add_argument("name")
arguments.add_argument("--json", action="store_true")
arguments.add_argument("--quick", action="store_true")
arguments.add_argument("--persons", type=int)
options = arguments.parse_args()
os.environ["VARDE_BINARY"] = str(pathlib.Path(options.binary).resolve())


def show(row):
    print(json.dumps(row) if options.json else "  ".join("%s=%s" % item for item in row.items()), flush=True)
