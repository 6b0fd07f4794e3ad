// The register: workplaces, skills, pools, and the substitutes who can be asked, with what they can
// and when they say they can.
//
// Names, numbers and addresses of substitutes stay with the person (people/); here is only what
// scheduling needs, under the person's id.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trust/ctx.hpp"
#include "trust/module.hpp"

namespace varde::staffing {

struct Workplace {
  Uuid id;
  std::string name, address, time_zone;
  std::optional<double> latitude, longitude;  ///< WGS 84, degrees.
  std::vector<Uuid> required_documents;       ///< Kinds that everybody who works there must have.
  std::string code;  ///< What the payroll system knows it by; may be empty.
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(Workplace, (),
                      (id, name, address, time_zone, latitude, longitude, required_documents, code,
                       version))

/// A skill, a pool or a kind of document: a name that others refer to.
struct Named {
  Uuid id;
  std::string name;
  std::int64_t persons = 0;
};
BOOST_DESCRIBE_STRUCT(Named, (), (id, name, persons))

enum class ChoiceKind { favourite = 1, excluded_by_workplace = 2, excluded_by_person = 3 };
BOOST_DESCRIBE_ENUM(ChoiceKind, favourite, excluded_by_workplace, excluded_by_person)
enum class AvailabilityKind { available = 1, unavailable = 2, ask_anyway = 3, pause = 4 };
BOOST_DESCRIBE_ENUM(AvailabilityKind, available, unavailable, ask_anyway, pause)

std::optional<Workplace> find_workplace(trust::Ctx& ctx, const Uuid& id);
std::vector<Workplace> workplaces(trust::Ctx& ctx);
/// Those of `ids` that exist.
std::vector<Workplace> find_workplaces(trust::Ctx& ctx, const std::vector<Uuid>& ids);
std::vector<Named> all_skills(trust::Ctx& ctx);
std::vector<Named> all_pools(trust::Ctx& ctx);
/// Whether all of these are pools.
bool are_pools(trust::Ctx& ctx, const std::vector<Uuid>& ids);
std::map<Uuid, std::string> skill_names(trust::Ctx& ctx, const std::vector<Uuid>& ids);
std::map<Uuid, std::string> document_kind_names(trust::Ctx& ctx, const std::vector<Uuid>& ids);
bool are_skills(trust::Ctx& ctx, const std::vector<Uuid>& ids);

/// That these are asked now, and the number that each one's question has: of the last 999 to one
/// telephone no two have the same, whoever shares it. `at` absent: only the numbers, of questions
/// that were asked before.
std::map<Uuid, int> note_asked(trust::Ctx& ctx, const std::vector<Uuid>& persons,
                               std::optional<Timestamp> at);

/// That these are asked once more, under the number that their question has.
void note_asked_again(trust::Ctx& ctx, const std::vector<Uuid>& persons);

void add_register_routes(trust::Api& api);
/// Names, and erasure.
void add_register_hooks(trust::Base& base);
std::vector<trust::Table> register_tables();

}  // namespace varde::staffing
