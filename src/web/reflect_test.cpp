#include "web/reflect.hpp"

#include <gtest/gtest.h>

namespace varde::web {
namespace {

enum class Size { small = 1, large = 2, default_ = 7, below = -3 };
BOOST_DESCRIBE_ENUM(Size, small, large, default_, below)
enum class Narrow : std::uint8_t { low = 1, high = 255 };
BOOST_DESCRIBE_ENUM(Narrow, low, high)

struct Inner {
  int number = 4;
  std::string class_;  // a keyword: the field is called "class"
};
BOOST_DESCRIBE_STRUCT(Inner, (), (number, class_))

struct Base {
  Uuid id;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))

struct Outer : Base {
  Text<5, 1> title;
  std::optional<Inner> inner;
  std::vector<Inner> many;
  std::map<std::string, std::optional<int>> named;
  Patch<Size> size;
};
BOOST_DESCRIBE_STRUCT(Outer, (Base), (title, inner, many, named, size))

// Holds itself.
struct Tree {
  std::string name;
  std::vector<Tree> below;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (name, below))

struct Answer {
  std::string text;
  std::optional<int> number;
  Personal name;
  Page<Inner> page;
  std::map<std::string, Size> sizes;
  std::optional<Any> any;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (text, number, name, page, sizes, any))

struct Everything {
  bool yes = false;
  double part = 0;
  Text<20> text;
  Text<20, 2> named;
  Secret<30> secret;
  Email email;
  Uuid id;
  Timestamp at;
  Date day;
  TimeZone zone;
  Language language;
  Colour colour;
  Slug slug;
  Size size = Size::small;
  Patch<Inner> patch;
  Scalar scalar;
  Any any;
  std::optional<std::vector<Size>> sizes;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (yes, part, text, named, secret, email, id, at, day, zone, language, colour,
                       slug, size, patch, scalar, any, sizes))

json::value parsed(std::string_view text) { return json::parse({text.data(), text.size()}); }

/// What is wrong, a line for each field; empty when nothing is.
template <class T>
std::string wrong(std::string_view text) {
  auto out = read<T>(parsed(text));
  if (out) return "";
  EXPECT_EQ(out.error().code, ErrorCode::bad_input);
  EXPECT_EQ(out.error().message, "Some fields are not right.");
  std::string lines;
  for (const auto& field : out.error().fields)
    lines += (lines.empty() ? "" : "\n") + field.pointer + ": " + field.message;
  return lines;
}

/// What was read, written again; or what is wrong.
template <class T>
std::string again(std::string_view text) {
  auto out = read<T>(parsed(text));
  return out ? json::serialize(write(*out)) : wrong<T>(text);
}

struct Case {
  std::string (*run)(std::string_view);
  std::string in, out;
};

TEST(Reflect, ValuesAreReadAndWritten) {
  const auto long_text = std::string(10001, 'a');
  const auto words = [](std::string_view text) { return "\"" + std::string(text) + "\""; };
  const Case cases[] = {
      {again<bool>, "true", "true"},
      {again<bool>, "false", "false"},
      {again<bool>, "1", ": must be true or false."},
      {again<bool>, "null", ": must be true or false."},
      {again<int>, "-12", "-12"},
      {again<int>, "2147483647", "2147483647"},
      {again<int>, "2147483648", ": must be a whole number."},
      {again<int>, "1.5", ": must be a whole number."},
      {again<int>, "3.0", "3"},
      {again<int>, "\"3\"", ": must be a whole number."},
      {again<std::int64_t>, "9223372036854775807", "9223372036854775807"},
      {again<std::int64_t>, "9223372036854775808", ": must be a whole number."},
      {again<std::size_t>, "18446744073709551615", "18446744073709551615"},
      {again<std::size_t>, "-1", ": must be a whole number."},
      {again<std::uint16_t>, "65535", "65535"},
      {again<std::uint16_t>, "65536", ": must be a whole number."},
      {again<double>, "1.5", "1.5E0"},
      {again<double>, "2", "2E0"},
      {again<double>, "\"2\"", ": must be a number."},
      {again<std::string>, R"("Åse \u0009 x ")", R"("Åse \t x ")"},
      {again<std::string>, "7", ": must be text."},
      {again<std::string>, words(long_text), ": must be at most 10000 bytes long."},
      {again<Text<5>>, R"("  Åse  ")", R"("Åse")"},
      {again<Text<5>>, R"("")", R"("")"},
      {again<Text<5>>, R"("åååååå")", ": must be at most 5 characters long."},
      {again<Text<5, 1>>, R"("   ")", ": must not be empty."},
      {again<Text<5, 3>>, R"("ab")", ": must be at least 3 characters long."},
      {again<Text<5>>, R"("a\u202eb")",
       ": must not contain control characters or marks that turn text around."},
      {wrong<Secret<3>>, R"("abc")", ""},
      {wrong<Secret<3>>, R"("abcd")", ": must be at most 3 bytes long."},
      {again<Email>, R"("Anna@Example.ORG")", R"("Anna@example.org")"},
      {again<Email>, R"("anna")", ": is not an e-mail address. Write it like name@example.org."},
      {again<Uuid>, R"("0190B5A6-7c3e-7d1f-9a2b-3c4d5e6f7a8b")",
       R"("0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b")"},
      {again<Uuid>, R"("0190")",
       ": is not an id. Ids look like 0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b."},
      {again<Timestamp>, R"("2026-03-01T13:30:00+01:00")", R"("2026-03-01T12:30:00Z")"},
      {again<Timestamp>, R"("2026-03-01")", ": is not a time. Write it like 2026-03-01T12:30:00Z."},
      {again<Date>, R"("2024-02-29")", R"("2024-02-29")"},
      {again<Date>, R"("2026-02-29")", ": is not a date. Write it like 2026-03-01."},
      {again<TimeZone>, R"("Europe/Oslo")", R"("Europe/Oslo")"},
      {again<TimeZone>, R"("Oslo")", ": is not a time zone. Write it like Europe/Oslo."},
      {again<Language>, R"("sv-SE")", R"("sv-SE")"},
      {again<Language>, R"("s")", ": is not a language tag. Write it like nb or sv-SE."},
      {again<Colour>, R"("#0B7285")", R"("#0b7285")"},
      {again<Colour>, R"("#0b728")", ": is not a colour. Write it like #0b7285."},
      {again<Slug>, R"("a-1_b")", R"("a-1_b")"},
      {again<Slug>, R"("1a")", ": must be 1 to 60 of a–z, 0–9, - and _, beginning with a letter."},
      {again<Size>, R"("large")", R"("large")"},
      {again<Size>, R"("default")", R"("default")"},
      {again<Size>, R"("below")", R"("below")"},
      {again<Size>, R"("default_")", ": must be one of: small, large, default_, below."},
      {again<Size>, R"("")", ": must be one of: small, large, default_, below."},
      {again<Size>, "1", ": must be text."},
      {again<Narrow>, R"("high")", R"("high")"},
      {again<std::optional<int>>, "null", "null"},
      {again<std::optional<int>>, "5", "5"},
      {again<std::optional<int>>, "{}", ": must be a whole number."},
      {again<std::vector<int>>, "[1,2,3]", "[1,2,3]"},
      {again<std::vector<int>>, "[]", "[]"},
      {again<std::vector<int>>, R"([1,"x",null])",
       "/1: must be a whole number.\n/2: must be a whole number."},
      {again<std::vector<int>>, "{}", ": must be a list."},
      {again<std::vector<std::vector<std::string>>>, R"([["a"],[],["b",3]])",
       "/2/1: must be text."},
      {again<std::map<std::string, int>>, R"({"b":1,"a":2})", R"({"a":2,"b":1})"},
      {again<std::map<std::string, int>>, "[]", ": must be an object."},
      {again<std::map<std::string, int>>, R"({"a/b~c":true})", "/a~1b~0c: must be a whole number."},
      {again<Any>, R"({"x":[1,null,{"y":"z"}]})", R"({"x":[1,null,{"y":"z"}]})"},
      {again<Scalar>, R"("text")", R"("text")"},
      {again<Scalar>, "[1]", "[1]"},
      {again<Inner>, R"({"class":"x","number":1})", R"({"number":1,"class":"x"})"},
      {again<Inner>, "[]", ": must be an object."},
      {again<Inner>, R"({"class_":"x","number":1})",
       "/class: is required.\n/class_: is not a field of this request."},
      {again<Inner>, R"({})", "/number: is required.\n/class: is required."},
      {again<Inner>, R"({"number":null,"class":null})",
       "/number: must be a whole number.\n/class: must be text."},
      {again<Inner>, R"({"number":1,"class":"","a/b":2})",
       "/a~1b: is not a field of this request."},
      {again<Tree>, R"({"name":"a","below":[{"name":"b","below":[]}]})",
       R"({"name":"a","below":[{"name":"b","below":[]}]})"},
      {again<Tree>, R"({"name":"a","below":[{"name":"b","below":[{"name":1}]}]})",
       "/below/0/below/0/name: must be text.\n/below/0/below/0/below: is required."},
      {wrong<Outer>,
       R"({"id":"x","title":"toolong","inner":{"number":"1"},"many":[{"number":1,"class":"","z":0}],
           "named":{"a":null,"b":"c"},"size":"huge","more":1})",
       "/id: is not an id. Ids look like 0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b.\n"
       "/title: must be at most 5 characters long.\n"
       "/inner/number: must be a whole number.\n"
       "/inner/class: is required.\n"
       "/many/0/z: is not a field of this request.\n"
       "/named/b: must be a whole number.\n"
       "/size: must be one of: small, large, default_, below.\n"
       "/more: is not a field of this request."},
      {wrong<Outer>, R"({})",
       "/id: is required.\n/title: is required.\n/many: is required.\n/named: is required."},
  };
  for (const auto& one : cases) EXPECT_EQ(one.run(one.in), one.out) << one.in.substr(0, 200);
}

TEST(Reflect, TextMustBeUtf8WithoutNul) {
  for (auto text : {std::string("\xff"), std::string("a\0b", 3)}) {
    auto out = read<std::string>(json::value(text));
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().fields.at(0).message, "must be valid UTF-8 text.");
    EXPECT_FALSE(read<Secret<10>>(json::value(text)));
    EXPECT_FALSE(read<Size>(json::value(text)));
  }
}

TEST(Reflect, APatchSaysWhetherItWasThere) {
  constexpr auto with = [](std::string_view size) {
    return R"({"id":"0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b","title":"t","many":[],"named":{})" +
           std::string(size) + "}";
  };
  auto absent = read<Outer>(parsed(with("")));
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->size.present);
  auto null = read<Outer>(parsed(with(R"(,"size":null)")));
  ASSERT_TRUE(null);
  EXPECT_TRUE(null->size.present);
  EXPECT_FALSE(null->size.value);
  auto value = read<Outer>(parsed(with(R"(,"size":"below","inner":null)")));
  ASSERT_TRUE(value);
  EXPECT_TRUE(value->size.present);
  EXPECT_EQ(value->size.value, Size::below);
  EXPECT_FALSE(value->inner);
  EXPECT_EQ(value->id.str(), "0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b");
}

TEST(Reflect, WhatWasReadReplacesWhatWasThere) {
  Outer out;
  out.many.resize(3);
  out.inner = Inner{9, "old"};
  Errors errors;
  read(parsed(R"({"id":"0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b","title":"t",
                  "many":[{"number":7,"class":"new"}],"named":{},"inner":{"class":"y"}})"),
       out, "/at", errors);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].pointer, "/at/inner/number");
  ASSERT_EQ(out.many.size(), 1u);
  EXPECT_EQ(out.many[0].class_, "new");
  ASSERT_TRUE(out.inner);
  EXPECT_EQ(out.inner->number, 4);  // made anew, not read over what was there
  EXPECT_EQ(out.inner->class_, "y");
}

TEST(Reflect, Limits) {
  json::array list(1000, json::value(1));
  EXPECT_TRUE(read<std::vector<int>>(list));
  list.push_back(1);
  auto out = read<std::vector<int>>(list);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().fields.at(0).message, "must have at most 1000 entries.");
  json::object map;
  for (int i = 0; i <= 1000; ++i) map[std::to_string(i)] = i;
  auto mapped = read<std::map<std::string, int>>(map);
  ASSERT_FALSE(mapped);
  EXPECT_EQ(mapped.error().fields.at(0).message, "must have at most 1000 entries.");
  auto wrong = read<std::vector<int>>(json::array(100, json::value("x")));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().fields.size(), 50u);
  EXPECT_EQ(wrong.error().fields.back().pointer, "/49");

  std::string deep(32, '[');
  EXPECT_TRUE(parse_json(deep + std::string(32, ']')));
  EXPECT_FALSE(parse_json("[" + deep + std::string(33, ']')));
  EXPECT_FALSE(parse_json(R"(["a\u0000"])"));
  EXPECT_FALSE(parse_json(R"({"a\u0000":1})"));
  EXPECT_TRUE(parse_json(R"(["u0000"])"));
}

TEST(Reflect, AnAnswerLeavesOutWhatIsAbsent) {
  Answer answer;
  answer.name = Personal("Anna");
  answer.page.items.push_back({1, "a"});
  EXPECT_EQ(json::serialize(write(answer)),
            R"({"text":"","name":"Anna","page":{"items":[{"number":1,"class":"a"}],"next":null},)"
            R"("sizes":{}})");
  answer.number = 3;
  answer.page.next = "cursor";
  answer.page.total = 12;
  answer.sizes = {{"b", Size::default_}, {"a", Size::small}};
  answer.any = parsed("[1]");
  EXPECT_EQ(json::serialize(write(answer)),
            R"({"text":"","number":3,"name":"Anna","page":{"items":[{"number":1,"class":"a"}],)"
            R"("next":"cursor","total":12},"sizes":{"a":"small","b":"default"},"any":[1]})");
  std::vector<std::optional<int>> list{1, std::nullopt};
  EXPECT_EQ(json::serialize(write(list)), "[1,null]");
  EXPECT_EQ(json::serialize(write(std::vector<Text<5>>{{"a"}, {"b"}})), R"(["a","b"])");
}

TEST(Reflect, WordsOfEnums) {
  EXPECT_EQ(enum_word(Size::default_), "default");
  EXPECT_EQ(enum_word(static_cast<Size>(99)), "");
  EXPECT_EQ(enum_word(Narrow::high), "high");
  EXPECT_EQ(enum_from_word<Size>("below"), Size::below);
  EXPECT_EQ(enum_from_word<Size>("default"), Size::default_);
  EXPECT_EQ(enum_from_word<Size>("default_"), std::nullopt);
  EXPECT_EQ(enum_from_word<Size>("SMALL"), std::nullopt);
  EXPECT_EQ(enum_from_word<Narrow>("low"), Narrow::low);
}

TEST(Reflect, SchemasSayTheSame) {
  Schemas all;
  EXPECT_EQ(json::serialize(schema<Everything>(all)),
            R"({"$ref":"#/components/schemas/Everything"})");
  EXPECT_EQ(
      json::serialize(all.named.at("Everything")),
      R"({"type":"object","properties":{"yes":{"type":"boolean"},"part":{"type":"number"},)"
      R"("text":{"type":"string","maxLength":20},)"
      R"("named":{"type":"string","maxLength":20,"minLength":2},"secret":{"type":"string"},)"
      R"("email":{"type":"string","format":"email"},"id":{"type":"string","format":"uuid"},)"
      R"("at":{"type":"string","format":"date-time"},"day":{"type":"string","format":"date"},)"
      R"("zone":{"type":"string"},"language":{"type":"string"},"colour":{"type":"string"},)"
      R"("slug":{"type":"string"},"size":{"$ref":"#/components/schemas/Size"},)"
      R"("patch":{"anyOf":[{"$ref":"#/components/schemas/Inner"},{"type":"null"}]},)"
      R"("scalar":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},)"
      R"({"type":"null"}]},"any":{},)"
      R"("sizes":{"type":"array","items":{"$ref":"#/components/schemas/Size"}}},)"
      R"("required":["yes","part","text","named","secret","email","id","at","day","zone",)"
      R"("language","colour","slug","size","scalar","any"]})");
  EXPECT_EQ(json::serialize(all.named.at("Size")),
            R"({"type":"string","enum":["small","large","default","below"]})");
  EXPECT_EQ(json::serialize(all.named.at("Inner")),
            R"({"type":"object","properties":{"number":{"type":"integer"},)"
            R"("class":{"type":"string"}},"required":["number","class"]})");
  EXPECT_EQ(all.named.size(), 3u);

  EXPECT_EQ(json::serialize(schema<std::optional<std::map<std::string, Tree>>>(all)),
            R"({"type":"object","additionalProperties":{"$ref":"#/components/schemas/Tree"}})");
  EXPECT_EQ(json::serialize(all.named.at("Tree")),
            R"({"type":"object","properties":{"name":{"type":"string"},"below":{"type":"array",)"
            R"("items":{"$ref":"#/components/schemas/Tree"}}},"required":["name","below"]})");
  EXPECT_EQ(json::serialize(schema<Page<std::optional<int>>>(all)),
            R"({"type":"object","required":["items","next"],"properties":{"items":)"
            R"({"type":"array","items":{"type":"integer"}},"next":{"type":["string","null"]},)"
            R"("total":{"type":"integer"}}})");
}

namespace elsewhere {
struct Inner {
  int other = 0;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (other))
}  // namespace elsewhere

TEST(Reflect, TwoTypesOfOneNameAreRefused) {
  Schemas all;
  schema<Inner>(all);
  schema<Inner>(all);
  EXPECT_THROW(schema<elsewhere::Inner>(all), std::logic_error);
}

}  // namespace
}  // namespace varde::web
