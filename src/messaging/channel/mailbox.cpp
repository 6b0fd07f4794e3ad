// The captured mailbox, and the addresses that nobody writes to any more.
#include <gmime/gmime.h>

#include <mutex>

#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/store.hpp"
#include "messaging/channel/store_sql.hpp"
#include "people/person/person.hpp"
#include "people/subject/subject.hpp"
#include "trust/audit.hpp"
#include "trust/retention.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::messaging {

using trust::AuditEntry;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

struct CapturedRow {
  Uuid message_id;
  Timestamp at;
  std::optional<Uuid> person_id, source_id;
  int size = 0;
  trust::Sealed<kCapturedHead> sealed_head;
};
BOOST_DESCRIBE_STRUCT(CapturedRow, (), (message_id, at, person_id, source_id, size, sealed_head))
struct CapturedBody {
  std::optional<Uuid> person_id;
  trust::Sealed<kCapturedMessage> sealed;
};
BOOST_DESCRIBE_STRUCT(CapturedBody, (), (person_id, sealed))

struct MailRow {
  Uuid id;
  Timestamp at;
  std::string from;
  Personal to, subject;
  int size = 0;
  std::optional<Uuid> campaign_id;
  std::optional<std::string> return_path;  ///< Of the envelope (RFC 5321): where a bounce goes.
};
BOOST_DESCRIBE_STRUCT(MailRow, (), (id, at, from, to, subject, size, campaign_id, return_path))
struct MailHeader {
  std::string name;
  Personal value;
};
BOOST_DESCRIBE_STRUCT(MailHeader, (), (name, value))
struct MailView {
  Uuid id;
  Timestamp at;
  std::string from;
  Personal to, subject;
  int size = 0;
  std::optional<Uuid> campaign_id;
  std::optional<std::string> return_path;
  std::vector<MailHeader> headers;
  std::optional<Personal> html, text;
  std::vector<Personal> links;
};
BOOST_DESCRIBE_STRUCT(MailView, (),
                      (id, at, from, to, subject, size, campaign_id, return_path, headers, html,
                       text, links))
struct MailQuery {
  std::optional<std::string> q, cursor;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(MailQuery, (), (q, cursor, limit))

// Opens heads; messages to erased persons stay shut and are left out.
std::vector<MailRow> open_rows(Ctx& ctx, const std::vector<CapturedRow>& rows) {
  std::vector<Uuid> persons;
  for (const auto& row : rows)
    if (row.person_id) persons.push_back(*row.person_id);
  auto keys = persons.empty() ? std::unordered_map<Uuid, crypto::Key>()
                              : ctx.base.keys.keys(ctx.tenant, persons);
  auto own = ctx.base.keys.tenant_key(ctx.tenant, "captured");
  ctx.base.reads.note(ctx, persons);
  std::vector<MailRow> out;
  for (const auto& row : rows) {
    auto key = row.person_id ? keys.find(*row.person_id) : keys.end();
    if (row.person_id && key == keys.end()) continue;
    auto head = row.sealed_head.open(row.person_id ? key->second : own, ctx.tenant, row.message_id);
    if (!head) continue;
    auto value = json::parse(*head);
    auto text = [&](const char* name) { return std::string(value.at(name).as_string()); };
    out.push_back({row.message_id, row.at, text("from"), Personal(text("to")),
                   Personal(text("subject")), row.size, row.source_id,
                   // Heads that are older than the field do not have it.
                   value.as_object().contains("return_path") ? std::optional(text("return_path"))
                                                             : std::nullopt});
  }
  return out;
}

std::optional<std::string> raw(Ctx& ctx, const Uuid& id) {
  auto row = ctx.tx().maybe<CapturedBody>(store::kCapturedBody, id);
  if (!row) return std::nullopt;
  auto key = row->person_id ? ctx.base.keys.key(ctx.tenant, *row->person_id)
                            : std::optional(ctx.base.keys.tenant_key(ctx.tenant, "captured"));
  if (!key) return std::nullopt;
  if (row->person_id) ctx.base.reads.note(ctx, {&*row->person_id, 1});
  return row->sealed.open(*key, ctx.tenant, id);
}

struct SubjectMail {
  Timestamp at;
  std::string from;
  Personal to, subject;
  std::string file;
};
BOOST_DESCRIBE_STRUCT(SubjectMail, (), (at, from, to, subject, file))

void write_captured(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("kept_messages", people::subject_columns<SubjectMail>());
  for (Uuid after;;) {
    auto rows =
        ctx.tx().all<CapturedRow>(store::kCapturedOfPerson, person, after, people::kSubjectPage);
    for (const auto& mail : open_rows(ctx, rows)) {
      auto name = "message-" + mail.id.str() + ".eml";
      out.add(SubjectMail{mail.at, mail.from, mail.to, mail.subject, name});
      out.file(name, [id = mail.id](Ctx& own) { return raw(own, id); });
    }
    if (static_cast<int>(rows.size()) < people::kSubjectPage) return;
    after = rows.back().message_id;
  }
}

// GMime takes the message apart; it was written here, so it is small and well-formed.
void take_apart(const std::string& bytes, MailView& view) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  auto* stream = g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size());
  auto* parser = g_mime_parser_new_with_stream(stream);
  auto* message = g_mime_parser_construct_message(parser, nullptr);
  if (message != nullptr) {
    auto* headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
    for (int i = 0; i < g_mime_header_list_get_count(headers); ++i) {
      auto* header = g_mime_header_list_get_header_at(headers, i);
      const char* value = g_mime_header_get_value(header);
      view.headers.push_back({g_mime_header_get_name(header), Personal(value ? value : "")});
    }
    auto* iter = g_mime_part_iter_new(GMIME_OBJECT(message));
    do {
      auto* part = g_mime_part_iter_get_current(iter);
      if (part == nullptr || !GMIME_IS_TEXT_PART(part)) continue;
      auto* type = g_mime_object_get_content_type(part);
      char* text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
      if (text == nullptr) continue;
      if (g_mime_content_type_is_type(type, "text", "html")) {
        view.html = Personal(text);
      } else {
        view.text = Personal(text);
      }
      g_free(text);
    } while (g_mime_part_iter_next(iter));
    g_mime_part_iter_free(iter);
    g_object_unref(message);
  }
  g_object_unref(parser);
  g_object_unref(stream);
  if (!view.html) return;
  const auto& html = view.html->reveal();
  for (auto at = html.find("<a href=\""); at != std::string::npos;
       at = html.find("<a href=\"", at + 1)) {
    auto begin = at + 9;
    auto link = html.substr(begin, html.find('"', begin) - begin);
    bool known = std::ranges::any_of(view.links, [&](auto& l) { return l.reveal() == link; });
    if (!known) view.links.emplace_back(std::move(link));
  }
}

// ---- suppressions

struct SuppressionRow {
  db::Bytes address_hash;
  Channel channel = Channel::mail;
  SuppressionReason reason = SuppressionReason::manual;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(SuppressionRow, (), (address_hash, channel, reason, at))
struct SuppressionView {
  std::string id;
  SuppressionReason reason = SuppressionReason::manual;
  Timestamp at;
  std::string hash_prefix;
  Channel channel = Channel::mail;
};
BOOST_DESCRIBE_STRUCT(SuppressionView, (), (id, reason, at, hash_prefix, channel))
/// An address or a number, one of the two.
struct SuppressionNew {
  std::optional<web::Email> email;
  std::optional<web::Text<40>> phone;
  std::optional<SuppressionReason> reason;
};
BOOST_DESCRIBE_STRUCT(SuppressionNew, (), (email, phone, reason))
struct SuppressionQuestion {
  std::optional<web::Email> email;
  std::optional<web::Text<40>> phone;
};
BOOST_DESCRIBE_STRUCT(SuppressionQuestion, (), (email, phone))
struct SuppressionAnswer {
  bool suppressed = false;
  std::optional<SuppressionReason> reason;
  std::optional<Timestamp> at;
};
BOOST_DESCRIBE_STRUCT(SuppressionAnswer, (), (suppressed, reason, at))
struct HashPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(HashPath, (), (id))
struct OfPersonPath {
  Uuid id;
  Channel channel = Channel::mail;
};
BOOST_DESCRIBE_STRUCT(OfPersonPath, (), (id, channel))

SuppressionView view(const SuppressionRow& row) {
  auto id = hex(row.address_hash.data);
  return {id, row.reason, row.at, id.substr(0, 8), row.channel};
}

// The hash of what is held, and of which channel it is.
Result<std::pair<std::string, Channel>> hash_of(Ctx& ctx, const std::optional<web::Email>& email,
                                                const std::optional<web::Text<40>>& phone) {
  if (email.has_value() == phone.has_value())
    return bad_input("/email", "Give an e-mail address or a phone number, one of the two.");
  if (email) return std::pair{people::email_hash(ctx, email->value), Channel::mail};
  auto number = people::normalise_phone(phone->value,
                                        people::region_of(trust::tenant_settings(ctx).time_zone));
  if (!number)
    return bad_input("/phone",
                     "is not a phone number that can exist. Write it with the country code, like "
                     "+47 912 34 567.");
  return std::pair{people::phone_hash(ctx, *number), Channel::sms};
}

}  // namespace

std::vector<trust::LiveUpdate> captured_since(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(store::kCapturedNewest, Uuid::floor_of(since));
}

void add_mailbox_hooks(trust::Base& base) {
  trust::count_quota(base, trust::Quota::file_bytes, store::kCapturedBytes);
  base.extensions.add(people::SubjectHook{write_captured});
  base.extensions.add(trust::aged_rows(
      "captured", "The built-in mailbox", "Messages that were captured instead of sent.",
      store::kRetentionOldCapturedMessage, store::kRetentionDropCapturedMessage));
}

namespace {

Result<web::Page<MailRow>> list_mailbox(Ctx& ctx, const web::Query<MailQuery>& query) {
  auto before = Uuid::largest();
  if (query->cursor && !query->cursor->empty()) {
    auto parsed = Uuid::parse(*query->cursor);
    if (!parsed) return bad_input("query/cursor", "is not a cursor of this list.");
    before = *parsed;
  }
  auto limit = static_cast<std::size_t>(std::clamp(query->limit.value_or(50), 1, 200));
  auto wanted = fold(query->q.value_or(""));
  web::Page<MailRow> page;
  // Heads are sealed, so a search reads: at most the last few thousand messages.
  for (int round = 0; round < 20 && page.items.size() < limit; ++round) {
    auto rows = ctx.tx().all<CapturedRow>(store::kCapturedPage, before, 200);
    bool filled = false;
    for (auto& row : open_rows(ctx, rows)) {
      if (!wanted.empty() &&
          fold(row.to.reveal() + " " + row.subject.reveal()).find(wanted) == std::string::npos)
        continue;
      if (page.items.size() == limit) {
        filled = true;
        break;
      }
      page.items.push_back(std::move(row));
    }
    if (filled) {
      page.next = page.items.back().id.str();
      break;
    }
    if (rows.size() < 200) break;
    before = rows.back().message_id;
    page.next = before.str();
    if (wanted.empty() && page.items.size() >= limit) break;
  }
  if (page.items.size() < limit) page.next.reset();
  return page;
}

Result<MailView> get_mailbox_message(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto rows = open_rows(ctx, ctx.tx().all<CapturedRow>(store::kCapturedOne, path->id));
  auto bytes = raw(ctx, path->id);
  if (rows.empty() || !bytes) return not_found("This message does not exist any more.");
  auto& row = rows.front();
  MailView out{row.id,      row.at,   row.from,        row.to,
               row.subject, row.size, row.campaign_id, row.return_path};
  take_apart(*bytes, out);
  return out;
}

Result<net::Response> get_mailbox_message_raw(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto bytes = raw(ctx, path->id);
  if (!bytes) return not_found("This message does not exist any more.");
  auto response = net::text_response(200, "message/rfc822", std::move(*bytes));
  response.with("Content-Disposition", "attachment; filename=\"message.eml\"");
  response.with("Cache-Control", "no-store");
  return response;
}

Result<Done> clear_mailbox(Ctx& ctx) {
  ctx.tx().later(store::kCapturedClear);
  record(ctx, AuditEntry{"mailbox.clear", "mailbox", std::nullopt});
  return Done{};
}

Result<web::Page<SuppressionView>> list_suppressions(Ctx& ctx, const web::Query<MailQuery>& query) {
  auto after = unhex(query->cursor.value_or("")).value_or("");
  auto limit = static_cast<std::size_t>(std::clamp(query->limit.value_or(50), 1, 200));
  auto total = ctx.tx().later(store::kSuppressionCount);
  auto rows = ctx.tx().all<SuppressionRow>(store::kSuppressionPage, db::Bytes{after},
                                           static_cast<int>(limit) + 1);
  web::Page<SuppressionView> page;
  for (const auto& row : rows) {
    if (page.items.size() == limit) {
      page.next = page.items.back().id;
      break;
    }
    page.items.push_back(view(row));
  }
  page.total = total.rows().as<std::int64_t>(0);
  return page;
}

Result<web::Created<SuppressionView>> create_suppression(Ctx& ctx,
                                                         const web::Body<SuppressionNew>& in) {
  VARDE_TRY(auto target, hash_of(ctx, in->email, in->phone));
  const auto& [hash, channel] = target;
  suppress(ctx, hash, in->reason.value_or(SuppressionReason::manual), channel);
  auto held = find_suppression(ctx, hash);
  record(ctx, AuditEntry{"suppression.add", "suppression", std::nullopt});
  return web::Created<SuppressionView>{view({{hash}, channel, held->reason, held->at}), ""};
}

Result<SuppressionAnswer> check_suppression(Ctx& ctx, const web::Body<SuppressionQuestion>& in) {
  VARDE_TRY(auto target, hash_of(ctx, in->email, in->phone));
  auto held = find_suppression(ctx, target.first);
  if (!held) return SuppressionAnswer{};
  return SuppressionAnswer{true, held->reason, held->at};
}

Result<Done> delete_suppression(Ctx& ctx, const web::Path<HashPath>& path) {
  auto hash = unhex(path->id);
  if (!hash || unsuppress(ctx, *hash) == TakenBack::nothing)
    return not_found("This address is not on the list any more.");
  record(ctx, AuditEntry{"suppression.remove", "suppression", std::nullopt});
  return Done{};
}

Result<Done> delete_person_suppression(Ctx& ctx, const web::Path<OfPersonPath>& path) {
  auto persons = people::load(ctx, {path->id}, false);
  if (persons.empty()) return not_found("This person does not exist, or was erased.");
  bool sms = path->channel == Channel::sms;
  const auto& to = sms ? persons.front().phone : persons.front().email;
  auto taken = to.empty() ? TakenBack::nothing
                          : unsuppress(ctx, sms ? people::phone_hash(ctx, to.reveal())
                                                : people::email_hash(ctx, to.reveal()));
  if (taken == TakenBack::nothing)
    return not_found(sms ? "This person's number is not on the list."
                         : "This person's address is not on the list.");
  if (taken == TakenBack::free)
    note_unsuppressed(ctx, {path->id}, sms ? "SMS" : "", 0);
  else
    record(ctx, AuditEntry{"suppression.remove", "suppression", std::nullopt, path->id});
  return Done{};
}

}  // namespace

void add_mailbox_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/mailbox", "listMailbox", "Messages that were captured, newest first",
           access(Right::channels_manage)},
          list_mailbox);
  api.add({"GET", "/api/v1/mailbox/{id}", "getMailboxMessage", "One captured message, taken apart",
           access(Right::channels_manage)},
          get_mailbox_message);
  api.add({"GET", "/api/v1/mailbox/{id}/raw", "getMailboxMessageRaw", "The message as it was sent",
           access(Right::channels_manage)},
          get_mailbox_message_raw);
  api.add({"DELETE", "/api/v1/mailbox", "clearMailbox", "Removes all captured messages",
           access(Right::channels_manage)},
          clear_mailbox);

  api.add({"GET", "/api/v1/suppressions", "listSuppressions",
           "Addresses that nothing is sent to, as keyed hashes", access(Right::channels_manage)},
          list_suppressions);
  api.add({"POST", "/api/v1/suppressions", "createSuppression", "Stops messages to an address",
           access(Right::channels_manage)},
          create_suppression);
  api.add({"POST", "/api/v1/suppressions/check", "checkSuppression", "Whether an address is held",
           access(Right::channels_manage)},
          check_suppression);
  api.add({"DELETE", "/api/v1/suppressions/{id}", "deleteSuppression", "Allows messages again",
           access(Right::channels_manage)},
          delete_suppression);
  api.add({"DELETE", "/api/v1/persons/{id}/suppressions/{channel}", "deletePersonSuppression",
           "Allows messages to a person's address or number again", access(Right::channels_manage)},
          delete_person_suppression);
}

}  // namespace varde::messaging
