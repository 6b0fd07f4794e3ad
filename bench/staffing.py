"""What the benchmarks and faults of staffing begin with: a pool of substitutes with a past."""
import datetime

import varde


def at(program, seconds):
    return datetime.datetime.fromtimestamp(program.now() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def fill(program, count, bookings=0):
    """An administrator, a workplace, and a pool of `count` substitutes who said when they can work, each with `bookings` shifts
    on days of their own between a year ago and two weeks ahead."""
    admin = program.admin()
    place = admin.ok("POST", "/api/v1/workplaces", {"name": "Bench", "time_zone": "Europe/Oslo", "latitude": 59.91, "longitude": 10.75})["id"]
    pool = admin.ok("POST", "/api/v1/pools", {"name": "Bench"})["id"]
    skill = admin.ok("POST", "/api/v1/skills", {"name": "Bench"})["id"]
    rows = "\n".join("sub%d@example.org,+47%d,Sub%d,Bench%d" % (i, 40000000 + i, i, i) for i in range(count))
    made = admin.upload("bench.csv", ("email,phone,first_name,last_name\n" + rows).encode())
    mapping = [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
    admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": mapping, "options": {}})
    assert admin.finished_import(made["id"], 3600)["counts"]["created"] == count
    program.sql("INSERT INTO substitute (tenant_id, person_id, latitude, longitude, created_at) SELECT tenant_id, person_id, 59.8 + random() * 0.3, 10.5 + random() * 0.6, now() FROM person")
    program.sql("INSERT INTO pool_member (tenant_id, pool_id, person_id) SELECT tenant_id, '%s', person_id FROM substitute" % pool)
    program.sql("INSERT INTO substitute_skill (tenant_id, person_id, skill_id, level) SELECT tenant_id, person_id, '%s', 1 + (random() * 4)::int FROM substitute" % skill)
    # A weekly pattern, a holiday, and a day off for each.
    for kind, first, last, days in ((1, "now() - interval '1 year'", "now() + interval '1 year'", 31), (2, "now() - interval '40 days'", "now() - interval '20 days'", 127), (2, "now() + interval '3 days'", "now() + interval '3 days'", 127)):
        program.sql("INSERT INTO availability (tenant_id, availability_id, person_id, kind, from_date, until_date, weekdays, created_at) "
                    "SELECT tenant_id, gen_random_uuid(), person_id, %d, %s, %s, %d, now() FROM substitute" % (kind, first, last, days))
    if bookings:
        program.sql("INSERT INTO shift (tenant_id, shift_id, workplace_id, starts_at, ends_at, places, taken, state, strategy, created_at, updated_at) "
                    "SELECT tenant_id, gen_random_uuid(), workplace_id, date_trunc('day', now()) + d * interval '1 day' + interval '7 hours', date_trunc('day', now()) + d * interval '1 day' + interval '15 hours', "
                    "100000, 0, 4, '{\"kind\": \"direct\"}', now(), now() FROM workplace, generate_series(-365, 13) d")
        program.sql("INSERT INTO booking (tenant_id, booking_id, shift_id, person_id, workplace_id, starts_at, ends_at, booked_at) "
                    "SELECT tenant_id, gen_random_uuid(), shift_id, person_id, workplace_id, starts_at, ends_at, now() FROM "
                    "(SELECT s.*, p.person_id, row_number() OVER (PARTITION BY p.person_id ORDER BY random()) AS n FROM shift s, substitute p WHERE random() < %f) x WHERE n <= %d" % (min(1, bookings * 1.3 / 379), bookings))
    program.sql("VACUUM ANALYZE")
    return admin, place, pool, skill


def shift(admin, program, place, pool, begin=5 * 86400, hours=8, publish=True, **fields):
    made = admin.ok("POST", "/api/v1/shifts", {"workplace_id": place, "starts_at": at(program, begin), "ends_at": at(program, begin + hours * 3600), "pool_ids": [pool], **fields})
    return admin.ok("POST", "/api/v1/shifts/%s/publish" % made["id"], {}) if publish else made
