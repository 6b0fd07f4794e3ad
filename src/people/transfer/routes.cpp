#include "people/transfer/api.hpp"

namespace varde::people {

using trust::Right;

void add_transfer_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"POST", "/api/v1/imports", "uploadImport",
           "Uploads a table (CSV, or a workbook of Excel); nothing is imported yet",
           access(Right::persons_write)},
          upload_import);
  api.add({"GET", "/api/v1/imports", "listImports", "Imports, newest first",
           access(Right::persons_read)},
          list_imports);
  api.add({"GET", "/api/v1/imports/{id}", "getImport", "One import and how far it is",
           access(Right::persons_read)},
          get_import);
  api.add({"GET", "/api/v1/imports/{id}/preview", "previewImport",
           "The first rows under given settings, with what would be wrong",
           access(Right::persons_read)},
          preview_import);
  api.add({"POST", "/api/v1/imports/{id}/sheet", "chooseImportSheet",
           "Reads another sheet of an uploaded workbook", access(Right::persons_write)},
          choose_import_sheet);
  api.add({"POST", "/api/v1/imports/{id}/start", "startImport",
           "Starts the import in the background", access(Right::persons_write)},
          start_import);
  api.add({"POST", "/api/v1/imports/{id}/cancel", "cancelImport",
           "Stops the import; rows that were imported stay", access(Right::persons_write)},
          cancel_import);
  api.add({"GET", "/api/v1/imports/{id}/rejects", "downloadImportRejects",
           "The rows that were not imported, with line and reason, as CSV under the file's own "
           "header: mended, it can be imported again",
           access(Right::persons_write)},
          download_import_rejects);
  api.add({"GET", "/api/v1/imports/{id}/warnings", "downloadImportWarnings",
           "The rows that were imported but for a cell, with line and reason, as CSV under the "
           "file's own header",
           access(Right::persons_write)},
          download_import_warnings);

  api.add(
      web::fresh({"POST", "/api/v1/exports", "createExport",
                  "Writes persons into a file in the background", access(Right::persons_export)}),
      create_export);
  api.add({"GET", "/api/v1/exports", "listExports", "Exports, newest first",
           access(Right::persons_export)},
          list_exports);
  api.add({"GET", "/api/v1/exports/{id}", "getExport", "One export", access(Right::persons_export)},
          get_export);
  api.add({"GET", "/api/v1/exports/{id}/file", "downloadExport", "The file",
           access(Right::persons_export)},
          download_export);
}

}  // namespace varde::people
