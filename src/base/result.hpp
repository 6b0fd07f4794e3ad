// Errors that can be expected are values; broken worlds are exceptions.
//
// A Result<T> holds a T or an Error. An Error carries what the caller may see (a code that maps to
// an HTTP status, one sentence that says how to mend it, and the fields it is about); what only the
// operator may see goes to the log at the place where it happened. Exceptions mean that the world
// is broken (the database went away, a bug): one place in web/ and one in jobs/ catches them.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace varde {

enum class ErrorCode {
  bad_input,             // 422: the request was understood and its content is wrong
  malformed,             // 400: the request could not be read
  unauthenticated,       // 401
  forbidden,             // 403
  not_found,             // 404
  conflict,              // 409
  precondition,          // 412: If-Match did not hold
  precondition_missing,  // 428: an update without If-Match
  too_large,             // 413
  unsupported,           // 415
  too_slow,              // 408: the body came too slowly
  limited,               // 429
  unavailable,           // 503
};

/// One field that is wrong. `pointer` is a JSON Pointer (RFC 6901) into the request body, or
/// "query/NAME", "path/NAME".
struct FieldError {
  std::string pointer;
  std::string message;
};

/// Errors are made and passed on nearly everywhere, so what makes, moves and ends one is compiled
/// once (result.cpp).
struct Error {
  Error();
  Error(ErrorCode error_code, std::string sentence, std::vector<FieldError> wrong_fields = {},
        std::string stable_word = {}, int retry_after = 0);
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();

  ErrorCode code = ErrorCode::bad_input;
  std::string
      message;  ///< A sentence for the person who made the request; never personal data or secrets.
  std::vector<FieldError> fields;  ///< Empty unless the code is bad_input or conflict.
  std::string
      kind;  ///< A stable word for programs, e.g. "totp-required"; empty when the code says it all.
  int retry_after_seconds = 0;  ///< For limited and unavailable.
};

namespace detail {
[[noreturn]] void result_misread(const Error& error);
}

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked(); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  T& checked() {
    if (auto* value = std::get_if<0>(&state_)) return *value;
    detail::result_misread(error());
  }
  std::variant<T, Error> state_;
};

struct Done {};  ///< What a Result<void> would hold.

template <>
class [[nodiscard]] Result<void> : public Result<Done> {
 public:
  Result() : Result<Done>(Done{}) {}
  Result(Done) : Result<Done>(Done{}) {}                   // NOLINT(google-explicit-constructor)
  Result(Error error) : Result<Done>(std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

/// Makers, so that call sites read as sentences: `return not_found("No person has this id.");`
Error make_error(ErrorCode code, std::string_view message);
Error bad_input(std::string_view pointer, std::string_view message);
Error not_found(std::string_view message);
Error forbidden(std::string_view message);
Error conflict(std::string_view message, std::string_view kind = {});
Error limited(std::string_view message, int retry_after_seconds);

}  // namespace varde

/// `VARDE_TRY(auto person, find_person(tx, id));` binds the value, or returns the error from the
/// enclosing function.
#define VARDE_TRY_CONCAT_(a, b) a##b
#define VARDE_TRY_CONCAT(a, b) VARDE_TRY_CONCAT_(a, b)
#define VARDE_TRY(declaration, ...) \
  VARDE_TRY_IMPL(VARDE_TRY_CONCAT(try_, __COUNTER__), declaration, __VA_ARGS__)
#define VARDE_TRY_IMPL(name, declaration, ...) \
  auto name = (__VA_ARGS__);                   \
  if (!name) return std::move(name).error();   \
  declaration = *std::move(name)
/// `VARDE_CHECK(validate(x));` for results without a value.
#define VARDE_CHECK(...) \
  if (auto varde_check_ = (__VA_ARGS__); !varde_check_) return std::move(varde_check_).error()
