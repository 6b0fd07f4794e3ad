// Shifts: when and where somebody is needed, how many, and how they are to be found.
//
//   draft ──► requested ──► open ──► filled
//     └───────(approved)──►  │ ▲       │
//                            ▼ └───────┘ a booking was cancelled: offered again
//                        unfilled        (nobody is left to ask: told, and offered again when
//                                         somebody widens the pool or asks anew)
//   any of them ──► cancelled
//
// `taken` counts the places that are gone. It only grows by an UPDATE that says "taken < places",
// in the transaction of the booking: the database decides who won, whatever runs beside it.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "jobs/queue.hpp"
#include "staffing/register/register.hpp"
#include "trust/ctx.hpp"
#include "trust/module.hpp"
#include "web/types.hpp"

namespace varde::staffing {

enum class ShiftState {
  draft = 1,
  requested = 2,
  open = 3,
  filled = 4,
  cancelled = 5,
  unfilled = 6
};
BOOST_DESCRIBE_ENUM(ShiftState, draft, requested, open, filled, cancelled, unfilled)

enum class StrategyKind {
  broadcast,   ///< Everyone who fits at once; the first yes wins.
  one_by_one,  ///< In the order of the ranking, `minutes` for each.
  waves,       ///< Group after group, each with its time.
  candidates,  ///< Everyone may apply; somebody picks.
  direct,      ///< Nobody is asked; somebody books.
};
BOOST_DESCRIBE_ENUM(StrategyKind, broadcast, one_by_one, waves, candidates, direct)
enum class WaveWho { favourites, pool, others };
BOOST_DESCRIBE_ENUM(WaveWho, favourites, pool, others)
struct Wave {
  WaveWho who = WaveWho::pool;
  int minutes = 60;  ///< Until the next one.
};
BOOST_DESCRIBE_STRUCT(Wave, (), (who, minutes))
struct Strategy {
  StrategyKind kind = StrategyKind::broadcast;
  std::optional<int> minutes;              ///< one_by_one: 30 when nothing is said.
  std::optional<std::vector<Wave>> waves;  ///< waves: favourites 60, pool 120, others.
};
BOOST_DESCRIBE_STRUCT(Strategy, (), (kind, minutes, waves))

struct SkillNeed {
  Uuid skill_id;
  std::optional<int> level;      ///< At least; 1 when nothing is said.
  std::optional<bool> required;  ///< Without it nobody is asked; otherwise it is only preferred.
};
BOOST_DESCRIBE_STRUCT(SkillNeed, (), (skill_id, level, required))

struct Shift {
  Uuid id, workplace_id;
  Timestamp starts_at, ends_at;
  int break_minutes = 0, places = 1, taken = 0;
  ShiftState state = ShiftState::draft;
  std::vector<SkillNeed> skills;
  std::string note;
  Strategy strategy;
  std::vector<Uuid> pool_ids;  ///< Who is asked, the first pool first; empty: all substitutes.
  std::optional<Timestamp> answer_by;
  int step = 0;                      ///< How far the strategy has come.
  std::optional<Timestamp> next_at;  ///< When it goes on by itself.
  std::optional<Uuid> series_id;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
  std::optional<Timestamp> published_at;
  std::optional<Uuid> requested_by;
  std::optional<std::string> requested_by_name;  ///< Of one that waits for approval.
};
BOOST_DESCRIBE_STRUCT(Shift, (),
                      (id, workplace_id, starts_at, ends_at, break_minutes, places, taken, state,
                       skills, note, strategy, pool_ids, answer_by, step, next_at, series_id,
                       version, created_at, updated_at, published_at, requested_by,
                       requested_by_name))

/// Whether nobody can answer any more: the shift has begun, or its answer-by time is over.
bool answers_closed(const Shift& shift);

std::optional<Shift> find_shift(trust::Ctx& ctx, const Uuid& id);
/// Those of `ids` that exist.
std::vector<Shift> find_shifts(trust::Ctx& ctx, const std::vector<Uuid>& ids);
/// The same, and nobody else changes it until the transaction ends.
std::optional<Shift> lock_shift(trust::Ctx& ctx, const Uuid& id);

/// Takes one place of an open shift, if one is free. False: there is none, or it is not open.
bool take_place(trust::Ctx& ctx, const Uuid& shift);
/// Takes of each of these open shifts as many places as are wanted (`second`), as far as they are
/// free, and says how many it took; a shift where that is none is missing.
std::map<Uuid, int> take_places(trust::Ctx& ctx, const std::map<Uuid, int>& wanted);
/// Gives some back; a filled shift is open again.
void free_places(trust::Ctx& ctx, const Uuid& shift, int count);
/// Moves an open shift's strategy on: how far it is, and when it goes on by itself.
void set_step(trust::Ctx& ctx, const Uuid& shift, int step, std::optional<Timestamp> next_at);
void set_state(trust::Ctx& ctx, const Uuid& shift, ShiftState state);
/// Begins anew with a shift for which nobody was left to ask; any other stays as it is.
void reopen(trust::Ctx& ctx, const Uuid& shift);

/// The users who asked for a shift and published it.
std::vector<Uuid> askers_of(trust::Ctx& ctx, const Uuid& shift);

/// Goes on with the strategy, in the background, after the caller's transaction.
void enqueue_advance(trust::Ctx& ctx, const Uuid& shift,
                     std::optional<Timestamp> at = std::nullopt);

/// Shifts that are not filled and begin within three days, and all that wait for approval.
std::vector<trust::Attention> shifts_attention(trust::Ctx& ctx);
/// Shifts that changed.
std::vector<trust::LiveUpdate> live_shifts(trust::Ctx& ctx, Timestamp since);

void add_shift_routes(trust::Api& api);
/// Series, and tables of shifts.
void add_table_routes(trust::Api& api);
std::vector<trust::Table> shift_tables();

}  // namespace varde::staffing
