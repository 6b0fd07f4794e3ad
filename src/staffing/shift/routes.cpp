#include "staffing/shift/api.hpp"

namespace varde::staffing {

using trust::Right;

void add_shift_routes(trust::Api& api) {
  auto read = static_cast<int>(Right::shifts_read),
       request = static_cast<int>(Right::shifts_request);

  api.add({"GET", "/api/v1/shifts", "listShifts", "Shifts that begin within a time", read},
          list_shifts);
  api.add({"POST", "/api/v1/shifts", "createShift", "Adds a shift, as a draft", request},
          create_shift);
  api.add({"GET", "/api/v1/shifts/{id}", "getShift", "One shift", read}, get_shift);
  api.add({"PATCH", "/api/v1/shifts/{id}", "updateShift",
           "Changes a shift; its time and place only while nobody is booked", request},
          update_shift);
  api.add({"DELETE", "/api/v1/shifts/{id}", "deleteShift", "Removes a draft", request},
          delete_shift);
  api.add({"POST", "/api/v1/shifts/{id}/publish", "publishShift",
           "Begins to look for somebody; from somebody who may not, asks for it", request},
          publish_shift);
  api.add(
      {"POST", "/api/v1/shifts/publish", "publishShifts",
       "Publishes up to 200 shifts, or asks for them, and says of each what became of it", request},
      publish_shifts);
  api.add({"POST", "/api/v1/shifts/{id}/copy", "copyShift",
           "Makes drafts like this one at other times", request},
          copy_shift);
}

}  // namespace varde::staffing
