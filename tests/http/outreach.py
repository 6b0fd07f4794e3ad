"""What scenarios of outreach share: an SMTP server that keeps what it gets, a document, campaigns."""
import contextlib, email, email.policy, re, socketserver, threading, unittest
import varde

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}


class Sink:
    """An SMTP server that keeps what it gets; `answers` maps an address to the reply to its RCPT."""

    def __init__(self):
        self.messages, self.answers = [], {}
        sink = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(ConnectionError):  # a program that is killed cuts what it was sending
                    self.converse()

            def converse(self):
                say = lambda text: self.wfile.write(text.encode() + b"\r\n")
                say("220 sink")
                sender, rcpt = "", []
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb == b"EHLO":
                        say("250-sink"), say("250-PIPELINING"), say("250 SIZE 10000000")
                    elif verb == b"MAIL":
                        sender, rcpt = re.search(rb"<(.*?)>", line)[1].decode(), []
                        say("250 ok")
                    elif verb == b"RCPT":
                        to = re.search(rb"<(.*?)>", line)[1].decode()
                        reply = sink.answers.get(to, "250 ok")
                        if reply.startswith("2"):
                            rcpt.append(to)
                        say(reply)
                    elif verb == b"DATA":
                        if not rcpt:
                            say("554 no valid recipients")
                            continue
                        say("354 go")
                        lines = []
                        while (part := self.rfile.readline()) not in (b".\r\n", b""):
                            lines.append(part[1:] if part.startswith(b"..") else part)
                        if part == b"":
                            return  # ended before the final dot: never taken (RFC 5321 section 4.1.1.4)
                        sink.messages.append((sender, rcpt[0], b"".join(lines)))
                        say("250 taken")
                    elif verb == b"QUIT":
                        say("221 bye")
                        return
                    else:
                        say("250 ok")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.port, self.make = 0, lambda port: Server(("127.0.0.1", port), Session)
        self.listen_again()

    def listen_again(self):
        """At the port that it had, after it was shut."""
        self.server = self.make(self.port)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


# As long as news are: beside few words no picture counts opens.
NEWS = "There is something to tell from each of our workplaces this spring, and more of it than fits on a page. " * 33


def document():
    return {"version": 1, "theme": {"accent": "#0b7285"}, "blocks": [
        {"id": "1", "type": "heading", "level": 1, "text": "Hello {{ person.first_name | default: \"friend\" }}"},
        {"id": "2", "type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Blåbær & sånt"}]}, {"type": "paragraph", "content": [{"type": "text", "text": NEWS}]}]}},
        {"id": "3", "type": "button", "label": "Read", "href": "https://example.org/read?who={{ person.first_name }}"},
        {"id": "4", "type": "columns", "columns": [{"blocks": [{"id": "5", "type": "divider"}]}, {"blocks": [{"id": "6", "type": "button", "label": "More", "href": "https://example.org/more"}]}]},
        {"id": "7", "type": "footer", "text": "You asked for it."}]}


class OutreachCase(unittest.TestCase):
    """An administrator, and what a campaign needs."""

    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.admin = cls.program.admin()
        settings = cls.admin.ok("GET", "/api/v1/settings")
        cls.admin.patch("/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, settings["version"])

    def list_of(self, name, count, options=None):
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": name})["id"]
        rows = "".join("%s%d@example.org,%s%d\n" % (name, i, name, i) for i in range(count))
        done = self.admin.import_csv("email,first name\n" + rows, options={"list_id": list_id, **(options or {})})
        self.assertEqual(done["counts"]["rejected"], 0, done)
        return list_id

    def campaign(self, list_id, **fields):
        return self.admin.ok("POST", "/api/v1/campaigns", {
            "name": "Spring", "subject": "Hi {{ person.first_name }}", "from_name": "Org", "from_email": "post@sender.example", "document": document(),
            "audience": {"lists": [list_id], "segments": []}, **({} if "purpose_id" in fields else {"service_reason": "What the scenario sends."}), **fields})

    def send(self, campaign, until=("sent",)):
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        return self.reach(campaign, until)

    def reach(self, campaign, until):
        def check():
            state = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])
            return state if state["state"] in until else None
        return varde.wait_for(check, "the campaign to be %s" % (until,), 60)

    def provider(self):
        sink = Sink()
        domains = [d["domain"] for d in self.admin.ok("GET", "/api/v1/domains")["items"]]
        if "sender.example" not in domains:
            self.admin.ok("POST", "/api/v1/domains", {"domain": "sender.example"})
        self.program.sql("UPDATE sending_domain SET verified_at = now()")
        made = self.admin.ok("POST", "/api/v1/providers", {"name": "sink", "kind": "smtp", "host": "127.0.0.1", "port": sink.port, "security": "none", "connections": 4})
        self.addCleanup(self.admin.delete, "/api/v1/providers/" + made["id"])
        return sink, made

    def text_of(self, raw):
        return email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",)).get_content()

    def parts(self, raw):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        return message, message.get_body(("html",)).get_content(), message.get_body(("plain",)).get_content()
