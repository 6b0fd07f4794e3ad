// Forms: questions on a page without script, answers on the person's timeline.
//
// A personal link (a token in the address) says who answers; an open link asks for the address when
// the form has a field for it. Somebody who only knows another's address must not change what is
// stored about that other: an open answer never overwrites a person who exists, and joins a list
// only by confirmation. Against robots: a field that people do not see, a signed time of rendering
// (neither too fresh nor too old, and good for one answer), and a limit per network; no third
// party.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "outreach/tracking/token.hpp"
#include "trust/module.hpp"

namespace varde::outreach {

enum class FormState { draft = 1, published = 2, closed = 3 };
BOOST_DESCRIBE_ENUM(FormState, draft, published, closed)
enum class FieldType {
  text,
  long_text,
  email,
  phone,
  choice,
  multiple_choice,
  rating,
  date,
  consent
};
BOOST_DESCRIBE_ENUM(FieldType, text, long_text, email, phone, choice, multiple_choice, rating, date,
                    consent)

struct FormField {
  web::Slug key;
  FieldType type = FieldType::text;
  web::Text<300, 1> label;
  std::optional<web::Text<500>> help;
  bool required = false;
  std::optional<std::vector<web::Text<200, 1>>> choices;
  std::optional<web::Text<60>> attribute;  ///< Key of the attribute that the answer fills.
  std::optional<int> max;                  ///< Of a rating: 2 to 10.
};
BOOST_DESCRIBE_STRUCT(FormField, (), (key, type, label, help, required, choices, attribute, max))

/// Extension: whoever wants to know that a person answered a form (journeys); in the transaction of
/// the answer.
struct SubmittedHook {
  std::function<void(trust::Ctx&, const Uuid& form, const Uuid& person, const Uuid& answer,
                     int flags)>
      run;
};

void add_form_routes(trust::Api& api);
void add_form_pages(trust::Base& base, web::Router& router);
void add_form_hooks(trust::Base& base);
std::vector<trust::Claim> form_claims();

}  // namespace varde::outreach
