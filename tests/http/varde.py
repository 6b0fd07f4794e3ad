"""Runs the real program with real databases for the scenarios, and talks to it as a client would.

One program serves all test files of a run (starting takes two seconds); a test makes a tenant of its own when it
needs an empty one. Time is moved through the clock file, never slept for.
"""
import contextlib, http.client, json, mmap, os, pathlib, random, re, shutil, signal, socket, ssl, struct, subprocess, sys, tempfile, time, urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import api_client, contract  # noqa: E402

PASSWORD = "correct horse battery staple 7"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
BINARY = os.environ.get("VARDE_BINARY", "build/release/varde")
AHEAD = float(os.environ.get("VARDE_TEST_AHEAD", "0"))  # days by which a program's clock begins ahead


def totp(at):
    return api_client.totp(SECRET, at)


def free_port():
    """A port that nobody listens at, of those that the kernel gives to no outgoing connection before the program has it."""
    for port in random.sample(range(10000, 32768), 50):
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_for(check, what, seconds=30):
    """Polls `check` until it returns something true; the deadline only bounds a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("waited %d s in vain for: %s" % (seconds, what))


class Client(api_client.Client):
    """A browser's worth of state, at the program; every answer is held against the OpenAPI document."""

    def __init__(self, program):
        super().__init__(program.connect)
        self.program = program
        self.proves, self.email, self.password = True, "admin@example.org", PASSWORD

    def request(self, method, path, body=None, headers=None, raw=None):
        answer = super().request(method, path, body, headers, raw)
        contract.check(BINARY, method, path, answer)
        if self.proves and answer.status == 403 and b'"factor-again"' in answer.body:
            self.prove_again()
            answer = super().request(method, path, body, headers, raw)
            if answer.status == 401:  # the clock's jumps end sessions, which nodes remember for some seconds
                self.login(self.email, self.password)
                answer = super().request(method, path, body, headers, raw)
            contract.check(BINARY, method, path, answer)
        return answer

    def prove_again(self):
        """Gives the second factor (or, without one, the password) once more, as the console asks for it."""
        if self.ok("GET", "/api/v1/session")["user"]["totp"]:
            self.program.move_clock(31)  # a code works once
            return self.ok("POST", "/api/v1/session/again", {"code": totp(self.program.now())})
        return self.ok("POST", "/api/v1/session/again", {"password": self.password})

    def get(self, path, **kw):
        return self.request("GET", path, **kw)

    def post(self, path, body=None, **kw):
        return self.request("POST", path, body if body is not None or "raw" in kw else {}, **kw)

    def patch(self, path, body, version=None):
        return self.request("PATCH", path, body, headers={"If-Match": '"v%d"' % version} if version is not None else {})

    def delete(self, path):
        return self.request("DELETE", path)

    def put(self, path, body):
        return self.request("PUT", path, body)

    def login(self, email, password=PASSWORD):
        def codes():  # a code works once: the next step of the clock gives the next one
            self.program.move_clock(31)
            yield totp(self.program.now())
        self.email, self.password = email, password
        state = super().login(email, password, codes())
        assert state["state"] == "ready", state
        return state

    def upload(self, filename, data):
        return self.ok("POST", "/api/v1/imports?filename=" + urllib.parse.quote(filename), raw=data)

    def import_csv(self, text, mapping=None, options=None, filename="people.csv", encoding="utf-8"):
        data = text if isinstance(text, bytes) else text.encode(encoding)
        made = self.upload(filename, data)
        mapping = mapping or [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
        self.ok("POST", "/api/v1/imports/%s/start" % made["id"], {
            "encoding": made["encoding"], "delimiter": made["delimiter"], "header": made["header"], "mapping": mapping, "options": options or {}})
        return self.finished_import(made["id"])

    def finished_import(self, id, seconds=120):
        def check():
            state = self.ok("GET", "/api/v1/imports/" + id)
            return state if state["state"] in ("done", "failed", "cancelled") else None
        return wait_for(check, "the import to end", seconds)


def allow_sending(admin, domain):
    """What a campaign over real SMTP demands: a postal address and a sending domain whose DNS records were found right."""
    admin.request("PATCH", "/api/v1/settings", {"postal_address": "Test Street 1, 0001 Test"}, headers={"If-Match": "*"})
    admin.request("POST", "/api/v1/domains", {"domain": domain})
    admin.program.sql("UPDATE sending_domain SET verified_at = now() WHERE domain = '%s'" % domain)


# Signals of a program that is wrong, and what a sanitizer ends with (see dev).
os.environ.setdefault("VARDE_STRICT_WAITS", "1")  # a wait for somebody else with a transaction open is an error in every scenario
CRASHED = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE, 86}


EVERYDAY = "is starting up|administrator command|connection to client lost|unexpected EOF"  # of a database that is started and stopped
logs_of_removed = []  # complaints of programs that a class has removed


class Program:
    """`varde up` on a data directory of its own."""

    def __init__(self, directory=None, quick=True, extra=(), inside=True):
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="varde-test-"))
        os.chmod(self.directory, 0o755)
        self.port, self.bounce_port = free_port(), free_port()
        self.quick, self.extra, self.inside = quick, list(extra), inside  # inside: providers and webhooks may stand on this machine
        self.process = None
        self.clock = self.directory / "clock"
        if not self.clock.exists():
            self.clock.write_bytes(struct.pack("=q", int(AHEAD * 86400e6)))
            os.chmod(self.clock, 0o644)
        for name, content in (("password", PASSWORD), ("totp", SECRET)):
            (self.directory / name).write_text(content + "\n")
            os.chmod(self.directory / name, 0o644)

    def start(self, tenant="first", admin="admin@example.org", wait=True):
        command = [BINARY, "up", "--data", str(self.directory / "data"), "--port", str(self.port), "--bounce-port", str(self.bounce_port),
                   "--test-clock", str(self.clock), "--create-tenant", tenant, "--create-admin", admin,
                   "--admin-password-file", str(self.directory / "password"), "--admin-totp-file", str(self.directory / "totp")]
        command += (["--allow-network", "private"] if self.inside else []) + (["--quick-database"] if self.quick else []) + self.extra
        self.log = open(self.directory / "log", "ab")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        def check():
            assert self.process.poll() is None, "the program ended: " + self.tail() + self.database_tails()
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = self.connect(5)
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200 and b"is running at" in (self.directory / "log").read_bytes()[self.log_start():]
        wait_for(check, "the program to be ready: " + str(self.directory / "log"), 60)

    def connect(self, timeout):
        if "--tls" in self.extra:  # with the certificate that it made itself
            return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=ssl._create_unverified_context())
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def refuses(self):
        """Whether it takes no connections."""
        with contextlib.suppress(ConnectionRefusedError, ConnectionResetError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            return False
        return True

    def log_start(self):
        return getattr(self, "_log_start", 0)

    def tail(self):
        return (self.directory / "log").read_text(errors="replace")[-3000:]

    def database_tails(self):
        logs = sorted((self.directory / "data").glob("*/log/postgres.log"))
        return "".join("\n--- %s ---\n%s" % (log.parent.parent.name, log.read_text(errors="replace")[-800:]) for log in logs)

    def kill(self):
        """SIGKILL, as a crash would."""
        self._log_start = (self.directory / "log").stat().st_size
        self.process.kill()
        self.process.wait()

    def stop(self):
        self._log_start = (self.directory / "log").stat().st_size
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(120)
        if self.process and self.process.returncode in CRASHED:
            process, self.process = self.process, None
            raise AssertionError("the program crashed (%d):\n%s" % (process.returncode, "\n".join(l for l in (self.directory / "log").read_text(errors="replace").splitlines() if not l.startswith("{"))[-8000:]))
        return self.process and self.process.returncode

    def remove(self):
        try:
            self.stop()
        finally:
            logs_of_removed.append(self.complaints())
            shutil.rmtree(self.directory, ignore_errors=True)

    def complaints(self):
        """The last of what the program warned of, and what its databases called an error: for who reads of a failed test."""
        log = self.directory / "log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        said = [l for l in lines if l.strip() and '"info"' not in l and "is running at" not in l][-40:]
        for database in sorted((self.directory / "data").glob("*/log/postgres.log")):
            said += ["%s: %s" % (database.parent.parent.name, l) for l in database.read_text(errors="replace").splitlines() if re.search("ERROR|FATAL|PANIC|deadlock", l) and not re.search(EVERYDAY, l)][-20:]
        return "\n".join(l[:600] for l in said)

    def now(self):
        return time.time() + struct.unpack("=q", self.clock.read_bytes())[0] / 1e6

    def move_clock(self, seconds):
        offset = struct.unpack("=q", self.clock.read_bytes())[0]
        with open(self.clock, "r+b") as f, mmap.mmap(f.fileno(), 8) as m:
            m[:8] = struct.pack("=q", offset + int(seconds * 1e6))

    def account_mails(self, to):
        """What the platform has written to somebody with a login, the newest first; kept for the operator, as no server is set."""
        out = subprocess.run([BINARY, "mail", "--json", "--limit", "200", "--data", str(self.directory / "data")], capture_output=True, text=True)
        assert out.returncode == 0, out.stderr
        return [mail for mail in json.loads(out.stdout) if mail["to"] == to]

    def account_link(self, to, what):
        """The token of the newest link to `what` ("invitation", "reset") that somebody was sent."""
        def find():
            for mail in self.account_mails(to):
                if link := re.search("/%s/([A-Za-z0-9_-]{20,})$" % what, mail["link"]):
                    return link[1]
        return wait_for(find, "a message with a link to " + what)

    def join(self, admin, email, role, password, name="Invited Person"):
        """Invited, accepted; returns the client, not logged in yet."""
        admin.ok("POST", "/api/v1/users/invitations", {"email": email, "role": role})
        client = self.client()
        client.ok("POST", "/api/v1/invitations/accept", {"token": self.account_link(email, "invitation"), "name": name, "password": password})
        return client

    def readings_entered(self):
        """Waits until what users were shown stands in the trail: that is done each second, and would come between."""
        wait_for(lambda: "varde_persons_read_waiting 0" in self.metrics() or "varde_persons_read_waiting" not in self.metrics(), "readings to be entered")

    def metrics(self):
        """What /metrics says, on the listener of its own."""
        host, port = (self.directory / "data" / "metrics-address").read_text().strip().rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()

    def client(self):
        return Client(self)

    def admin(self, email="admin@example.org"):
        client = Client(self)
        client.login(email)
        return client

    def psql(self, cluster="main", user="varde_super", database="varde"):
        command = ["psql", "-h", str(self.directory / "data" / cluster / "socket"), "-U", user, "-d", database, "-XAtq", "-F", "\x1f"]
        return ["runuser", "-u", "varde", "--"] + command if os.geteuid() == 0 else command

    @contextlib.contextmanager
    def locked(self, table):
        """Nobody writes to the table meanwhile."""
        with subprocess.Popen(self.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd="/") as session:
            session.stdin.write("BEGIN; LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE; SELECT 'locked';\n" % table)
            session.stdin.flush()
            assert session.stdout.readline() == "locked\n"
            try:
                yield
            finally:
                session.stdin.close()

    def sql(self, query, cluster="main", user="varde_super", database="varde"):
        """Rows as lists of text, through psql as the database's superuser."""
        out = subprocess.run(self.psql(cluster, user, database) + ["-c", query], capture_output=True, text=True, cwd="/")
        assert out.returncode == 0, out.stderr
        return [line.split("\x1f") for line in out.stdout.splitlines()]


class SmallDisk:
    """A disk of its own (needs root) that can be filled and freed."""

    def __init__(self, size):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="varde-test-disk-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", str(self.folder)], check=True)
        (self.folder / "program").mkdir()

    def fill(self, leave):
        """Takes all but `leave` bytes. In pieces: one request for all of it fails whole if the database writes a page meanwhile."""
        with open(self.folder / "fill", "ab") as f:
            piece = 1 << 30
            while piece >= 4096:
                free, size = os.statvfs(self.folder), f.seek(0, os.SEEK_END)
                if free.f_bavail * free.f_frsize - leave < piece:
                    piece //= 2
                    continue
                try:
                    os.posix_fallocate(f.fileno(), size, piece)
                except OSError:
                    piece //= 2

    def free(self):
        (self.folder / "fill").unlink(missing_ok=True)

    def remove(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)
        self.folder.rmdir()


class Node(Program):
    """`varde serve`: one more node on the databases of a program that owns them."""

    def __init__(self, owner):
        self.owner, self.directory, self.clock, self.extra = owner, owner.directory, owner.clock, []
        self.port, self.process = free_port(), None
        self.name = "node-%d" % self.port
        data = owner.directory / "data"
        config = {"database": "host=%s dbname=varde" % (data / "main" / "socket"), "keystore": "host=%s dbname=varde" % (data / "keystore" / "socket"),
                  "root_key": str(data / "root.key"), "data_directory": str(owner.directory / self.name), "user": "varde", "test_clock": str(self.clock)}
        self.config = owner.directory / (self.name + ".toml")
        self.config.write_text("".join("%s = %s\n" % (k, json.dumps(v)) for k, v in config.items()) + "port = %d\nbounce_port = 0\nconnections = 2\nallowed_networks = ['private']\n" % self.port)

    def start(self, wait=True):
        self.log = open(self.directory / (self.name + ".log"), "ab")
        self.process = subprocess.Popen([BINARY, "serve", "--config", str(self.config)], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        def check():
            assert self.process.poll() is None, "the node ended: " + (self.directory / (self.name + ".log")).read_text(errors="replace")[-3000:]
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = self.connect(5)
                connection.request("GET", "/readyz")
                return connection.getresponse().status == 200
        wait_for(check, "the node to be ready", 60)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(120)


_shared = None


def shared():
    """The program that all test files share."""
    global _shared
    if _shared is None:
        # Two organisations: the second one is there to try to reach into the first.
        _shared = Program().start(tenant="second", admin="other@example.org")
        _shared.stop()
        _shared.start()
    return _shared


def end_shared():
    global _shared
    if _shared is not None:
        _shared.remove()
        _shared = None
