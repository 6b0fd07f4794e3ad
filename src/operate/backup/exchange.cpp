#include "operate/backup/exchange.hpp"

#include <map>
#include <thread>

#include "db/closed.hpp"
#include "trust/ctx.hpp"

namespace varde::operate {

using namespace std::chrono_literals;

namespace {

enum Fate : int {
  kReplaced,  // what was then, and nothing else
  kStays,     // as it is now
  kJoined,    // as it is now, and what it lacks of then
  kEnds       // nothing
};

struct Named {
  const char* table;
  Fate fate;
  const char* why;
};
// What does not simply go back. A table that is not named goes back.
constexpr Named kNamed[] = {
    {"audit_entry", kStays, "the trail only grows: its heads are in other hands"},
    {"audit_leaf", kStays, "the trail"},
    {"audit_tile", kStays, "the trail"},
    {"audit_tree", kStays, "the trail"},
    {"audit_head", kStays, "the trail"},
    {"read_count", kStays, "who was shown how much does not become undone"},
    {"tenant_quota", kStays, "what it may have is today's word of the operator"},
    {"message_count", kStays, "what was sent on a day was sent"},
    {"retention_run", kStays, "what was removed when is a proof"},
    {"restore_point_state", kStays, "what drills compare with is the installation's"},
    {"tenant", kStays, "its contract and its place are today's; its settings go back below"},
    {"contract_end", kStays, "how the contract stands is today's"},
    {"head_mail", kStays, "who gets the heads of the trail, and has them"},
    {"head_post", kStays, "the same"},
    {"membership", kStays, "who may do what is today's: who was removed since stays removed"},
    {"subject_request", kStays, "what persons asked about their data, and until when"},
    {"subject_request_event", kStays, "the same"},
    {"subject_package_piece", kStays, "the same"},
    {"test_address", kStays, "whose owner takes tests, and who takes none any more"},
    {"catalogue_mark", kStays, "it becomes another one below, so that every cache is dropped"},
    {"portal_passkey", kStays, "what opens a person's pages: one that was revoked stays revoked"},
    {"calendar_feed", kStays, "the same"},
    {"portal_session", kEnds, "everybody signs in again"},
    {"portal_code", kEnds, "codes are used once, and were sent for another state"},
    {"portal_challenge", kEnds, "the same"},
    {"person_claim", kEnds, "what waits for a person's word was asked of another state"},
    {"export_piece", kEnds, "files that lay ready are taken back"},
    // What left the house, and what keeps it from leaving again.
    {"delivery", kJoined, "what was sent is sent"},
    {"chunk", kJoined, "how far campaigns have come"},
    {"response", kJoined, "what came back of messages that were sent"},
    {"link", kJoined, "links in messages that were sent lead somewhere"},
    {"image", kJoined, "pictures in messages that were sent"},
    {"captured_message", kJoined, "what the built-in mailbox was given"},
    {"outbox", kJoined, "what was sent is sent"},
    {"sms", kJoined, "what was sent is sent"},
    {"sms_reply", kJoined, "replies that were taken are not taken again"},
    {"webhook_call", kJoined, "what was called is called"},
    {"journey_run", kJoined, "who was on a journey does not begin it again"},
    {"journey_step_done", kJoined, "what a journey did it does not do again"},
    {"offer", kJoined, "who was asked, and what they said"},
    {"offer_before", kJoined, "the same"},
    {"suppression", kJoined, "who must not be written to any more"},
    {"sending_domain", kJoined, "its keys are those that the name servers of today know"},
};

// Jobs of what goes back; all others (erasures, requests, mail of the platform) go on.
constexpr const char* kJobsOf =
    "tenant_id = $1 AND (kind ~ '^(campaign|journey|staffing|sms|outreach)\\.' OR kind IN "
    "('people.import', 'people.export', 'portal.code'))";

// What the settings screen changes. Whose row it is, its short name, its state, who needs a second
// factor: as it is now.
constexpr const char* kSettings[] = {"name",           "colour",         "time_zone",
                                     "locale",         "postal_address", "open_tracking",
                                     "click_tracking", "quiet_from",     "quiet_to"};

constexpr auto kPatience = 60s;

}  // namespace

Exchange::Exchange(db::Session& live, db::Session& beside, db::Session& copy, db::Session& keystore,
                   const Uuid& tenant, Timestamp to, std::int64_t erased)
    : live_(live),
      beside_(beside),
      copy_(copy),
      keystore_(keystore),
      tenant_(tenant.str()),
      lock_(db::tenant_lock(tenant)),
      to_(to_rfc3339(to)),
      note_("The organisation was brought back to " + to_.substr(0, 19) + "Z.") {
  out_.persons_erased = erased;
}

// Every statement of an exchange is about the one tenant: $1, which the server is told to be a uuid
// by its use.
std::int64_t Exchange::run(const std::string& sql) { return live_.run(sql, {tenant_}); }

void Exchange::find_tables() {
  std::map<std::string, Fate> named;
  for (const auto& one : kNamed) named[one.table] = one.fate;
  for (const auto& row : live_.rows(
           "SELECT c.relname, c.oid::regclass::text, quote_ident('stage_' || c.relname), "
           "(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a "
           "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = "
           "''), "
           "(SELECT string_agg(format('s.%1$I = t.%1$I', a.attname), ' AND ') FROM pg_index i JOIN "
           "pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = "
           "c.oid AND i.indisprimary), "
           "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = "
           "'person_id' AND NOT a.attisdropped) "
           "FROM pg_class c JOIN pg_attribute o ON o.attrelid = c.oid AND o.attname = 'tenant_id' "
           "WHERE c.relkind = 'r' AND c.relforcerowsecurity AND c.relnamespace = "
           "'public'::regnamespace ORDER BY 1")) {
    if (!row[4]) throw std::runtime_error("the table " + *row[1] + " has no primary key.");
    auto fate = named.find(*row[0]);
    tables_.push_back({*row[1], *row[2], *row[3], *row[4],
                       fate == named.end() ? kReplaced : fate->second, *row[5] == "t"});
  }
}

void Exchange::stage() {
  for (const char* setting :
       {"SET work_mem = '64MB'", "SET temp_buffers = '32MB'", "SET synchronous_commit = on"})
    live_.run(setting);
  find_tables();
  auto own = live_.literal(tenant_);
  for (const auto& table : tables_) {
    // What is derived is derived here as well: it is not copied, and rows are compared as a whole.
    live_.run(
        fmt::format("CREATE TEMP TABLE {} (LIKE {} INCLUDING GENERATED)", table.stage, table.name));
    bool wanted = table.fate == kReplaced || table.fate == kJoined || table.name == "tenant";
    if (!wanted) continue;
    live_.copy(
        copy_,
        fmt::format("COPY (SELECT {} FROM {} WHERE tenant_id = {}) TO STDOUT (FORMAT binary)",
                    table.columns, table.name, own),
        fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", table.stage, table.columns));
    live_.run("ANALYZE " + table.stage);
  }
  // Reminders of bookings: the only work of then that is done again, if it was not done since.
  live_.run("CREATE TEMP TABLE stage_job (LIKE job)");
  live_.copy(copy_,
             "COPY (SELECT * FROM job WHERE kind = 'staffing.remind' AND failed_at IS NULL AND "
             "tenant_id = " +
                 own + ") TO STDOUT (FORMAT binary)",
             "COPY stage_job FROM STDIN (FORMAT binary)");
  live_.run("CREATE TEMP TABLE keyed (id uuid NOT NULL)");
  live_.run("CREATE TEMP TABLE gone (person_id uuid NOT NULL)");
  live_.run("CREATE TEMP TABLE vanished (person_id uuid NOT NULL)");
  live_.run("CREATE TEMP TABLE doomed (id uuid NOT NULL)");
}

// ---- closing

void Exchange::rest() {
  beside_.run(
      "INSERT INTO tenant_rest (tenant_id, until) VALUES ($1, clock_timestamp() + interval '90 "
      "seconds') ON CONFLICT (tenant_id) DO UPDATE SET until = EXCLUDED.until",
      {tenant_});
  beside_.run("SELECT pg_notify('varde_rest', '')");
}

// What runs ends at its next step; what a server has taken is written down first.
void Exchange::wait_for_rest() {
  auto until = std::chrono::steady_clock::now() + kPatience;
  // Twice: what was being claimed when the rest began is seen only once its lease is committed.
  for (int quiet = 0; quiet < 2;) {
    auto busy = beside_.one(
        "SELECT coalesce(string_agg(DISTINCT kind, ', '), '') FROM job WHERE tenant_id = $1 AND "
        "lease_until > clock_timestamp()",
        {tenant_});
    quiet = busy.empty() ? quiet + 1 : 0;
    if (!busy.empty() && std::chrono::steady_clock::now() > until)
      throw std::runtime_error(
          fmt::format("the organisation's work does not come to rest ({}). Nothing was changed. "
                      "Try again when it has ended.",
                      busy));
    std::this_thread::sleep_for(100ms);
  }
}

void Exchange::close() {
  live_.run("SET lock_timeout = '30s'");
  try {
    live_.run(fmt::format("SELECT pg_advisory_lock({})", lock_));
  } catch (const db::SqlError& e) {
    if (e.state != "55P03") throw;
    throw std::runtime_error(
        "a request of the organisation did not end within 30 seconds. Nothing was changed. Try "
        "again.");
  }
}

// ---- what is to come, in the light of what is

// Whoever was erased since, or whose key is gone for another reason: nobody could read them.
void Exchange::leave_out_the_erased() {
  live_.copy(keystore_,
             "COPY (SELECT person_id FROM person_key WHERE tenant_id = " +
                 keystore_.literal(tenant_) + ") TO STDOUT (FORMAT binary)",
             "COPY keyed FROM STDIN (FORMAT binary)");
  live_.run("ANALYZE keyed");
  live_.run(
      "INSERT INTO gone SELECT s.person_id FROM stage_person s WHERE NOT EXISTS (SELECT FROM keyed "
      "k WHERE k.id = s.person_id)");
  // Rows went, keys are about to.
  run("INSERT INTO gone SELECT x.id::uuid FROM job j, jsonb_array_elements_text(j.payload->'ids') "
      "x (id) WHERE j.tenant_id = $1 AND j.kind = 'person.forget'");
  out_.persons_erased +=
      live_.run("DELETE FROM stage_person s USING gone g WHERE s.person_id = g.person_id");
  for (const auto& table : tables_)
    if (table.of_persons && table.name != "person")
      live_.run(fmt::format("DELETE FROM {} s USING gone g WHERE s.person_id = g.person_id",
                            table.stage));
  out_.persons_away = run(
      "INSERT INTO vanished SELECT t.person_id FROM person t WHERE t.tenant_id = $1 AND NOT EXISTS "
      "(SELECT FROM stage_person s WHERE s.person_id = t.person_id)");
  out_.persons_back = std::stoll(
      live_.one("SELECT count(*) FROM stage_person s WHERE NOT EXISTS (SELECT FROM person t WHERE "
                "t.tenant_id = $1 AND t.person_id = s.person_id)",
                {tenant_}));
}

// What persons have said since stands, whatever the rows of then say.
void Exchange::keep_what_was_said() {
  run("UPDATE stage_person s SET state = t.state FROM person t WHERE t.tenant_id = $1 AND "
      "t.person_id = s.person_id AND t.state > 1 AND s.state = 1");
  run("UPDATE stage_consent s SET given = false, source = t.source, at = t.at FROM consent t WHERE "
      "t.tenant_id = $1 AND t.purpose_id = s.purpose_id AND t.person_id = s.person_id AND s.given "
      "AND NOT t.given");
  run("INSERT INTO stage_consent SELECT t.* FROM consent t JOIN stage_person p ON p.person_id = "
      "t.person_id JOIN stage_purpose u ON u.purpose_id = t.purpose_id WHERE t.tenant_id = $1 AND "
      "NOT t.given AND NOT EXISTS (SELECT FROM stage_consent s WHERE s.purpose_id = t.purpose_id "
      "AND s.person_id = t.person_id)");
  run("UPDATE stage_list_member s SET state = 3, since = t.since FROM list_member t WHERE "
      "t.tenant_id = $1 AND t.list_id = s.list_id AND t.person_id = s.person_id AND t.state = 3 "
      "AND "
      "s.state <> 3");
  // A number that an answer by SMS names is given once.
  run("UPDATE stage_substitute s SET offer_number = greatest(s.offer_number, t.offer_number), "
      "last_asked_at = greatest(s.last_asked_at, t.last_asked_at) FROM substitute t WHERE "
      "t.tenant_id = $1 AND t.person_id = s.person_id AND (t.offer_number > s.offer_number OR "
      "t.last_asked_at IS DISTINCT FROM s.last_asked_at)");
  run("UPDATE stage_booking s SET reminded_at = t.reminded_at FROM booking t WHERE t.tenant_id = "
      "$1 "
      "AND t.booking_id = s.booking_id AND s.reminded_at IS NULL AND t.reminded_at IS NOT NULL");
}

// What was queued does not go out by itself: campaigns that have begun are as they are now, those
// that were to begin are drafts, journeys and the asking for shifts wait for somebody.
void Exchange::hold_what_was_queued() {
  run("DELETE FROM stage_campaign s USING campaign t WHERE t.tenant_id = $1 AND t.campaign_id = "
      "s.campaign_id AND t.state >= 3");
  run("INSERT INTO stage_campaign SELECT * FROM campaign t WHERE t.tenant_id = $1 AND t.state >= "
      "3");
  auto why = live_.literal(note_ + " See what has been sent since, then resume it or cancel it.");
  out_.campaigns = live_.run(
      "UPDATE stage_campaign SET state = 5, runner = NULL, version = version + 1, error = " + why +
      " WHERE state IN (3, 4)");
  auto draft = live_.literal(note_ + " It is a draft again: see when it is to be sent.");
  out_.campaigns += live_.run(
      "UPDATE stage_campaign SET state = 1, scheduled_at = NULL, version = version + 1, error = " +
      draft + " WHERE state = 2");
  out_.journeys =
      live_.run("UPDATE stage_journey SET state = 3, version = version + 1 WHERE state = 2");
  out_.shifts = live_.run(
      "UPDATE stage_shift SET state = 1, next_at = NULL, version = version + 1 WHERE state = 3");
}

// Files are sealed under keys of their own, which go: exports that lay ready, and imports that are
// not there any more.
void Exchange::take_back_files() {
  run("INSERT INTO doomed SELECT export_id FROM export WHERE tenant_id = $1 UNION SELECT export_id "
      "FROM stage_export");
  auto why = live_.literal(note_ + " Make the file anew.");
  live_.run("UPDATE stage_export SET state = 5, error = " + why + " WHERE state <= 3");
  run("INSERT INTO doomed SELECT t.import_id FROM import t WHERE t.tenant_id = $1 AND NOT EXISTS "
      "(SELECT FROM stage_import s WHERE s.import_id = t.import_id)");
  live_.run(
      "DELETE FROM stage_import_piece s WHERE NOT EXISTS (SELECT FROM keyed k WHERE k.id = "
      "s.import_id)");
  live_.run(
      "UPDATE stage_import s SET cleared = true WHERE NOT EXISTS (SELECT FROM keyed k WHERE k.id = "
      "s.import_id)");
  auto again = live_.literal(note_ + " Upload the file again.");
  live_.run("UPDATE stage_import SET state = 5, finished_at = clock_timestamp(), error = " + again +
            " WHERE state IN (0, 2, 3) OR state = 1 AND cleared");
}

// ---- the exchange

void Exchange::put(const Table& t) {
  switch (t.fate) {
    case kStays:
      return;
    case kEnds:
      run(fmt::format("DELETE FROM {} WHERE tenant_id = $1", t.name));
      return;
    case kReplaced:
      out_.taken_away += run(fmt::format(
          "DELETE FROM {} t WHERE t.tenant_id = $1 AND NOT EXISTS (SELECT FROM {} s WHERE {} AND "
          "s *= t)",
          t.name, t.stage, t.key));
      out_.put_back += run(fmt::format(
          "INSERT INTO {0} ({1}) SELECT {1} FROM {2} s WHERE NOT EXISTS (SELECT FROM {0} t WHERE "
          "t.tenant_id = $1 AND {3})",
          t.name, t.columns, t.stage, t.key));
      return;
    case kJoined:
      if (t.of_persons)
        out_.taken_away += run(fmt::format(
            "DELETE FROM {} t USING vanished v WHERE t.tenant_id = $1 AND t.person_id = "
            "v.person_id",
            t.name));
      out_.put_back +=
          live_.run(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2} ON CONFLICT DO NOTHING",
                                t.name, t.columns, t.stage));
      return;
  }
}

void Exchange::after() {
  std::string settings;
  for (const char* column : kSettings) settings += fmt::format("{0} = s.{0}, ", column);
  run("UPDATE tenant t SET " + settings +
      "version = t.version + 1 FROM stage_tenant s WHERE t.tenant_id = $1");
  run("INSERT INTO catalogue_mark (tenant_id, mark) VALUES ($1, gen_random_uuid()) ON CONFLICT "
      "(tenant_id) DO UPDATE SET mark = EXCLUDED.mark");
  // What waits to be sent, from before the moment or after it, is not.
  out_.messages =
      run("UPDATE outbox SET state = 3, payload = '' WHERE tenant_id = $1 AND state = 1") +
      run("UPDATE sms SET state = 6, reason = 'restored', runner = NULL, at = clock_timestamp() "
          "WHERE tenant_id = $1 AND state <= 2") +
      run("UPDATE webhook_call SET state = 3 WHERE tenant_id = $1 AND state = 1");
  // Questions that are open are taken back, and so is a yes whose booking is not there any more.
  run("UPDATE offer o SET state = 7 WHERE o.tenant_id = $1 AND (o.state IN (1, 4) OR o.state = 2 "
      "AND NOT EXISTS (SELECT FROM booking b WHERE b.tenant_id = $1 AND b.shift_id = o.shift_id "
      "AND "
      "b.person_id = o.person_id AND b.state = 1))");
  run("DELETE FROM session WHERE tenant_id = $1");
}

// What stayed and refers to what is not there any more.
void Exchange::drop_orphans() {
  auto keys = live_.rows(
      "SELECT k.conrelid::regclass::text, k.confrelid::regclass::text, k.confdeltype = 'c', "
      "(SELECT string_agg(format('p.%I = c.%I', fa.attname, ca.attname), ' AND ') FROM "
      "unnest(k.conkey, k.confkey) AS x (c, f) JOIN pg_attribute ca ON ca.attrelid = k.conrelid "
      "AND "
      "ca.attnum = x.c JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = x.f), "
      "(SELECT string_agg(format('c.%I IS NOT NULL', ca.attname), ' AND ') FROM unnest(k.conkey) "
      "AS "
      "x (c) JOIN pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = x.c) "
      "FROM pg_constraint k JOIN pg_attribute o ON o.attrelid = k.conrelid AND o.attname = "
      "'tenant_id' JOIN pg_class r ON r.oid = k.conrelid WHERE k.contype = 'f' AND "
      "r.relforcerowsecurity AND k.connamespace = 'public'::regnamespace");
  for (std::int64_t dropped = 1; dropped > 0;) {
    dropped = 0;
    for (const auto& key : keys) {
      auto which = fmt::format(
          "FROM {} c WHERE c.tenant_id = $1 AND {} AND NOT EXISTS (SELECT FROM {} p WHERE {})",
          *key[0], *key[4], *key[1], *key[3]);
      if (*key[2] == "t") {
        dropped += run("DELETE " + which);
      } else if (live_.one("SELECT count(*) " + which, {tenant_}) != "0") {
        throw std::runtime_error(fmt::format(
            "rows of {} would refer to rows of {} that are not there. Nothing was changed. This is "
            "a fault of Varde: report it.",
            *key[0], *key[1]));
      }
    }
    out_.taken_away += dropped;
  }
}

void Exchange::exchange_jobs() {
  run(std::string("DELETE FROM job WHERE ") + kJobsOf);
  live_.run(
      "INSERT INTO job SELECT * FROM stage_job s WHERE EXISTS (SELECT FROM booking b WHERE "
      "b.tenant_id = s.tenant_id AND b.booking_id = (s.payload->>'booking_id')::uuid AND b.state = "
      "1 "
      "AND b.reminded_at IS NULL) ON CONFLICT DO NOTHING");
  live_.run("UPDATE job SET lease_until = NULL FROM stage_job s WHERE job.job_id = s.job_id");
  // After the commit and come what may. Whoever was made since is erased, in the ledger too: what
  // the trail holds sealed of them is never opened again.
  for (const auto* what : {"'keys.destroy'", "'person.forget'"})
    run(fmt::format(
        "INSERT INTO job (job_id, kind, tenant_id, payload, run_at, created_at) SELECT "
        "gen_random_uuid(), {}, $1::uuid, jsonb_build_object('ids', jsonb_agg(id)), "
        "clock_timestamp(), clock_timestamp() FROM (SELECT id, row_number() OVER () / 500 AS n "
        "FROM "
        "{}) d GROUP BY n",
        what,
        std::string_view(what) == "'keys.destroy'" ? "doomed"
                                                   : "(SELECT person_id AS id FROM vanished) v"));
  live_.run("SELECT pg_notify('varde_jobs', ''), pg_notify('varde_sessions', '')");
}

void Exchange::tell() {
  auto count = [](const char* what, std::int64_t n) { return fmt::format("{}: {}", what, n); };
  std::vector<std::string> fields{"restored to " + to_,
                                  "at " + to_rfc3339(now()),
                                  "by the operator, beside the running program",
                                  count("rows put back", out_.put_back),
                                  count("rows taken away", out_.taken_away),
                                  count("persons there again", out_.persons_back),
                                  count("persons made since and gone", out_.persons_away),
                                  count("persons erased since", out_.persons_erased),
                                  count("campaigns stopped", out_.campaigns),
                                  count("journeys paused", out_.journeys),
                                  count("shifts that are drafts again", out_.shifts),
                                  count("queued messages not sent", out_.messages)};
  std::string array;
  for (const auto& field : fields) array += (array.empty() ? "" : ", ") + live_.literal(field);
  live_.run(
      "INSERT INTO audit_entry (tenant_id, entry_id, at, actor_kind, network, action, object_kind, "
      "object_id, fields) VALUES ($1, $2, $3, 5, $4, 'tenant.restore', 'tenant', $1, ARRAY[" +
          array + "])",
      {tenant_, Uuid::make().str(), to_rfc3339(now()), trust::command_login()});
  // Ids of version 7, like all entries': their order is the time's.
  run("INSERT INTO audit_entry (tenant_id, entry_id, at, actor_kind, network, action, object_kind, "
      "object_id, person_id) SELECT $1, (lpad(to_hex((extract(epoch FROM clock_timestamp()) * "
      "1000)::bigint), 12, '0') || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid, "
      "date_trunc('milliseconds', clock_timestamp()), 5, " +
      live_.literal(trust::command_login()) +
      ", 'person.erase', 'person', person_id, "
      "person_id FROM (SELECT person_id, replace(gen_random_uuid()::text, '-', '') AS r FROM "
      "vanished) v");
  auto text = fmt::format(
      "{} What was sent since stays sent; what was queued waits for you: campaigns {}, journeys "
      "{}, "
      "shifts {}. Messages that were not sent: {}.",
      note_, out_.campaigns, out_.journeys, out_.shifts, out_.messages);
  for (const auto& admin : live_.rows(
           "SELECT account_id FROM membership WHERE tenant_id = $1 AND role = 1 AND NOT suspended "
           "LIMIT 100",
           {tenant_}))
    live_.run(
        "INSERT INTO notification (tenant_id, notification_id, account_id, at, text, href) VALUES "
        "($1, $2, $3, $4, $5, '/campaigns')",
        {tenant_, Uuid::make().str(), *admin[0], to_rfc3339(now()), text});
}

Exchanged Exchange::run() {
  struct Wake {
    db::Session& beside;
    const std::string& tenant;
    ~Wake() {
      try {
        beside.run("DELETE FROM tenant_rest WHERE tenant_id = $1", {tenant});
        beside.run("SELECT pg_notify('varde_rest', ''), pg_notify('varde_jobs', '')");
      } catch (const std::exception&) {
        // It runs out by itself.
      }
    }
  } wake{beside_, tenant_};
  rest();
  wait_for_rest();
  auto closed = std::chrono::steady_clock::now();
  close();
  live_.run("BEGIN");
  // No trigger, no check of what refers to what: the rows of then fit together, and the rest is
  // looked at below.
  live_.run("SET LOCAL session_replication_role = replica");
  leave_out_the_erased();
  keep_what_was_said();
  hold_what_was_queued();
  take_back_files();
  for (const auto& table : tables_) put(table);
  after();
  drop_orphans();
  exchange_jobs();
  tell();
  live_.run("COMMIT");
  live_.run(fmt::format("SELECT pg_advisory_unlock({})", lock_));
  out_.closed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - closed);
  return out_;
}

}  // namespace varde::operate
