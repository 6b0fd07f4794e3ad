// Asking again: those who said no, did not answer, or were told that others got it, when nobody
// else is left.
//
// Who says "ask again" only marks the questions. The engine asks, as it does otherwise: in the
// order of the ranking, as the shift's strategy says, by the rules, within the limits of a day, and
// not at night. Whoever answers meanwhile takes the mark away by it. Those who were told that a
// shift is taken need no mark: when a booking is cancelled they are asked like those who never
// were.
#include <unordered_map>

#include "people/person/person.hpp"
#include "staffing/offer/internal.hpp"
#include "staffing/offer/store_sql.hpp"
#include "trust/audit.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

constexpr std::size_t kMostNamed = 1000, kMostLeftOut = 50;

struct AskAgainInput {
  std::optional<std::vector<OfferState>> states;  ///< All whose question ended so.
  std::optional<std::vector<Uuid>> person_ids;    ///< Or these.
};
BOOST_DESCRIBE_STRUCT(AskAgainInput, (), (states, person_ids))
struct LeftOut {
  Uuid person_id;
  std::optional<Personal> name;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(LeftOut, (), (person_id, name, why))
struct AskedAgain {
  std::int64_t count = 0;               ///< Who are asked again.
  std::optional<Timestamp> not_before;  ///< At night: when the first is asked.
  std::int64_t left_out_count = 0;
  std::vector<LeftOut> left_out;  ///< The first 50 who are not, and why.
};
BOOST_DESCRIBE_STRUCT(AskedAgain, (), (count, not_before, left_out_count, left_out))

// Why nobody can be asked about this shift now.
std::optional<Error> closed(const Shift& shift) {
  if (shift.state == ShiftState::draft || shift.state == ShiftState::requested)
    return conflict("This shift is not published.");
  if (shift.state == ShiftState::cancelled)
    return conflict("This shift was cancelled. Copy it instead.");
  if (shift.taken >= shift.places) return conflict("All places of this shift are taken.");
  if (shift.starts_at <= now()) return conflict("This shift has begun already.");
  if (answers_closed(shift))
    return conflict("The time to answer is over. Give more time, then ask again.");
  if (shift.strategy.kind == StrategyKind::direct)
    return conflict("Nobody is asked about this shift: somebody books. Choose another way first.");
  return std::nullopt;
}

// Why this person is not asked again; empty when they are.
std::string obstacle(const OfferRecord& offer, const Fit* fit) {
  if (offer.state == OfferState::booked) return "Is booked.";
  if (offer.state == OfferState::open) return "Has not answered yet.";
  if (offer.state == OfferState::waiting) return "Has applied, and waits to be picked.";
  if (offer.round >= kMostRounds)
    return fmt::format("Was asked {} times about this shift already.", kMostRounds);
  if (fit == nullptr) return "Is not in the pools of this shift.";
  return fit->askable() ? std::string() : fit->explanation();
}

struct Sorted {
  std::vector<Uuid> ids;
  std::vector<LeftOut> left_out;
};
// `chosen`: by how the question ended, or by name.
Sorted sort_out(const std::vector<OfferRecord>& offers, const std::vector<Fit>& ranked,
                const AskAgainInput& chosen) {
  std::unordered_map<Uuid, const Fit*> fits;
  for (const auto& one : ranked) fits[one.person_id()] = &one;
  std::set<Uuid> named;
  if (chosen.person_ids) named.insert(chosen.person_ids->begin(), chosen.person_ids->end());
  Sorted out;
  for (const auto& offer : offers) {
    if (chosen.states && std::ranges::find(*chosen.states, offer.state) == chosen.states->end())
      continue;
    if (chosen.person_ids && named.erase(offer.person_id) == 0) continue;
    auto fit = fits.find(offer.person_id);
    auto why = obstacle(offer, fit == fits.end() ? nullptr : fit->second);
    if (why.empty())
      out.ids.push_back(offer.person_id);
    else
      out.left_out.push_back({offer.person_id, std::nullopt, std::move(why)});
  }
  for (const auto& id : named)
    out.left_out.push_back({id, std::nullopt, "Was not asked about this shift yet."});
  return out;
}

Error nobody(const std::vector<LeftOut>& left_out) {
  if (left_out.empty()) return conflict("Nobody answered so: there is nobody to ask again.");
  if (left_out.size() == 1) return conflict(left_out.front().why, "rule");
  return conflict(fmt::format("None of these {} can be asked again. The first of them: {}",
                              left_out.size(), left_out.front().why),
                  "rule");
}

Result<AskedAgain> ask_again(Ctx& ctx, const Uuid& id, const AskAgainInput& in) {
  if (in.states.has_value() == in.person_ids.has_value())
    return bad_input("/states", "Name either how the questions ended, or persons.");
  if (in.states && (in.states->empty() || !std::ranges::all_of(*in.states, can_be_repeated)))
    return bad_input(
        "/states", "must be among declined, expired, taken, withdrawn and refused, at least one.");
  if (in.person_ids && (in.person_ids->empty() || in.person_ids->size() > kMostNamed))
    return bad_input("/person_ids", fmt::format("must be from 1 to {}.", kMostNamed));
  auto shift = find_shift(ctx, id);
  if (!shift) return not_found("This shift does not exist any more.");
  if (auto why = closed(*shift)) return *why;
  // Ranked before the lock: answers do not wait for it.
  auto ranked = rank_pool(ctx, *shift);
  shift = lock_shift(ctx, id);
  if (!shift) return not_found("This shift does not exist any more.");
  if (auto why = closed(*shift)) return *why;
  auto sorted = sort_out(ctx.tx().all<OfferRecord>(kOfferOfShift, id), ranked, in);
  if (sorted.ids.empty()) return nobody(sorted.left_out);
  ctx.tx().later(kOfferMarkAgain, id, sorted.ids, now());
  reopen(ctx, id);
  enqueue_advance(ctx, id);
  std::vector<AuditEntry> trail;
  for (const auto& person : sorted.ids)
    trail.push_back({"offer.ask_again", "shift", id, person, {}});
  trust::record(ctx, trail);
  AskedAgain out{static_cast<std::int64_t>(sorted.ids.size()), morning_for(ctx, *shift),
                 static_cast<std::int64_t>(sorted.left_out.size()), std::move(sorted.left_out)};
  if (out.left_out.size() > kMostLeftOut) out.left_out.resize(kMostLeftOut);
  std::vector<Uuid> unnamed;
  for (const auto& one : out.left_out) unnamed.push_back(one.person_id);
  for (const auto& person : people::load(ctx, unnamed, false))
    for (auto& one : out.left_out)
      if (one.person_id == person.id) one.name = Personal(people::display_name(person));
  return out;
}

}  // namespace

bool can_be_repeated(OfferState state) {
  return state == OfferState::declined || state == OfferState::expired ||
         state == OfferState::taken || state == OfferState::withdrawn ||
         state == OfferState::refused;
}

bool to_be_repeated(const OfferRecord& offer) {
  if (offer.round >= kMostRounds || !can_be_repeated(offer.state)) return false;
  if (offer.state == OfferState::taken) return true;
  return offer.again_at && (!offer.answered_at || *offer.answered_at <= *offer.again_at);
}

std::optional<Timestamp> morning_for(Ctx& ctx, const Shift& shift) {
  if (cannot_wait(shift)) return std::nullopt;
  auto quiet = messaging::quiet_settings(ctx);
  return messaging::quiet_until(now(), quiet.zone, quiet.hours);
}

namespace {

Result<AskedAgain> ask_again_route(Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Body<AskAgainInput>& in) {
  return ask_again(ctx, path->id, in.value);
}

}  // namespace

void add_again_routes(trust::Api& api) {
  api.add({"POST", "/api/v1/shifts/{id}/ask-again", "askAgain",
           "Asks those again who said no, did not answer, or were told that it is taken: by how "
           "their question ended, or by name",
           static_cast<int>(Right::shifts_write)},
          ask_again_route);
}

}  // namespace varde::staffing
