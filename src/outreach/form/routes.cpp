#include "outreach/form/api.hpp"

namespace varde::outreach {

using trust::Right;

void add_form_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };
  api.add({"GET", "/api/v1/forms", "listForms", "Forms with their number of answers",
           access(Right::campaigns_read)},
          list_forms);
  api.add({"POST", "/api/v1/forms", "createForm", "Adds a form, as a draft",
           access(Right::forms_write)},
          create_form);
  api.add({"GET", "/api/v1/forms/{id}", "getForm", "One form", access(Right::campaigns_read)},
          get_form);
  api.add({"PATCH", "/api/v1/forms/{id}", "updateForm", "Changes a form; answers that exist stay",
           access(Right::forms_write)},
          update_form);
  api.add({"DELETE", "/api/v1/forms/{id}", "deleteForm", "Removes a form and its answers",
           access(Right::forms_write)},
          delete_form);
  api.add({"POST", "/api/v1/forms/{id}/publish", "publishForm", "Opens the form to the public",
           access(Right::forms_write)},
          publish_form);
  api.add({"POST", "/api/v1/forms/{id}/close", "closeForm", "Takes no more answers",
           access(Right::forms_write)},
          close_form);
  api.add({"GET", "/api/v1/forms/{id}/results", "getFormResults",
           "Answers counted, question by question", access(Right::campaigns_read)},
          get_form_results);
  api.add({"GET", "/api/v1/forms/{id}/answers", "listFormAnswers", "Single answers, newest first",
           access(Right::persons_read)},
          list_form_answers);
  api.add({"GET", "/api/v1/forms/{id}/answers.csv", "downloadFormAnswers", "All answers as CSV",
           access(Right::persons_export)},
          download_form_answers);
}

}  // namespace varde::outreach
