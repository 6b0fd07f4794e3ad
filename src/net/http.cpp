#include "net/http.hpp"

#include "base/text.hpp"

namespace varde::net {

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::string_view Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key != "cookie") continue;
    for (auto part : split(value, ';')) {
      part = trim(part);
      if (part.size() > name.size() && part[name.size()] == '=' && part.starts_with(name))
        return part.substr(name.size() + 1);
    }
  }
  return {};
}

Result<std::string> Request::read_all(std::size_t limit) const {
  auto too_large = [&] {
    return make_error(
        ErrorCode::too_large,
        fmt::format("The request's body is larger than the {} bytes allowed here.", limit));
  };
  if (body == nullptr) return std::string();
  if (auto size = body->declared_size(); size && *size > limit) return too_large();
  std::string out;
  while (true) {
    VARDE_TRY(auto piece, body->read_some(64 * 1024));
    if (piece.empty()) return out;
    if (out.size() + piece.size() > limit) return too_large();
    if (!body->keep(piece.size()))
      return Error{ErrorCode::unavailable,
                   "Too much is being received at the moment. Try again in a few seconds.",
                   {},
                   {},
                   5};
    out += piece;
  }
}

Response text_response(int status, std::string_view content_type, std::string body) {
  Response out;
  out.status = status;
  out.body = std::move(body);
  std::string type(content_type);
  if (type.starts_with("text/") && type.find(';') == std::string::npos) type += "; charset=utf-8";
  out.with("Content-Type", std::move(type));
  return out;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 421:
      return "Misdirected Request";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text,
                                                                           std::size_t limit) {
  std::vector<std::pair<std::string, std::string>> out;
  if (text.empty()) return out;
  for (auto part : split(text, '&')) {
    if (part.empty()) continue;
    if (out.size() >= limit) return std::nullopt;
    auto at = part.find('=');
    auto key = percent_decode(part.substr(0, at), true);
    auto value = at == std::string_view::npos ? std::optional<std::string>("")
                                              : percent_decode(part.substr(at + 1), true);
    if (!key || !value || !is_utf8(*key) || !is_utf8(*value) ||
        value->find('\0') != std::string::npos)
      return std::nullopt;
    out.emplace_back(std::move(*key), std::move(*value));
  }
  return out;
}

}  // namespace varde::net
