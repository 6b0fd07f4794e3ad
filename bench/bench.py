#!/usr/bin/env python3
"""Benchmarks of the main paths, each against a baseline in the same run: bench.py BINARY NAME [--json] [--quick] [--persons N]

campaign, campaign-dkim   a campaign to N persons through `smtp-sink`; baseline: smtp-source into the same sink, or
                          `openssl speed` for signatures
import                    a CSV of N persons; baseline: COPY of the same rows into the same tables
import-xlsx               the upload of a workbook of N rows, which reads it whole; baseline: the upload of a CSV of the same rows.
                          With up to 100,000 rows, both are imported, too
person-get                signed-in GETs of one person at 64 connections (wrk); baseline: GETs of /api/v1/settings, which is
                          the same stack answering one indexed SELECT
segment                   live count of three conditions over N persons
rank                      ranking N substitutes with a year of bookings and availability for one shift
publish                   from publishing a shift to N questions at the SMS gateway
answer                    yes and no by personal link to shifts of 3 places that 300 each are asked about, 64 at a time (wrk); baseline: signed-in GETs
board                     a week of N shifts at 200 workplaces
audit-cost                an import of N persons and PATCHes of persons (wrk) with the trail; baseline: the same while the database
                          drops what is written to it
audit-append              entries of the trail, one a transaction on one tenant and on eight, and a thousand a transaction; how
                          fast they become leaves of the tree
subject-export            everything about one person of N, with 20,000 events, as a signed ZIP file; baseline: a GET of that person
audit-verify              `varde audit verify` of an exported trail of N entries
erase                     N persons, 1,000 a request: rows, trail, keys, ledger; baseline: DELETE of as many persons' rows in one
                          transaction; then how long the keystore's files take to be rewritten
restore                   an organisation of N MB that lost nearly all of it is brought back while another works; baseline:
                          pgBackRest's bare restore of the same backup; then for how long it was closed
"""
import collections, json, os, pathlib, random, re, shutil, socket, statistics, subprocess, sys, tempfile, time, uuid

from setup import options, show
import sms, staffing, tenant, varde, workbook


def emit(name, value, unit, baseline=None, peak=None, ratio=None):
    row = {"name": name, "value": round(value, 2), "unit": unit}
    if baseline:
        row.update(baseline=round(baseline, 2), ratio=round(ratio or value / baseline, 3))
    if peak:
        row["peak_rss_bytes"] = peak
    show(row)


def rss(pid, field="VmHWM"):
    text = pathlib.Path("/proc/%d/status" % pid).read_text()
    return int(re.search(field + r":\s+(\d+)", text).group(1)) * 1024


def processor(pid):
    """Seconds of processor that the process and all that descend from it have taken, those too that have ended."""
    children, took = collections.defaultdict(list), {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(") ")[2].split()
        except OSError:  # ended just now: what it took is its parent's
            continue
        children[int(fields[1])].append(int(path.parent.name))
        took[int(path.parent.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    total, left = 0, [pid]
    while left:
        one = left.pop()
        total += took.get(one, 0)
        left += children[one]
    return total


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def people_rows(count, name="bench"):
    cities = ["Oslo", "Bergen", "Trondheim", "Stavanger", "Bodø"]
    yield ["email", "first_name", "last_name", "city", "age"]
    for i in range(count):
        yield ["%s%d@example.org" % (name, i), "First%d" % i, "Last%d" % (i % 5000), cities[i % 5], i % 90]


def people_csv(count):
    return "\n".join(",".join(map(str, row)) for row in people_rows(count))


def fill(program, count):
    admin = program.admin()
    for key, kind in (("city", "text"), ("age", "number")):
        admin.ok("POST", "/api/v1/attributes", {"key": key, "label": key.title(), "type": kind, "classification": "plain"})
    group = admin.ok("POST", "/api/v1/lists", {"name": "Bench"})
    made = admin.upload("bench.csv", people_csv(count).encode())
    mapping = [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
    started = time.monotonic()
    admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": mapping, "options": {"list_id": group["id"]}})
    done = admin.finished_import(made["id"], 3600)
    assert done["counts"]["created"] == count, done
    return admin, group, time.monotonic() - started


def bench_import(count):
    program = varde.Program(quick=False).start()
    try:
        admin, group, seconds = fill(program, count)
        peak = rss(program.process.pid)
        # The same rows into the same tables with the same indexes, by COPY, as the owner, without row-level security in the way.
        tables = ["person", "person_prefix", "person_attribute", "list_member", "activity", "audit_entry"]
        psql = ["psql", "-h", str(program.directory / "data/main/socket"), "-U", "varde_super", "-d", "varde", "-XAtq"]
        if os.geteuid() == 0:
            psql = ["runuser", "-u", "varde", "--"] + psql
        copied = 0.0
        for table in tables:
            dump = subprocess.run(psql + ["-c", "COPY %s TO STDOUT" % table], capture_output=True, cwd="/", check=True).stdout
            subprocess.run(psql + ["-c", "CREATE TABLE copy_%s (LIKE %s INCLUDING ALL)" % (table, table)], cwd="/", check=True)
            started = time.monotonic()
            subprocess.run(psql + ["-c", "COPY copy_%s FROM STDIN" % table], input=dump, cwd="/", check=True)
            copied += time.monotonic() - started
        emit("import", count / seconds, "persons/s", count / copied, peak)
    finally:
        program.remove()


def bench_import_xlsx(count):
    with tempfile.TemporaryFile() as file:
        workbook.write(file, {"People": people_rows(count, "book")})
        file.seek(0)
        book = file.read()
    program = varde.Program(quick=False).start()
    try:
        admin = program.admin()
        before = rss(program.process.pid)
        made, took = {}, {}
        for name, data in (("xlsx", book), ("csv", people_csv(count).encode())):
            started = time.monotonic()
            made[name] = admin.upload("people." + name, data)
            took[name] = time.monotonic() - started
            if name == "xlsx":
                peak = rss(program.process.pid)
        emit("import-xlsx-upload-%d" % count, count / took["xlsx"], "rows/s", count / took["csv"], peak)
        emit("import-xlsx-memory", (peak - before) / 2 ** 20, "MB")
        if count > 100000:
            return
        for name in made:
            one, started = made[name], time.monotonic()
            mapping = [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in one["columns"]]
            admin.ok("POST", "/api/v1/imports/%s/start" % one["id"], {"encoding": one["encoding"], "delimiter": one["delimiter"], "header": True, "mapping": mapping, "options": {}})
            assert admin.finished_import(one["id"], 3600)["counts"]["created"] == count
            took[name] += time.monotonic() - started
        emit("import-xlsx", count / took["xlsx"], "persons/s", count / took["csv"], rss(program.process.pid))
    finally:
        program.remove()


def bench_segment(count):
    program = varde.Program(quick=False).start()
    try:
        admin, group, _ = fill(program, count)
        program.sql("VACUUM ANALYZE")
        body = {"conditions": {"op": "and", "rules": [{"field": "attribute:city", "operator": "is", "value": "Oslo"}, {"field": "attribute:age", "operator": "gte", "value": 40}, {"field": "list", "operator": "has", "value": group["id"]}]}}
        took = sorted(admin.ok("POST", "/api/v1/segments/preview", body)["took_ms"] for _ in range(40))
        emit("segment-p50-%d" % count, took[20], "ms")
        emit("segment-p95-%d" % count, took[37], "ms")
    finally:
        program.remove()


def wrk(program, path, seconds, admin=None, script=None):
    """Requests a second at 64 connections, and the 99th percentile of their times in ms."""
    if shutil.which("wrk") is None:
        sys.exit("install the package wrk")
    signed = ["-H", "Cookie: varde_session=" + admin.cookies["varde_session"]] if admin else []
    scripted = ["-t1", "-s", str(script)] if script else ["-t2"]
    out = subprocess.run(["wrk", *scripted, "-c64", "-d%ds" % seconds, "--latency", *signed, "http://127.0.0.1:%d%s" % (program.port, path)], capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in out, out
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def bench_person_get(count):
    program = varde.Program(quick=False).start()
    try:
        admin, _, _ = fill(program, count)
        person = admin.ok("GET", "/api/v1/persons?limit=1")["items"][0]["id"]

        seconds = 3 if options.quick else 10
        base, _ = wrk(program, "/api/v1/settings", seconds, admin)
        rate, p99 = wrk(program, "/api/v1/persons/" + person, seconds, admin)
        emit("person-get", rate, "requests/s", base, rss(program.process.pid))
        emit("person-get-p99", p99, "ms")
    finally:
        program.remove()


def bench_campaign(count, dkim):
    port = varde.free_port()
    sink = subprocess.Popen(["/usr/sbin/smtp-sink", "-u", "nobody", "127.0.0.1:%d" % port, "1000"] if os.geteuid() == 0 else ["/usr/sbin/smtp-sink", "127.0.0.1:%d" % port, "1000"])
    program = varde.Program(quick=False).start()
    try:
        varde.wait_for(lambda: listens(port), "smtp-sink to listen")
        if dkim:
            out = subprocess.run(["openssl", "speed", "-seconds", "3", "-multi", "2", "rsa2048"], capture_output=True, text=True).stdout
            baseline = float(re.search(r"rsa 2048 bits\s+\S+\s+\S+\s+([\d.]+)", out).group(1))
        else:
            messages = min(count, 100000)
            started = time.monotonic()
            subprocess.run(["/usr/sbin/smtp-source", "-d", "-s", "20", "-l", "5120", "-m", str(messages), "127.0.0.1:%d" % port], check=True)
            baseline = messages / (time.monotonic() - started)
        admin, group, _ = fill(program, count)
        program.sql("ANALYZE")
        admin.ok("POST", "/api/v1/providers", {"name": "sink", "kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none", "connections": 50, "default": True})
        varde.allow_sending(admin, "example.org")
        # A domain has a key of each kind; without them nothing is signed. What is compared with RSA signs with RSA alone.
        program.sql("UPDATE sending_domain SET ed_key = ''" + ("" if dkim else ", rsa_key = ''"))
        text = lambda t: {"type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": t}]}]}}
        button = lambda n: {"type": "button", "label": "Read part %d" % n, "href": "https://example.org/part/%d" % n}
        blocks = [{"type": "heading", "level": 1, "text": "News for {{ person.first_name | default: \"you\" }}"}, text("In {{ person.city }} we meet in June. " * 6), button(1), text("More words. " * 30), button(2), button(3), {"type": "footer"}]
        campaign = admin.ok("POST", "/api/v1/campaigns", {"name": "Bench", "service_reason": "They asked for it.", "subject": "News, {{ person.first_name }}", "from_name": "Bench", "from_email": "news@example.org", "document": {"version": 1, "blocks": [dict(b, id="b%d" % i) for i, b in enumerate(blocks)]}, "audience": {"lists": [group["id"]], "segments": [], "exclude_lists": [], "exclude_segments": []}})
        started = time.monotonic()
        admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})

        def finished():
            state = admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])
            return state if state["state"] in ("sent", "failed") else None
        state = varde.wait_for(finished, "the campaign", 1200)
        seconds = time.monotonic() - started
        assert state["counts"]["sent"] == count, state
        emit("campaign-dkim" if dkim else "campaign", count / seconds, "messages/s", baseline, rss(program.process.pid))
    finally:
        program.remove()
        sink.terminate()
        sink.wait()


def bench_rank(count):
    """Ranking a pool with a year of bookings and availability for one shift, as the program itself measures it."""
    program = varde.Program(quick=True).start()
    try:
        admin, place, pool, skill = staffing.fill(program, count, 100)
        made = staffing.shift(admin, program, place, pool, publish=False, skills=[{"skill_id": skill, "level": 2, "required": True}], strategy={"kind": "direct"})
        took = []
        for _ in range(40):
            page = admin.ok("GET", "/api/v1/shifts/%s/candidates?limit=10" % made["id"])
            assert page["count"] == count and page["askable"] > 0, page
            took.append(page["took_ms"])
        took.sort()
        emit("rank-p50-%d" % count, took[20], "ms")
        emit("rank-p95-%d" % count, took[37], "ms")
    finally:
        program.remove()


def texts(gateway):
    """Who got which question, so far."""
    return {m["to"]: m["text"] for m in list(gateway.messages) if "/p/o/" in m["text"]}


def ask_by_sms(program, count, shifts=1, connections=4, **fields):
    """People who are asked by SMS, through a gateway of our own, each about one of so many shifts: the administrator, the
    gateway, and how many seconds it took from publishing to the last question."""
    gateway = sms.Gateway()
    sms.noon(program)
    admin, place, _, _ = staffing.fill(program, count)
    provider = admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": connections, "default": True, "callback_secret": sms.SECRET, "sms": sms.http_settings(gateway)})
    pools = [admin.ok("POST", "/api/v1/pools", {"name": "Part %d" % n})["id"] for n in range(shifts)]
    program.sql("INSERT INTO pool_member (tenant_id, pool_id, person_id) SELECT tenant_id, (ARRAY[%s]::uuid[])[1 + n %% %d], person_id FROM (SELECT *, row_number() OVER () AS n FROM substitute) s" % (",".join("'%s'" % p for p in pools), shifts))
    program.sql("ANALYZE")
    made = [staffing.shift(admin, program, place, pool, publish=False, **fields) for pool in pools]
    started = time.monotonic()
    for shift in made:
        admin.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})
    while len(gateway.messages) < count:
        time.sleep(0.001)
    seconds = time.monotonic() - started
    assert len(texts(gateway)) == count
    gateway.server.shutdown()
    admin.delete("/api/v1/providers/" + provider["id"])  # what follows is captured
    return admin, gateway, seconds


def bench_publish(count):
    """From publishing a shift to the last question at the gateway."""
    program = varde.Program(quick=False).start()
    try:
        _, gateway, seconds = ask_by_sms(program, count)
        emit("publish-%d" % count, seconds, "s", peak=rss(program.process.pid))
    finally:
        program.remove()


ANSWERS = """
local links, i = {}, 0
for line in io.lines("%s") do links[#links + 1] = line end
function request()
  i = i + 1
  if i > #links then i = #links end
  return wrk.format("POST", links[i], {["Content-Type"] = "application/x-www-form-urlencoded"}, i %% 2 == 0 and "answer=no" or "answer=yes")
end
"""


def bench_answer(count):
    """Yes and no in turn by personal link to many shifts, 64 at a time, against the plain signed-in GET by the same client: once
    first come, first served, while the shifts fill and everybody else is told, and once as applications, which book nobody."""
    for name, strategy in (("answer", "broadcast"), ("answer-apply", "candidates")):
        program = varde.Program(quick=False).start()
        try:
            admin, gateway, _ = ask_by_sms(program, count, count // 300, places=3)
            program.sql("UPDATE shift SET strategy = strategy || '{\"kind\": \"%s\"}'" % strategy)
            links = [re.search(r"https?://[^/]+(/p/o/\S+)", text).group(1) for text in texts(gateway).values()]
            random.Random(1).shuffle(links)
            with tempfile.TemporaryDirectory() as place:
                (pathlib.Path(place) / "links").write_text("\n".join(links))
                (pathlib.Path(place) / "answers.lua").write_text(ANSWERS % (pathlib.Path(place) / "links"))
                seconds = 1 if options.quick else 2
                base, _ = wrk(program, "/api/v1/settings", seconds, admin)
                rate, p99 = wrk(program, "/", seconds, script=pathlib.Path(place) / "answers.lua")
            answered = int(program.sql("SELECT count(*) FROM offer WHERE answered_at IS NOT NULL")[0][0])
            assert answered < count, "the links came to their end: take more"
            emit(name, rate, "answers/s", base, rss(program.process.pid))
            emit(name + "-p99", p99, "ms")
        finally:
            program.remove()


def bench_board(count):
    """A week of the shift board: `count` shifts at 200 workplaces."""
    program = varde.Program(quick=True).start()
    try:
        admin = program.admin()
        program.sql("INSERT INTO workplace (tenant_id, workplace_id, name, time_zone, created_at) SELECT tenant_id, gen_random_uuid(), 'Place ' || n, 'Europe/Oslo', now() FROM tenant, generate_series(1, 200) n WHERE slug = 'first'")
        program.sql("INSERT INTO shift (tenant_id, shift_id, workplace_id, starts_at, ends_at, places, state, strategy, created_at, updated_at) SELECT tenant_id, gen_random_uuid(), workplace_id, now() + n * interval '16 hours', "
                    "now() + n * interval '16 hours' + interval '8 hours', 1, 3, '{\"kind\": \"direct\"}', now(), now() FROM workplace, generate_series(0, %d) n" % (count // 200 - 1))
        program.sql("VACUUM ANALYZE")
        path = "/api/v1/shifts?from=%s&until=%s" % (staffing.at(program, -3600), staffing.at(program, 7 * 86400 - 3600))
        took = []
        for _ in range(40):
            started = time.monotonic()
            page = admin.request("GET", path)
            took.append((time.monotonic() - started) * 1000)
        assert len(page.json["items"]) == count // 200 * 200, len(page.json["items"])
        took.sort()
        emit("board-p50-%d" % count, took[20], "ms")
        emit("board-p95-%d" % count, took[37], "ms")
    finally:
        program.remove()


CHANGES = """
local ids, i, turn = {}, 0, "%d"
for line in io.lines("%s") do ids[#ids + 1] = line end
function request()
  i = i + 1
  return wrk.format("PATCH", "/api/v1/persons/" .. ids[i %% #ids + 1], {["Content-Type"] = "application/json", ["If-Match"] = "*", ["Cookie"] = "%s"}, '{"first_name": "Bench' .. turn .. "-" .. i .. '"}')
end
"""


def compared(name, unit, with_it, without):
    """The medians, and the median of the ratios of neighbouring turns: what changes slowly is the same for both of them."""
    ratios = [a / b for a, b in zip(with_it, without)]
    emit(name, statistics.median(with_it), unit, statistics.median(without), ratio=statistics.median(ratios))


def bench_audit_cost(count):
    """Off is a rule of the database that drops the entries: what is left of the trail's cost is making them in the program.
    On, off, off, on: what grows, and a noisy neighbour, fall on both alike. Of a program shared with others the processor's
    time says more than rates."""
    program = varde.Program(quick=False).start()
    # Not DO INSTEAD NOTHING: the plan that leaves depends on no table, and so outlives the rule.
    switch = {True: "DROP RULE IF EXISTS no_trail ON audit_entry", False: "CREATE OR REPLACE RULE no_trail AS ON INSERT TO audit_entry DO INSTEAD DELETE FROM audit_entry WHERE false"}
    entries = lambda action: int(program.sql("SELECT count(*) FROM audit_entry WHERE action = '%s'" % action)[0][0])
    turns, import_rounds, update_rounds = (True, False, False, True), 1 if options.quick else 8, 1 if options.quick else 20
    try:
        admin, _, _ = fill(program, count)
        ids = [row[0] for row in program.sql("SELECT person_id FROM person")]
        imports, rates, import_ms, update_ms = ({True: [], False: []} for _ in range(4))
        for turn, on in enumerate(turns * import_rounds):
            program.sql(switch[on])
            before = entries("person.create")
            made = admin.upload("turn.csv", people_csv(count).replace("bench", "turn%d-" % turn).encode())
            mapping = [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
            started, used = time.monotonic(), processor(program.process.pid)
            admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": mapping, "options": {}})
            assert admin.finished_import(made["id"], 3600)["counts"]["created"] == count
            imports[on].append(count / (time.monotonic() - started))
            import_ms[on].append((processor(program.process.pid) - used) / count * 1000)
            assert entries("person.create") - before == (count if on else 0)
        with tempfile.TemporaryDirectory() as place:
            (pathlib.Path(place) / "ids").write_text("\n".join(ids))
            script = pathlib.Path(place) / "changes.lua"
            seconds = 1
            for turn, on in enumerate(turns * update_rounds):
                program.sql(switch[on])
                script.write_text(CHANGES % (turn, pathlib.Path(place) / "ids", "varde_session=" + admin.cookies["varde_session"]))
                before, used = entries("person.update"), processor(program.process.pid)
                rates[on].append(wrk(program, "/", seconds, script=script)[0])
                update_ms[on].append((processor(program.process.pid) - used) / (seconds * rates[on][-1]) * 1000)
                made = entries("person.update") - before  # each request changes somebody
                assert made > 0.9 * seconds * rates[on][-1] if on else made == 0, made
        compared("audit-cost-import", "persons/s", imports[True], imports[False])
        compared("audit-cost-import-processor", "ms/person", import_ms[True], import_ms[False])
        compared("audit-cost-update", "requests/s", rates[True], rates[False])
        compared("audit-cost-update-processor", "ms/request", update_ms[True], update_ms[False])
    finally:
        program.remove()


def as_varde(program, command):
    return json.loads(subprocess.run((["runuser", "-u", "varde", "--"] if os.geteuid() == 0 else []) + command, capture_output=True, text=True, check=True, cwd="/").stdout)


def trail_bench(program, entries, at_once, tenants):
    tool = pathlib.Path(options.binary).resolve().with_name("trail_bench")
    return as_varde(program, [str(tool), str(program.directory / "data"), str(entries), str(at_once), *tenants])


def bench_audit_append(count):
    program = varde.Program(quick=False).start()
    try:
        first = program.sql("SELECT tenant_id FROM tenant")[0][0]
        tenants = [first] + [str(uuid.uuid4()) for _ in range(7)]
        for name, entries, at_once, among in (("one-tenant", count // 10, 1, tenants[:1]), ("eight-tenants", count // 10, 1, tenants), ("batches-one-tenant", count, 1000, tenants[:1]), ("batches-eight-tenants", count, 1000, tenants)):
            figures = trail_bench(program, entries, at_once, among)
            emit("audit-append-" + name, figures["appended_per_s"], "entries/s")
            emit("audit-grow-" + name, figures["grown_per_s"], "entries/s")
    finally:
        program.remove()


def bench_audit_verify(count):
    program = varde.Program(quick=False).start()
    try:
        admin = program.admin()
        trail_bench(program, count, 1000, [program.sql("SELECT tenant_id FROM tenant")[0][0]])
        key = admin.ok("GET", "/api/v1/audit/key")["verifier"]
        with tempfile.TemporaryDirectory() as place:
            path = pathlib.Path(place) / "trail.jsonl"
            started = time.monotonic()
            connection = program.connect(600)
            connection.request("GET", "/api/v1/audit/export", headers={"Cookie": "varde_session=" + admin.cookies["varde_session"]})
            with open(path, "wb") as out:
                shutil.copyfileobj(connection.getresponse(), out, 1 << 20)
            emit("audit-export-%d" % count, time.monotonic() - started, "s", peak=rss(program.process.pid))
            started = time.monotonic()
            report = json.loads(subprocess.run([options.binary, "audit", "verify", str(path), "--key", key, "--json"], capture_output=True, text=True).stdout)
            seconds = time.monotonic() - started
            assert report["ok"] and report["entries"] > count, report
            emit("audit-verify-%d" % count, seconds, "s")
    finally:
        program.remove()


def bench_subject_export(count):
    program = varde.Program(quick=False).start()
    try:
        admin, _, _ = fill(program, count)
        person = admin.ok("GET", "/api/v1/persons?limit=1")["items"][0]["id"]
        tenant = program.sql("SELECT tenant_id FROM person WHERE person_id = '%s'" % person)[0][0]
        program.sql("INSERT INTO activity (tenant_id, activity_id, person_id, kind, at, flags) SELECT '%s', gen_random_uuid(), '%s', 20, now() - i * interval '1 minute', 0 FROM generate_series(1, 20000) i" % (tenant, person))
        program.sql("ANALYZE")

        def seconds(call):
            times = []
            for _ in range(5):
                started = time.monotonic()
                call()
                times.append(time.monotonic() - started)
            return sorted(times)[2]
        base = seconds(lambda: admin.ok("GET", "/api/v1/persons/" + person))
        value = seconds(lambda: admin.post("/api/v1/persons/%s/export" % person))
        emit("subject-export-%d" % count, value * 1000, "ms", base * 1000, rss(program.process.pid))
    finally:
        program.remove()


def bench_erase(count):
    """A thousand a request, everything that belongs to it. Baseline: DELETE of as many rows of the same tables in one transaction."""
    program = varde.Program(quick=False).start()
    try:
        admin, _, _ = fill(program, 2 * count)
        ids = [row[0] for row in program.sql("SELECT person_id FROM person ORDER BY person_id")]
        started = time.monotonic()
        for at in range(0, count, 1000):
            assert admin.ok("POST", "/api/v1/persons/erase", {"ids": ids[at:at + 1000]})["erased"] > 0
        seconds = time.monotonic() - started
        assert program.sql("SELECT count(*) FROM erasure", "keystore") == [[str(count)]]
        which = "person_id = ANY(SELECT person_id FROM gone)"
        tables = ["person", "person_prefix", "person_attribute", "list_member", "activity"]
        started = time.monotonic()
        program.sql("BEGIN; CREATE TEMP TABLE gone AS SELECT person_id FROM person; %s; COMMIT" % "; ".join("DELETE FROM %s WHERE %s" % (t, which) for t in tables))
        base = time.monotonic() - started
        emit("erase-%d" % count, seconds, "s", base, rss(program.process.pid))
        started = time.monotonic()
        done = subprocess.run([varde.BINARY, "keys", "clean", "--data", str(program.directory / "data")], capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stderr
        emit("erase-clean-keystore", time.monotonic() - started, "s")
    finally:
        program.remove()


names = {"restore": (lambda n: tenant.restore_bench(emit, n), 1000, 20), "subject-export": (bench_subject_export, 1000000, 20000), "erase": (bench_erase, 10000, 2000), "audit-cost": (bench_audit_cost, 20000, 2000), "audit-append": (bench_audit_append, 100000, 10000), "audit-verify": (bench_audit_verify, 1000000, 20000),
         "rank": (bench_rank, 10000, 1000), "publish": (bench_publish, 1000, 200), "answer": (bench_answer, 24000, 4000), "board": (bench_board, 2000, 400), "campaign": (lambda n: bench_campaign(n, False), 100000, 5000), "campaign-dkim": (lambda n: bench_campaign(n, True), 20000, 3000), "import": (bench_import, 100000, 10000), "import-xlsx": (bench_import_xlsx, 1000000, 20000),
         "person-get": (bench_person_get, 10000, 2000), "segment": (bench_segment, 1000000, 20000)}
if options.name not in names:
    sys.exit("no benchmark %r; there are: %s" % (options.name, ", ".join(names)))
run, full, quick = names[options.name]
run(options.persons or (quick if options.quick else full))
