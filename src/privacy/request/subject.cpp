// What this module adds to the others: the trail and the requests of a person are handed out, and
// requests lose what identifies the person when she is erased.
#include "people/subject/subject.hpp"

#include "privacy/request/internal.hpp"
#include "privacy/request/store_sql.hpp"
#include "trust/table.hpp"
#include "trust/trail/trail.hpp"

namespace varde::privacy {

using namespace store;
using trust::Ctx;

namespace {

struct SubjectEntry {
  Timestamp at;
  trust::ActorKind actor = trust::ActorKind::system;
  std::string action, field;
  std::optional<std::string> before, after, network;
};
BOOST_DESCRIBE_STRUCT(SubjectEntry, (), (at, actor, action, field, before, after, network))
struct SubjectRequest {
  std::string number;
  RequestKind kind = RequestKind::access;
  RequestState state = RequestState::unconfirmed;
  RequestChannel channel = RequestChannel::page;
  Timestamp received_at;
  std::optional<Timestamp> deadline, ended_at;
  std::optional<Personal> words;
};
BOOST_DESCRIBE_STRUCT(SubjectRequest, (),
                      (number, kind, state, channel, received_at, deadline, ended_at, words))

// Users of the organisation are told as such, not by name: they are persons too (CJEU C-579/21).
// From where something was done is told where the person did it.
void write_trail(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  auto columns = people::subject_columns<SubjectEntry>();
  std::ranges::find(columns, "action", &people::SubjectColumn::key)->type =
      people::ColumnType::choice;
  out.section("trail", std::move(columns));
  for (auto before = Uuid::largest();;) {
    auto entries = trust::entries_about(ctx, person, before, people::kSubjectPage);
    for (const auto& entry : entries) {
      bool own = entry.actor == trust::ActorKind::person;
      auto network = own ? std::optional(entry.network) : std::nullopt;
      if (entry.changes.empty())
        out.add(SubjectEntry{entry.at, entry.actor, entry.action, "", {}, {}, network});
      for (const auto& change : entry.changes)
        out.add(SubjectEntry{entry.at, entry.actor, entry.action, change.field, change.before,
                             change.after, network});
    }
    if (static_cast<int>(entries.size()) < people::kSubjectPage) return;
    before = entries.back().id;
  }
}

void write_requests(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("requests", people::subject_columns<SubjectRequest>());
  for (const auto& record : ctx.tx().all<RequestRecord>(kRequestAboutPerson, person)) {
    auto asked = open_asked(ctx, record);
    out.add(SubjectRequest{
        record.number ? case_number(*record.number, record.confirmed_at.value_or(now())) : "",
        record.kind, record.state, record.channel, record.received_at, record.due_at,
        record.ended_at, asked ? std::optional(asked->words) : std::nullopt});
  }
}

}  // namespace

void add_request_hooks(trust::Base& base) {
  base.extensions.add(std::make_shared<Desk>(base));
  base.extensions.add(
      people::SubjectHook{[](Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
        write_trail(ctx, person, out);
        write_requests(ctx, person, out);
      }});
}

}  // namespace varde::privacy
