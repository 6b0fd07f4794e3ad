// Typed endpoints behind a gate of the test's own: what a request becomes, in which order, what is
// answered, and what the OpenAPI document says about it.
#include "web/api.hpp"

#include <gtest/gtest.h>

namespace varde::web {
namespace {

struct TestCtx {
  std::optional<net::Response> replay;
};

enum class Sort { newest, oldest };
BOOST_DESCRIBE_ENUM(Sort, newest, oldest)

struct ThingPath {
  Uuid id;
  Slug part;
};
BOOST_DESCRIBE_STRUCT(ThingPath, (), (id, part))
struct ThingQuery {
  std::optional<int> limit;
  std::optional<Sort> sort;
  Text<5, 1> word;
  std::optional<bool> all;
  std::optional<double> part;
};
BOOST_DESCRIBE_STRUCT(ThingQuery, (), (limit, sort, word, all, part))
struct ThingInput {
  Text<10, 1> name;
  std::optional<int> number;
};
BOOST_DESCRIBE_STRUCT(ThingInput, (), (name, number))
struct Thing {
  std::string name;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (name, version))
struct Plain {
  std::string said;
};
BOOST_DESCRIBE_STRUCT(Plain, (), (said))

// What can only go out, or only come in.
struct Named {
  std::vector<std::optional<Personal>> names;
};
BOOST_DESCRIBE_STRUCT(Named, (), (names))
struct Login {
  std::map<std::string, Secret<20>> secrets;
};
BOOST_DESCRIBE_STRUCT(Login, (), (secrets))
struct Listed {
  std::vector<int> numbers;
};
BOOST_DESCRIBE_STRUCT(Listed, (), (numbers))

class TextBody : public net::BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Result<std::string> read_some(std::size_t max) override {
    auto piece = text_.substr(0, max);
    text_.erase(0, piece.size());
    return piece;
  }
  std::optional<std::uint64_t> declared_size() const override { return text_.size(); }
  bool keep(std::size_t) override { return true; }

 private:
  std::string text_;
};

constexpr auto kId = "0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b";

class ApiTest : public testing::Test {
 protected:
  void SetUp() override {
    api.add(
        {"GET", "/things/{id}/{part}", "getThing", "Shows a thing", 3},
        [](TestCtx&, const Path<ThingPath>& path, const Query<ThingQuery>& query) -> Result<Thing> {
          if (path->part.value == "gone") return not_found("No such thing.");
          return Thing{path->id.str() + "/" + path->part.value + " " + query->word.value + " " +
                           std::to_string(query->limit.value_or(-1)) + " " +
                           enum_word(query->sort.value_or(Sort::newest)) +
                           (query->all.value_or(false) ? " all" : "") +
                           (query->part ? fmt::format(" {}", *query->part) : ""),
                       7};
        });
    api.add({"POST", "/things", "createThing", "Adds a thing", 4},
            [](TestCtx&, const Body<ThingInput>& in) -> Result<Created<Thing>> {
              return Created<Thing>{{in->name, in->number.value_or(1)}, "/things/1"};
            });
    api.add(fresh({"PUT", "/things/{id}/{part}", "putThing", "Changes a thing", 4}),
            [](TestCtx&, const Path<ThingPath>&, const IfMatch& match, const Body<ThingInput>& in)
                -> Result<Thing> { return Thing{in->name, match.or_current(40) + 1}; });
    api.add({"DELETE", "/things/{id}/{part}", "deleteThing", "Removes a thing", 4},
            [](TestCtx&, const Path<ThingPath>&) -> Result<None> { return None{}; });
    api.add({"POST", "/work", "startWork", "Starts", 4},
            [](TestCtx&, const Origin& origin) -> Result<Accepted<Plain>> {
              return Accepted<Plain>{{origin.request->path}};
            });
    api.add({"POST", "/bytes", "sendBytes", "Takes bytes", 4, 5},
            [](TestCtx&, const Bytes& bytes) -> Result<WithHeaders<Plain>> {
              return WithHeaders<Plain>{{bytes.value ? *bytes.value : "too large"},
                                        {{"Set-Cookie", "a=b"}}};
            });
    api.add({"POST", "/raw", "sendRaw", "Reads a body", 4},
            [](TestCtx&, const RawBody& raw) -> Result<WithHeaders<None>> {
              EXPECT_NE(raw.request->body, nullptr);
              return WithHeaders<None>{{}, {{"X-A", "1"}}};
            });
    api.add({"GET", "/page", "getPage", "A page of things", 4},
            [](TestCtx&) -> Result<Page<Thing>> {
              Page<Thing> page;
              page.items.push_back({"a", 1});
              return page;
            });
    api.add({"GET", "/file", "getFile", "A file", 4}, [](TestCtx&) -> Result<net::Response> {
      return net::text_response(203, "text/plain", "text");
    });
  }

  net::Response ask(const std::string& method, const std::string& path,
                    const std::string& query = "", const std::string& body = "",
                    net::Headers headers = {}) {
    steps.clear();
    net::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.headers = std::move(headers);
    request.headers.emplace_back("content-type", "application/json");
    request.id = "r1";
    TextBody reader(body);
    request.body = &reader;
    return router.route(request);
  }
  /// The status, the body (of a problem its detail and its fields), and the headers besides type
  /// and caching.
  std::string asked(const std::string& method, const std::string& path,
                    const std::string& query = "", const std::string& body = "",
                    net::Headers headers = {}) {
    auto response = ask(method, path, query, body, std::move(headers));
    auto out = std::to_string(response.status) + " ";
    if (response.status >= 400) {
      auto problem = json::parse(response.body);
      out += std::string(problem.at("detail").as_string());
      if (const auto* errors = problem.as_object().if_contains("errors"))
        for (const auto& one : errors->as_array())
          out += "\n" + std::string(one.at("pointer").as_string()) + ": " +
                 std::string(one.at("message").as_string());
    } else {
      out += response.body;
    }
    for (const auto& [name, value] : response.headers)
      if (name != "Content-Type" && name != "Cache-Control") out += "\n" + name + "=" + value;
    return out;
  }

  std::vector<std::string> steps;
  std::optional<net::Response> replay;
  std::optional<Error> gate_error, begin_error, finish_error;
  Router router;
  Api<TestCtx> api{
      router,
      [this](net::Request&, const RouteInfo& info) -> Result<std::unique_ptr<TestCtx>> {
        steps.push_back("gate " + std::to_string(info.access));
        if (gate_error) return *gate_error;
        return std::make_unique<TestCtx>();
      },
      [this](TestCtx& ctx, const RouteInfo& info) -> Result<void> {
        steps.push_back("begin " + std::string(info.id));
        ctx.replay = replay;
        if (begin_error) return *begin_error;
        return {};
      },
      [this](TestCtx&, const RouteInfo& info, net::Response& response) -> Result<void> {
        steps.push_back("finish " + std::string(info.id) + " " + std::to_string(response.status));
        if (finish_error) return *finish_error;
        return {};
      }};
};

TEST_F(ApiTest, InputsBecomeValues) {
  const auto thing = "/things/" + std::string(kId) + "/a";
  EXPECT_EQ(asked("GET", thing, "word=hi&limit=5&sort=oldest&all=true&part=1.5"),
            "200 {\"name\":\"" + std::string(kId) +
                "/a hi 5 oldest all 1.5\",\"version\":7}\nETag=\"v7\"");
  EXPECT_EQ(
      asked("GET", thing, "word=hi&limit=&sort="),
      "200 {\"name\":\"" + std::string(kId) + "/a hi -1 newest\",\"version\":7}\nETag=\"v7\"");
  EXPECT_EQ(asked("GET", thing, "limit=x&sort=best&word=longer&all=1&part=one&unknown=1"),
            "422 Some parameters are not right.\n"
            "query/limit: must be a number.\n"
            "query/sort: must be one of: newest, oldest.\n"
            "query/word: must be at most 5 characters long.\n"
            "query/all: must be true or false.\n"
            "query/part: must be a number.");
  EXPECT_EQ(asked("GET", thing), "422 Some parameters are not right.\nquery/word: is required.");
  EXPECT_EQ(asked("GET", thing, "word=%zz"), "400 The query string is not valid.");
  EXPECT_EQ(asked("GET", "/things/1/a", "limit=x"), "404 There is nothing at this address.");
  EXPECT_EQ(asked("GET", "/things/" + std::string(kId) + "/gone", "word=a"), "404 No such thing.");
}

TEST_F(ApiTest, BodiesAndVersions) {
  EXPECT_EQ(asked("POST", "/things", "", R"({"name":" a ","number":5})"),
            "201 {\"name\":\"a\",\"version\":5}\nLocation=/things/1");
  EXPECT_EQ(asked("POST", "/things", "", R"({"number":"5"})"),
            "422 Some fields are not right.\n/name: is required.\n"
            "/number: must be a whole number.");
  EXPECT_EQ(asked("POST", "/things", "", "{").substr(0, 3), "400");
  EXPECT_EQ(asked("POST", "/things", "", "\xff"), "400 The body is not valid UTF-8.");
  EXPECT_EQ(asked("POST", "/things", "", std::string(256 * 1024 + 1, ' ')).substr(0, 3), "413");
  const auto thing = "/things/" + std::string(kId) + "/a";
  const auto* body = R"({"name":"b"})";
  EXPECT_EQ(asked("PUT", thing, "", body, {{"if-match", "\"v4\""}}),
            "200 {\"name\":\"b\",\"version\":5}\nETag=\"v5\"");
  EXPECT_EQ(asked("PUT", thing, "", body, {{"if-match", " * "}}),
            "200 {\"name\":\"b\",\"version\":41}\nETag=\"v41\"");
  EXPECT_EQ(asked("PUT", thing, "", body).substr(0, 3), "428");
  EXPECT_EQ(asked("PUT", thing, "", "{}", {{"if-match", "x"}}).substr(0, 3), "412");
  EXPECT_EQ(asked("DELETE", thing), "204 ");
  EXPECT_EQ(asked("POST", "/work"), "202 {\"said\":\"/work\"}");
  EXPECT_EQ(asked("POST", "/bytes", "", "abcde"), "200 {\"said\":\"abcde\"}\nSet-Cookie=a=b");
  EXPECT_EQ(asked("POST", "/bytes", "", "abcdef"), "200 {\"said\":\"too large\"}\nSet-Cookie=a=b");
  EXPECT_EQ(asked("POST", "/raw", "", "x"), "204 \nX-A=1");
  EXPECT_EQ(asked("GET", "/page"), R"(200 {"items":[{"name":"a","version":1}],"next":null})");
  EXPECT_EQ(asked("GET", "/file"), "203 text");
  net::Request other;
  other.method = "POST";
  other.path = "/things";
  other.headers = {{"content-type", "text/plain"}};
  EXPECT_EQ(router.route(other).status, 415);
}

TEST_F(ApiTest, TheOrderIsGateInputsBeginHandlerFinish) {
  using Steps = std::vector<std::string>;
  EXPECT_EQ(asked("DELETE", "/things/" + std::string(kId) + "/a"), "204 ");
  EXPECT_EQ(steps, (Steps{"gate 4", "begin deleteThing", "finish deleteThing 204"}));
  EXPECT_EQ(asked("GET", "/things/1/a").substr(0, 3), "404");
  EXPECT_EQ(steps, (Steps{"gate 3"}));
  EXPECT_EQ(asked("GET", "/things/" + std::string(kId) + "/gone", "word=a").substr(0, 3), "404");
  EXPECT_EQ(steps, (Steps{"gate 3", "begin getThing"}));
  begin_error = conflict("Twice.");
  EXPECT_EQ(asked("POST", "/work"), "409 Twice.");
  begin_error.reset();
  replay = net::text_response(299, "text/plain", "before");
  EXPECT_EQ(asked("POST", "/work"), "299 before");
  EXPECT_EQ(steps, (Steps{"gate 4", "begin startWork"}));
  replay.reset();
  finish_error = conflict("Late.");
  EXPECT_EQ(asked("POST", "/work"), "409 Late.");
  gate_error = forbidden("Not you.");
  EXPECT_EQ(asked("POST", "/things", "", "{"), "403 Not you.");
  EXPECT_EQ(steps, (Steps{"gate 4"}));
}

TEST_F(ApiTest, WhatCannotComeInOrGoOutIsRefusedAtOnce) {
  api.add({"GET", "/names", "getNames", "Shows names", 4},
          [](TestCtx&) -> Result<Named> { return Named{{Personal("Anna")}}; });
  api.add({"POST", "/logins", "addLogin", "Takes secrets", 4},
          [](TestCtx&, const Body<Login>&) -> Result<None> { return None{}; });
  EXPECT_THROW(api.add({"POST", "/names", "addNames", "", 4},
                       [](TestCtx&, const Body<Named>&) -> Result<None> { return None{}; }),
               std::logic_error);
  EXPECT_THROW(api.add({"GET", "/logins", "getLogin", "", 4},
                       [](TestCtx&) -> Result<Login> { return Login{}; }),
               std::logic_error);
  EXPECT_THROW(api.add({"GET", "/lists", "getLists", "", 4},
                       [](TestCtx&, const Query<Listed>&) -> Result<None> { return None{}; }),
               std::logic_error);
}

TEST_F(ApiTest, ARouteMayBePutTogether) {
  auto word = std::string("longer than what a string holds by itself");
  api.add({"GET", "/" + word, "get" + word, word, 4},
          [](TestCtx&) -> Result<None> { return None{}; });
  auto path = "/" + word;
  word.assign(word.size(), 'x');
  EXPECT_EQ(asked("GET", path), "204 ");
  EXPECT_EQ(steps.back(), "finish get" + path.substr(1) + " 204");
}

TEST_F(ApiTest, TheDocumentSaysWhatTheSignaturesSay) {
  auto document = router.openapi("Test", "1");
  const auto endpoint = [&](const char* path, const char* method) {
    return json::serialize(document.at("paths").at(path).at(method));
  };
  const std::string problem =
      R"("default":{"description":"A problem (RFC 9457).","content":{"application/problem+json":)"
      R"({"schema":{"$ref":"#/components/schemas/Problem"}}}}}})";
  const std::string path =
      R"({"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}},)"
      R"({"name":"part","in":"path","required":true,"schema":{"type":"string"}})";
  const std::string key =
      R"({"name":"Idempotency-Key","in":"header","required":false,"schema":{"type":"string",)"
      R"("maxLength":255}})";
  EXPECT_EQ(
      endpoint("/things/{id}/{part}", "get"),
      R"({"operationId":"getThing","summary":"Shows a thing","parameters":[)" + path +
          R"(,{"name":"limit","in":"query","required":false,"schema":{"type":"integer"}},)"
          R"({"name":"sort","in":"query","required":false,"schema":{"$ref":"#/components/schemas/Sort"}},)"
          R"({"name":"word","in":"query","required":true,"schema":{"type":"string","maxLength":5,"minLength":1}},)"
          R"({"name":"all","in":"query","required":false,"schema":{"type":"boolean"}},)"
          R"({"name":"part","in":"query","required":false,"schema":{"type":"number"}}],)"
          R"("responses":{"200":{"description":"The answer.","content":{"application/json":)"
          R"({"schema":{"$ref":"#/components/schemas/Thing"}}}},)" +
          problem);
  EXPECT_EQ(
      endpoint("/things", "post"),
      R"({"operationId":"createThing","summary":"Adds a thing","requestBody":{"required":true,)"
      R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/ThingInput"}}}},)"
      R"("parameters":[)" +
          key +
          R"(],"responses":{"201":{"description":"Created.","content":{"application/json":)"
          R"({"schema":{"$ref":"#/components/schemas/Thing"}}}},)" +
          problem);
  EXPECT_EQ(
      endpoint("/things/{id}/{part}", "put"),
      R"({"operationId":"putThing","summary":"Changes a thing","description":)"
      R"("Sensitive: answers 403 with the kind factor-again when the second factor (or, without )"
      R"(one, the password) was given more than a quarter of an hour ago. Give it again )"
      R"((POST /api/v1/session/again) and repeat the request.","requestBody":{"required":true,)"
      R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/ThingInput"}}}},)"
      R"("parameters":[)" +
          path +
          R"(,{"name":"If-Match","in":"header","required":true,"schema":{"type":"string"}}],)"
          R"("responses":{"200":{"description":"The answer.","content":{"application/json":)"
          R"({"schema":{"$ref":"#/components/schemas/Thing"}}}},)" +
          problem);
  EXPECT_EQ(endpoint("/things/{id}/{part}", "delete"),
            R"({"operationId":"deleteThing","summary":"Removes a thing","parameters":[)" + path +
                R"(],"responses":{"204":{"description":"Done."},)" + problem);
  EXPECT_EQ(endpoint("/work", "post"),
            R"({"operationId":"startWork","summary":"Starts","parameters":[)" + key +
                R"(],"responses":{"202":{"description":"Accepted.","content":{"application/json":)"
                R"({"schema":{"$ref":"#/components/schemas/Plain"}}}},)" +
                problem);
  EXPECT_EQ(
      endpoint("/bytes", "post"),
      R"({"operationId":"sendBytes","summary":"Takes bytes","requestBody":{"required":true,)"
      R"("content":{"application/octet-stream":{"schema":{"type":"string","format":"binary"}}}},)"
      R"("parameters":[)" +
          key +
          R"(],"responses":{"200":{"description":"The answer.","content":{"application/json":)"
          R"({"schema":{"$ref":"#/components/schemas/Plain"}}}},)" +
          problem);
  EXPECT_EQ(endpoint("/raw", "post"),
            R"({"operationId":"sendRaw","summary":"Reads a body","requestBody":{"required":true,)"
            R"("content":{"application/octet-stream":{"schema":{"type":"string","format":)"
            R"("binary"}}}},"parameters":[)" +
                key + R"(],"responses":{"204":{"description":"Done."},)" + problem);
  EXPECT_EQ(
      endpoint("/page", "get"),
      R"({"operationId":"getPage","summary":"A page of things","responses":{"200":)"
      R"({"description":"The answer.","content":{"application/json":{"schema":{"type":"object",)"
      R"("required":["items","next"],"properties":{"items":{"type":"array","items":)"
      R"({"$ref":"#/components/schemas/Thing"}},"next":{"type":["string","null"]},)"
      R"("total":{"type":"integer"}}}}}},)" +
          problem);
  EXPECT_EQ(endpoint("/file", "get"),
            R"({"operationId":"getFile","summary":"A file","responses":{"200":)"
            R"({"description":"The content."},)" +
                problem);
  // What is sent may be null where it may be left out; what is answered leaves it out.
  EXPECT_EQ(json::serialize(document.at("components").at("schemas").at("ThingInput")),
            R"({"type":"object","properties":{"name":{"type":"string","maxLength":10,)"
            R"("minLength":1},"number":{"type":["integer","null"]}},"required":["name"]})");
}

}  // namespace
}  // namespace varde::web
