// What goes over the wire of segments; only for this folder.
#pragma once

#include "people/person/person.hpp"
#include "people/segment/segment.hpp"
#include "web/resource.hpp"

namespace varde::people {

struct Segment {
  Uuid id;
  std::string name;
  ConditionsJson conditions;
  std::optional<std::int64_t> persons;
  std::optional<Timestamp> counted_at;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
};
BOOST_DESCRIBE_STRUCT(Segment, (),
                      (id, name, conditions, persons, counted_at, version, created_at, updated_at))
struct SegmentNew {
  web::Text<80, 1> name;
  ConditionsJson conditions;
};
BOOST_DESCRIBE_STRUCT(SegmentNew, (), (name, conditions))
struct SegmentChange {
  std::optional<web::Text<80, 1>> name;
  std::optional<ConditionsJson> conditions;
};
BOOST_DESCRIBE_STRUCT(SegmentChange, (), (name, conditions))
struct PreviewRequest {
  ConditionsJson conditions;
};
BOOST_DESCRIBE_STRUCT(PreviewRequest, (), (conditions))
struct SegmentPreview {
  std::int64_t count = 0;
  std::vector<PersonRow> sample;
  double took_ms = 0;
};
BOOST_DESCRIBE_STRUCT(SegmentPreview, (), (count, sample, took_ms))
struct SegmentFieldView {
  std::string field, label, type;
  std::vector<std::string> operators;
  std::optional<std::vector<std::string>> choices;
};
BOOST_DESCRIBE_STRUCT(SegmentFieldView, (), (field, label, type, operators, choices))
struct ValuesQuery {
  std::string field;
  std::optional<std::string> q;
};
BOOST_DESCRIBE_STRUCT(ValuesQuery, (), (field, q))
struct SegmentValues {
  std::vector<std::string> values;
};
BOOST_DESCRIBE_STRUCT(SegmentValues, (), (values))
struct SegmentFields {
  std::vector<SegmentFieldView> fields;
};
BOOST_DESCRIBE_STRUCT(SegmentFields, (), (fields))

// The operations, as routes.cpp lists them.
Result<web::Page<Segment>> list_segments(trust::Ctx& ctx);
Result<SegmentFields> list_segment_fields(trust::Ctx& ctx);
Result<SegmentValues> list_segment_values(trust::Ctx& ctx, const web::Query<ValuesQuery>& query);
Result<SegmentPreview> preview_segment(trust::Ctx& ctx, const web::Body<PreviewRequest>& in);
Result<web::Created<Segment>> create_segment(trust::Ctx& ctx, const web::Body<SegmentNew>& in);
Result<Segment> get_segment(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Segment> update_segment(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                               const web::IfMatch& match, const web::Body<SegmentChange>& in);
Result<Done> delete_segment(trust::Ctx& ctx, const web::Path<web::IdPath>& path);

}  // namespace varde::people
