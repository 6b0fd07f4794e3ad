#include "privacy/contract/certificate.hpp"

#include "base/text.hpp"
#include "web/reflect.hpp"

namespace varde::privacy {
namespace json = boost::json;

namespace {

constexpr std::string_view kTitle = "Varde certificate of removal 1";

std::string sentence(const Certificate& c) {
  std::int64_t rows = 0;
  for (const auto& of : c.rows) rows += of.rows;
  return fmt::format(
      "The data of organisation {} was removed at {}: {} rows of {} tables, and {} keys without "
      "which no backup gives it back.",
      c.tenant.str(), to_rfc3339(c.removed_at), rows, c.rows.size(), c.keys);
}

Error broken(std::string why) { return make_error(ErrorCode::malformed, std::move(why)); }

}  // namespace

std::string sign_certificate(const crypto::Signer& signer, const Certificate& certificate) {
  return signer.sign(fmt::format("{}\n{}\n{}\n", kTitle, sentence(certificate),
                                 json::serialize(web::write(certificate))));
}

Result<Certificate> verify_certificate(std::string_view text, std::string_view verifier) {
  auto body = crypto::open_note(text, verifier);
  if (!body) return broken("The signature is not that of this key, or the file was changed.");
  auto lines = split(*body, '\n');
  if (lines.size() != 4 || lines[0] != kTitle) return broken("This is no certificate of removal.");
  boost::system::error_code problem;
  auto parsed = json::parse(lines[2], problem);
  if (problem) return broken("The certificate is damaged.");
  auto certificate = web::read<Certificate>(parsed);
  if (!certificate) return broken("The certificate is damaged: " + certificate.error().message);
  if (lines[1] != sentence(*certificate)) return broken("Its sentence and its data differ.");
  return std::move(*certificate);
}

}  // namespace varde::privacy
