// Files of persons: in (import) and out (export).
//
// An imported file is stored piece by piece, sealed under a key of its own that is destroyed when
// the file is no longer needed. A job reads it as a stream, 500 rows at a time; each batch commits
// together with how far the import has come, so that a crash neither loses nor repeats a row. Bad
// rows never stop it: they come back as a file with the reason beside each. Running the same file
// again changes nothing, because save() compares.
#pragma once

#include "people/person/person.hpp"
#include "trust/module.hpp"

namespace varde::people {

enum class ImportState {
  uploading = 0,
  uploaded = 1,
  queued = 2,
  running = 3,
  done = 4,
  failed = 5,
  cancelled = 6
};
BOOST_DESCRIBE_ENUM(ImportState, uploading, uploaded, queued, running, done, failed, cancelled)

/// An import that is at work.
struct RunningImport {
  Uuid id;
  std::string filename;
  double progress = 0;  ///< 0 to 1.
};
BOOST_DESCRIBE_STRUCT(RunningImport, (), (id, filename, progress))
std::vector<RunningImport> running_imports(trust::Ctx& ctx);
/// Files of the last week with rows that were not taken.
std::vector<trust::Attention> imports_attention(trust::Ctx& ctx);
std::vector<trust::LiveUpdate> live_imports(trust::Ctx& ctx, Timestamp since);

void add_transfer_routes(trust::Api& api);
enum class ExportState { queued = 1, running = 2, done = 3, failed = 4, expired = 5 };
BOOST_DESCRIBE_ENUM(ExportState, queued, running, done, failed, expired)

/// Takes back files with somebody who is erased.
void take_back_files_with(trust::Ctx& ctx, const std::vector<Uuid>& persons);
std::vector<trust::Table> transfer_tables();
void add_transfer_hooks(trust::Base& base);
void add_transfer_jobs(trust::Base& base, jobs::Workers& workers);

/// What a column name probably is: "E-post" gives "email"; empty when nobody knows.
std::string suggest_target(std::string_view column, const std::vector<Attribute>& attributes);

}  // namespace varde::people
