#include "people/segment/api.hpp"

namespace varde::people {

using trust::Right;

void add_segment_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };
  api.add({"GET", "/api/v1/segments", "listSegments", "Segments with their last count",
           access(Right::persons_read)},
          list_segments);
  api.add({"GET", "/api/v1/segments/fields", "listSegmentFields", "What conditions can be about",
           access(Right::persons_read)},
          list_segment_fields);
  api.add({"GET", "/api/v1/segments/values", "listSegmentValues",
           "Values of a text attribute that people have, beginning with what is asked for",
           access(Right::persons_read)},
          list_segment_values);
  api.add({"POST", "/api/v1/segments/preview", "previewSegment",
           "Count and a sample of conditions that are not saved yet", access(Right::persons_read)},
          preview_segment);
  api.add({"POST", "/api/v1/segments", "createSegment", "Saves a segment",
           access(Right::segments_write)},
          create_segment);
  api.add({"GET", "/api/v1/segments/{id}", "getSegment", "One segment, counted now",
           access(Right::persons_read)},
          get_segment);
  api.add({"PATCH", "/api/v1/segments/{id}", "updateSegment", "Changes a segment",
           access(Right::segments_write)},
          update_segment);
  api.add({"DELETE", "/api/v1/segments/{id}", "deleteSegment",
           "Removes a segment; the persons stay", access(Right::segments_write)},
          delete_segment);
}

}  // namespace varde::people
