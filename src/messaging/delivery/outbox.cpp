// Single messages: sealed into the table outbox with the change that asks for them, sent by a job
// that owns exactly those it names. A job is for up to 500, so that a journey's step for many costs
// few jobs; what is deferred comes back with the job.
#include "base/log.hpp"
#include "crypto/aead.hpp"
#include "messaging/delivery/mailing.hpp"
#include "messaging/delivery/sender.hpp"
#include "messaging/delivery/store.hpp"
#include "messaging/delivery/store_sql.hpp"
#include "messaging/delivery/undelivered.hpp"
#include "people/subject/subject.hpp"
#include "trust/egress.hpp"
#include "trust/names.hpp"
#include "trust/retention.hpp"
#include "trust/table.hpp"

namespace varde::messaging {

using trust::Ctx;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kPerJob = 500;

struct OutboxRecord {
  Uuid tenant_id, message_id;
  std::optional<Uuid> person_id;
  int source_kind = 0;
  Uuid source_id;
  trust::Sealed<store::kSingleMessage> payload;
  Timestamp due_at, created_at;
};
BOOST_DESCRIBE_STRUCT(OutboxRecord, (),
                      (tenant_id, message_id, person_id, source_kind, source_id, payload, due_at,
                       created_at))
struct OutboxRow {
  Uuid message_id;
  std::optional<Uuid> person_id;
  SourceKind source_kind = SourceKind::journey;
  Uuid source_id;
  trust::Sealed<store::kSingleMessage> payload;
  int attempts = 0;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(OutboxRow, (),
                      (message_id, person_id, source_kind, source_id, payload, attempts, due_at))

json::object pack(const OutboxMessage& m) {
  json::object out{{"subject", m.subject}, {"text", m.text}, {"html", m.html}};
  if (m.to) out["to"] = m.to->reveal();
  out["from_name"] = m.from_name;
  out["from_email"] = m.from_email;
  out["reply_to"] = m.reply_to;
  if (m.document) out["document"] = *m.document;
  json::object links;
  for (const auto& [name, url] : m.links) links[name] = url;
  out["links"] = std::move(links);
  if (m.provider_id) out["provider_id"] = m.provider_id->str();
  if (m.purpose_id) out["purpose_id"] = m.purpose_id->str();
  out["transactional"] = m.transactional;
  out["track"] = m.track;
  return out;
}

OutboxMessage unpack(const OutboxRow& row, std::string_view text) {
  auto value = json::parse({text.data(), text.size()}).as_object();
  auto string = [&](const char* key) {
    const auto* held = value.if_contains(key);
    return held != nullptr && held->is_string() ? std::string(held->get_string()) : std::string();
  };
  OutboxMessage m;
  m.person_id = row.person_id;
  m.source_kind = row.source_kind;
  m.source_id = row.source_id;
  if (value.contains("to")) m.to = Personal(string("to"));
  m.from_name = string("from_name");
  m.from_email = string("from_email");
  m.reply_to = string("reply_to");
  m.subject = string("subject");
  m.text = string("text");
  m.html = string("html");
  if (const auto* document = value.if_contains("document")) m.document = *document;
  for (const auto& [name, url] : value.at("links").as_object())
    m.links[std::string(name)] = std::string(url.as_string());
  m.provider_id = Uuid::parse(string("provider_id"));
  m.purpose_id = Uuid::parse(string("purpose_id"));
  m.transactional = value.at("transactional").as_bool();
  m.track = value.at("track").as_bool();
  return m;
}

}  // namespace

std::vector<Uuid> enqueue_messages(Ctx& ctx, const std::vector<OutboxMessage>& messages) {
  std::vector<Uuid> persons, out;
  for (const auto& m : messages)
    if (m.person_id) persons.push_back(*m.person_id);
  auto keys = persons.empty() ? std::unordered_map<Uuid, crypto::Key>()
                              : ctx.base.keys.keys(ctx.tenant, persons);
  auto own = ctx.base.keys.tenant_key(ctx.tenant, "outbox");
  std::vector<OutboxRecord> rows;
  std::map<Timestamp, json::array> jobs_at;
  auto at = now();
  for (const auto& m : messages) {
    auto key = m.person_id ? keys.find(*m.person_id) : keys.end();
    if (m.person_id && key == keys.end()) {
      out.push_back({});
      continue;
    }
    auto id = Uuid::make();
    auto due = m.due_at.value_or(at);
    rows.push_back({ctx.tenant, id, m.person_id, static_cast<int>(m.source_kind), m.source_id,
                    trust::Sealed<store::kSingleMessage>::of(
                        m.person_id ? key->second : own, json::serialize(pack(m)), ctx.tenant, id),
                    due, at});
    jobs_at[due].emplace_back(id.str());
    out.push_back(id);
  }
  ctx.tx().insert_many("outbox", rows);
  for (auto& [due, ids] : jobs_at)
    for (std::size_t begin = 0; begin < ids.size(); begin += kPerJob) {
      json::array some(
          ids.begin() + static_cast<std::ptrdiff_t>(begin),
          ids.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kPerJob, ids.size())));
      jobs::enqueue(ctx.tx(), {.kind = "outreach.outbox",
                               .tenant_id = ctx.tenant,
                               .payload = json::serialize(json::object{{"messages", some}}),
                               .run_at = due});
    }
  return out;
}

namespace {

// Sends what a job names. Messages are grouped by provider; each group has its sender.
class OutboxRun {
 public:
  OutboxRun(trust::Base& base, const Environment& environment, const Uuid& tenant)
      : base_(base), environment_(environment), tenant_(tenant) {}

  Result<jobs::Outcome> go(const std::vector<Uuid>& ids) {
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    Groups groups;
    std::optional<Timestamp> next;
    std::vector<Uuid> people_ids;
    auto rows = ctx.tx().all<OutboxRow>(store::kOutboxSome, ids);
    for (const auto& row : rows)
      if (row.person_id) people_ids.push_back(*row.person_id);
    auto keys = people_ids.empty() ? std::unordered_map<Uuid, crypto::Key>()
                                   : base_.keys.keys(tenant_, people_ids, false);
    auto own = base_.keys.tenant_key(tenant_, "outbox");
    auto own_words = trust::Egress::may_send(ctx);
    platform_ = !own_words;
    for (auto& row : rows) {
      if (!own_words && row.source_kind != SourceKind::system) {
        // Storage only: what waits keeps waiting. Ended: nothing leaves any more.
        if (own_words.error().kind == "storage-only")
          next = std::min(next.value_or(now() + 60s), now() + 60s);
        else
          ctx.tx().later(store::kOutboxDone, row.message_id, 3, row.attempts);
        continue;
      }
      if (row.due_at > now() + 1s) {
        next = std::min(next.value_or(row.due_at), row.due_at);
        continue;
      }
      auto key = row.person_id ? keys.find(*row.person_id) : keys.end();
      auto text =
          row.person_id && key == keys.end()
              ? std::nullopt
              : row.payload.open(row.person_id ? key->second : own, tenant_, row.message_id);
      if (!text) {  // erased meanwhile
        ctx.tx().later(store::kOutboxDone, row.message_id, 3, row.attempts);
        continue;
      }
      auto message = unpack(row, *text);
      groups[message.provider_id].emplace_back(std::move(row), std::move(message));
    }
    for (auto& person : people::load(ctx, people_ids, true, false))
      persons_.emplace(person.id, std::move(person));
    look_up(ctx, groups);
    ctx.commit();
    std::string trouble;
    for (auto& [provider, messages] : groups) {
      Ctx own_ctx(base_, tenant_, {trust::ActorKind::system, {}});
      auto found = load_provider(own_ctx, provider);
      own_ctx.commit();
      if (auto why = send(found, messages); !why.empty()) trouble = why;
      if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    }
    if (!trouble.empty()) return jobs::Outcome::again(now() + 30s);
    if (deferred_until_) next = std::min(next.value_or(*deferred_until_), *deferred_until_);
    return next ? jobs::Outcome::again(*next) : jobs::Outcome::done();
  }

 private:
  using Item = std::pair<OutboxRow, OutboxMessage>;
  using Groups = std::map<std::optional<Uuid>, std::vector<Item>>;  // by provider

  // Where a message goes; empty when it has nowhere to go.
  std::string address_of(const OutboxMessage& m) const {
    if (m.to) return m.to->reveal();
    auto person = m.person_id ? persons_.find(*m.person_id) : persons_.end();
    return person == persons_.end() ? std::string() : person->second.email.reveal();
  }

  // Suppressions and consents of the whole batch, in one statement for each kind.
  void look_up(Ctx& ctx, const Groups& groups) {
    std::vector<std::string> hashes;
    std::map<Uuid, std::vector<Uuid>> asked;
    for (const auto& [provider, messages] : groups)
      for (const auto& [row, m] : messages) {
        if (auto to = address_of(m); !to.empty()) hashes.push_back(people::email_hash(ctx, to));
        if (m.purpose_id && m.person_id) asked[*m.purpose_id].push_back(*m.person_id);
      }
    held_ = find_suppressions(ctx, hashes);
    if (asked.empty()) return;
    auto purposes = people::purposes(ctx);
    for (const auto& [id, persons] : asked) {
      auto purpose = std::ranges::find(purposes, id, &people::Purpose::id);
      if (purpose == purposes.end()) continue;  // gone: nobody has given it
      people::Query query;
      query.where("p.person_id = ANY(" + query.bind(persons) + ")");
      json::object given{{"field", "consent:" + purpose->key}, {"operator", "given"}};
      if (!people::add_conditions(ctx, given, query)) continue;
      auto found = query.run(ctx, "SELECT p.person_id FROM person p").all<Uuid>();
      consenting_[id] = {found.begin(), found.end()};
    }
  }

  std::string send(const Provider& provider, std::vector<Item>& messages) {
    std::map<Uuid, const OutboxRow*> rows;
    for (const auto& [row, message] : messages) rows[row.message_id] = &row;
    Sender sender(base_, tenant_, provider_for(provider, messages.size()),
                  environment_.bounce_domain, messages.front().first.source_id,
                  [&](Ctx& ctx, const std::vector<DeliveryOutcome>& sent, bool) {
                    return record(ctx, rows, sent);
                  },
                  {.platform = platform_});
    MailScratch scratch;
    for (auto& [row, message] : messages)
      if (!offer(sender, scratch, row, message)) break;
    sender.finish();
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    note_provider_error(ctx, provider.id, sender.trouble());
    ctx.commit();
    return sender.trouble();
  }

  static Provider provider_for(Provider provider, std::size_t messages) {
    provider.connections = std::min<int>(provider.connections, static_cast<int>(messages / 10 + 1));
    return provider;
  }

  // nullptr: may be sent.
  const char* objection(Ctx& ctx, const OutboxRow& row, const OutboxMessage& m,
                        const std::string& to) {
    if (to.empty()) return "no-address";
    // Before any exception: the data of a restricted person goes nowhere, not to a tester either.
    if (m.person_id && persons_.at(*m.person_id).state != people::PersonState::active)
      return "restricted";
    if (row.source_kind == SourceKind::test) return nullptr;
    if (auto held = held_.find(people::email_hash(ctx, to)); held != held_.end())
      if (!m.transactional || !held->second.of_news_alone()) return "suppressed";
    if (m.purpose_id && m.person_id && !consenting_[*m.purpose_id].contains(*m.person_id))
      return "no-consent";
    return nullptr;
  }

  // The steps of a journey send the same message many times: it is compiled once.
  const Mailing* compiled(Ctx& ctx, const OutboxMessage& m) {
    auto content = pack(m);
    content.erase("to");
    content["source"] = m.source_id.str();
    content["person"] = m.person_id.has_value();
    auto [place, added] = compiled_.try_emplace(json::serialize(content));
    if (added) {
      MailingSource source;
      source.kind = m.source_kind;
      source.source_id = m.source_id;
      source.from_name = m.from_name;
      source.from_email = m.from_email;
      source.reply_to = m.reply_to;
      source.subject = m.subject;
      source.document = m.document;
      source.text = m.text;
      source.html = m.html;
      source.links = m.links;
      source.transactional = m.transactional;
      source.track_clicks = source.track_opens = m.track && m.person_id && !m.transactional;
      auto mailing = Mailing::compile(ctx, environment_, std::move(source));
      if (mailing) place->second.emplace(std::move(*mailing));
      if (mailing && m.track && !place->second->links().empty())
        store_links(ctx, m.source_id, *place->second);
    }
    return place->second ? &*place->second : nullptr;
  }

  bool offer(Sender& sender, MailScratch& scratch, const OutboxRow& row, const OutboxMessage& m) {
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    auto note = [&](DeliveryState state, const char* code) {
      sender.note({row.message_id, row.person_id.value_or(Uuid{}), 0, state, row.attempts + 1,
                   now(), code});
      return true;
    };
    people::Person nobody;
    const auto* person = &nobody;
    if (m.person_id) {
      auto found = persons_.find(*m.person_id);
      if (found == persons_.end()) return note(DeliveryState::skipped, "erased");
      person = &found->second;
    }
    auto to = address_of(m);
    if (const auto* why = objection(ctx, row, m, to)) return note(DeliveryState::skipped, why);
    const auto* mailing = compiled(ctx, m);
    ctx.commit();
    OutboundMessage parcel;
    parcel.recipient_id = row.message_id;
    parcel.person_id = row.person_id.value_or(Uuid{});
    parcel.attempts = row.attempts;
    parcel.to = to;
    if (!mailing ||
        !mailing->append(scratch, parcel.dkim, parcel.mail, *person, to, row.message_id)) {
      log::warning("A single message could not be made", {{"message_id", row.message_id}});
      return note(DeliveryState::failed, "not-renderable");
    }
    parcel.from = mailing->return_path(row.message_id);
    parcel.subject = scratch.subject;
    parcel.from_header = mailing->from_email();
    return sender.push(std::move(parcel));
  }

  static void store_links(Ctx& ctx, const Uuid& source, const Mailing& mailing) {
    for (const auto& [number, target, label] : mailing.links())
      ctx.tx().later(store::kOutboxInsertLink, source, number, target, label);
  }

  // Written twice it says the same.
  bool record(Ctx& ctx, const std::map<Uuid, const OutboxRow*>& rows,
              const std::vector<DeliveryOutcome>& sent) {
    std::map<Uuid, std::vector<DeliveryOutcome>> by_source;
    std::vector<Undelivered> undelivered;
    for (const auto& one : sent) {
      const auto& row = *rows.at(one.recipient_id);
      if (one.state == DeliveryState::deferred) {
        auto at = one.at + retry_pause(one.attempts).value_or(4h);
        deferred_until_ = std::min(deferred_until_.value_or(at), at);
        ctx.tx().later(store::kOutboxLater, one.recipient_id, one.attempts, at);
      } else {
        ctx.tx().later(store::kOutboxDone, one.recipient_id,
                       one.state == DeliveryState::sent ? 2 : 3, one.attempts);
      }
      if ((one.state == DeliveryState::failed || one.state == DeliveryState::skipped) &&
          row.person_id)
        undelivered.push_back({row.source_kind, row.source_id, *row.person_id, row.message_id, ""});
      // Tests count nowhere.
      if (row.source_kind != SourceKind::test) by_source[row.source_id].push_back(one);
    }
    for (const auto& [source, some] : by_source) record_deliveries(ctx, source, some);
    tell_undelivered(ctx, undelivered);
    return !jobs::Workers::stopping();
  }

  trust::Base& base_;
  const Environment& environment_;
  Uuid tenant_;
  bool platform_ = false;  // nothing but what the platform tells the tenant's users may leave
  std::map<Uuid, people::Person> persons_;
  std::map<std::string, Suppression> held_;
  std::map<Uuid, std::set<Uuid>> consenting_;               // by purpose
  std::map<std::string, std::optional<Mailing>> compiled_;  // by content
  std::optional<Timestamp> deferred_until_;
};

struct OutboxOf {
  Uuid message_id;
  SourceKind source_kind = SourceKind::journey;
  Uuid source_id;
  trust::Sealed<store::kSingleMessage> payload;
  store::OutboxState state = store::OutboxState::queued;
  Timestamp due_at, created_at;
};
BOOST_DESCRIBE_STRUCT(OutboxOf, (),
                      (message_id, source_kind, source_id, payload, state, due_at, created_at))
struct SubjectOutbox {
  Timestamp created_at, due_at;
  SourceKind kind = SourceKind::journey;
  std::string about;
  store::OutboxState state = store::OutboxState::queued;
  std::optional<std::string> content;  ///< While it is kept: until it was sent.
};
BOOST_DESCRIBE_STRUCT(SubjectOutbox, (), (created_at, due_at, kind, about, state, content))

void write_outbox(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("single_messages", people::subject_columns<SubjectOutbox>());
  auto key = ctx.base.keys.key(ctx.tenant, person);
  for (Uuid after;;) {
    auto rows = ctx.tx().all<OutboxOf>(store::kOutboxOfPerson, person, after, people::kSubjectPage);
    std::set<Uuid> sources;
    for (const auto& row : rows) sources.insert(row.source_id);
    auto names = sources.empty() ? std::map<Uuid, std::string>()
                                 : trust::names_of(ctx, {sources.begin(), sources.end()});
    for (const auto& row : rows)
      out.add(SubjectOutbox{
          row.created_at, row.due_at, row.source_kind, names[row.source_id], row.state,
          key && !row.payload.data.empty() ? row.payload.open(*key, ctx.tenant, row.message_id)
                                           : std::nullopt});
    if (static_cast<int>(rows.size()) < people::kSubjectPage) return;
    after = rows.back().message_id;
  }
}

}  // namespace

void add_outbox_hooks(trust::Base& base) {
  base.extensions.add(people::SubjectHook{write_outbox});
  base.extensions.add(trust::aged_rows(
      "deliveries", "What was sent to whom",
      "That a message was sent to a person, and what came of it. A campaign's numbers stay.",
      store::kRetentionOldDelivery, store::kRetentionDropDelivery));
}

bool any_sent(Ctx& ctx) { return !ctx.tx().query(store::kDeliveryAny).empty(); }

void add_delivery_jobs(trust::Base& base, const Environment& environment, jobs::Workers& workers) {
  workers.handle("outreach.outbox",
                 [&base, environment](const jobs::Job& job) -> Result<jobs::Outcome> {
                   std::vector<Uuid> ids;
                   auto payload = json::parse(job.payload.text);
                   for (const auto& id : payload.at("messages").as_array())
                     if (auto parsed = Uuid::parse(std::string_view(id.as_string())))
                       ids.push_back(*parsed);
                   return OutboxRun(base, environment, *job.tenant_id).go(ids);
                 });
}

}  // namespace varde::messaging
