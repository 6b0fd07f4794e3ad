// Asking each module for its facts.
#include <algorithm>

#include "operate/evidence/facts.hpp"
#include "trust/erasure.hpp"
#include "web/reflect.hpp"

namespace varde::operate {

using trust::Ctx;
using trust::ProvenEntry;

namespace {

const std::vector<std::string> kErasure{"person.erase"};
const std::vector<std::string> kDeeds{
    "system.drill",     "system.restore",    "system.restore-keys", "keys.rotate",
    "keys.rotate_root", "retention.rule",    "retention.run",       "settings.update",
    "user.join",        "user.update",       "user.remove",         "evidence.make",
    "audit.mail",       "contract.announce", "contract.withdraw",   "contract.end",
    "contract.reopen",  "contract.export",   "tenant.restore",      "tenant.copy",
    "tenant.copy-end",  "person.restore"};

std::vector<AccessFact> access_of(Ctx& ctx) {
  std::vector<AccessFact> out;
  for (const auto& member : trust::members(ctx)) {
    AccessFact fact{member.account,
                    member.name,
                    web::enum_word(member.role),
                    member.suspended,
                    member.second_factor,
                    member.since,
                    {}};
    if (member.last_seen_at) fact.last_seen = to_rfc3339(*member.last_seen_at).substr(0, 10);
    out.push_back(std::move(fact));
  }
  return out;
}

// An entry of a drill or restore says the moment among its fields: "restored to TIME".
std::optional<Timestamp> restored_to(const std::vector<std::string>& fields) {
  constexpr std::string_view kBegin = "restored to ";
  for (const auto& field : fields)
    if (field.starts_with(kBegin)) return parse_rfc3339(field.substr(kBegin.size()));
  return std::nullopt;
}

void sort_deeds(Facts& facts, const std::vector<ProvenEntry>& deeds) {
  for (const auto& entry : deeds) {
    DeedFact deed{entry.id, entry.at, entry.action, entry.fields};
    if (entry.action == "system.drill") {
      facts.drills.push_back({entry.id, entry.at,
                              std::ranges::find(entry.fields, "passed") != entry.fields.end(),
                              restored_to(entry.fields), entry.fields});
    } else if (entry.action.starts_with("system.") || entry.action.starts_with("tenant.")) {
      facts.restores.push_back(std::move(deed));
    } else if (entry.action.starts_with("keys.")) {
      facts.keys.push_back(std::move(deed));
    } else if (entry.action.starts_with("retention.")) {
      facts.retention_deeds.push_back(std::move(deed));
    } else if (entry.action.starts_with("contract.")) {
      facts.contract.push_back(std::move(deed));
    } else if (entry.action != "evidence.make") {
      facts.access_deeds.push_back(std::move(deed));
    }
  }
}

void gather_entries(Ctx& ctx, Facts& facts, bool proofs) {
  auto wanted = [&](const std::vector<std::string>& actions, std::int64_t most) {
    return trust::EntriesWanted{actions, facts.period.from, facts.period.until, most, proofs};
  };
  if (!facts.head) return;
  auto all_erasures = trust::count_entries(ctx, wanted(kErasure, 0));
  auto all_deeds = trust::count_entries(ctx, wanted(kDeeds, 0));
  auto erased = trust::proven_entries(ctx, *facts.head, wanted(kErasure, kMostErasures));
  auto deeds = trust::proven_entries(ctx, *facts.head, wanted(kDeeds, kMostEntries));
  facts.erasures_left_out = std::max<std::int64_t>(0, all_erasures - std::ssize(erased));
  facts.entries_left_out = std::max<std::int64_t>(0, all_deeds - std::ssize(deeds));
  std::vector<Uuid> persons;
  for (const auto& entry : erased)
    if (entry.person) persons.push_back(*entry.person);
  auto destroyed = ctx.base.keys.forgotten(ctx.tenant, persons);
  for (const auto& entry : erased) {
    if (!entry.person) continue;
    ErasureFact fact{*entry.person, entry.id, entry.at, {}, {}};
    if (auto found = destroyed.find(*entry.person); found != destroyed.end())
      fact.key_destroyed_at = found->second;
    facts.erasures.push_back(std::move(fact));
  }
  sort_deeds(facts, deeds);
  facts.entries = std::move(erased);
  facts.entries.insert(facts.entries.end(), std::make_move_iterator(deeds.begin()),
                       std::make_move_iterator(deeds.end()));
  std::ranges::sort(facts.entries, {}, &ProvenEntry::index);
}

BackupFacts backups_of(const Environment& environment) {
  BackupFacts out;
  if (!environment.backups) return out;
  const auto& settings = environment.backups->backup;
  out.made_by_varde = true;
  out.in_s3 = settings.in_s3();
  out.kept = period_text(settings.keep);
  out.monthly_kept = period_text(settings.monthly_keep);
  out.keystore_kept = period_text(settings.keystore_keep);
  auto status = kept_status(environment.backups->data_directory, settings.look_every);
  if (!status) {
    out.problems.push_back({"Nobody has looked yet how it stands with the backups.",
                            "It happens some minutes after the first start."});
    return out;
  }
  out.ok = status->ok;
  out.same_disk = status->repository.same_disk;
  out.looked_at = status->at;
  auto at = [](const std::optional<BackupView>& backup) {
    return backup ? std::optional(backup->at) : std::nullopt;
  };
  for (const auto& c : status->clusters)
    out.clusters.push_back({c.name, at(c.newest_full), at(c.newest_differential), c.restorable_from,
                            c.restorable_until, c.last_archived_at, c.backups, std::ssize(c.gaps)});
  for (const auto& set : status->monthly) out.monthly.push_back(set.at);
  for (const auto& problem : status->problems) out.problems.push_back({problem.what, problem.mend});
  return out;
}

std::string yes(bool on) { return on ? "yes" : "no"; }

std::string minute(const Timestamp& at) {
  auto text = to_rfc3339(at);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

// Of an address what it does is said, not that it is set.
std::string witness_of(const Facts& facts) {
  const auto& posture = facts.posture;
  if (posture.witness_address.empty()) return yes(posture.witness);
  const auto& [reached_at, failing_since] = facts.witness;
  auto reached = reached_at ? "reached last at " + minute(*reached_at) : "not reached so far";
  return fmt::format("{}an address is set, {}", posture.witness ? "yes, in a directory; also " : "",
                     failing_since
                         ? fmt::format("failing since {}, {}", minute(*failing_since), reached)
                         : reached);
}

std::vector<SettingFact> settings_of(const Facts& facts, const Environment& environment) {
  const auto& posture = environment.posture;
  std::string roles;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<trust::Role>>([&](auto d) {
    if (std::ranges::find(facts.tenant.totp_roles, static_cast<std::int64_t>(d.value)) ==
        facts.tenant.totp_roles.end())
      return;
    auto word = web::enum_word(d.value);
    std::ranges::replace(word, '_', ' ');
    roles += (roles.empty() ? "" : ", ") + word;
  });
  return {
      {"Second factor demanded of", roles.empty() ? "nobody" : roles},
      {"Links and console over HTTPS", yes(facts.https)},
      {"HTTPS is answered by", posture.tls ? "Varde itself (TLS 1.2 or newer)"
                                           : "a proxy in front of Varde, or this machine alone"},
      {"Proxies that are believed", std::to_string(posture.trusted_proxies)},
      {"Databases", posture.embedded ? "two clusters of Varde's own: data, and keys"
                                     : "two clusters run by the operator: data, and keys"},
      {"Root key", posture.root_key_outside ? "an external key service"
                                            : "a file that only the program's user reads"},
      {"Heads of the trail are handed to a witness each minute", witness_of(facts)},
      {"The ledger of erasures is written to another disk as well", yes(posture.ledger_elsewhere)},
      {"Providers and webhooks may stand at addresses inside the house",
       yes(posture.private_webhooks)},
      {"A session ends after", "12 hours"},
      {"Opens of messages are counted", yes(facts.tenant.open_tracking)},
      {"Clicks in messages are counted", yes(facts.tenant.click_tracking)},
  };
}

std::vector<ColumnFact> columns_of(const trust::Base& base) {
  std::vector<ColumnFact> out;
  for (const auto& table : trust::tables_of(base))
    for (const auto& some : table.columns)
      if (some.is != trust::ColumnClass::none)
        for (const auto& name : some.names)
          out.push_back({table.name, name, web::enum_word(some.is)});
  return out;
}

std::string kept_text(const trust::Kept& kept, const std::vector<privacy::CategoryView>& rules) {
  using Until = trust::Kept::Until;
  switch (kept.until) {
    case Until::contract_ends:
      return "until the contract ends";
    case Until::person_goes:
      return "until the person is erased";
    case Until::expiry:
      return "until it expires";
    case Until::days:
      return kept.what + " days";
    case Until::rule:
      break;
  }
  auto rule = std::ranges::find(rules, kept.what, &privacy::CategoryView::category);
  return fmt::format("as ruled for “{}”, at most until the person is erased",
                     rule == rules.end() ? kept.what : rule->label);
}

std::string erased_text(const trust::OnErasure& erased) {
  using Does = trust::OnErasure::Does;
  switch (erased.does) {
    case Does::nothing:
      return "";
    case Does::deletes:
      return "goes at once";
    case Does::follows:
      return "goes with " + erased.what;
    case Does::runs:
    case Does::keeps:
      break;
  }
  return (erased.does == Does::keeps ? "stays: " : "") + erased.what;
}

std::vector<TableFact> tables_of(const trust::Base& base,
                                 const std::vector<privacy::CategoryView>& rules) {
  std::vector<TableFact> out;
  for (const auto& table : trust::tables_of(base))
    if (table.about_persons())
      out.push_back({table.name, table.holds, kept_text(table.kept, rules),
                     erased_text(table.erased), table.shown.sections, table.shown.why_not});
  return out;
}

// What the running system shows of a promise, newest first.
void prove(Facts& facts) {
  std::map<std::string_view, std::pair<std::string, std::optional<Timestamp>>> proofs;
  auto head_at = facts.head ? std::optional(facts.head->at) : std::nullopt;
  if (head_at) proofs["S07"] = {"signed head of the trail", head_at};
  if (!facts.drills.empty()) {
    const auto& drill = facts.drills.back();
    proofs["E14"] = {drill.passed ? "drill passed" : "drill failed", drill.at};
  }
  for (const auto& erasure : facts.erasures)
    if (erasure.key_destroyed_at)
      proofs["S31"] = {"erasure with receipt", erasure.key_destroyed_at};
  if (!facts.keys.empty()) proofs["E11"] = {"keys changed", facts.keys.back().at};
  if (!facts.columns.empty())
    proofs["S21"] = {fmt::format("{} columns about persons classified", facts.columns.size()),
                     facts.made_at};
  auto demanded = std::ranges::count_if(facts.access, [&](const AccessFact& a) {
    return a.role == "administrator" && !a.suspended && !a.second_factor;
  });
  proofs["E05"] = {demanded == 0 ? "every administrator has a second factor"
                                 : "an administrator has no second factor yet and cannot sign in "
                                   "without setting it up",
                   facts.made_at};
  proofs["E19"] = {
      fmt::format("{} listed with their roles", facts.access.size() == 1
                                                    ? "1 user"
                                                    : fmt::format("{} users", facts.access.size())),
      facts.made_at};
  proofs["S08"] = {"this document", facts.made_at};
  if (!facts.requests.empty()) {
    std::int64_t in_time = 0, late = 0;
    for (const auto& kind : facts.requests) {
      in_time += kind.ended_in_time;
      late += kind.ended_late + kind.open_overdue;
    }
    proofs["S11"] = {fmt::format("{} requests answered in time, {} late", in_time, late),
                     facts.made_at};
  }
  for (auto& promise : facts.promises)
    if (auto found = proofs.find(promise.id); found != proofs.end()) {
      promise.proof = found->second.first;
      promise.proof_at = found->second.second;
    }
}

}  // namespace

Result<Period> read_period(const std::optional<Timestamp>& from,
                           const std::optional<Timestamp>& until) {
  constexpr auto kYear = std::chrono::hours(24) * 366;
  // What is entered in this very moment belongs to it.
  auto end = until.value_or(now() + std::chrono::minutes(1));
  auto begin = from.value_or(end - kYear);
  if (begin >= end) return bad_input("/from", "must be before the end of the period.");
  if (end - begin > 10 * kYear) return bad_input("/from", "a period is at most ten years long.");
  return Period{begin, end};
}

Facts gather(Ctx& ctx, const Environment& environment, const Period& period,
             const std::optional<trust::Head>& head, bool proofs) {
  Facts out;
  out.tenant_id = ctx.tenant;
  out.tenant = trust::tenant_settings(ctx);
  out.origin = trust::trail_origin(ctx.base, ctx.tenant);
  out.verifier = ctx.base.keys.signer().verifier();
  out.made_at = now();
  out.period = period;
  out.head = head;
  gather_entries(ctx, out, proofs);
  out.period.until = std::min(period.until, out.made_at);
  out.access = access_of(ctx);
  out.keys_unclean_since = ctx.base.keys.unclean_since();
  out.backups = backups_of(environment);
  out.retention = privacy::retention_overview(ctx);
  out.requests = privacy::request_figures(ctx, period.from, period.until);
  out.outgoing = outreach::outgoing(ctx);
  out.posture = environment.posture;
  if (auto address = unhex(out.posture.witness_address); address && !address->empty())
    out.witness = witness_state(ctx.base, *address);
  out.https = ctx.base.public_url.starts_with("https://");
  out.settings = settings_of(out, environment);
  out.columns = columns_of(ctx.base);
  out.tables = tables_of(ctx.base, out.retention);
  out.promises = promises();
  prove(out);
  return out;
}

}  // namespace varde::operate
