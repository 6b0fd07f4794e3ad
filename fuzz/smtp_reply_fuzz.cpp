// The reply parser of the sending client, fed the input line by line.
#include <cstdlib>

#include "net/smtp_client.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  varde::net::SmtpReplyParser parser;
  using State = varde::net::SmtpReplyParser::State;
  auto state = State::more;
  while (!text.empty() && state == State::more) {
    auto end = text.find('\n');
    auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    state = parser.feed(line);
    text.remove_prefix(line.size());
  }
  const auto& reply = parser.reply();
  if (state == State::done && (reply.code < 200 || reply.code > 599)) std::abort();
  if (reply.text.size() > 1024) std::abort();
  if (!reply.enhanced.empty() && reply.enhanced[0] - '0' != reply.code / 100) std::abort();
  return 0;
}
