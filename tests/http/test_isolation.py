"""Isolation: generated requests of every endpoint with another tenant's ids and sessions leak nothing and change nothing.

The OpenAPI document says which endpoints there are, so an endpoint that is added is attacked from its first day.
"""
import itertools, json, random, re, unittest
import varde
from sms import noon

# Endpoints that are about the caller's own login, or have no tenant: nothing of another tenant can be named in them.
ANSWERS_ALLOWED = {"/api/v1/password-check", "/api/v1/password-reset"}


def sample(schema, schemas, ids, rng, depth=0):
    """A value that fits the schema, with the victim's ids wherever an id goes."""
    if depth > 6:
        return None
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, ids, rng, depth + 1)
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], schemas, ids, rng, depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind  # the other is null
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if kind == "string":
        return {"uuid": lambda: rng.choice(ids), "email": lambda: "stranger%d@example.org" % rng.randrange(10**6), "date-time": lambda: "2030-01-01T00:00:00Z",
                "date": lambda: "2030-01-01"}.get(schema.get("format"), lambda: "text%d" % rng.randrange(10**6))()
    if kind == "integer":
        return 1
    if kind == "number":
        return 1.5
    if kind == "boolean":
        return True
    if kind == "array":
        return [sample(schema["items"], schemas, ids, rng, depth + 1)]
    if kind == "object" and "properties" in schema:
        return {k: sample(v, schemas, ids, rng, depth + 1) for k, v in schema["properties"].items() if k in schema.get("required", []) or rng.random() < 0.7}
    if kind == "object":
        return {}
    return {"op": "and", "rules": [{"field": "tag", "operator": "has", "value": rng.choice(ids)}]}


def attack(program, rounds=3, seed=1):
    """Lets the administrator of `second` ask for everything of `first`. Returns (requests, leaks, changes)."""
    rng = random.Random(seed)
    victim, thief = program.admin(), program.admin("other@example.org")
    (tenant,), = program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")
    tables = [r[0] for r in program.sql("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1")]
    tables = [t for t in tables if t not in ("job", "session", "source_ref")]
    ids, secrets = set(), set()
    for table in tables:
        for (text,) in program.sql("SELECT t::text FROM %s t WHERE tenant_id = '%s' LIMIT 50" % (table, tenant)):
            ids.update(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", text))
    ids.discard(tenant)
    # Who has an account in both organisations is seen in both.
    ids -= {row[0] for row in program.sql("SELECT account_id FROM membership WHERE tenant_id <> '%s'" % tenant)}
    ids = sorted(ids)
    assert ids, "the victim has nothing to steal"
    victims_people = victim.ok("GET", "/api/v1/persons?limit=200")["items"]
    secrets.update(p[field] for p in victims_people for field in ("email", "phone") if field in p)
    secrets.add("victims-secret-tag")

    def state():
        return {t: program.sql("SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM %s t WHERE tenant_id = '%s'" % (t, tenant)) for t in tables}

    # Reading in bulk was entered; the minute's job must not seal it while the tables are watched. Entries wait for whatever
    # transaction still runs.
    def sealed():
        victim.ok("POST", "/api/v1/audit/heads")
        return program.sql("SELECT count(*) FROM audit_entry WHERE tenant_id = '%s'" % tenant) == program.sql("SELECT size FROM audit_tree WHERE tenant_id = '%s'" % tenant)
    program.readings_entered()
    varde.wait_for(sealed, "the trail to be sealed")

    openapi = json.loads(varde.subprocess.run([varde.BINARY, "openapi"], capture_output=True, check=True).stdout)
    schemas = openapi["components"]["schemas"]
    before, requests, leaks, stored = state(), 0, [], ""
    for (path, methods), _ in itertools.product(openapi["paths"].items(), range(rounds)):
        for method, operation in methods.items():
            if path in ("/api/v1/session", "/api/v1/session/totp", "/api/v1/session/tenant", "/api/v1/events") and method in ("delete", "post", "get") or path in ANSWERS_ALLOWED:
                if path != "/api/v1/session/tenant":
                    continue
            address, query = path, []
            for p in operation.get("parameters", []):
                if p["in"] == "path":
                    address = address.replace("{%s}" % p["name"], str(rng.choice(ids)))
                elif p["in"] == "query" and (p["required"] or rng.random() < 0.6):
                    query.append("%s=%s" % (p["name"], varde.urllib.parse.quote(str(sample(p["schema"], schemas, ids, rng)))))
            body = operation.get("requestBody", {}).get("content", {})
            kw = {"headers": {"If-Match": '"v1"'}}
            if "application/json" in body:
                kw["body"] = sample(body["application/json"]["schema"], schemas, ids, rng)
                if path == "/api/v1/session/tenant":
                    kw["body"] = {"tenant_id": tenant}
            elif body:
                kw["raw"] = b"email\nstranger@example.org\n"
            stored += json.dumps(kw.get("body", ""))  # what the thief saved himself, he may read again
            answer = thief.request(method.upper(), address + ("?" + "&".join(query) if query else ""), **kw)
            requests += 1
            if answer.status >= 500 and answer.status != 503:
                leaks.append("%s %s answered %d" % (method, address, answer.status))
            text = answer.body.decode("utf-8", "replace")
            sent = json.dumps(kw.get("body", "")) + address + " ".join(query)
            if tenant in text and tenant not in sent:
                leaks.append("%s %s names the other tenant" % (method, address))
            for secret in secrets:
                if secret in text:
                    leaks.append("%s %s shows %s" % (method, address, secret))
            # An id of the victim's that the thief did not name himself, in a successful answer.
            if answer.status < 300:
                leaks += ["%s %s shows %s" % (method, address, i) for i in ids if i in text and i not in sent and i not in stored]
            # Some requests end the thief's own session or rights; that is his own affair.
            if answer.status == 401 or path == "/api/v1/me/password":
                program.move_clock(3600)
                thief = program.admin("other@example.org")
    varde.wait_for(lambda: program.sql("SELECT count(*) FROM job WHERE lease_until > now() AND kind LIKE 'people%'") == [["0"]], "background work")
    after = state()
    changes = [t for t in tables if before[t] != after[t]]
    return requests, leaks, changes


def prepare(program):
    """Gives `first` something of everything."""
    noon(program)  # no SMS leaves at night
    admin = program.admin()
    tag = admin.request("POST", "/api/v1/tags", {"name": "victims-secret-tag"})
    lists = admin.request("POST", "/api/v1/lists", {"name": "victims list"})
    for i in range(5):
        admin.request("POST", "/api/v1/persons", {"email": "victim%d@secret.example.org" % i, "phone": "+4792000%03d" % i, "first_name": "Victim", "tags": ["victims-secret-tag"], "lists": [lists.json["id"]] if lists.status == 201 else []})
    admin.request("POST", "/api/v1/segments", {"name": "victims segment", "conditions": {"op": "and", "rules": [{"field": "email_known", "operator": "is", "value": True}]}})
    admin.request("POST", "/api/v1/purposes", {"key": "victims", "label": "Victims"})
    for path, body in (("/api/v1/forms", {"name": "Victims form", "fields": [{"key": "q", "type": "text", "label": "Q", "required": False}]}),
                       ("/api/v1/journeys", {"name": "Victims journey", "steps": [{"id": "a", "kind": "wait", "days": 1}]}),
                       ("/api/v1/campaigns", {"name": "Victims campaign"}), ("/api/v1/templates", {"name": "Victims template", "document": {"version": 1, "blocks": []}})):
        admin.request("POST", path, body)
    # An SMS gateway, and captured SMS.
    box = admin.request("POST", "/api/v1/campaigns", {"name": "Victims SMS", "service_reason": "They asked for it.", "channel": "sms", "text": "Hi", "audience": {"lists": [lists.json["id"]] if lists.status == 201 else [], "segments": []}})
    admin.request("POST", "/api/v1/campaigns/%s/send" % box.json["id"], {})
    if box.status == 201:  # a second round finds it there
        varde.wait_for(lambda: admin.ok("GET", "/api/v1/campaigns/%s/progress" % box.json["id"])["state"] == "sent", "the SMS")
    admin.request("POST", "/api/v1/providers", {"kind": "sms_http", "callback_secret": "s", "sms": {
        "sender": "Victim", "url": "https://gateway.example/send", "body": '{"to":"{to}","text":"{text}"}'}})
    admin.import_csv("email\nvictim-imported@secret.example.org\nbad\n")
    made = admin.ok("POST", "/api/v1/exports", {"what": "persons", "format": "csv"})
    varde.wait_for(lambda: admin.ok("GET", "/api/v1/exports/" + made["id"])["state"] == "done", "the export")


class Isolation(unittest.TestCase):
    def test_no_endpoint_leaks_or_changes_another_tenants_data(self):
        program = varde.shared()
        program.move_clock(3600)
        prepare(program)
        self.addCleanup(program.sql, "DELETE FROM provider WHERE NOT EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = provider.tenant_id AND t.slug <> 'first')")
        requests, leaks, changes = attack(program)
        self.assertGreater(requests, 150)
        self.assertEqual(leaks, [])
        self.assertEqual(changes, [])


if __name__ == "__main__":
    unittest.main()
