// Serves the console's files out of the program, and what machines ask: health.
//
// The shell (index.html) is never cached and carries a nonce of its own per answer; everything
// below /assets/ has a hash in its name and is cached for a year, compressed beforehand by the
// build.
#include <unordered_map>

#include "app/program.hpp"
#include "base/embed.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace varde::app {
namespace {

std::string_view type_of(std::string_view name) {
  static const std::pair<std::string_view, std::string_view> kTypes[] = {
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".html", "text/html; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"}};
  for (auto [ending, type] : kTypes)
    if (name.ends_with(ending)) return type;
  return "application/octet-stream";
}

const std::unordered_map<std::string_view, std::string_view>& files() {
  static const auto* all = [] {
    auto* out = new std::unordered_map<std::string_view, std::string_view>;
    for (const auto& file : varde_console_files()) (*out)[file.name] = file.content;
    return out;
  }();
  return *all;
}

net::Response shell() {
  auto nonce = random_token(16);
  std::string html(files().at("index.html"));
  for (std::size_t at; (at = html.find("__NONCE__")) != std::string::npos;)
    html.replace(at, 9, nonce);
  auto response = net::text_response(200, "text/html", std::move(html));
  response.with("Cache-Control", "no-store");
  response.with("Content-Security-Policy",
                fmt::format("default-src 'none'; script-src 'self' 'nonce-{0}' 'strict-dynamic'; "
                            "style-src 'self' 'nonce-{0}'; "
                            "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
                            "frame-src 'self'; form-action 'self'; "
                            "base-uri 'none'; frame-ancestors 'none'",
                            nonce));
  return response;
}

net::Response file(const net::Request& request, const std::string& name) {
  auto found = files().find(name);
  if (found == files().end())
    return web::error_response(not_found("There is no such file."), request.id);
  auto content = found->second;
  std::string_view encoding;
  auto accepts = request.header("accept-encoding");
  for (auto [ending, word] : {std::pair{".br", "br"}, std::pair{".gz", "gzip"}}) {
    auto packed = files().find(name + ending);
    if (packed == files().end() || accepts.find(word) == std::string_view::npos) continue;
    content = packed->second;
    encoding = word;
    break;
  }
  auto response = net::text_response(200, type_of(name), std::string(content));
  if (!encoding.empty()) response.with("Content-Encoding", std::string(encoding));
  response.with("Vary", "Accept-Encoding");
  response.with("Cache-Control", name.starts_with("assets/") ? "public, max-age=31536000, immutable"
                                                             : "public, max-age=3600");
  return response;
}

}  // namespace

net::Response secure_headers(net::Response response, const net::Request& request) {
  auto has = [&](std::string_view name) {
    return std::ranges::any_of(response.headers,
                               [&](const auto& h) { return iequals(h.first, name); });
  };
  response.with("X-Content-Type-Options", "nosniff");
  if (!has("Referrer-Policy")) response.with("Referrer-Policy", "same-origin");
  if (!has("Content-Security-Policy"))
    response.with(
        "Content-Security-Policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.with("X-Frame-Options", "DENY");  // for what does not know frame-ancestors
  response.with("Cross-Origin-Opener-Policy", "same-origin");
  if (!has("Cross-Origin-Resource-Policy"))
    response.with("Cross-Origin-Resource-Policy", "same-origin");
  response.with("Permissions-Policy",
                "camera=(), microphone=(), geolocation=(), browsing-topics=()");
  if (request.secure) response.with("Strict-Transport-Security", "max-age=31536000");
  return response;
}

void add_console(web::Router& router, const std::atomic<bool>& ready,
                 const std::unique_ptr<Health>& health) {
  router.page("GET", "/healthz", [](net::Request&, const auto&) {
    return net::text_response(200, "text/plain", "ok\n");
  });
  router.page("GET", "/readyz", [&ready, &health](net::Request&, const auto&) {
    auto trouble = ready ? health->trouble() : std::string("starting or stopping");
    return trouble.empty() ? net::text_response(200, "text/plain", "ready\n")
                           : net::text_response(503, "text/plain", trouble + "\n");
  });
  router.page("GET", "/assets/*", [](net::Request& request, const auto& captures) {
    return file(request, "assets/" + captures.back());
  });
  router.page("GET", "/api/*", [](net::Request& request, const auto&) {
    return web::error_response(not_found("There is nothing at this address."), request.id);
  });
  router.page("GET", "/*", [](net::Request& request, const std::vector<std::string>& captures) {
    // Addresses of the console are the router's in the browser; names with an ending are files.
    const auto& name = captures.back();
    if (files().contains(name) && name != "index.html") return file(request, name);
    return shell();
  });
}

}  // namespace varde::app
