#include "people/transfer/internal.hpp"

#include "people/transfer/restore_sql.hpp"

namespace varde::people {

using namespace trust::declare;

std::vector<trust::Table> transfer_tables() {
  std::vector<trust::Table> out{
      settings("import",
               {"tenant_id",   "import_id",   "filename",  "state",    "bytes", "encoding",
                "delimiter",   "header",      "settings",  "position", "line",  "read",
                "created",     "updated",     "unchanged", "rejected", "error", "created_by",
                "created_at",  "finished_at", "cleared",   "sheets",   "sheet", "content_bytes",
                "title_lines", "warned",      "reasons"},
               goes_back().with_jobs({"people.import"}).merge([](trust::Restoring& r) {
                 r.run(store::kRestoreDoomedImports);
                 r.run(store::kRestoreLosePieces);
                 r.run(store::kRestoreClearImports);
                 r.run(store::kRestoreStopImports, {r.note() + " Upload the file again."});
               })),
      settings("export",
               {"tenant_id", "export_id", "format", "state", "settings", "rows", "error",
                "created_by", "created_at", "finished_at"},
               goes_back().with_jobs({"people.export"}).merge([](trust::Restoring& r) {
                 r.run(store::kRestoreDoomedExports);
                 r.run(store::kRestoreExpireExports, {r.note() + " Make the file anew."});
               })),
      {.name = "import_piece",
       .holds = "Files as they were uploaded",
       .columns = {nothing_personal({"tenant_id", "import_id", "kind", "number"}),
                   ciphertext({"sealed"})},
       .erased = outlives_persons("a file as it came; its key goes within days"),
       .kept = for_days(30),
       .shown = not_shown("a file as it came: what it said of a person is the person's row"),
       .at_end =
           left_behind("files as they were uploaded, for days; what they said is in the tables"),
       .restored = goes_back()},
      {.name = "export_piece",
       .holds = "Files that were made",
       .columns = {nothing_personal({"tenant_id", "export_id", "number"}), pseudonyms({"persons"}),
                   ciphertext({"sealed"})},
       .erased = erases("files with somebody who is erased are taken back", take_back_files_with),
       .kept = for_days(3),
       .shown = not_shown("a copy of what is stored elsewhere, for days"),
       .at_end = left_behind("files that were made of what is in the other tables, for days"),
       .restored = ends("files that lay ready are taken back").not_in_copies()},
  };
  return out;
}

}  // namespace varde::people
