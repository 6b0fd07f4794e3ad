#include "staffing/register/api.hpp"

namespace varde::staffing {

using trust::Right;

void add_register_routes(trust::Api& api) {
  auto read = static_cast<int>(Right::shifts_read),
       manage = static_cast<int>(Right::staffing_manage);
  add_named_routes(api);

  api.add({"GET", "/api/v1/workplaces", "listWorkplaces", "Workplaces", read}, list_workplaces);
  api.add({"POST", "/api/v1/workplaces", "createWorkplace", "Adds a workplace", manage},
          create_workplace);
  api.add({"PATCH", "/api/v1/workplaces/{id}", "updateWorkplace", "Changes a workplace", manage},
          update_workplace);
  api.add({"DELETE", "/api/v1/workplaces/{id}", "deleteWorkplace",
           "Removes a workplace that never had a shift", manage},
          delete_workplace);

  api.add({"GET", "/api/v1/substitutes", "listSubstitutes",
           "Substitutes by pool, skill and the beginning of a name, address or number",
           static_cast<int>(Right::shifts_write)},
          list_substitutes);
  api.add({"GET", "/api/v1/substitutes/{id}", "getSubstitute", "One substitute",
           static_cast<int>(Right::shifts_write)},
          get_substitute);
  api.add({"PUT", "/api/v1/substitutes/{id}", "putSubstitute",
           "Makes a person a substitute, or changes what is known of one", manage},
          put_substitute);
  api.add({"POST", "/api/v1/substitutes", "addSubstitutes",
           "Makes persons substitutes, up to 1,000 at once, and puts them into pools", manage},
          add_substitutes);
  api.add({"DELETE", "/api/v1/substitutes/{id}", "deleteSubstitute",
           "Takes a person out of the register; the person stays", manage},
          delete_substitute);

  api.add({"GET", "/api/v1/substitutes/{id}/availability", "listAvailability",
           "What a substitute has said about when they can work",
           static_cast<int>(Right::shifts_write)},
          list_availability);
  api.add({"POST", "/api/v1/substitutes/{id}/availability", "createAvailability",
           "Adds a statement; the newest one counts where several cover a time", manage},
          create_availability);
  api.add({"DELETE", "/api/v1/substitutes/{id}/availability/{statement}", "deleteAvailability",
           "Removes a statement", manage},
          delete_availability);
}

}  // namespace varde::staffing
