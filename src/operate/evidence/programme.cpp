// The facts as documents: the programme, and the page to read of a bundle. Both share their
// sections, so that one does not say what the other does not.
#include <map>

#include "net/fiber.hpp"
#include "operate/evidence/facts.hpp"
#include "trust/erasure.hpp"
#include "web/reflect.hpp"

namespace varde::operate {
namespace {

using Rows = std::vector<std::vector<Cell>>;

std::string words_of(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}
template <class E>
  requires std::is_enum_v<E>
std::string words_of(E value) {
  return words_of(web::enum_word(value));
}
std::string count_of(std::int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}
std::string yes(bool on) { return on ? "yes" : "no"; }
std::string months_text(const std::optional<int>& months) {
  if (!months) return "until somebody erases it";
  return *months % 12 == 0 ? count_of(*months / 12, "year", "years")
                           : count_of(*months, "month", "months");
}
std::string joined(const std::vector<std::string>& parts, const char* between = ", ") {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : between) + part;
  return out;
}

void write_responsible(Document& out, const Facts& facts) {
  std::vector<std::string> officers;
  for (const auto& user : facts.access)
    if (user.role == "privacy_officer" && !user.suspended) officers.push_back(user.name);
  out.section("Who is responsible");
  out.facts({{"Controller", facts.tenant.name},
             {"Postal address", facts.tenant.postal_address.empty() ? "not set (Settings)"
                                                                    : facts.tenant.postal_address},
             {"Data protection officer",
              officers.empty() ? "no user has the role \"privacy officer\"" : joined(officers)},
             {"Trail", facts.origin},
             {"Public key", facts.verifier}});
  if (facts.tenant.demo)
    out.note(Tone::warn, "This is the demo organisation: its persons are made up.");
}

void write_problems(Document& out, const Facts& facts) {
  out.section("Open problems");
  bool any = false;
  auto tell = [&](const std::string& what) {
    any = true;
    out.note(Tone::warn, "To mend: " + what);
  };
  for (const auto& problem : facts.backups.problems)
    tell("Backups: " + problem.what + " " + problem.mend);
  if (!facts.backups.made_by_varde)
    tell(
        "This program makes no backups itself. Ask the operator how and where they are made, and "
        "for the last restore that was tried.");
  if (facts.backups.made_by_varde && facts.drills.empty())
    tell("No drill of a restore was held in the period; by itself it happens every week.");
  if (!facts.https) tell("Links and console are not reached over HTTPS.");
  bool sent = !facts.posture.witness_address.empty();
  if (sent && (facts.witness.failing_since || !facts.witness.reached_at))
    tell(
        "Heads of the trail do not reach the address that they are sent to (the setting "
        "\"witness_url\"): look whether a witness answers there.");
  if (!facts.posture.witness && !sent)
    tell(
        "No witness keeps heads of the trail (the setting \"witness\"): only you can, by keeping "
        "this file or its heads.");
  if (facts.backups.same_disk)
    tell("The backups are on the disk of the data itself: whoever loses it loses both.");
  if (!facts.drills.empty() && !facts.drills.back().passed)
    tell("The last drill of a restore found differences.");
  std::int64_t overdue = 0;
  for (const auto& kind : facts.requests) overdue += kind.open_overdue;
  if (overdue > 0)
    tell(count_of(overdue, "request of a person is overdue.", "requests of persons are overdue."));
  for (const auto& way : facts.outgoing)
    if (way.protection == "none")
      tell(fmt::format("What goes to {} ({}) is not encrypted on its way.", way.host, way.name));
  std::int64_t without = 0;
  for (const auto& user : facts.access)
    if (user.role == "administrator" && !user.suspended && !user.second_factor) ++without;
  if (without > 0)
    tell(count_of(without, "administrator has no second factor yet.",
                  "administrators have no second factor yet."));
  if (!any) out.note(Tone::good, "In order: nothing is known to be wrong.");
}

void write_processing(Document& out, const Facts& facts) {
  static const std::map<std::string_view, std::string_view> kMeaning = {
      {"pseudonym", "random ids and keyed hashes: tell who, only to somebody who holds more"},
      {"behaviour", "what a person did or was sent"},
      {"plain", "readable: language, time zone, attributes that the organisation classed plain"},
      {"sealed", "identifying or sensitive: encrypted under a key of the person's own"}};
  out.section("What is stored about persons");
  out.text(
      "Every table of the database is declared by a part of the program, and every column of it "
      "classified; one that is not fails the build. These are about persons:");
  std::map<std::string, std::map<std::string, std::vector<std::string>>> tables;
  std::map<std::string, std::int64_t> counts;
  for (const auto& column : facts.columns) {
    tables[column.table][column.what].push_back(column.column);
    ++counts[column.what];
  }
  Rows classes, rows;
  for (const auto& [what, meaning] : kMeaning)
    classes.push_back(
        {{std::string(what)}, {std::string(meaning)}, {std::to_string(counts[std::string(what)])}});
  out.table({"Class", "Meaning", "Columns"}, classes, "");
  for (auto& [table, of] : tables) {
    auto listed = [&of = of](const char* what) { return Cell{joined(of[what])}; };
    rows.push_back(
        {{table}, listed("sealed"), listed("plain"), listed("behaviour"), listed("pseudonym")});
  }
  out.table({"Table", "Sealed", "Readable", "Behaviour", "Pseudonyms"}, rows,
            "No column is about persons.");
  Rows records;
  for (const auto& [table, holds, kept, erased, shown, why_not] : facts.tables)
    records.push_back(
        {{table}, {holds}, {kept}, {erased}, {shown.empty() ? "not: " + why_not : joined(shown)}});
  out.table({"Table", "What it is", "Kept", "When a person is erased", "Handed out to the person"},
            records, "No table is about persons.");
}

void write_retention(Document& out, const Facts& facts) {
  out.section("For how long");
  Rows rows;
  for (const auto& rule : facts.retention)
    rows.push_back(
        {{rule.label},
         {rule.what},
         {months_text(rule.months)},
         {rule.last_run_at ? fmt::format("{}: {} removed", day_and_time(rule.last_run_at),
                                         rule.last_removed.value_or(0))
          : rule.months    ? "not yet"
                           : ""}});
  out.table({"Data", "What goes", "Kept for", "Last run"}, rows, "No kind of data has rules.");
  out.text(fmt::format(
      "Whoever is erased goes at once: the rows, and the person's key, without which no backup "
      "gives the person back. {} in the period{}.",
      count_of(std::ssize(facts.erasures), "erasure", "erasures"),
      facts.erasures_left_out > 0 ? fmt::format(", and {} more", facts.erasures_left_out) : ""));
}

void write_access(Document& out, const Facts& facts, bool names) {
  out.section("Who has access");
  std::map<std::string, std::array<std::int64_t, 3>> roles;
  for (const auto& user : facts.access) {
    auto& count = roles[user.role];
    ++count[user.suspended ? 1 : 0];
    if (!user.suspended && user.second_factor) ++count[2];
  }
  Rows counts, users;
  for (const auto& [role, count] : roles)
    counts.push_back({{words_of(role)},
                      {std::to_string(count[0])},
                      {std::to_string(count[2])},
                      {std::to_string(count[1])}});
  out.table({"Role", "Users", "With a second factor", "Suspended"}, counts, "Nobody has access.");
  if (!names) return;
  for (const auto& user : facts.access)
    users.push_back({{user.name},
                     {words_of(user.role) + (user.suspended ? " (suspended)" : "")},
                     {day_and_time(user.since)},
                     {yes(user.second_factor)},
                     {user.last_seen.value_or("")}});
  out.table({"User", "Role", "Since", "Second factor", "Last seen"}, users, "");
  if (facts.access.size() == 1'000)
    out.note(Tone::warn, "These are the first 1,000 users; there may be more.");
}

void write_backups(Document& out, const Facts& facts) {
  const auto& backups = facts.backups;
  out.section("Backups and restores");
  if (!backups.made_by_varde) {
    out.text(
        "Backups are not made by this program: the operator makes them, or they are switched "
        "off.");
  } else {
    out.facts({{"State", !backups.looked_at ? "not known yet"
                         : backups.ok       ? "in order"
                                            : "something is wrong: see the open problems"},
               {"Looked at", day_and_time(backups.looked_at)},
               {"Kept", fmt::format("data: any second of the last {}, and a set each month for {}; "
                                    "keys: {}",
                                    backups.kept, backups.monthly_kept, backups.keystore_kept)},
               {"Repository", fmt::format("encrypted (AES-256), {}",
                                          backups.in_s3       ? "in an S3 bucket"
                                          : backups.same_disk ? "on the disk of the data"
                                                              : "on another disk")},
               {"Monthly sets", std::to_string(backups.monthly.size())}});
    Rows rows;
    for (const auto& c : backups.clusters)
      rows.push_back({{c.name == "main" ? "data" : "keys"},
                      {day_and_time(c.newest_full)},
                      {day_and_time(c.newest_differential)},
                      {day_and_time(c.restorable_from)},
                      {day_and_time(c.restorable_until)},
                      {std::to_string(c.gaps)}});
    out.table({"Cluster", "Newest full", "Newest differential", "Restorable from", "Until", "Gaps"},
              rows, "No backup has been made yet.");
  }
  // "passed", "restored to …", and then what was compared and tried, or found.
  constexpr std::size_t kKnown = 2, kMostTold = 4;
  Rows drills;
  for (const auto& drill : facts.drills) {
    std::vector<std::string> more;
    for (auto i = kKnown; i < drill.fields.size() && i < kKnown + kMostTold; ++i)
      more.push_back(drill.fields[i]);
    drills.push_back({{day_and_time(drill.at)},
                      {day_and_time(drill.restored_to)},
                      {drill.passed ? "everything as it was recorded" : "differences were found"},
                      {joined(more)}});
  }
  out.subsection("Drills");
  out.table({"Held", "Restored to", "Result", "Compared and tried"}, drills,
            "No drill was held in the period.");
  static const std::map<std::string_view, std::string_view> kWhat = {
      {"system.restore", "data of the installation"},
      {"system.restore-keys", "keys of the installation"},
      {"tenant.restore", "data of this organisation alone"},
      {"person.restore", "what could not be read of a person"},
      {"tenant.copy", "a read-only copy of this organisation was opened"},
      {"tenant.copy-end", "and closed"}};
  Rows restores;
  for (const auto& restore : facts.restores) {
    auto what = kWhat.find(restore.action);
    restores.push_back({{day_and_time(restore.at)},
                        {std::string(what == kWhat.end() ? restore.action : what->second)},
                        {joined(restore.fields)}});
  }
  out.subsection("Restores");
  out.table({"Entered", "What", "Moments"}, restores, "Nothing was restored in the period.");
}

void write_contract(Document& out, const Facts& facts) {
  static const std::map<std::string_view, std::string_view> kWhat = {
      {"contract.announce", "the end was announced"},
      {"contract.withdraw", "the end was withdrawn"},
      {"contract.end", "the contract ended"},
      {"contract.reopen", "the organisation was opened again"},
      {"contract.export", "everything was taken along"}};
  Rows rows;
  for (const auto& deed : facts.contract) {
    auto what = kWhat.find(deed.action);
    rows.push_back({{day_and_time(deed.at)},
                    {std::string(what == kWhat.end() ? deed.action : what->second)},
                    {joined(deed.fields)}});
  }
  out.section("The contract");
  out.table({"Entered", "What", "Moments"}, rows,
            "Its end was not announced in the period, and nobody took everything along.");
}

void write_measures(Document& out, const Facts& facts) {
  out.section("Technical measures");
  out.subsection("Encryption and keys");
  out.list(
      {"What identifies a person is encrypted (XChaCha20-Poly1305) under a key of the person's "
       "own; these keys are wrapped by keys of the organisation, and these by the root key.",
       "Keys are in a database cluster of their own, never in the backups of the data.",
       "Passwords are kept as Argon2id hashes; sessions and codes as hashes."});
  Rows keys;
  for (const auto& change : facts.keys)
    keys.push_back({{day_and_time(change.at)},
                    {change.action == "keys.rotate" ? "the organisation's wrapping key"
                                                    : "the root key of the installation"}});
  out.table({"Changed", "Key"}, keys, "No key was changed in the period.");
  out.text(
      facts.keys_unclean_since
          ? fmt::format("Keys that were destroyed since {} are still in free space of the "
                        "keystore's files; these are rewritten every {} hours.",
                        day_and_time(facts.keys_unclean_since),
                        std::chrono::duration_cast<std::chrono::hours>(trust::kCleanEvery).count())
          : std::string("No destroyed key is left in the keystore's files."));
  out.subsection("Trail");
  out.text(facts.head
               ? fmt::format("Every change, export and bulk read of personal data is an entry of a "
                             "Merkle tree (RFC 9162). It has {} entries; its last head was signed "
                             "on {}.",
                             facts.head->size, day_and_time(facts.head->at))
               : std::string("No head of the trail has been signed yet; it happens each minute."));
  out.subsection("Isolation and abuse");
  out.list(
      {"An organisation's rows are reachable only under that organisation: row-level security "
       "of the database, under a role that cannot bypass it.",
       "Logins, codes, public pages and expensive answers are limited by network, account and "
       "organisation; limits delay and do not lock the owner out."});
  out.subsection("Settings");
  std::vector<std::pair<std::string, std::string>> settings;
  for (const auto& setting : facts.settings) settings.emplace_back(setting.setting, setting.value);
  out.facts(settings);
}

void write_outgoing(Document& out, const Facts& facts) {
  out.section("Where data goes");
  out.text(
      "What this organisation has set up to send with: its mail relays, SMS gateways and "
      "webhooks. Nothing else receives its data, apart from the repository of the backups and "
      "the witness, which are the operator's.");
  Rows rows;
  for (const auto& way : facts.outgoing)
    rows.push_back({{way.kind},
                    {way.name},
                    {way.host},
                    {way.region.empty() ? "not said" : way.region},
                    {way.protection}});
  out.table({"Kind", "Name", "Host", "Region", "Encryption"}, rows, "Nothing is set up.");
}

void write_requests(Document& out, const Facts& facts) {
  out.section("Requests of persons");
  Rows rows;
  for (const auto& kind : facts.requests)
    rows.push_back({{words_of(kind.kind)},
                    {std::to_string(kind.received)},
                    {std::to_string(kind.ended_in_time)},
                    {std::to_string(kind.ended_late)},
                    {std::to_string(kind.refused)},
                    {std::to_string(kind.extended)},
                    {std::to_string(kind.open)},
                    {std::to_string(kind.open_overdue)}});
  out.table({"Kind", "Received", "In time", "Late", "Refused", "Extended", "Open", "Overdue"}, rows,
            "Nobody asked for anything in the period.");
}

void write_promises(Document& out, const Facts& facts) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& promise : facts.promises) ++counts[promise.state];
  out.section("Promises");
  out.text(fmt::format(
      "What the product promises, and what keeps it: \"kept\" has code and a test that can fail, "
      "\"partly\" says what is missing. {} kept, {} partly, {} without code, in version {}.",
      counts["kept"], counts["partly"], counts["open"], VARDE_VERSION));
  std::string area;
  Rows rows;
  auto flush = [&] {
    if (rows.empty()) return;
    out.subsection(area);
    out.table({"Id", "Promise", "State", "Kept by", "Tested by", "Last shown here", "Missing"},
              rows, "");
    rows.clear();
  };
  for (const auto& promise : facts.promises) {
    if (promise.area != area) flush();
    area = promise.area;
    auto proof = promise.proof.value_or("");
    if (promise.proof_at) proof += " (" + day_and_time(promise.proof_at) + ")";
    rows.push_back({{promise.id},
                    {promise.promise},
                    {promise.state == "open" ? "no code" : promise.state},
                    {promise.code},
                    {promise.test},
                    {proof},
                    {promise.state == "open" ? "" : promise.open}});
  }
  flush();
}

void write_erasures(Document& out, const Facts& facts) {
  out.section("Erasures");
  Rows rows;
  for (const auto& erasure : facts.erasures)
    rows.push_back(
        {{erasure.person.str(), true},
         {day_and_time(erasure.at)},
         {erasure.key_destroyed_at ? day_and_time(erasure.key_destroyed_at) : "within a minute"},
         {erasure.receipt.value_or(""), true}});
  out.table({"Person (random id)", "Rows erased", "Key destroyed", "Receipt"}, rows,
            "Nobody was erased in the period.");
  if (facts.erasures_left_out > 0)
    out.note(Tone::warn, fmt::format("Left out: {} older erasures of the period. Ask for a shorter "
                                     "period to have them.",
                                     facts.erasures_left_out));
}

void write_trail(Document& out, const Facts& facts, const std::vector<trust::ProvenHead>& heads) {
  out.section("Heads of the trail");
  out.text(
      "The last signed head of each day, and the newest. Each tree begins with the one before it, "
      "which the "
      "proofs in trail/heads.json show; a head that you or a witness kept must be among them, "
      "or between them.");
  Rows rows;
  for (const auto& head : heads)
    rows.push_back({{day_and_time(head.at)}, {std::to_string(head.size)}});
  out.table({"Signed", "Entries"}, rows, "The trail is empty.");
  out.text(
      fmt::format("{} of the trail that this file tells of are in trail/entries.jsonl, each "
                  "with its path to the last head.",
                  count_of(std::ssize(facts.entries), "entry", "entries")));
  if (facts.entries_left_out > 0)
    out.note(Tone::warn, fmt::format("Left out: {} older entries of the period. Ask for a shorter "
                                     "period to have them.",
                                     facts.entries_left_out));
}

}  // namespace

std::string day_and_time(const std::optional<Timestamp>& at) {
  if (!at) return "none";
  auto text = to_rfc3339(*at);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

Document programme_of(const Facts& facts) {
  Document out;
  out.title = "Protection and security programme: " + facts.tenant.name;
  out.lead = fmt::format(
      "Written by the running system on {}, Varde {}. What it says of the past is of the time "
      "since "
      "{}.",
      day_and_time(facts.made_at), VARDE_VERSION, day_and_time(facts.period.from));
  out.footer = fmt::format("{}: protection and security programme, {}", facts.tenant.name,
                           day_and_time(facts.made_at));
  write_problems(out, facts);
  write_responsible(out, facts);
  write_access(out, facts, false);
  write_measures(out, facts);
  write_backups(out, facts);
  write_contract(out, facts);
  write_outgoing(out, facts);
  write_retention(out, facts);
  write_requests(out, facts);
  write_processing(out, facts);
  write_promises(out, facts);
  return out;
}

Document cover_of(const Facts& facts, const std::vector<trust::ProvenHead>& heads) {
  Document out;
  out.title = "Evidence: " + facts.tenant.name;
  out.lead =
      fmt::format("From {} until {}. Made on {} by Varde {}.", day_and_time(facts.period.from),
                  day_and_time(facts.period.until), day_and_time(facts.made_at), VARDE_VERSION);
  out.footer = out.title;
  out.section("How to check this file");
  out.text(
      "Do not believe this page: anybody can write one. Check the ZIP file that it came in, with "
      "the public key that you have from elsewhere, and with heads that you or a witness kept:");
  out.list({"varde evidence verify FILE.zip --key KEY --witness HEADS.txt",
            "By hand, without Varde: docs/evidence.md describes the format. manifest.sig signs "
            "manifest.json, which lists each file with its SHA-256."});
  out.facts({{"Organisation", facts.tenant_id.str()},
             {"Trail", facts.origin},
             {"Claims to be signed with", facts.verifier}});
  write_problems(out, facts);
  write_trail(out, facts, heads);
  write_erasures(out, facts);
  write_backups(out, facts);
  write_contract(out, facts);
  write_access(out, facts, true);
  write_measures(out, facts);
  write_retention(out, facts);
  write_requests(out, facts);
  write_outgoing(out, facts);
  write_promises(out, facts);
  return out;
}

Result<std::string> make_programme(trust::Ctx& ctx, const Environment& environment,
                                   ProgrammeFormat format) {
  VARDE_TRY(auto period, read_period(std::nullopt, std::nullopt));
  auto facts = gather(ctx, environment, period, trust::last_head(ctx), false);
  ctx.rollback();
  auto document = programme_of(facts);
  if (format == ProgrammeFormat::html) return as_html(document);
  static net::WorkPool pool(1, 4);
  std::string out, failure;
  bool ran = pool.run([&] {
    try {
      out = as_pdf(document);
    } catch (const std::exception& e) {
      failure = e.what();
    }
  });
  if (!ran)
    return Error{ErrorCode::unavailable,
                 "Others are having their programme written. Try again in a few seconds.",
                 {},
                 {},
                 3};
  if (!failure.empty()) return make_error(ErrorCode::unavailable, failure);
  return out;
}

}  // namespace varde::operate
