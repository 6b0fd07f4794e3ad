#include "messaging/template/blocks.hpp"

#include <gtest/gtest.h>
#include <gumbo.h>

#include <boost/json.hpp>

#include "messaging/template/template.hpp"

namespace varde::messaging {
namespace {

const std::string kFooter =
    R"({"type":"footer","organisation":"Example & Sons","address":"Street 1\nOslo","unsubscribe":"Unsubscribe","preferences":"Choices"})";

Result<RenderedBlocks> render(const std::string& blocks, const std::string& head = "") {
  return render_blocks(boost::json::parse("{" + head + "\"blocks\":[" + blocks +
                                          (blocks.empty() ? "" : ",") + kFooter + "]}"));
}

std::string paragraph(const std::string& nodes) {
  return R"({"type":"text","content":{"type":"doc","content":[{"type":"paragraph","content":[)" +
         nodes + "]}]}}";
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct Fields : TemplateLookup {
  TemplateValue value(std::size_t, std::string_view name) const override {
    if (name == "person.name") return std::string_view("<Ola>");
    if (name.starts_with("links.")) return std::string_view("https://t.example.org/?a=1&b=2");
    return {};
  }
};

void collect_elements(const GumboNode* node, std::vector<const GumboElement*>& out) {
  if (node->type != GUMBO_NODE_ELEMENT) return;
  out.push_back(&node->v.element);
  for (unsigned i = 0; i < node->v.element.children.length; ++i)
    collect_elements(static_cast<const GumboNode*>(node->v.element.children.data[i]), out);
}

TEST(Blocks, EveryTypeBecomesHtmlAndText) {
  auto rendered = render(
      R"({"type":"heading","level":1,"text":"Hello {{ person.name | default: \"<you>\" }} & all"},)" +
          paragraph(
              R"({"type":"text","text":"Read <this> "},{"type":"text","text":"now","marks":[{"type":"bold"},{"type":"link","attrs":{"href":"https://example.org/?a=1&b={{ person.id }}"}}]},{"type":"hardBreak"},{"type":"text","text":"mail","marks":[{"type":"link","attrs":{"href":"mailto:a@example.org"}}]})") +
          R"(,{"type":"text","content":{"type":"doc","content":[{"type":"orderedList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"one"}]},{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"inner"}]}]}]}]}]}]}})"
          R"(,{"type":"image","src":"https://example.org/a.png","alt":"A \"cairn\"","width":300,"href":"https://example.org/b"})"
          R"(,{"type":"button","label":"Go","href":"https://example.org/go","align":"center"})"
          R"(,{"type":"columns","columns":[[{"type":"heading","level":2,"text":"L"}],[{"type":"divider"}]]})"
          R"(,{"type":"spacer","height":20})",
      R"("lang":"nb","preheader":"In short","theme":{"button":"#112233","font":"serif","logo":{"src":"https://example.org/l.png","alt":"Example"}},)");
  ASSERT_TRUE(rendered) << rendered.error().fields[0].pointer << rendered.error().fields[0].message;
  EXPECT_EQ(rendered->links, (std::vector<RenderedBlocks::Link>{
                                 {"https://example.org/?a=1&b={{ person.id }}", "now"},
                                 {"https://example.org/b", "A \"cairn\""},
                                 {"https://example.org/go", "Go"}}));
  const auto& html = rendered->html;
  EXPECT_TRUE(has(html, R"(Hello {{ person.name | default: "<you>" }} &amp; all)"));
  EXPECT_TRUE(has(html, "Read &lt;this&gt; <strong><a href=\"{{ links.n1 }}\""));
  EXPECT_TRUE(has(html, R"(href="mailto:a@example.org")"));
  EXPECT_TRUE(has(html, R"(alt="A &quot;cairn&quot;")"));
  EXPECT_TRUE(has(html, R"(<v:roundrect)"));
  EXPECT_TRUE(has(html, R"(fillcolor="#112233")"));
  EXPECT_TRUE(has(html, R"(<html lang="nb")"));
  EXPECT_TRUE(has(html, "Example &amp; Sons"));
  EXPECT_EQ(rendered->text,
            "[Example]\n\nHello {{ person.name | default: \"<you>\" }} & all\n" +
                std::string(48, '=') +
                "\n\nRead <this> now ({{ links.n1 }})\nmail (mailto:a@example.org)\n\n"
                "1. one\n  - inner\n\n[A \"cairn\"] {{ links.n2 }}\n\nGo: {{ links.n3 }}\n\n"
                "L\n\n----\n\n-- \nExample & Sons\nStreet 1\nOslo\n"
                "Unsubscribe: {{ links.unsubscribe }}\nChoices: {{ links.preferences }}\n");

  // One pass over one program gives the message for a recipient.
  auto compiled = Template::compile(html, TemplateEscape::html);
  ASSERT_TRUE(compiled);
  std::string out;
  ASSERT_TRUE(compiled->render(out, Fields()));
  EXPECT_TRUE(has(out, "Hello &lt;Ola&gt; &amp; all"));
  EXPECT_TRUE(has(out, R"(href="https://t.example.org/?a=1&amp;b=2")"));

  // What a browser would see: every table is for layout, every picture has a text.
  auto* parsed = gumbo_parse(out.c_str());
  std::vector<const GumboElement*> elements;
  collect_elements(parsed->root, elements);
  int tables = 0, images = 0;
  for (const auto* element : elements) {
    if (element->tag == GUMBO_TAG_TABLE) {
      ++tables;
      const auto* role = gumbo_get_attribute(&element->attributes, "role");
      ASSERT_NE(role, nullptr);
      EXPECT_STREQ(role->value, "presentation");
    }
    if (element->tag == GUMBO_TAG_IMG) {
      ++images;
      EXPECT_NE(gumbo_get_attribute(&element->attributes, "alt"), nullptr);
    }
    EXPECT_NE(element->tag, GUMBO_TAG_SCRIPT);
  }
  EXPECT_EQ(tables, 5);
  EXPECT_EQ(images, 2);
  gumbo_destroy_output(&kGumboDefaultOptions, parsed);
}

TEST(Blocks, NoTextBecomesMarkup) {
  const std::string evil = R"J(<script>alert(1)<\/script>\"'><img src=x onerror=y>)J";
  auto rendered =
      render(R"({"type":"heading","text":")" + evil + R"("},)" +
                 paragraph(R"({"type":"text","text":")" + evil + R"("})") +
                 R"(,{"type":"button","label":")" + evil + R"(","href":"https://example.org/"},)" +
                 R"({"type":"image","src":"https://example.org/a.png","alt":")" + evil + R"("})",
             R"("preheader":")" + evil + R"(",)");
  ASSERT_TRUE(rendered);
  EXPECT_FALSE(has(rendered->html, "<script"));
  EXPECT_FALSE(has(rendered->html, "<img src=x"));
}

TEST(Blocks, AConditionMayReachOverSeveralTexts) {
  auto rendered = render(paragraph(
      R"({"type":"text","text":"{% if person.name %}"},{"type":"text","text":"x","marks":[{"type":"bold"}]},{"type":"text","text":"{% endif %}"})"));
  EXPECT_TRUE(rendered);
}

TEST(Blocks, EverythingWrongIsSaidAtOnce) {
  struct Case {
    const char* blocks;
    const char* pointer;
  };
  const Case cases[] = {
      {R"({"type":"heading"})", "/blocks/0/text"},
      {R"({"type":"heading","text":"x","level":4})", "/blocks/0/level"},
      {R"({"type":"heading","text":"{{ x"})", "/blocks/0/text"},
      {R"({"type":"heading","text":"{{ x | shout }}"})", "/blocks/0/text"},
      {R"({"type":"marquee"})", "/blocks/0/type"},
      {R"(7)", "/blocks/0"},
      {R"J({"type":"button","label":"x","href":"javascript:alert(1)"})J", "/blocks/0/href"},
      {R"J({"type":"button","label":"x","href":" JaVaScRiPt:alert(1)"})J", "/blocks/0/href"},
      {R"J({"type":"button","label":"x","href":"java\nscript:alert(1)"})J", "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"data:text/html,x"})", "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"https://"})", "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"https://{{ person.host }}/"})", "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"https://bank.example.org@example.net/"})",
       "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"https://example.org/\" onclick=x"})",
       "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"{{ a }}{{ b }}"})", "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"https://example.org/{% if a %}"})",
       "/blocks/0/href"},
      {R"({"type":"button","label":"x","href":"https://example.org/","align":"top"})",
       "/blocks/0/align"},
      {R"({"type":"image","src":"https://example.org/a.png"})", "/blocks/0/alt"},
      {R"({"type":"image","src":"data:x","alt":""})", "/blocks/0/src"},
      {R"({"type":"columns","columns":[[]]})", "/blocks/0/columns"},
      {R"({"type":"columns","columns":[[{"type":"columns"}],[]]})", "/blocks/0/columns/0/0/type"},
      {R"({"type":"text","content":"<b>x</b>"})", "/blocks/0/content"},
      {R"({"type":"text","content":{"type":"doc","content":[{"type":"table"}]}})",
       "/blocks/0/content/content/0/type"},
      {R"({"type":"text","content":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"vbscript:x"}}]}]}]}})",
       "/blocks/0/content/content/0/content/0/marks/0/attrs/href"},
  };
  for (const auto& c : cases) {
    auto rendered = render(c.blocks);
    ASSERT_FALSE(rendered) << c.blocks;
    EXPECT_EQ(rendered.error().fields.at(0).pointer, c.pointer) << c.blocks;
  }
  auto several = render_blocks(boost::json::parse(
      R"({"lang":"n b","theme":{"text":"red"},"blocks":[{"type":"heading"},{"type":"footer"},{"type":"spacer","height":1}]})"));
  ASSERT_FALSE(several);
  std::vector<std::string> pointers;
  for (const auto& field : several.error().fields) pointers.push_back(field.pointer);
  EXPECT_EQ(pointers, (std::vector<std::string>{"/lang", "/theme/text", "/blocks/0/text",
                                                "/blocks/1", "/blocks/1/organisation",
                                                "/blocks/1/address", "/blocks/1/unsubscribe",
                                                "/blocks/1/preferences", "/blocks/2/height"}));
  auto none = render_blocks(boost::json::parse(R"({"blocks":[]})"));
  EXPECT_EQ(none.error().fields.at(0).pointer, "/blocks");
}

}  // namespace
}  // namespace varde::messaging
