#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/sms/encoding.hpp"
#include "messaging/sms/store.hpp"
#include "messaging/sms/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "web/resource.hpp"

namespace varde::messaging {

using namespace sms::store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

struct MeasureRequest {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(MeasureRequest, (), (text))
struct MeasureAnswer {
  sms::Encoding encoding = sms::Encoding::gsm7;
  std::int64_t characters = 0, units = 0, segments = 0, single_limit = 0, segment_limit = 0,
               left = 0, max_segments = sms::kMaxSegments;
  /// Of the whole text with the default provider, where it says what a segment costs.
  std::optional<std::int64_t> price_minor;
  std::optional<std::string> price_currency;
};
BOOST_DESCRIBE_STRUCT(MeasureAnswer, (),
                      (encoding, characters, units, segments, single_limit, segment_limit, left,
                       max_segments, price_minor, price_currency))

struct SmsView {
  Uuid id;
  Timestamp at;
  std::string from;
  Personal to, text;
  int segments = 0;
  SmsKind kind = SmsKind::notice;
  std::optional<Uuid> person_id, campaign_id;
};
BOOST_DESCRIBE_STRUCT(SmsView, (), (id, at, from, to, text, segments, kind, person_id, campaign_id))
struct SmsQuery {
  std::optional<std::string> q, cursor;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(SmsQuery, (), (q, cursor, limit))
struct SimulatedReply {
  web::Text<2000, 1> text;
};
BOOST_DESCRIBE_STRUCT(SimulatedReply, (), (text))

// Messages to erased persons stay shut and are left out.
std::vector<SmsView> open_rows(Ctx& ctx, const std::vector<SmsRecord>& rows) {
  std::vector<Uuid> persons;
  for (const auto& row : rows)
    if (row.person_id) persons.push_back(*row.person_id);
  auto keys = persons.empty() ? std::unordered_map<Uuid, crypto::Key>()
                              : ctx.base.keys.keys(ctx.tenant, persons);
  auto own = number_key(ctx.base, ctx.tenant);
  ctx.base.reads.note(ctx, persons);
  std::vector<SmsView> out;
  for (const auto& row : rows) {
    auto key = row.person_id ? keys.find(*row.person_id) : keys.end();
    if (row.person_id && key == keys.end()) continue;
    auto plain = row.sealed.open(row.person_id ? key->second : own, ctx.tenant, row.reference);
    if (!plain) continue;
    auto value = json::parse(*plain);
    auto text = [&](const char* name) { return std::string(value.at(name).as_string()); };
    out.push_back({row.sms_id, row.at, text("from"), Personal(text("to")), Personal(text("text")),
                   row.segments, row.kind, row.person_id,
                   row.kind == SmsKind::campaign ? std::optional(row.ref_id) : std::nullopt});
  }
  return out;
}

Error gone() { return not_found("This message does not exist any more."); }

Result<MeasureAnswer> measure_sms(Ctx& ctx, const web::Body<MeasureRequest>& in) {
  auto m = sms::measure(in->text);
  auto number = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  MeasureAnswer out{m.encoding,         number(m.characters),   number(m.units),
                    number(m.segments), number(m.single_limit), number(m.segment_limit),
                    number(m.left)};
  auto settings = load_provider(ctx, std::nullopt, Channel::sms).sms;
  if (settings.price_minor && settings.price_currency) {
    out.price_minor = out.segments * *settings.price_minor;
    out.price_currency = settings.price_currency->value;
  }
  return out;
}

Result<web::Page<SmsView>> list_mailbox_sms(Ctx& ctx, const web::Query<SmsQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto limit = static_cast<std::size_t>(web::page_limit(query->limit));
  auto wanted = fold(query->q.value_or(""));
  web::Page<SmsView> page;
  // Texts are sealed, so a search reads: at most the last few thousand messages.
  for (int round = 0; round < 20; ++round) {
    auto rows = ctx.tx().all<SmsRecord>(store::kSmsCaptured, before, 200);
    for (auto& row : open_rows(ctx, rows)) {
      if (!wanted.empty() &&
          fold(row.to.reveal() + " " + row.text.reveal()).find(wanted) == std::string::npos)
        continue;
      if (page.items.size() == limit) {
        page.next = web::make_cursor({page.items.back().id.str()});
        return page;
      }
      page.items.push_back(std::move(row));
    }
    if (rows.size() < 200) break;
    before = rows.back().sms_id;
  }
  return page;
}

Result<SmsView> get_mailbox_sms(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto rows = open_rows(ctx, ctx.tx().all<SmsRecord>(store::kSmsCapturedOne, path->id));
  if (rows.empty()) return gone();
  return std::move(rows.front());
}

Result<Done> clear_mailbox_sms(Ctx& ctx) {
  ctx.tx().later(store::kSmsClear);
  record(ctx, trust::AuditEntry{"mailbox.clear", "mailbox", std::nullopt});
  return Done{};
}

Result<Done> reply_to_mailbox_sms(Ctx& ctx, const web::Origin& origin,
                                  const web::Path<web::IdPath>& path,
                                  const web::Body<SimulatedReply>& in) {
  if (!ctx.base.is_simulated(*origin.request))
    return forbidden("Only the demo can reply for somebody: Varde-Simulated is missing.");
  auto rows = open_rows(ctx, ctx.tx().all<SmsRecord>(store::kSmsCapturedOne, path->id));
  if (rows.empty()) return gone();
  take_reply(ctx, Uuid{}, rows.front().to.reveal(), in->text.value, Uuid::make().str(),
             people::kSimulated);
  return Done{};
}

}  // namespace

void add_sms_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"POST", "/api/v1/sms/measure", "measureSms",
           "How many segments a text takes, and what they cost", access(Right::user)},
          measure_sms);

  api.add({"GET", "/api/v1/mailbox/sms", "listMailboxSms", "SMS that were captured, newest first",
           access(Right::channels_manage)},
          list_mailbox_sms);
  api.add({"GET", "/api/v1/mailbox/sms/{id}", "getMailboxSms", "One captured SMS",
           access(Right::channels_manage)},
          get_mailbox_sms);
  api.add({"DELETE", "/api/v1/mailbox/sms", "clearMailboxSms", "Removes all captured SMS",
           access(Right::channels_manage)},
          clear_mailbox_sms);
  // Only the demo may speak for a person: its token shows that it is a game.
  api.add({"POST", "/api/v1/mailbox/sms/{id}/reply", "replyToMailboxSms",
           "Replies to a captured SMS as its recipient would; for the demo",
           access(Right::channels_manage)},
          reply_to_mailbox_sms);
}

}  // namespace varde::messaging
