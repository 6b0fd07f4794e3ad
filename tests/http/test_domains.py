"""Sending domains: what the DNS answers decides, with a name server that answers what a test tells it to."""
import socketserver, struct, threading, unittest
import varde

TXT, MX = 16, 15


class NameServer:
    """Answers TXT and MX questions over UDP (RFC 1035); `records` maps a name to its values, None to SERVFAIL."""

    def __init__(self):
        self.records = {}
        outer = self

        class Question(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                sock.sendto(outer.answer(data), self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Question)
        self.server.daemon_threads = True
        self.address = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, data):
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        kind = struct.unpack(">H", data[at + 1:at + 3])[0]
        values = self.records.get(".".join(labels).lower(), [])
        code = 2 if values is None else 0 if values else 3
        out = data[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(values or []), 0, 0) + data[12:at + 5]
        for value in values or []:
            body = self.txt(value) if kind == TXT else self.mx(value)
            out += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(body)) + body
        return out

    @staticmethod
    def txt(value):
        """In strings of at most 255 bytes, as a long key must be."""
        parts = [value[i:i + 255].encode() for i in range(0, len(value), 255)]
        return b"".join(bytes([len(part)]) + part for part in parts)

    @staticmethod
    def mx(value):
        preference, host = value.split()
        labels = host.split(".") if host != "." else []
        return struct.pack(">H", int(preference)) + b"".join(bytes([len(l)]) + l.encode() for l in labels) + b"\0"


class Domains(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dns = NameServer()
        cls.addClassCleanup(cls.dns.server.server_close)
        cls.addClassCleanup(cls.dns.server.shutdown)
        cls.program = varde.Program(extra=["--name-server", cls.dns.address]).start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.domain = cls.admin.ok("POST", "/api/v1/domains", {"domain": "sender.example"})
        cls.wanted = {r["purpose"]: r for r in cls.domain["records"]}

    def check(self, published):
        """The state and the records by purpose after a check; `published` maps a purpose to the values found there."""
        self.dns.records = {self.wanted[purpose]["name"]: values for purpose, values in published.items()}
        answer = self.admin.ok("POST", "/api/v1/domains/%s/check" % self.domain["id"])
        self.assertEqual(answer, {**self.admin.ok("GET", "/api/v1/domains")["items"][0], "checked_at": answer["checked_at"]})
        return answer["state"], {r["purpose"]: r for r in answer["records"]}

    def right(self, *purposes):
        return {purpose: [self.wanted[purpose]["value"]] for purpose in purposes or self.wanted}

    def test_records_as_asked_for_verify_the_domain(self):
        state, records = self.check(self.right())
        self.assertEqual((state, {p: (r["ok"], r.get("fix")) for p, r in records.items()}), ("verified", {p: (True, None) for p in self.wanted}))
        self.assertGreater(len(records["dkim"]["found"][0]), 255, "the strings of a long key are joined")

    def test_one_of_the_two_keys_is_enough_and_none_is_not(self):
        for purpose in ("dkim", "dkim_ed25519"):
            state, records = self.check(self.right(purpose))
            self.assertEqual((state, [p for p, r in records.items() if r["ok"]]), ("verified", [purpose]))
        state, records = self.check(self.right("spf", "dmarc", "return_path"))
        self.assertEqual((state, sorted(p for p, r in records.items() if r["ok"])), ("unverified", ["dmarc", "return_path", "spf"]))

    def test_what_is_missing_is_asked_for(self):
        state, records = self.check({})
        self.assertEqual(state, "unverified")
        for purpose, record in records.items():
            self.assertEqual((record["ok"], record["found"]), (False, []), purpose)
            self.assertEqual(record["fix"], "Add a %s record at %s with this value." % (record["type"], record["name"]))

    def test_what_is_wrong_is_shown(self):
        for purpose, values in (("dkim", ["v=DKIM1; k=rsa; p=AAAA"]), ("dkim_ed25519", ["v=DKIM1; k=ed25519; p="]),
                                ("spf", ["v=spf1 include:other.example ~all"]), ("spf", ["v=spf1 include:bounces.localhost.example ~all"]),
                                ("spf", ["v=spf1 include:bounces.localhost ~all", "v=spf1 -all"])):
            state, records = self.check({purpose: values})
            record = records[purpose]
            self.assertEqual((state, record["ok"], record["found"]), ("unverified", False, values))
            self.assertEqual(record["fix"], "Another value is published at %s; replace it by this one." % record["name"])

    def test_bounces_must_come_to_this_program_first(self):
        for values, right in ((["10 bounces.localhost"], True), (["5 BOUNCES.localhost"], True), (["10 bounces.localhost", "20 backup.example"], True), (["20 backup.example", "10 bounces.localhost"], True),
                              (["10 mail.example"], False), (["10 bounces.localhost", "5 mail.example"], False), (["10 bounces.localhost", "10 mail.example"], False), (["10 mail.example", "10 bounces.localhost"], False),
                              (["0 ."], False), (["10 xbounces.localhost"], False)):
            state, records = self.check({"return_path": values})
            record = records["return_path"]
            self.assertEqual((record["ok"], record["found"]), (right, values))
            self.assertEqual(record.get("fix"), None if right else "Another value is published at bounces.localhost; replace it by this one.")

    def test_other_words_beside_the_right_ones_do_no_harm(self):
        key = self.wanted["dkim"]["value"].replace("; ", ";")
        state, records = self.check({"dkim": [key], "spf": ["site-verification=1", "v=spf1 ip4:192.0.2.1 include:bounces.localhost -all"], "dmarc": ["v=DMARC1; p=reject"]})
        self.assertEqual((state, [records[p]["ok"] for p in ("dkim", "spf", "dmarc")]), ("verified", [True] * 3))

    def test_a_name_server_that_fails_is_not_taken_for_a_missing_record(self):
        for published, state in (({}, "unverified"), (self.right(), "verified")):
            self.check(published)
            now, records = self.check({"dkim": None})
            self.assertEqual((now, records["dkim"]["ok"], records["dkim"]["fix"]), (state, False, "The DNS did not answer; try again in a minute."))


if __name__ == "__main__":
    unittest.main()
