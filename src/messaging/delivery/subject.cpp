// What is kept about a person of messages that went out: deliveries, what came back, what is
// planned, and whether the address is held.
#include "people/subject/subject.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/delivery/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/names.hpp"

namespace varde::messaging {

using trust::Ctx;

namespace {

struct DeliveryOf {
  Uuid source_id, recipient_id;
  std::optional<std::string> subject;
  DeliveryState state = DeliveryState::sent;
  int attempts = 1;
  Timestamp at;
  std::string code;
  Bounce bounce = Bounce::none;
  std::optional<Timestamp> bounced_at;
};
BOOST_DESCRIBE_STRUCT(DeliveryOf, (),
                      (source_id, recipient_id, subject, state, attempts, at, code, bounce,
                       bounced_at))
struct ResponseOf {
  Uuid source_id;
  people::ActivityKind kind = people::ActivityKind::opened;
  int number = 0, flags = 0;
  std::optional<std::string> url;
  Timestamp first_at, last_at;
  int times = 1;
};
BOOST_DESCRIBE_STRUCT(ResponseOf, (),
                      (source_id, kind, number, flags, url, first_at, last_at, times))
struct SubjectDelivery {
  Timestamp at;
  std::string message;
  std::optional<std::string> subject;
  DeliveryState state = DeliveryState::sent;
  int attempts = 1;
  std::string code;
  Bounce bounce = Bounce::none;
  std::optional<Timestamp> bounced_at;
};
BOOST_DESCRIBE_STRUCT(SubjectDelivery, (),
                      (at, message, subject, state, attempts, code, bounce, bounced_at))
struct SubjectResponse {
  std::string message;
  people::ActivityKind kind = people::ActivityKind::opened;
  std::optional<std::string> link;
  Timestamp first_at, last_at;
  int times = 1;
  bool scanner = false;
};
BOOST_DESCRIBE_STRUCT(SubjectResponse, (), (message, kind, link, first_at, last_at, times, scanner))
struct SubjectHeld {
  Channel channel = Channel::mail;
  SuppressionReason reason = SuppressionReason::manual;
  Timestamp at;
  std::optional<Timestamp> unsubscribed_at;
  bool stopped = false;
};
BOOST_DESCRIBE_STRUCT(SubjectHeld, (), (channel, reason, at, unsubscribed_at, stopped))

template <class Row, class Id>
std::map<Uuid, std::string> names_for(Ctx& ctx, const std::vector<Row>& rows, Id id) {
  std::set<Uuid> ids;
  for (const auto& row : rows) ids.insert(row.*id);
  return ids.empty() ? std::map<Uuid, std::string>()
                     : trust::names_of(ctx, {ids.begin(), ids.end()});
}

void write_deliveries(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("messages", people::subject_columns<SubjectDelivery>());
  for (std::pair<Uuid, Uuid> after;;) {
    auto rows = ctx.tx().all<DeliveryOf>(store::kDeliveryOfSubject, person, after.first,
                                         after.second, people::kSubjectPage);
    auto names = names_for(ctx, rows, &DeliveryOf::source_id);
    for (const auto& r : rows)
      out.add(SubjectDelivery{r.at, names[r.source_id], r.subject, r.state, r.attempts, r.code,
                              r.bounce, r.bounced_at});
    if (static_cast<int>(rows.size()) < people::kSubjectPage) break;
    after = {rows.back().source_id, rows.back().recipient_id};
  }
}

void write_responses(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("responses", people::subject_columns<SubjectResponse>());
  ResponseOf last;
  int kind = -1;
  while (true) {
    auto rows = ctx.tx().all<ResponseOf>(store::kResponseOfSubject, person, last.source_id, kind,
                                         last.number, last.flags, people::kSubjectPage);
    auto names = names_for(ctx, rows, &ResponseOf::source_id);
    for (const auto& r : rows)
      out.add(SubjectResponse{names[r.source_id], r.kind, r.url, r.first_at, r.last_at, r.times,
                              (r.flags & people::kScanner) != 0});
    if (static_cast<int>(rows.size()) < people::kSubjectPage) return;
    last = rows.back();
    kind = static_cast<int>(last.kind);
  }
}

void write_held(Ctx& ctx, const Uuid& id, people::SubjectWriter& out) {
  out.section("suppressions", people::subject_columns<SubjectHeld>());
  auto persons = people::load(ctx, {id}, false, false);
  if (persons.empty()) return;
  const auto& person = persons.front();
  auto add = [&](Channel channel, const std::string& hash) {
    if (auto held = find_suppression(ctx, hash))
      out.add(SubjectHeld{channel, held->reason, held->at, held->unsubscribed_at, held->stopped});
  };
  if (!person.email.empty()) add(Channel::mail, people::email_hash(ctx, person.email.reveal()));
  if (!person.phone.empty()) add(Channel::sms, people::phone_hash(ctx, person.phone.reveal()));
}

}  // namespace

void add_delivery_subject_hooks(trust::Base& base) {
  base.extensions.add(
      people::SubjectHook{[](Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
        write_deliveries(ctx, person, out);
        write_responses(ctx, person, out);
        write_held(ctx, person, out);
      }});
}

}  // namespace varde::messaging
