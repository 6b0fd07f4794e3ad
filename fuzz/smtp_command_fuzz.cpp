// The command parser of the mail receiver: an accepted address can be written back into an SMTP
// command without becoming another command.
#include <cstdlib>

#include "net/smtp_server.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto command = varde::net::parse_smtp_command({reinterpret_cast<const char*>(data), size});
  if (command.argument.find_first_of("\r\n") != std::string::npos) std::abort();
  if (command.argument.size() > 1000 || command.parameters.size() > 16) std::abort();
  if (command.error.code != 0 && command.error.code / 100 != 5) std::abort();
  return 0;
}
