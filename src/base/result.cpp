#include "base/result.hpp"

namespace varde {

Error::Error() = default;
Error::Error(ErrorCode error_code, std::string sentence, std::vector<FieldError> wrong_fields,
             std::string stable_word, int retry_after)
    : code(error_code),
      message(std::move(sentence)),
      fields(std::move(wrong_fields)),
      kind(std::move(stable_word)),
      retry_after_seconds(retry_after) {}
Error::Error(const Error&) = default;
Error::Error(Error&&) noexcept = default;
Error& Error::operator=(const Error&) = default;
Error& Error::operator=(Error&&) noexcept = default;
Error::~Error() = default;

void detail::result_misread(const Error& error) {
  throw std::logic_error("a Result was read although it holds an error: " + error.message);
}

Error make_error(ErrorCode code, std::string_view message) { return {code, std::string(message)}; }
Error bad_input(std::string_view pointer, std::string_view message) {
  return {
      ErrorCode::bad_input, std::string(message), {{std::string(pointer), std::string(message)}}};
}
Error not_found(std::string_view message) { return make_error(ErrorCode::not_found, message); }
Error forbidden(std::string_view message) { return make_error(ErrorCode::forbidden, message); }
Error conflict(std::string_view message, std::string_view kind) {
  return {ErrorCode::conflict, std::string(message), {}, std::string(kind)};
}
Error limited(std::string_view message, int retry_after_seconds) {
  return {ErrorCode::limited, std::string(message), {}, {}, retry_after_seconds};
}

}  // namespace varde
