"""Whether HTML is right, as html-validate (npm) has it; for mails, where tables and old attributes are what clients read, by rules of their own."""
import json, pathlib, subprocess, tempfile

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"

# Of the standard: what cannot be read by a machine or a screen reader. Not how it is written, nor what styles it.
RULES = {"extends": ["html-validate:standard", "html-validate:a11y"], "root": True,
         "rules": {"no-inline-style": "off", "void-style": "off", "attr-quotes": "off", "no-trailing-whitespace": "off", "doctype-style": "off", "attribute-boolean-style": "off",
                   "attribute-empty-style": "off", "long-title": "off", "no-raw-characters": "off", "tel-non-breaking": "off", "require-sri": "off", "no-implicit-button-type": "off", "prefer-native-element": "off"}}
# Mail programs know neither styles in the head nor sections; widths and alignments are attributes, layout is tables with a role that says so.
MAIL = {**RULES, "rules": {**RULES["rules"], "no-deprecated-attr": "off", "deprecated": "off", "no-conditional-comment": "off", "element-permitted-content": "error"}}


def complaints(documents, rules=RULES):
    """Of each document (name: text) what is wrong with it, as lines."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "rules.json").write_text(json.dumps(rules))
        names = {}
        for n, (name, text) in enumerate(documents.items()):
            (folder / ("%d.html" % n)).write_text(text)
            names[str(folder / ("%d.html" % n))] = name
        done = subprocess.run(["node", str(WEB / "node_modules/html-validate/bin/html-validate.mjs"), "--config", str(folder / "rules.json"), "--formatter", "json=%s" % (folder / "said.json"), *names], capture_output=True, text=True, cwd=WEB)
        assert done.returncode in (0, 1), done.stderr
        return ["%s, line %d: %s (%s)" % (names[one["filePath"]], said["line"], said["message"], said["ruleId"]) for one in json.loads((folder / "said.json").read_text()) for said in one["messages"]]
