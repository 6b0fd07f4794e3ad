// Forms: questions on a page without script, answers on the person's timeline.
//
// Whoever follows a link in a message is taken to be the one it was sent to, and the answer counts
// for that message (a token in the address, good for this form and for a day). That is attribution
// and no proof: mail is forwarded. So whatever a form says about a person who exists, with a token
// or without, is a claim (people::Proof::nobody): it changes nothing until that person has
// confirmed it at the address on record, and who writes another address than that is somebody else.
// Against robots: a field that people do not see, a signed time of rendering (neither too fresh nor
// too old, and good for one answer), and a limit per network; no third party.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "messaging/token/token.hpp"
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

/// The number that a token for a form carries (TokenKind::form).
std::uint32_t form_number(const Uuid& form);
/// The tenant's published form that a web address leads to.
std::optional<Uuid> form_of_url(trust::Ctx& ctx, std::string_view url);

void add_form_routes(trust::Api& api);
void add_form_pages(trust::Base& base, web::Router& router);
void add_form_hooks(trust::Base& base);
std::vector<trust::Table> form_tables();

}  // namespace varde::outreach
