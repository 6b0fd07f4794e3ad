#include "people/people.hpp"

#include "people/catalogue/catalogue.hpp"
#include "people/person/damage.hpp"
#include "people/person/person.hpp"
#include "people/segment/segment.hpp"
#include "people/subject/subject.hpp"
#include "people/transfer/transfer.hpp"

namespace varde::people {

using trust::Data;

trust::Module make_module(trust::Base& base) {
  trust::Module module;
  module.name = "people";
  module.hears = trust::Right::persons_read;
  add_catalogue_hooks(base);
  add_person_hooks(base);
  add_subject_hooks(base);
  add_segment_hooks(base);
  add_transfer_hooks(base);
  module.routes = [](trust::Api& api) {
    add_catalogue_routes(api);
    add_person_routes(api);
    add_segment_routes(api);
    add_transfer_routes(api);
  };
  module.jobs = [&base](jobs::Workers& workers) {
    add_person_jobs(base, workers);
    add_transfer_jobs(base, workers);
  };
  module.attention = [](trust::Ctx& ctx) {
    look_again_at_damaged(ctx);
    return imports_attention(ctx);
  };
  module.setup = [](trust::Ctx& ctx) {
    return std::vector<trust::SetupStep>{{"import", any_person(ctx), "Import your people"}};
  };
  module.moving = moving_imports;
  module.claims = {
      {"person",
       {{"tenant_id", Data::none},
        {"person_id", Data::pseudonym},
        {"state", Data::plain},
        {"language", Data::plain},
        {"time_zone", Data::plain},
        {"email_hash", Data::pseudonym},
        {"phone_hash", Data::pseudonym},
        {"sealed", Data::sealed},
        {"version", Data::none},
        {"created_at", Data::behaviour},
        {"updated_at", Data::behaviour}}},
      {"person_prefix",
       {{"tenant_id", Data::none}, {"hash", Data::pseudonym}, {"person_id", Data::pseudonym}}},
      {"person_attribute",
       {{"tenant_id", Data::none},
        {"person_id", Data::pseudonym},
        {"attribute_id", Data::none},
        {"text_value", Data::plain},
        {"text_key", Data::plain},
        {"number_value", Data::plain}}},
      {"person_tag",
       {{"tenant_id", Data::none}, {"tag_id", Data::plain}, {"person_id", Data::pseudonym}}},
      {"list_member",
       {{"tenant_id", Data::none},
        {"list_id", Data::plain},
        {"person_id", Data::pseudonym},
        {"state", Data::plain},
        {"since", Data::behaviour}}},
      {"consent",
       {{"tenant_id", Data::none},
        {"purpose_id", Data::plain},
        {"person_id", Data::pseudonym},
        {"given", Data::plain},
        {"source", Data::behaviour},
        {"at", Data::behaviour}}},
      {"activity",
       {{"tenant_id", Data::none},
        {"activity_id", Data::none},
        {"person_id", Data::pseudonym},
        {"kind", Data::behaviour},
        {"at", Data::behaviour},
        {"ref_id", Data::behaviour},
        {"number", Data::behaviour},
        {"flags", Data::behaviour},
        {"sealed", Data::sealed}}},
      {"person_claim",
       {{"tenant_id", Data::none},
        {"claim_id", Data::none},
        {"person_id", Data::pseudonym},
        {"ref_id", Data::behaviour},
        {"sealed", Data::sealed},
        {"created_at", Data::behaviour},
        {"expires_at", Data::none}}},
  };
  // What the organisation has set up, and files as a whole.
  module.claims.push_back(
      trust::nothing_personal("attribute", {"tenant_id", "attribute_id", "key", "label", "type",
                                            "classification", "choices", "version", "created_at"}));
  module.claims.push_back(trust::nothing_personal("catalogue_mark", {"tenant_id", "mark"}));
  module.claims.push_back(
      trust::nothing_personal("tag", {"tenant_id", "tag_id", "name", "created_at"}));
  module.claims.push_back(trust::nothing_personal(
      "list",
      {"tenant_id", "list_id", "name", "description", "double_opt_in", "version", "created_at"}));
  module.claims.push_back(trust::nothing_personal(
      "purpose", {"tenant_id", "purpose_id", "key", "label", "description", "created_at"}));
  module.claims.push_back(trust::nothing_personal(
      "segment", {"tenant_id", "segment_id", "name", "conditions", "persons", "counted_at",
                  "version", "created_at", "updated_at"}));
  module.claims.push_back(trust::nothing_personal(
      "import", {"tenant_id",   "import_id",   "filename",  "state",    "bytes", "encoding",
                 "delimiter",   "header",      "settings",  "position", "line",  "read",
                 "created",     "updated",     "unchanged", "rejected", "error", "created_by",
                 "created_at",  "finished_at", "cleared",   "sheets",   "sheet", "content_bytes",
                 "title_lines", "warned",      "reasons"}));
  module.claims.push_back(trust::nothing_personal(
      "export", {"tenant_id", "export_id", "format", "state", "settings", "rows", "error",
                 "created_by", "created_at", "finished_at"}));
  module.claims.push_back({"import_piece",
                           {{"tenant_id", Data::none},
                            {"import_id", Data::none},
                            {"kind", Data::none},
                            {"number", Data::none},
                            {"sealed", Data::sealed}}});
  module.claims.push_back({"export_piece",
                           {{"tenant_id", Data::none},
                            {"export_id", Data::none},
                            {"number", Data::none},
                            {"sealed", Data::sealed},
                            {"persons", Data::pseudonym}}});
  return module;
}

}  // namespace varde::people
