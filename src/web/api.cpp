#include "web/api.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/log.hpp"
#include "base/text.hpp"

namespace varde::web {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_input:
      return 422;
    case ErrorCode::malformed:
      return 400;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::precondition:
      return 412;
    case ErrorCode::precondition_missing:
      return 428;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::unsupported:
      return 415;
    case ErrorCode::too_slow:
      return 408;
    case ErrorCode::limited:
      return 429;
    case ErrorCode::unavailable:
      return 503;
  }
  return 500;
}

constexpr std::size_t kMaxDepth = 32;

struct ProblemField {
  std::string pointer, message;
};
BOOST_DESCRIBE_STRUCT(ProblemField, (), (pointer, message))
/// RFC 9457, with what is wrong field by field.
struct Problem {
  std::string type, title;
  int status = 0;
  std::string detail;
  std::optional<std::string> kind, request_id;
  std::optional<std::vector<ProblemField>> errors;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, detail, kind, request_id, errors))

}  // namespace

namespace {

bool holds_nul(const json::value& value) {
  constexpr auto has = [](std::string_view text) { return text.find('\0') != text.npos; };
  if (const auto* text = value.if_string()) return has(*text);
  if (const auto* list = value.if_array()) return std::ranges::any_of(*list, holds_nul);
  if (const auto* object = value.if_object())
    return std::ranges::any_of(
        *object, [&](const auto& item) { return has(item.key()) || holds_nul(item.value()); });
  return false;
}

}  // namespace

std::string schema_name(const char* mangled) {
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? text.get() : mangled;
  auto at = name.rfind("::");
  return at == std::string::npos ? name : name.substr(at + 2);
}

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code ec;
  auto value = json::parse({text.data(), text.size()}, ec, {}, options);
  if (ec)
    return make_error(ErrorCode::malformed,
                      "The body is not valid JSON (RFC 8259): " + ec.message() + ".");
  // PostgreSQL keeps no such text, not in a document of unknown shape either.
  if (text.find("u0000") != std::string_view::npos && holds_nul(value))
    return make_error(ErrorCode::malformed, "The body holds the character U+0000. Leave it out.");
  return value;
}

net::Response json_response(int status, const json::value& value) {
  auto response = net::text_response(status, "application/json", json::serialize(value));
  response.with("Cache-Control", "no-store");
  return response;
}

net::Response error_response(const Error& error, const std::string& request_id) {
  auto status = status_of(error.code);
  Problem problem{"about:blank",
                  std::string(net::reason_phrase(status)),
                  status,
                  error.message,
                  {},
                  request_id,
                  {}};
  if (!error.kind.empty()) problem.kind = error.kind;
  if (!error.fields.empty()) {
    problem.errors.emplace();
    for (const auto& field : error.fields)
      problem.errors->push_back({field.pointer, field.message});
  }
  auto response =
      net::text_response(status, "application/problem+json", json::serialize(write(problem)));
  response.with("Cache-Control", "no-store");
  if (error.retry_after_seconds > 0)
    response.with("Retry-After", std::to_string(error.retry_after_seconds));
  return response;
}

Result<std::int64_t> read_if_match(const net::Request& request) {
  auto tag = trim(request.header("if-match"));
  if (tag.empty())
    return make_error(ErrorCode::precondition_missing,
                      "Send If-Match with the ETag of the version you read, so that nobody's "
                      "change is overwritten.");
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  std::int64_t version = 0;
  if (tag.size() > 3 && tag.starts_with("\"v") && tag.back() == '"') {
    auto digits = tag.substr(2, tag.size() - 3);
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    if (ec == std::errc() && end == digits.data() + digits.size()) return version;
  }
  return make_error(ErrorCode::precondition,
                    "If-Match does not hold an ETag of this service. Read the object again.");
}

Result<json::value> read_json_body(net::Request& request, std::size_t limit) {
  auto type = request.header("content-type");
  if (!iequals(trim(type.substr(0, type.find(';'))), "application/json"))
    return make_error(ErrorCode::unsupported, "Send the body as application/json.");
  VARDE_TRY(auto text, request.read_all(limit));
  if (!is_utf8(text)) return make_error(ErrorCode::malformed, "The body is not valid UTF-8.");
  return parse_json(text);
}

void Router::insert(const std::string& method, const std::string& path, Handler handler) {
  auto* node = &root_;
  for (auto part : split(std::string_view(path).substr(1), '/')) {
    if (part == "*") {
      node->rest[method] = std::move(handler);
      return;
    }
    auto& next = part.starts_with("{") ? node->capture : node->children[std::string(part)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  if (!node->methods.emplace(method, std::move(handler)).second)
    throw std::logic_error("two handlers for " + method + " " + path);
}

void Router::add(Endpoint endpoint) {
  insert(std::string(endpoint.info.method), std::string(endpoint.info.path), endpoint.serve);
  endpoints_.push_back(std::move(endpoint));
}

void Router::page(const std::string& method, const std::string& path, Handler handler) {
  insert(method, path,
         [handler = std::move(handler)](net::Request& request,
                                        const std::vector<std::string>& captures) {
           request.body = nullptr;
           return handler(request, captures);
         });
}

void Router::post(const std::string& path, std::size_t limit, TakesBody<std::string> handler) {
  insert("POST", path,
         [limit, handler = std::move(handler)](net::Request& request,
                                               const std::vector<std::string>& captures) {
           auto body = request.read_all(limit);
           request.body = nullptr;
           if (!body && body.error().code != ErrorCode::too_large)
             return error_response(body.error(), request.id);
           return handler(request, captures, body);
         });
}

void Router::form(const std::string& path, std::size_t limit, std::size_t most_fields,
                  TakesBody<Form> handler) {
  post(path, limit,
       [most_fields, handler = std::move(handler)](net::Request& request,
                                                   const std::vector<std::string>& captures,
                                                   const Result<std::string>& body) {
         if (!body) return handler(request, captures, body.error());
         auto fields = net::parse_form(*body, most_fields);
         if (!fields)
           return handler(request, captures,
                          make_error(ErrorCode::malformed, "The form could not be read."));
         return handler(request, captures, std::move(*fields));
       });
}

namespace detail {

std::optional<Error> Exchange::read(const Input& input, void* out) {
  switch (input.from) {
    case Input::From::path: {
      Errors errors;
      auto names = split(info_.path, '/');
      std::erase_if(names, [](std::string_view part) { return !part.starts_with("{"); });
      read_named(
          *input.parameters, out,
          [&](std::string_view name) -> const std::string* {
            for (std::size_t i = 0; i < names.size() && i < captures_.size(); ++i)
              if (names[i].substr(1, names[i].size() - 2) == name) return &captures_[i];
            return nullptr;
          },
          "path", errors);
      if (!errors.empty()) return not_found("There is nothing at this address.");
      return std::nullopt;
    }
    case Input::From::query: {
      auto pairs = net::parse_form(request_.query, 100);
      if (!pairs) return make_error(ErrorCode::malformed, "The query string is not valid.");
      Errors errors;
      read_named(
          *input.parameters, out,
          [&](std::string_view name) -> const std::string* {
            for (const auto& [key, value] : *pairs)
              if (key == name) return &value;
            return nullptr;
          },
          "query", errors);
      if (errors.empty()) return std::nullopt;
      return Error{
          ErrorCode::bad_input, "Some parameters are not right.", std::move(errors), {}, 0};
    }
    case Input::From::body: {
      VARDE_TRY(auto document, read_json_body(request_, info_.body_limit));
      return read_document(*input.type, document, out);
    }
    case Input::From::if_match: {
      auto& match = *static_cast<IfMatch*>(out);
      match.any = trim(request_.header("if-match")) == "*";
      if (!match.any) {
        VARDE_TRY(match.version, read_if_match(request_));
      }
      return std::nullopt;
    }
    case Input::From::bytes: {
      auto& value = static_cast<Bytes*>(out)->value;
      value = request_.read_all(info_.body_limit);
      if (!value && value.error().code != ErrorCode::too_large) return value.error();
      return std::nullopt;
    }
    case Input::From::raw_body:
      static_cast<RawBody*>(out)->request = &request_;
      return std::nullopt;
    case Input::From::origin:
      static_cast<Origin*>(out)->request = &request_;
      return std::nullopt;
  }
  return std::nullopt;
}

bool Exchange::take(void* const* places) {
  std::optional<Error> wrong;  // the first
  bool keeps_body = false;
  for (const auto& input : handler_.inputs) {
    auto error = read(input, *places++);
    if (error && !wrong) wrong = std::move(error);
    keeps_body = keeps_body || input.from == Input::From::raw_body;
  }
  if (wrong) {
    refuse(*wrong);
    return false;
  }
  if (!keeps_body) request_.body = nullptr;
  auto before = around_.begin(ctx_, info_);
  if (!before) {
    refuse(before.error());
    return false;
  }
  if (!*before) return true;
  response_ = std::move(**before);
  return false;
}

void Exchange::refuse(const Error& error) { response_ = error_response(error, request_.id); }

void Exchange::answer(const void* value) {
  switch (handler_.answer.kind) {
    case Answer::Kind::created:
      response_ = json_response(201, write_value(*handler_.answer.type, value));
      return;
    case Answer::Kind::accepted:
      response_ = json_response(202, write_value(*handler_.answer.type, value));
      return;
    case Answer::Kind::content:
      response_ = json_response(200, write_value(*handler_.answer.type, value));
      return;
    case Answer::Kind::nothing:
    case Answer::Kind::response:
      response_.status = 204;
  }
}

void Exchange::version(std::int64_t version) {
  response_.with("ETag", "\"v" + std::to_string(version) + "\"");
}

void Exchange::headers(const net::Headers& headers) {
  for (const auto& [name, value] : headers) response_.with(name, value);
}

void Exchange::finish() {
  if (auto finished = around_.finish(ctx_, info_, response_); !finished) refuse(finished.error());
}

void add_endpoint(Router& router, const RouteInfo& info, Handler handler, Surroundings& around) {
  for (const auto& input : handler.inputs) {
    if (input.parameters != nullptr) check_readable_from_text(*input.parameters);
    if (input.type != nullptr) check_readable(*input.type);
  }
  if (handler.answer.type != nullptr) check_writable(*handler.answer.type);
  struct Route {
    std::string method, path, id, summary;
    RouteInfo info;
    Handler handler;
  };
  auto route = std::make_shared<Route>(Route{std::string(info.method), std::string(info.path),
                                             std::string(info.id), std::string(info.summary), info,
                                             std::move(handler)});
  route->info.method = route->method;
  route->info.path = route->path;
  route->info.id = route->id;
  route->info.summary = route->summary;
  Endpoint endpoint{route->info, {}, route->handler.inputs, route->handler.answer};
  endpoint.serve = [&around, route](net::Request& request,
                                    const std::vector<std::string>& captures) -> net::Response {
    auto ctx = around.gate(request, route->info);
    if (!ctx) return error_response(ctx.error(), request.id);
    Exchange exchange(request, captures, route->info, route->handler, around, ctx->get());
    route->handler.call(route->handler.handler.get(), exchange);
    return std::move(exchange.response());
  };
  router.add(std::move(endpoint));
}

}  // namespace detail

net::Response Router::route(net::Request& request) const {
  const auto* node = &root_;
  std::vector<std::string> captures;
  const std::map<std::string, Handler>* rest = nullptr;
  std::vector<std::string> rest_captures;
  std::string_view left = std::string_view(request.path).substr(1);
  bool more = true;
  while (more && node != nullptr) {
    if (!node->rest.empty()) {
      rest = &node->rest;
      rest_captures = captures;
      rest_captures.emplace_back(left);
    }
    auto slash = left.find('/');
    auto part = left.substr(0, slash);
    more = slash != std::string_view::npos;
    left = more ? left.substr(slash + 1) : std::string_view();
    if (auto found = node->children.find(part); found != node->children.end()) {
      node = found->second.get();
    } else if (node->capture && !part.empty()) {
      captures.emplace_back(part);
      node = node->capture.get();
    } else {
      node = nullptr;
    }
  }
  const auto* methods = node != nullptr && !node->methods.empty() ? &node->methods : nullptr;
  if (methods == nullptr) {
    methods = rest;
    captures = std::move(rest_captures);
  }
  if (methods == nullptr)
    return error_response(not_found("There is nothing at this address."), request.id);
  auto found = methods->find(request.method);
  if (found == methods->end()) {
    auto response = error_response(
        make_error(ErrorCode::malformed, "This address does not take " + request.method + "."),
        request.id);
    response.status = 405;
    std::string allow;
    for (const auto& [method, handler] : *methods) allow += (allow.empty() ? "" : ", ") + method;
    return response.with("Allow", allow);
  }
  return found->second(request, captures);
}

namespace {

// The names of the schemas that a part of the document speaks of.
void gather_named(const json::value& in, std::set<std::string>& out) {
  if (const auto* list = in.if_array())
    for (const auto& one : *list) gather_named(one, out);
  if (const auto* object = in.if_object())
    for (const auto& [key, value] : *object) {
      if (key == "$ref") {
        std::string_view place(value.get_string());
        out.emplace(place.substr(place.rfind('/') + 1));
      } else {
        gather_named(value, out);
      }
    }
}

// A field of a request that may be left out may be null as well (see read()); what is answered
// leaves it out.
void allow_null(const json::object& paths, json::object& components) {
  std::set<std::string> sent, looked_at;
  for (const auto& [path, methods] : paths)
    for (const auto& [method, endpoint] : methods.get_object())
      if (const auto* body = endpoint.get_object().if_contains("requestBody"))
        gather_named(*body, sent);
  while (looked_at.size() < sent.size())
    for (const auto& name : std::set<std::string>(sent))
      if (looked_at.insert(name).second) gather_named(components[name], sent);
  for (const auto& name : sent) {
    auto& schema = components[name].as_object();
    if (!schema.contains("properties")) continue;
    auto must_be_there = [&](std::string_view field) {
      const auto* required = schema.if_contains("required");
      return required != nullptr &&
             std::ranges::find(required->get_array(),
                               json::value(json::string_view(field.data(), field.size()))) !=
                 required->get_array().end();
    };
    for (auto& [field, value] : schema["properties"].as_object()) {
      if (must_be_there(field)) continue;
      auto& described = value.as_object();
      if (auto* type = described.if_contains("type"); type != nullptr && type->is_string()) {
        *type = json::array{*type, "null"};
        if (auto* words = described.if_contains("enum")) words->as_array().push_back(nullptr);
      } else if (described.contains("$ref")) {
        described = {{"anyOf", json::array{described, json::object{{"type", "null"}}}}};
      }
    }
  }
}

json::object json_content(const char* type, json::value schema) {
  return json::object{{type, json::object{{"schema", std::move(schema)}}}};
}

void describe_input(const Input& input, Schemas& schemas, json::object& endpoint,
                    json::array& parameters) {
  switch (input.from) {
    case Input::From::path:
    case Input::From::query:
      for (const auto& member : members_of(*input.parameters)) {
        parameters.push_back(
            json::object{{"name", member.name},
                         {"in", input.from == Input::From::path ? "path" : "query"},
                         {"required", member.type->kind != Kind::optional},
                         {"schema", detail::schema_of(*member.type, schemas)}});
      }
      return;
    case Input::From::body:
      endpoint["requestBody"] = json::object{
          {"required", true},
          {"content", json_content("application/json", detail::schema_of(*input.type, schemas))}};
      return;
    case Input::From::raw_body:
    case Input::From::bytes:
      endpoint["requestBody"] = json::object{
          {"required", true},
          {"content", json_content("application/octet-stream",
                                   json::object{{"type", "string"}, {"format", "binary"}})}};
      return;
    case Input::From::if_match:
      parameters.push_back(json::object{{"name", "If-Match"},
                                        {"in", "header"},
                                        {"required", true},
                                        {"schema", json::object{{"type", "string"}}}});
      return;
    case Input::From::origin:
      return;
  }
}

json::object describe_answer(const Answer& answer, Schemas& schemas) {
  const auto with = [&](const char* status, const char* description) {
    return json::object{
        {status,
         json::object{{"description", description},
                      {"content", json_content("application/json",
                                               detail::schema_of(*answer.type, schemas))}}}};
  };
  switch (answer.kind) {
    case Answer::Kind::created:
      return with("201", "Created.");
    case Answer::Kind::accepted:
      return with("202", "Accepted.");
    case Answer::Kind::nothing:
      return json::object{{"204", json::object{{"description", "Done."}}}};
    case Answer::Kind::response:
      return json::object{{"200", json::object{{"description", "The content."}}}};
    case Answer::Kind::content:
      break;
  }
  return with("200", "The answer.");
}

json::object describe(const Endpoint& endpoint, Schemas& schemas) {
  const auto& info = endpoint.info;
  json::object out{{"operationId", info.id}, {"summary", info.summary}};
  if (info.fresh)
    out["description"] =
        "Sensitive: answers 403 with the kind factor-again when the second factor (or, without "
        "one, the password) was given more than a quarter of an hour ago. Give it again "
        "(POST /api/v1/session/again) and repeat the request.";
  json::array parameters;
  for (const auto& input : endpoint.inputs) describe_input(input, schemas, out, parameters);
  if (info.method == "POST")
    parameters.push_back(
        json::object{{"name", "Idempotency-Key"},
                     {"in", "header"},
                     {"required", false},
                     {"schema", json::object{{"type", "string"}, {"maxLength", 255}}}});
  if (!parameters.empty()) out["parameters"] = parameters;
  auto responses = describe_answer(endpoint.answer, schemas);
  responses["default"] = json::object{
      {"description", "A problem (RFC 9457)."},
      {"content", json_content("application/problem+json",
                               json::object{{"$ref", "#/components/schemas/Problem"}})}};
  out["responses"] = responses;
  return out;
}

}  // namespace

json::object Router::openapi(std::string_view title, std::string_view version) const {
  Schemas schemas;
  json::object paths;
  for (const auto& endpoint : endpoints_) {
    auto& path = paths[endpoint.info.path];
    if (path.is_null()) path = json::object{};
    path.as_object()[ascii_lower(endpoint.info.method)] = describe(endpoint, schemas);
  }
  schema<Problem>(schemas);
  json::object components;
  for (auto& [name, value] : schemas.named) components[name] = value;
  allow_null(paths, components);
  return json::object{
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", title}, {"version", version}}},
      // Where the document itself comes from.
      {"servers", json::array{json::object{{"url", "/"}}}},
      {"paths", paths},
      {"components",
       json::object{{"schemas", components},
                    {"securitySchemes",
                     json::object{{"session", json::object{{"type", "apiKey"},
                                                           {"in", "cookie"},
                                                           {"name", "varde_session"}}}}}}},
      {"security", json::array{json::object{{"session", json::array{}}}}}};
}

}  // namespace varde::web
