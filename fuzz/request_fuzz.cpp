// Requests of the API: path, query, If-Match and JSON body of every endpoint become typed values or
// an error that can be said, whatever the bytes. Handlers run until they ask for the database,
// which is away.
//
//   createPerson\n
//   0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b\n      what the path captures, separated by spaces
//   limit=5&cursor=abc\n                        the query
//   "v1"\n                                      If-Match
//   {"email": "…"}                              the body
#include <cstdlib>
#include <future>

#include "app/program.hpp"
#include "base/text.hpp"
#include "trust/notice.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/trail.hpp"

using namespace varde;

namespace {

class Body : public net::BodyReader {
 public:
  explicit Body(std::string_view text) : text_(text) {}
  Result<std::string> read_some(std::size_t max) override {
    auto piece = std::string(text_.substr(0, max));
    text_.remove_prefix(piece.size());
    return piece;
  }
  std::optional<std::uint64_t> declared_size() const override { return text_.size(); }
  bool keep(std::size_t) override { return true; }

 private:
  std::string_view text_;
};

// The program's endpoints behind a gate that lets everybody in.
struct Endpoints {
  app::Program program{{}};
  web::Router router;
  trust::Api api{
      router,
      [this](net::Request&, const web::RouteInfo&) -> Result<std::unique_ptr<trust::Ctx>> {
        return std::make_unique<trust::Ctx>(*program.base, Uuid::make(),
                                            trust::Actor{trust::ActorKind::user, {}});
      },
      [](trust::Ctx&, const web::RouteInfo&) -> Result<void> { return {}; },
      [](trust::Ctx&, const web::RouteInfo&, net::Response&) -> Result<void> { return {}; }};
  net::Loop loop{"fuzz"};

  Endpoints() {
    crypto::initialise();
    program.database = std::make_unique<db::Database>("host=/nonexistent", 1);
    program.keys = std::make_unique<trust::Keystore>("host=/nonexistent", trust::RootKey{}, 1);
    program.base.reset(new trust::Base{*program.database, *program.keys, "https://varde.example",
                                       "/nonexistent", ""});
    program.identity = std::make_unique<trust::Identity>(*program.base);
    program.identity->add_routes(api);
    trust::add_tenant_routes(api);
    trust::add_trail_routes(api);
    trust::add_notice_routes(api);
    program.modules = app::make_modules(program);
    for (auto& module : program.modules)
      if (module.routes) module.routes(api);
    app::add_home_routes(api, program.modules);
  }

  const web::Endpoint& find(const std::string& id) const {
    for (const auto& endpoint : router.endpoints())
      if (endpoint.info.id == id) return endpoint;
    return router.endpoints()[std::hash<std::string>{}(id) % router.endpoints().size()];
  }
};

std::string take_line(std::string_view& text) {
  auto end = std::min(text.find('\n'), text.size());
  auto line = std::string(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto& all = *new Endpoints;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto& endpoint = all.find(take_line(text));
  std::vector<std::string> captures;
  auto path = take_line(text);
  for (auto part : split(path, ' ')) captures.emplace_back(part);
  net::Request request;
  request.method = endpoint.info.method;
  request.path = endpoint.info.path;
  request.query = take_line(text);
  request.headers = {{"content-type", "application/json"}, {"if-match", take_line(text)}};
  Body body(text);
  request.body = &body;
  std::promise<void> done;
  all.loop.spawn([&] {
    try {
      auto response = endpoint.serve(request, captures);
      // What is wrong is the asker's to mend, and said as a problem (RFC 9457).
      if (response.status >= 400) {
        if (response.status >= 500) std::abort();
        auto problem = boost::json::parse(response.body);
        if (problem.at("title").as_string().empty()) std::abort();
      }
    } catch (const db::Unavailable&) {
    }
    done.set_value();
  });
  done.get_future().wait();
  return 0;
}
