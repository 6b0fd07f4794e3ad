"""Every answer that the scenarios get is what the OpenAPI document says: the console's client is made from it."""
import functools, json, re, subprocess


@functools.cache
def document(binary):
    return json.loads(subprocess.run([binary, "openapi"], capture_output=True, check=True).stdout)


@functools.cache
def routes(binary):
    return [(method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path) + "$"), operation)
            for path, methods in sorted(document(binary)["paths"].items()) for method, operation in methods.items()]


def faults(schema, value, all, at=""):
    """What of the value is not as the schema says, each with its place."""
    if "$ref" in schema:
        return faults(all[schema["$ref"].rsplit("/", 1)[1]], value, all, at)
    if "anyOf" in schema:
        tried = [faults(alternative, value, all, at) for alternative in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(isinstance(value, kinds[w]) and (w == "boolean" or not isinstance(value, bool)) for w in wanted):
        return ["%s is %r and not %s" % (at, value, " or ".join(wanted))]
    out = []
    if "enum" in schema and value not in schema["enum"]:
        out.append("%s is %r, which is none of %s" % (at, value, schema["enum"]))
    if isinstance(value, list):
        for i, item in enumerate(value):
            out += faults(schema.get("items", {}), item, all, "%s/%d" % (at, i))
    if isinstance(value, dict):
        known = schema.get("properties", {})
        out += ["%s/%s is missing" % (at, name) for name in schema.get("required", []) if name not in value]
        for name, item in value.items():
            if item is None and name in known and name not in schema.get("required", []):
                continue  # documents are given back as they came, and null says there what leaving out says
            if name in known:
                out += faults(known[name], item, all, "%s/%s" % (at, name))
            elif "additionalProperties" in schema:
                out += faults(schema["additionalProperties"], item, all, "%s/%s" % (at, name))
            elif known:
                out.append("%s/%s is not in the document" % (at, name))
    return out


def check(binary, method, path, answer):
    """Raises AssertionError where the answer to a request is not what the document says."""
    path = path.split("?")[0]
    for known, pattern, operation in routes(binary):
        if known != method or not pattern.match(path):
            continue
        response = operation["responses"].get(str(answer.status)) or operation["responses"]["default"]
        content = response.get("content", {})
        kind = next((k for k in answer.headers.get("Content-Type", "").split(";") if k in content), None)
        if kind is None:
            assert not content or not answer.body, "%s %s answers %s, which the document does not say" % (method, path, answer.headers.get("Content-Type"))
        else:
            wrong = faults(content[kind]["schema"], answer.json, document(binary)["components"]["schemas"])
            assert not wrong, "%s %s: %s" % (method, path, "; ".join(wrong[:5]))
        return
