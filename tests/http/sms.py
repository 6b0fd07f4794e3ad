"""What scenarios of SMS share: a gateway that keeps what it gets and calls back, signed."""
import base64, hashlib, hmac, json, socketserver, sys, threading, urllib.parse
import varde


class Gateway:
    """An HTTP server that takes messages of both kinds. `answers` maps a number to (status, body); `hold` stops it from answering."""

    def __init__(self):
        self.messages, self.requests, self.answers, self.hold = [], [], {}, threading.Event()
        self.hold.set()
        self.connections = self.open = self.most = 0
        self.lock = threading.Lock()
        gateway = self

        class Session(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self):
                gateway.connections += 1
                while line := self.rfile.readline():
                    method, path, _ = line.decode().split()
                    headers = {}
                    while (header := self.rfile.readline().decode().strip()):
                        name, value = header.split(":", 1)
                        headers[name.lower()] = value.strip()
                    body = self.rfile.read(int(headers.get("content-length", 0)))
                    with gateway.lock:
                        gateway.open += 1
                        gateway.most = max(gateway.most, gateway.open)
                    status, answer = gateway.take(method, path, headers, body)
                    gateway.hold.wait(60)
                    with gateway.lock:
                        gateway.open -= 1
                    data = answer.encode()
                    self.wfile.write(b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(data)) + data)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, address):
                if not isinstance(sys.exc_info()[1], ConnectionError):  # a killed program says no farewell
                    super().handle_error(request, address)

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, method, path, headers, body):
        self.requests.append((method, path, headers, body))
        if method == "GET":
            return 200, "{}"
        if "json" in headers.get("content-type", ""):
            fields = json.loads(body)
        else:
            fields = {name.lower(): value for name, value in urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)}
            fields["text"] = fields.get("body", fields.get("text"))
        status, answer = self.answers.get(fields["to"], (200, None))
        if 200 <= status < 300:
            with self.lock:
                self.messages.append(fields)
                fields["id"] = "m-%d-%d" % (self.port, len(self.messages))
            answer = json.dumps({"sid": fields["id"], "messages": [{"id": fields["id"]}]})
        return status, answer or "{}"

    def of(self, number):
        return [m for m in self.messages if m["to"] == number]


SECRET = "callback-secret"


def http_settings(gateway, **more):
    return {"sender": "Varde", "url": "http://127.0.0.1:%d/send" % gateway.port, "content_type": "application/json",
            "headers": [{"name": "Authorization", "value": "Bearer {password}"}],
            "body": '{"to":"{to}","from":"{from}","text":"{text}","reference":"{reference}"}', "id_pointer": "/messages/0/id", **more}


def sign(body):
    return {"X-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(), "Content-Type": "application/json"}


def twilio_sign(token, url, body):
    fields = sorted(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    text = url + "".join(name + value for name, value in fields)
    return {"X-Twilio-Signature": base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode(),
            "Content-Type": "application/x-www-form-urlencoded"}


def noon(program):
    """Moves the clock to the next noon in Oslo, out of everybody's quiet hours."""
    import datetime, zoneinfo
    here = datetime.datetime.fromtimestamp(program.now(), zoneinfo.ZoneInfo("Europe/Oslo"))
    wanted = here.replace(hour=12, minute=0, second=0, microsecond=0)
    if wanted <= here:
        wanted += datetime.timedelta(days=1)
    program.move_clock((wanted - here).total_seconds())


def number(n):
    return "+4791%06d" % n
