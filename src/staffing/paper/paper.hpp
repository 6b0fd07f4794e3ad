// Papers: a substitute's picture, and documents such as a police certificate, sealed under the
// person's key.
//
// A document counts (fit/: Candidate::documents) from when the office has seen it until its last
// day. It may have a file or none: many offices look at the paper and keep nothing.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trust/ctx.hpp"
#include "trust/module.hpp"

namespace varde::staffing {

struct Paper {
  Uuid id, kind_id;
  std::string kind;
  std::optional<Date> valid_from, valid_until;  ///< The first and the last day.
  std::optional<Timestamp> seen_at;  ///< By the office; until then it counts for nothing.
  std::string media_type;            ///< Of the file; empty: there is none.
  int bytes = 0;
  std::int64_t version = 1;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Paper, (),
                      (id, kind_id, kind, valid_from, valid_until, seen_at, media_type, bytes,
                       version, created_at))
std::vector<Paper> papers_of(trust::Ctx& ctx, const Uuid& person);

/// The picture of a substitute, a JPEG; nullopt when there is none.
std::optional<std::string> picture_of(trust::Ctx& ctx, const Uuid& person);

/// When the pictures of these were last changed; those who have none are left out.
std::map<Uuid, Timestamp> picture_times(trust::Ctx& ctx, const std::vector<Uuid>& persons);

/// The file of a document; nullopt when there is none. That it was read goes into the trail.
struct PaperFile {
  std::string bytes, media_type;
};
std::optional<PaperFile> paper_file(trust::Ctx& ctx, const Uuid& person, const Uuid& document);

void add_paper_hooks(trust::Base& base);
void add_paper_routes(trust::Api& api);
inline constexpr trust::Seal kPicture{.column = "sealed",
                                      .context = "picture:{id}",
                                      .id = "person_id",
                                      .holds = trust::Seal::Holds::file};
inline constexpr trust::Seal kDocument{.column = "sealed",
                                       .context = "document:{id}",
                                       .id = "document_id",
                                       .holds = trust::Seal::Holds::file};
std::vector<trust::Table> paper_tables();

}  // namespace varde::staffing
