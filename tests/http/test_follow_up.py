"""Hear back and follow up: a form's answers, and the journey that they start."""
import base64, hashlib, hmac, http.server, json, re, threading, unittest, urllib.parse
import varde


class Follow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.program.move_clock(3600)
        cls.admin = cls.program.admin()
        cls.admin.post("/api/v1/attributes", {"key": "colour", "label": "Colour", "type": "text", "classification": "plain"})
        cls.calls = []

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                cls.calls.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args):
                pass

        cls.hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=cls.hook.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.hook.shutdown()

    def form(self, name):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": name, "title": "What do you think?", "fields": [
            {"key": "mail", "type": "email", "label": "Your e-mail", "required": True},
            {"key": "colour", "type": "choice", "label": "Best colour", "required": True, "choices": ["Red", "Blue"], "attribute": "colour"},
            {"key": "stars", "type": "rating", "label": "Stars", "required": False, "max": 5}]})
        return self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])

    def answer(self, form, values, query="", wait=5):
        visitor = self.program.client()
        path = urllib.parse.urlsplit(form["public_url"]).path + query
        page = visitor.get(path)
        self.assertEqual(page.status, 200)
        text = page.body.decode()
        self.assertNotIn("<script", text)
        self.assertLess(len(page.body), 15000)
        stamp = re.search(r'name="stamp" value="([^"]+)"', text).group(1)
        token = re.search(r'name="t" value="([^"]*)"', text).group(1)
        self.program.move_clock(wait)
        posted = urllib.parse.urlencode([("stamp", stamp), ("t", token), ("website", "")] + list(values.items()))
        send = lambda: visitor.request("POST", path, raw=posted.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
        return send(), send

    def test_an_answer_is_stored_once_counted_and_on_the_timeline(self):
        form = self.form("Colours")
        first, again = self.answer(form, {"q_mail": "answers@example.org", "q_colour": "Blue", "q_stars": "4"})
        self.assertEqual(first.status, 200, first)
        self.assertEqual(again().status, 200)
        results = self.admin.ok("GET", "/api/v1/forms/%s/results" % form["id"])
        self.assertEqual(results["answers"], 1, "sent twice, stored once")
        self.assertEqual(results["fields"][1]["counts"], [{"value": "Red", "count": 0}, {"value": "Blue", "count": 1}])
        self.assertEqual(results["fields"][2]["average"], 4.0)
        person, = self.admin.ok("GET", "/api/v1/persons?q=answers@example.org")["items"]
        kinds = [i["kind"] for i in self.admin.ok("GET", "/api/v1/persons/%s/timeline" % person["id"])["items"]]
        self.assertIn("submitted", kinds)
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + person["id"])["attributes"], {"colour": "Blue"})

    def test_a_stranger_does_not_change_who_exists(self):
        known = self.admin.ok("POST", "/api/v1/persons", {"email": "known@example.org", "attributes": {"colour": "Red"}})
        form = self.form("Colours of strangers")
        self.assertEqual(self.answer(form, {"q_mail": "known@example.org", "q_colour": "Blue"})[0].status, 200)
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + known["id"])["attributes"], {"colour": "Red"})

    def test_what_is_wrong_is_said_beside_the_question(self):
        form = self.form("Colours with mistakes")
        answer, _ = self.answer(form, {"q_mail": "nope", "q_colour": "Green", "q_stars": "9"})
        self.assertEqual(answer.status, 422)
        text = answer.body.decode()
        for words in ("This is not an e-mail address", "Choose among the answers given", "Choose one of the numbers", 'value="nope"'):
            self.assertIn(words, text)
        self.assertEqual(self.answer(form, {"q_mail": "a@example.org", "q_colour": "Red"}, wait=0)[0].status, 422, "too fast for a person")
        self.assertEqual(self.admin.ok("GET", "/api/v1/forms/%s/results" % form["id"])["answers"], 0)

    def test_a_journey_follows_up_by_itself(self):
        form = self.form("Journey's start")
        me = self.admin.ok("GET", "/api/v1/session")["user"]["id"]
        steps = [{"id": "wait", "kind": "wait", "days": 1, "next": "branch"},
                 {"id": "branch", "kind": "branch", "conditions": {"op": "and", "rules": [{"field": "attribute:colour", "operator": "is", "value": "Blue"}]}, "yes": "tag", "no": "end"},
                 {"id": "tag", "kind": "tag", "add": ["likes blue"], "next": "hook"},
                 {"id": "hook", "kind": "webhook", "url": "http://127.0.0.1:%d/hook" % self.hook.server_address[1], "next": "tell"},
                 {"id": "tell", "kind": "notify", "user_id": me, "text": "Somebody likes blue"},
                 {"id": "end", "kind": "tag", "add": ["does not like blue"]}]
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Blue", "trigger": {"kind": "form_submitted", "form_id": form["id"]}, "steps": steps, "start": "wait"})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
        self.answer(form, {"q_mail": "blue@example.org", "q_colour": "Blue"})
        self.answer(form, {"q_mail": "red@example.org", "q_colour": "Red"})
        counts = lambda: self.admin.ok("GET", "/api/v1/journeys/" + journey["id"])["counts"]
        self.assertEqual(counts(), {"entered": 2, "active": 2, "finished": 0, "failed": 0})
        dry = self.admin.ok("POST", "/api/v1/journeys/%s/dry-run" % journey["id"], {"person_id": self.admin.ok("GET", "/api/v1/persons?q=red@example.org")["items"][0]["id"]})
        self.assertEqual([s["step_id"] for s in dry["path"]], ["wait", "branch", "end"])
        self.program.move_clock(86400)
        self.admin = self.program.admin()
        varde.wait_for(lambda: counts()["finished"] == 2, "both runs to finish")
        tags = {q: self.admin.ok("GET", "/api/v1/persons?q=%s@example.org" % q)["items"][0]["tags"] for q in ("blue", "red")}
        self.assertEqual(tags, {"blue": ["likes blue"], "red": ["does not like blue"]})
        varde.wait_for(lambda: self.calls, "the webhook")
        headers, body = self.calls[0]
        secret = self.admin.ok("GET", "/api/v1/journeys/%s/webhook-secret" % journey["id"])["secret"]
        signed = ("%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])).encode() + body
        expected = "v1," + base64.b64encode(hmac.new(base64.b64decode(secret[6:]), signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], expected)
        self.assertEqual(json.loads(body)["data"]["journey"], "Blue")
        self.assertEqual(len(self.calls), 1)
        notices = [n for n in self.admin.ok("GET", "/api/v1/notifications")["items"] if n["text"] == "Somebody likes blue"]
        self.assertEqual([n["read"] for n in notices], [False])
        done = {s["id"]: s["done"] for s in self.admin.ok("GET", "/api/v1/journeys/%s/steps" % journey["id"])["steps"]}
        self.assertEqual(done, {"wait": 2, "branch": 2, "tag": 1, "hook": 1, "tell": 1, "end": 1})

    def test_an_incomplete_journey_does_not_start(self):
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Half", "steps": [{"id": "a", "kind": "send"}, {"id": "b", "kind": "wait", "next": "b"}], "start": "b"})
        answer = self.admin.post("/api/v1/journeys/%s/start" % journey["id"])
        self.assertEqual(answer.status, 422)
        self.assertEqual({e["pointer"] for e in answer.json["errors"]}, {"/steps/0/subject", "/steps/0/document", "/trigger/kind", "/steps"})


if __name__ == "__main__":
    unittest.main()
