// Incoming mail of any kind: never a crash, and what is found is well-formed.
#include <cstdlib>

#include "base/text.hpp"
#include "messaging/mail/report_parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto report = varde::messaging::mail::parse_report({reinterpret_cast<const char*>(data), size});
  if (!varde::is_utf8(report.diagnostic.reveal()) || !varde::is_utf8(report.recipient.reveal()) ||
      !varde::is_utf8(report.original_message_id) || !varde::is_utf8(report.feedback_type))
    std::abort();
  if (report.original_message_id.find('\n') != std::string::npos) std::abort();
  return 0;
}
