// What staffing stores about a person, handed out: people/subject/subject.hpp.
#include "people/subject/subject.hpp"
#include "crypto/aead.hpp"
#include "staffing/offer/offer.hpp"
#include "staffing/paper/paper.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/store_sql.hpp"
#include "staffing/register/register.hpp"
#include "trust/table.hpp"

namespace varde::staffing {

using namespace portal_store;
using trust::Ctx;

namespace {

struct OfferOf {
  Uuid shift_id;
  int round = 1;
  std::string workplace;
  Timestamp starts_at, ends_at, asked_at;
  std::optional<Timestamp> expires_at, answered_at;
  OfferState state = OfferState::open;
  AnswerChannel channel = AnswerChannel::none;
  std::optional<Reach> reached_by;
  std::optional<int> rank;
  std::optional<std::string> explanation;
};
BOOST_DESCRIBE_STRUCT(OfferOf, (),
                      (shift_id, round, workplace, starts_at, ends_at, asked_at, expires_at,
                       answered_at, state, channel, reached_by, rank, explanation))
struct BookingOf {
  Uuid booking_id;
  std::string workplace;
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
  BookingState state = BookingState::booked;
  bool overridden = false;
  std::optional<trust::Sealed<kBookingReason>> sealed;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at, worked_from, worked_until, person_confirmed_at,
      office_confirmed_at;
};
BOOST_DESCRIBE_STRUCT(BookingOf, (),
                      (booking_id, workplace, starts_at, ends_at, break_minutes, state, overridden,
                       sealed, booked_at, cancelled_at, worked_from, worked_until,
                       person_confirmed_at, office_confirmed_at))
struct ChosenWorkplace {
  std::string workplace;
  ChoiceKind kind = ChoiceKind::favourite;
};
BOOST_DESCRIBE_STRUCT(ChosenWorkplace, (), (workplace, kind))
struct StatementOf {
  Uuid id;
  AvailabilityKind kind = AvailabilityKind::available;
  Date from_date, until_date;
  int weekdays = 127, from_minute = 0, until_minute = 1440;
  Timestamp stated_at;
};
BOOST_DESCRIBE_STRUCT(StatementOf, (),
                      (id, kind, from_date, until_date, weekdays, from_minute, until_minute,
                       stated_at))
enum class WaitingKind { sign_in = 1, new_number = 2, new_address = 3, passkey = 4 };
BOOST_DESCRIBE_ENUM(WaitingKind, sign_in, new_number, new_address, passkey)
struct WaitingOf {
  WaitingKind kind = WaitingKind::sign_in;
  Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(WaitingOf, (), (kind, expires_at))

struct SubjectSubstitute {
  Timestamp since;
  double percent = 0;
  std::optional<double> latitude, longitude;
  std::optional<Timestamp> last_asked_at;
};
BOOST_DESCRIBE_STRUCT(SubjectSubstitute, (), (since, percent, latitude, longitude, last_asked_at))
struct SubjectName {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(SubjectName, (), (name))
struct SubjectSkill {
  std::string name;
  int level = 1;
  std::optional<Date> expires_on;
};
BOOST_DESCRIBE_STRUCT(SubjectSkill, (), (name, level, expires_on))
struct SubjectStatement {
  AvailabilityKind kind = AvailabilityKind::available;
  Date from_date, until_date;
  std::string weekdays, from, until;
  Timestamp stated_at;
};
BOOST_DESCRIBE_STRUCT(SubjectStatement, (),
                      (kind, from_date, until_date, weekdays, from, until, stated_at))
struct SubjectOffer {
  std::string workplace;
  Timestamp starts_at, ends_at, asked_at;
  std::optional<Timestamp> expires_at, answered_at;
  OfferState state = OfferState::open;
  AnswerChannel channel = AnswerChannel::none;
  std::optional<Reach> reached_by;
  int round = 1;
  std::optional<int> rank;
  std::optional<std::string> explanation;
};
BOOST_DESCRIBE_STRUCT(SubjectOffer, (),
                      (workplace, starts_at, ends_at, asked_at, expires_at, answered_at, state,
                       channel, reached_by, round, rank, explanation))
struct SubjectBooking {
  std::string workplace;
  Timestamp starts_at, ends_at;
  int break_minutes = 0;
  BookingState state = BookingState::booked;
  bool overridden = false;
  std::optional<std::string> reason;
  Timestamp booked_at;
  std::optional<Timestamp> cancelled_at, worked_from, worked_until, person_confirmed_at,
      office_confirmed_at;
};
BOOST_DESCRIBE_STRUCT(SubjectBooking, (),
                      (workplace, starts_at, ends_at, break_minutes, state, overridden, reason,
                       booked_at, cancelled_at, worked_from, worked_until, person_confirmed_at,
                       office_confirmed_at))
struct SubjectPaper {
  std::string kind;
  std::optional<Date> valid_from, valid_until;
  std::optional<Timestamp> seen_at;
  std::string file;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(SubjectPaper, (), (kind, valid_from, valid_until, seen_at, file, created_at))
struct SubjectSession {
  std::string device, network;
  Timestamp created_at, last_seen_at;
};
BOOST_DESCRIBE_STRUCT(SubjectSession, (), (device, network, created_at, last_seen_at))
struct SubjectPasskey {
  std::string device;
  Timestamp created_at;
  std::optional<Timestamp> used_at;
};
BOOST_DESCRIBE_STRUCT(SubjectPasskey, (), (device, created_at, used_at))
struct SubjectFeed {
  Timestamp since;
};
BOOST_DESCRIBE_STRUCT(SubjectFeed, (), (since))

std::string weekdays_of(int mask) {
  std::string out;
  for (int i = 0; i < 7; ++i)
    if ((mask >> i) & 1) out += (out.empty() ? "" : ", ") + std::to_string(i + 1);
  return out;
}

void write_substitute(Ctx& ctx, const Uuid& me, people::SubjectWriter& out) {
  auto& tx = ctx.tx();
  auto pools = tx.later(store::kPortalPools, me);
  auto skills = tx.later(store::kPortalSkills, me);
  auto choices = tx.later(store::kPortalChoicesOfSubject, me);
  auto sessions = tx.later(store::kPortalSessionsOfSubject, me);
  auto passkeys = tx.later(store::kPortalPasskeys, me);
  auto waiting = tx.later(store::kPortalWaitingOfSubject, me);
  auto feed = tx.later(store::kPortalFeedOf, me);
  auto self = tx.maybe<OwnSubstitute>(store::kPortalSubstitute, me);
  std::vector<SubjectSubstitute> row;
  if (self)
    row.push_back(
        {self->created_at, self->percent, self->latitude, self->longitude, self->last_asked_at});
  out.table("substitute", row);
  std::vector<SubjectName> pool_names;
  for (auto& pool : pools.rows().all<NamedId>()) pool_names.push_back({std::move(pool.name)});
  out.table("pools", pool_names);
  std::vector<SubjectSkill> own_skills;
  for (auto& s : skills.rows().all<OwnSkill>())
    own_skills.push_back({std::move(s.name), s.level, s.expires_on});
  out.table("skills", own_skills);
  out.table("workplaces", choices.rows().all<ChosenWorkplace>());
  out.table("sessions", sessions.rows().all<SubjectSession>());
  std::vector<SubjectPasskey> keys;
  for (auto& p : passkeys.rows().all<PasskeyRecord>())
    keys.push_back({std::move(p.agent), p.created_at, p.used_at});
  out.table("passkeys", keys);
  out.table("codes", waiting.rows().all<WaitingOf>());
  std::vector<SubjectFeed> feeds;
  for (auto at : feed.rows().all<Timestamp>()) feeds.push_back({at});
  out.table("calendar_feed", feeds);
}

template <class Row, class Next>
void write_pages(Next next, const std::function<void(const Row&)>& each) {
  std::optional<Row> last;
  while (true) {
    std::vector<Row> rows = next(last.value_or(Row{}));
    for (const auto& row : rows) each(row);
    if (static_cast<int>(rows.size()) < people::kSubjectPage) return;
    last = std::move(rows.back());
  }
}

void write_work(Ctx& ctx, const Uuid& me, people::SubjectWriter& out) {
  auto& tx = ctx.tx();
  out.section("availability", people::subject_columns<SubjectStatement>());
  write_pages<StatementOf>(
      [&](const StatementOf& last) {
        return tx.all<StatementOf>(store::kPortalStatementsOfSubject, me, last.id,
                                   people::kSubjectPage);
      },
      [&](const StatementOf& s) {
        out.add(SubjectStatement{s.kind, s.from_date, s.until_date, weekdays_of(s.weekdays),
                                 Words::clock(s.from_minute), Words::clock(s.until_minute),
                                 s.stated_at});
      });
  out.section("offers", people::subject_columns<SubjectOffer>());
  write_pages<OfferOf>(
      [&](const OfferOf& last) {
        return tx.all<OfferOf>(store::kPortalOffersOfSubject, me, last.shift_id, last.round,
                               people::kSubjectPage);
      },
      [&](const OfferOf& o) {
        out.add(SubjectOffer{o.workplace, o.starts_at, o.ends_at, o.asked_at, o.expires_at,
                             o.answered_at, o.state, o.channel, o.reached_by, o.round, o.rank,
                             o.explanation});
      });
  out.section("bookings", people::subject_columns<SubjectBooking>());
  auto key = ctx.base.keys.key(ctx.tenant, me);
  write_pages<BookingOf>(
      [&](const BookingOf& last) {
        return tx.all<BookingOf>(store::kPortalBookingsOfSubject, me, last.booking_id,
                                 people::kSubjectPage);
      },
      [&](const BookingOf& b) {
        auto reason =
            b.sealed && key ? b.sealed->open(*key, ctx.tenant, b.booking_id) : std::nullopt;
        out.add(SubjectBooking{b.workplace, b.starts_at, b.ends_at, b.break_minutes, b.state,
                               b.overridden, reason, b.booked_at, b.cancelled_at, b.worked_from,
                               b.worked_until, b.person_confirmed_at, b.office_confirmed_at});
      });
}

void write_papers(Ctx& ctx, const Uuid& me, people::SubjectWriter& out) {
  out.section("documents", people::subject_columns<SubjectPaper>());
  for (const auto& p : papers_of(ctx, me)) {
    std::string name;
    if (!p.media_type.empty()) {
      auto ending = p.media_type == "application/pdf" ? "pdf"
                    : p.media_type == "image/png"     ? "png"
                                                      : "jpg";
      name = fmt::format("document-{}.{}", p.id.str(), ending);
      out.file(name, [me, id = p.id](Ctx& own) -> std::optional<std::string> {
        auto file = paper_file(own, me, id);
        return file ? std::optional(std::move(file->bytes)) : std::nullopt;
      });
    }
    out.add(SubjectPaper{p.kind, p.valid_from, p.valid_until, p.seen_at, name, p.created_at});
  }
  if (!picture_times(ctx, {me}).empty())
    out.file("picture.jpg", [me](Ctx& own) { return picture_of(own, me); });
}

}  // namespace

void add_staffing_subject_hooks(trust::Base& base) {
  base.extensions.add(
      people::SubjectHook{[](Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
        write_substitute(ctx, person, out);
        write_work(ctx, person, out);
        write_papers(ctx, person, out);
      }});
}

}  // namespace varde::staffing
