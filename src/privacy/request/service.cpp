#include "privacy/request/request.hpp"

#include "base/canonical.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/sms/sms.hpp"
#include "privacy/contract/contract.hpp"
#include "privacy/request/internal.hpp"
#include "privacy/request/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "trust/notice.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::privacy {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

struct NewRecord {
  Uuid tenant_id, request_id;
  RequestKind kind = RequestKind::access;
  RequestState state = RequestState::unconfirmed;
  RequestChannel channel = RequestChannel::page;
  std::string language;
  trust::Sealed<kRequest> sealed;
  Timestamp received_at;
};
BOOST_DESCRIBE_STRUCT(NewRecord, (),
                      (tenant_id, request_id, kind, state, channel, language, sealed, received_at))

db::Bytes code_hash(Ctx& ctx, const Uuid& request, std::string_view code) {
  auto key = ctx.base.keys.tenant_key(ctx.tenant, "request-code");
  return {crypto::keyed_hash(key, std::string(request.view()) + std::string(code), 32)};
}

// Six digits out of "123 456"; empty when there is anything else.
std::string digits_of(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 40)) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return {};
    out += c;
  }
  return out.size() == 6 ? out : std::string();
}

void send_mail(Ctx& ctx, const std::string& to, const std::string& subject,
               const std::string& text) {
  messaging::OutboxMessage mail;
  mail.to = Personal(to);
  mail.source_kind = messaging::SourceKind::system;
  mail.source_id = ctx.tenant;
  mail.subject = "{{ links.subject }}";
  mail.text = "{{ links.text }}\n";
  mail.links = {{"subject", subject}, {"text", text}};
  mail.transactional = true;
  mail.track = false;
  messaging::enqueue_message(ctx, mail);
}

void send_text(Ctx& ctx, const std::string& to, const Uuid& about, const std::string& text) {
  messaging::SmsMessage sms;
  sms.text = text;
  sms.kind = messaging::SmsKind::request;
  sms.ref_id = about;
  sms.urgent = true;
  sms.to = Personal(to);
  messaging::send_sms(ctx, {sms});
}

// Where a contact can be written to: a normalised address or number.
struct Reachable {
  std::string address, number;
};
Reachable reachable(Ctx& ctx, const std::string& contact) {
  Reachable out;
  if (contact.find('@') != std::string::npos)
    out.address = people::normalise_email(contact).value_or("");
  else
    out.number =
        people::normalise_phone(contact, people::region_of(trust::tenant_settings(ctx).time_zone))
            .value_or("");
  return out;
}

}  // namespace

Timestamp due_date(Timestamp received, int months, const std::string& zone) {
  auto day = Date(std::chrono::floor<std::chrono::days>(to_local(received, zone)));
  auto due = day + std::chrono::months(months);
  if (!due.ok()) due = due.year() / due.month() / std::chrono::last;
  return from_local(
      std::chrono::local_time<Duration>(std::chrono::local_days(due).time_since_epoch() +
                                        std::chrono::hours(23) + std::chrono::minutes(59)),
      zone);
}

std::string case_number(std::int64_t number, Timestamp confirmed_at) {
  return fmt::format("{}-{:04}", to_rfc3339(confirmed_at).substr(0, 4), number);
}

std::vector<Uuid> persons_with(Ctx& ctx, const std::string& contact) {
  auto to = reachable(ctx, contact);
  const auto& q = to.address.empty() ? to.number : to.address;
  if (q.empty()) return {};
  people::PersonFilter filter;
  filter.q = q;
  auto found = people::search(ctx, filter, Uuid::largest(), 20);
  if (!found) return {};
  std::vector<Uuid> out;
  for (const auto& person : people::load(ctx, *found, false, false))
    if (to.address.empty() ? person.phone.reveal() == to.number
                           : email_key(person.email.reveal()) == email_key(to.address))
      out.push_back(person.id);
  return out;
}

std::optional<Asked> open_asked(Ctx& ctx, const RequestRecord& record) {
  if (record.sealed.data.empty()) return std::nullopt;
  auto key = ctx.base.keys.key(ctx.tenant, record.request_id);
  auto text = key ? record.sealed.open(*key, ctx.tenant, record.request_id) : std::nullopt;
  if (!text) return std::nullopt;
  auto value = json::parse(*text);
  auto part = [&](const char* name) { return Personal(std::string(value.at(name).as_string())); };
  return Asked{part("name"), part("contact"), part("words")};
}

std::optional<std::string> open_note(Ctx& ctx, const EventRecord& event) {
  if (!event.sealed) return std::nullopt;
  auto key = ctx.base.keys.key(ctx.tenant, event.request_id);
  return key ? event.sealed->open(*key, ctx.tenant, event.event_id) : std::nullopt;
}

void add_event(Ctx& ctx, const Uuid& request, EventKind kind, const std::string& note) {
  EventRecord event{ctx.tenant, Uuid::make(), request, now(), kind, std::nullopt, std::nullopt};
  if (ctx.actor.kind == trust::ActorKind::user) event.account_id = ctx.actor.id;
  if (!note.empty())
    if (auto key = ctx.base.keys.key(ctx.tenant, request))
      event.sealed = trust::Sealed<kRequestNote>::of(*key, note, ctx.tenant, event.event_id);
  ctx.tx().insert_many("subject_request_event", std::vector{event});
}

void note_in_trail(Ctx& ctx, const char* action, const RequestRecord& record) {
  trust::record(ctx, trust::AuditEntry{action, "request", record.request_id, record.person_id, {}});
}

web::Words request_words(std::string_view language) { return {"requests", language}; }
std::vector<std::string> request_languages() { return web::page_languages("requests"); }

void tell(Ctx& ctx, const RequestRecord& record, const Asked& asked, std::string_view key,
          const std::string& reason) {
  auto to = reachable(ctx, asked.contact.reveal());
  if (to.address.empty() && to.number.empty()) return;
  auto settings = trust::tenant_settings(ctx);
  auto t = request_words(record.language);
  auto number =
      record.number ? case_number(*record.number, record.confirmed_at.value_or(now())) : "";
  auto due = record.due_at ? t.day(Date(std::chrono::floor<std::chrono::days>(
                                 to_local(*record.due_at, settings.time_zone))))
                           : std::string();
  auto kind = t.plain("kind." + web::enum_word(record.kind));
  auto link = link_of(ctx, record.request_id);
  std::initializer_list<web::Words::Value> values = {{"organisation", settings.name},
                                                     {"number", number},
                                                     {"due", due},
                                                     {"kind", kind},
                                                     {"link", link},
                                                     {"reason", reason}};
  if (!to.address.empty()) {
    send_mail(ctx, to.address, t.plain(std::string(key) + ".subject", values),
              t.plain(key, values));
  } else {
    send_text(ctx, to.number, record.request_id, t.plain(std::string(key) + ".sms", values));
  }
}

std::string link_token(trust::Base& base, const Uuid& tenant, const Uuid& request) {
  auto mac = crypto::keyed_hash(base.keys.tenant_key(tenant, "request-link"), request.view(), 16);
  return base64url(std::string(request.view()) + mac);
}

std::optional<Uuid> read_link(trust::Base& base, const Uuid& tenant, std::string_view token) {
  auto raw = token.size() == 43 ? unbase64(token) : std::nullopt;
  if (!raw || raw->size() != 32) return std::nullopt;
  Uuid request;
  std::copy(raw->begin(), raw->begin() + 16, request.bytes.begin());
  if (!crypto::equal(link_token(base, tenant, request), token)) return std::nullopt;
  return request;
}

std::string link_of(Ctx& ctx, const Uuid& request) {
  return fmt::format("{}/p/requests/{}/{}", ctx.base.public_url, trust::tenant_settings(ctx).slug,
                     link_token(ctx.base, ctx.tenant, request));
}

void ask_code(Ctx& ctx, const Uuid& request) {
  jobs::enqueue(ctx.tx(), {.kind = "privacy.code",
                           .tenant_id = ctx.tenant,
                           .payload = json::serialize(json::object{{"request_id", request.str()}}),
                           .unique_key = "request-code:" + request.str()});
}

namespace {

// To whom a code goes: to the contact when it is on record, while nothing is confirmed; afterwards
// to the address (or number) on record of the person that the request is about.
std::optional<std::string> code_goes_to(Ctx& ctx, const RequestRecord& record) {
  if (record.state == RequestState::unconfirmed) {
    auto asked = open_asked(ctx, record);
    if (!asked || persons_with(ctx, asked->contact.reveal()).empty()) return std::nullopt;
    return asked->contact.reveal();
  }
  if (!record.person_id || record.package_state != PackageState::ready || !record.package_sent_at)
    return std::nullopt;
  auto persons = people::load(ctx, {*record.person_id}, false, false);
  if (persons.empty()) return std::nullopt;
  const auto& person = persons.front();
  auto to = person.email.empty() ? person.phone.reveal() : person.email.reveal();
  return to.empty() ? std::nullopt : std::optional(to);
}

// The job behind a question for a code.
void send_code(Desk& desk, Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<RequestRecord>(kRequestLock, id);
  auto contact = record ? code_goes_to(ctx, *record) : std::nullopt;
  if (!contact) return;
  auto to = reachable(ctx, *contact);
  auto bucket = ctx.tenant.str() + to.address + to.number;
  if (desk.by_address.take(bucket) > 0) return;
  auto code = fmt::format("{:06}", random_u64() % 1'000'000);
  ctx.tx().later(kRequestSetCode, id, code_hash(ctx, id, code), now() + kCodeLife);
  auto t = request_words(record->language);
  auto name = trust::tenant_settings(ctx).name;
  auto text = t.plain("code.message", {{"code", code}, {"organisation", name}});
  if (!to.address.empty())
    send_mail(ctx, to.address, t.plain("code.subject", {{"code", code}, {"organisation", name}}),
              text);
  else
    send_text(ctx, to.number, id, text);
}

Uuid id_in(const jobs::Job& job) {
  auto payload = json::parse(job.payload.text);
  return Uuid::parse(std::string_view(payload.at("request_id").as_string())).value_or(Uuid());
}

}  // namespace

bool use_code(Ctx& ctx, const Uuid& request, std::string_view typed) {
  auto record = ctx.tx().maybe<RequestRecord>(kRequestTryCode, request, now(), kCodeTries);
  ctx.commit();
  auto digits = digits_of(typed);
  auto given = code_hash(ctx, request, digits.empty() ? "-" : digits);
  if (!record || !crypto::equal(given.data, record->code_hash->data)) return false;
  return ctx.tx().query(kRequestUseCode, request, given).affected() == 1;
}

bool receive(Ctx& ctx, const NewRequest& request) {
  try {
    auto key = ctx.base.keys.create_keys(ctx.tenant, std::vector{request.id}).front();
    auto text = json::serialize(json::object{{"name", request.asked.name.reveal()},
                                             {"contact", request.asked.contact.reveal()},
                                             {"words", request.asked.words.reveal()}});
    NewRecord record{ctx.tenant,
                     request.id,
                     request.kind,
                     RequestState::unconfirmed,
                     request.channel,
                     request.language,
                     trust::Sealed<kRequest>::of(key, text, ctx.tenant, request.id),
                     request.received_at};
    ctx.tx().insert_many("subject_request", std::vector{record});
    ctx.tx().flush();
  } catch (const db::SqlError& e) {  // the key, or the row, is there already
    if (!e.is_unique_violation()) throw;
    ctx.rollback();
    return false;
  }
  add_event(ctx, request.id, EventKind::received);
  trust::record(ctx, trust::AuditEntry{"request.receive", "request", request.id, std::nullopt, {}});
  return true;
}

void confirm(Ctx& ctx, const Uuid& id, const std::string& how) {
  auto record = ctx.tx().maybe<RequestRecord>(kRequestLock, id);
  if (!record || record->state != RequestState::unconfirmed) return;
  auto asked = open_asked(ctx, *record);
  auto settings = trust::tenant_settings(ctx);
  record->confirmed_at = now();
  record->due_at = due_date(record->received_at, 1, settings.time_zone);
  // Afterwards there is nothing left to answer from.
  if (auto until = data_until(ctx)) record->due_at = std::min(*record->due_at, *until);
  record->number = ctx.tx().one<std::int64_t>(kRequestNextNumber);
  if (asked)
    if (auto found = persons_with(ctx, asked->contact.reveal()); found.size() == 1)
      record->person_id = found.front();
  ctx.tx().query(kRequestConfirm, id, record->number, record->confirmed_at, record->due_at,
                 record->person_id);
  add_event(ctx, id, EventKind::confirmed, how);
  note_in_trail(ctx, "request.confirm", *record);
  std::vector<trust::Notice> notices;
  auto t = request_words("en");
  auto ending = trust::holders_of(ctx, trust::Right::contract_end);
  std::set<Uuid> administrators(ending.begin(), ending.end());
  for (const auto& account : trust::holders_of(ctx, trust::Right::requests_handle))
    if (ctx.actor.id != account && (!settings.ended || administrators.contains(account)))
      notices.push_back(
          {account,
           fmt::format("A person asks about their own data: {}, case {}. It is to be answered by "
                       "{}.",
                       t.plain("kind." + web::enum_word(record->kind)),
                       case_number(*record->number, *record->confirmed_at),
                       to_string(Date(std::chrono::floor<std::chrono::days>(
                           to_local(*record->due_at, settings.time_zone))))),
           "/privacy/requests/" + id.str(), true});
  trust::notify(ctx, notices);
  if (asked) tell(ctx, *record, *asked, "received");
}

std::optional<Timestamp> data_until(Ctx& ctx) {
  auto contract = contract_of(ctx);
  return contract && contract->state == ContractState::ended ? std::optional(contract->remove_at)
                                                             : std::nullopt;
}

int keep_months(Ctx& ctx) { return ctx.tx().maybe<int>(kRequestKeepMonths).value_or(kKeepMonths); }

void forget(Ctx& ctx, const std::vector<Uuid>& requests) {
  if (requests.empty()) return;
  ctx.tx().later(kRequestStripPieces, requests);
  ctx.tx().later(kRequestStripEvents, requests);
  ctx.tx().later(kRequestStrip, requests);
  // The keys go after the rows have committed, and surely: it is a job. They stand in the ledger
  // of erasures, so that no restore brings them back.
  jobs::enqueue(
      ctx.tx(),
      {.kind = "privacy.forget", .tenant_id = ctx.tenant, .payload = trust::ids_payload(requests)});
}

namespace {

// What nobody confirmed, what has been over for long, and files that nobody fetched.
void sweep_tenant(trust::Base& base, const Uuid& tenant) {
  Ctx ctx(base, tenant, {});
  auto at = now();
  auto unconfirmed = ctx.tx().all<Uuid>(kRequestUnconfirmedBefore, at - kUnconfirmedLife);
  auto packages = ctx.tx().all<Uuid>(kRequestPackagesBefore, at);
  auto ended = ctx.tx().all<Uuid>(kRequestEndedBefore,
                                  at - std::chrono::hours(24) * (keep_months(ctx) * 365 / 12));
  if (unconfirmed.empty() && packages.empty() && ended.empty()) return;
  if (!packages.empty()) {
    ctx.tx().later(kRequestStripPieces, packages);
    ctx.tx().later(kRequestPackagesGone, packages);
  }
  std::vector<trust::AuditEntry> entries;
  for (const auto& id : ended)
    entries.push_back({"request.sweep", "request", id, std::nullopt, {}});
  for (const auto& id : unconfirmed)
    entries.push_back({"request.drop", "request", id, std::nullopt, {}});
  auto gone = ended;
  gone.insert(gone.end(), unconfirmed.begin(), unconfirmed.end());
  forget(ctx, gone);
  if (!unconfirmed.empty()) ctx.tx().later(kRequestDelete, unconfirmed);
  trust::record(ctx, entries);
  ctx.commit();
}

}  // namespace

Result<jobs::Outcome> run_gather(trust::Base& base, const jobs::Job& job);  // package.cpp

void add_request_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("privacy.code", [&base](const jobs::Job& job) -> Result<jobs::Outcome> {
    Ctx ctx(base, *job.tenant_id, {});
    send_code(desk_of(base), ctx, id_in(job));
    ctx.commit();
    return jobs::Outcome::done();
  });
  workers.handle("privacy.forget", [&base](const jobs::Job& job) -> Result<jobs::Outcome> {
    try {
      trust::forget(base, *job.tenant_id, trust::ids_of(job));
    } catch (const std::exception& e) {
      return trust::try_again(e);
    }
    return jobs::Outcome::done();
  });
  workers.handle("privacy.gather", [&base](const jobs::Job& job) { return run_gather(base, job); });
  workers.when_given_up("privacy.gather", [&base](const jobs::Job& job, const std::string&) {
    Ctx ctx(base, *job.tenant_id, {});
    auto payload = json::parse(job.payload.text);
    auto id = Uuid::parse(std::string_view(payload.at("request_id").as_string())).value_or(Uuid());
    ctx.tx().later(kRequestPackageState, id, PackageState::failed, std::optional<Timestamp>());
    ctx.commit();
  });
  workers.handle("privacy.sweep", [&base](const jobs::Job&) -> Result<jobs::Outcome> {
    for (const auto& tenant : trust::every_tenant(base)) {
      if (jobs::Workers::stopping()) break;
      sweep_tenant(base, tenant);
    }
    return jobs::Outcome::done();
  });
  workers.schedule({"privacy.sweep", std::chrono::hours(1)});
}

Desk& desk_of(trust::Base& base) {
  for (const auto& desk : base.extensions.all<std::shared_ptr<Desk>>()) return *desk;
  throw std::logic_error("add_request_hooks comes first");
}

std::vector<trust::Attention> requests_attention(Ctx& ctx) {
  if (!trust::may(ctx.role, trust::Right::requests_handle)) return {};
  std::int64_t open = 0, overdue = 0;
  std::optional<Timestamp> first;
  for (const auto& row : ctx.tx().all<StateCount>(kRequestCounts, now())) {
    if (row.state != RequestState::confirmed && row.state != RequestState::working) continue;
    open += row.count;
    overdue += row.overdue;
    if (row.first_due && (!first || *row.first_due < *first)) first = row.first_due;
  }
  if (open == 0) return {};
  auto zone = trust::tenant_settings(ctx).time_zone;
  auto day =
      first ? to_string(Date(std::chrono::floor<std::chrono::days>(to_local(*first, zone)))) : "";
  auto text =
      open == 1 ? fmt::format("A request about personal data waits, due {}", day)
                : fmt::format("{} requests about personal data wait, the first due {}", open, day);
  if (overdue > 0) text += fmt::format(" ({} overdue)", overdue);
  return {{"requests", text, "/privacy/requests", open}};
}

}  // namespace varde::privacy
