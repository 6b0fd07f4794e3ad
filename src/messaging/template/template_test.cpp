#include "messaging/template/template.hpp"

#include <gtest/gtest.h>

#include <map>

namespace varde::messaging {
namespace {

struct Person : TemplateLookup {
  std::map<std::string, TemplateValue, std::less<>> fields{
      {"person.first_name", std::string_view("åse")},
      {"person.city", std::string_view("Oslo")},
      {"person.age", 42.0},
      {"person.score", 1.5},
      {"person.member", true},
      {"person.born", Date{std::chrono::year{1984}, std::chrono::month{2}, std::chrono::day{9}}},
      {"person.seen", std::string_view("2026-11-21T10:00:00Z")},
      {"person.empty", std::string_view("")},
      {"person.zip", std::string_view("0150")},
      {"evil", std::string_view("<b>\"&'\r\nBcc: x")},
  };
  TemplateValue value(std::size_t, std::string_view name) const override {
    auto found = fields.find(name);
    return found == fields.end() ? TemplateValue() : found->second;
  }
};

std::string render(std::string_view source, TemplateEscape escape = TemplateEscape::text) {
  auto compiled = Template::compile(source, escape);
  if (!compiled) return "(" + compiled.error().message + ")";
  std::string out;
  auto done = compiled->render(out, Person());
  return done ? out : done.error().message;
}

TEST(Template, Renders) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain { text } with % signs", "plain { text } with % signs"},
      {"{{ person.first_name }}", "åse"},
      {"{{person.first_name|capitalize}}", "Åse"},
      {"{{ person.first_name | upcase | downcase | upcase }}", "ÅSE"},
      {"{{ nobody | default: \"friend\" }}", "friend"},
      {"{{ person.empty | default: 'friend' | capitalize }}", "Friend"},
      {"{{ person.first_name | default: \"friend\" }}", "åse"},
      {"[{{ nobody }}{{ nobody | upcase }}{{ nobody | date: \"%d\" }}]", "[]"},
      {"{{ person.age }} {{ person.score }} {{ person.member }} {{ person.born }}",
       "42 1.5 true 1984-02-09"},
      {"{{ person.born | date: \"%d.%m.%Y\" }} {{ person.seen | date: \"%e/%m %y%%\" }}",
       "09.02.1984 21/11 26%"},
      {"{{ \"{{ }}\" }}", "{{ }}"},
      {"{% if person.city == \"Oslo\" and person.age >= 18 %}yes{% else %}no{% endif %}", "yes"},
      {"{% if person.city == 'Bergen' %}a{% elsif person.city == 'Oslo' %}b{% else %}c{% endif %}",
       "b"},
      {"{% if nobody %}a{% elsif person.empty %}b{% endif %}c", "c"},
      {"{% if nobody == nil %}nil{% endif %}{% if nobody != 'x' %} other{% endif %}", "nil other"},
      {"{% if nobody < 1 or nobody >= 1 %}a{% else %}neither{% endif %}", "neither"},
      {"{% if person.city contains 'sl' %}sl{% endif %}", "sl"},
      {"{% if not person.member %}a{% else %}b{% endif %}", "b"},
      {"{% if person.member and not (person.age < 18 or nobody) %}a{% endif %}", "a"},
      // and binds tighter than or
      {"{% if true or nobody and nobody %}a{% endif %}", "a"},
      {"{% if person.zip == 150 %}a{% endif %}", "a"},
      {"{% if person.zip == '150' %}a{% else %}b{% endif %}", "b"},
      {"{% if person.born < '1990-01-01' %}a{% endif %}", "a"},
      {"{% if person.age > -1.5 %}a{% endif %}", "a"},
      {"{% if person.age > 'x' %}a{% else %}b{% endif %}", "b"},
      {"a  {{- person.city -}}  b", "aOslob"},
      {"a\n{%- if true -%}\nb\n{%- endif %}", "ab"},
      {"{% if true %}{% if false %}a{% else %}b{% endif %}c{% endif %}", "bc"},
  };
  for (auto [source, expected] : cases) EXPECT_EQ(render(source), expected) << source;
}

TEST(Template, Escapes) {
  EXPECT_EQ(render("{{ evil }}", TemplateEscape::html), "&lt;b&gt;&quot;&amp;&#39;\r\nBcc: x");
  EXPECT_EQ(render("{{ evil }}", TemplateEscape::header), "<b>\"&'  Bcc: x");
  EXPECT_EQ(render("{{ evil }}", TemplateEscape::url), "%3Cb%3E%22%26%27%0D%0ABcc%3A%20x");
  EXPECT_EQ(render("<b>{{ \"<\" }}", TemplateEscape::html), "<b>&lt;");
}

TEST(Template, MistakesHaveAPlaceAndAHint) {
  struct Case {
    const char* source;
    std::size_t line, column;
    const char* part;
  };
  const Case cases[] = {
      {"a\nåå {{ x", 2, 4, "add }}"},
      {"{{ }}", 1, 1, "nothing between"},
      {"{{ a b }}", 1, 6, "Unexpected \"b\""},
      {"{{ a | shout }}", 1, 8, "known are default"},
      {"{{ a | default }}", 1, 8, "default: \"friend\""},
      {"{{ a | upcase: 1 }}", 1, 16, "takes no value"},
      {"{{ a | date: \"%H\" }}", 1, 14, "%d %e %m"},
      {"{{ a | default: b }}", 1, 17, "in quotes"},
      {"{% if a %}", 1, 1, "{% endif %}"},
      {"{% endif %}", 1, 4, "closes nothing"},
      {"{% else %}", 1, 4, "outside"},
      {"{% if a %}{% else %}{% else %}{% endif %}", 1, 24, "must be last"},
      {"{% if a %}{% else %}{% elsif b %}{% endif %}", 1, 24, "must be last"},
      {"{% if a = 1 %}{% endif %}", 1, 9, "=="},
      {"{% if %}{% endif %}", 1, 7, "missing"},
      {"{% if a == %}{% endif %}", 1, 12, "missing"},
      {"{% if and %}{% endif %}", 1, 7, "missing"},
      {"{% if (a %}{% endif %}", 1, 10, ")"},
      {"{% for x in y %}", 1, 4, "known are if"},
      {"{% else if a %}", 1, 4, "elsif"},
      {"{{ \"a }}", 1, 4, "not closed"},
      {"{{ “a” }}", 1, 4, "straight"},
      {"{{ 1.2.3 }}", 1, 4, "not a number"},
      {"{% if a && b %}{% endif %}", 1, 9, "as words"},
  };
  for (const auto& c : cases) {
    TemplateError error;
    auto compiled = Template::compile(c.source, TemplateEscape::text, &error);
    ASSERT_FALSE(compiled) << c.source;
    EXPECT_EQ(error.line, c.line) << c.source << ": " << error.message;
    EXPECT_EQ(error.column, c.column) << c.source << ": " << error.message;
    EXPECT_NE(error.message.find(c.part), std::string::npos) << c.source << ": " << error.message;
  }
}

TEST(Template, FieldsAreListedOnce) {
  auto compiled = Template::compile(
      "{{ person.a }}{% if b == person.a or c.d.e %}{{ b }}{% endif %}", TemplateEscape::text);
  ASSERT_TRUE(compiled);
  EXPECT_EQ(compiled->fields(), (std::vector<std::string>{"person.a", "b", "c.d.e"}));
}

TEST(Template, Limits) {
  std::string deep, close;
  for (int i = 0; i < 17; ++i) {
    deep += "{% if a %}";
    close += "{% endif %}";
  }
  EXPECT_FALSE(Template::compile(deep + close, TemplateEscape::text));
  EXPECT_FALSE(Template::compile("{% if " + std::string(200, '(') + "a", TemplateEscape::text));
  EXPECT_FALSE(Template::compile(std::string(600 * 1024, 'x'), TemplateEscape::text));
  EXPECT_FALSE(Template::compile("\xff", TemplateEscape::text));
  auto compiled = Template::compile("{{ person.city }}{{ person.city }}", TemplateEscape::text);
  std::string out = "kept";
  EXPECT_EQ(compiled->render(out, Person(), 7).error().code, ErrorCode::too_large);
  EXPECT_EQ(out, "kept");
  EXPECT_TRUE(compiled->render(out, Person(), 8));
  EXPECT_EQ(out, "keptOsloOslo");
}

}  // namespace
}  // namespace varde::messaging
