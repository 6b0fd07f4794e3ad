// The log: one JSON object a line on standard error, so that any collector reads it. Never personal
// data or secrets: values are numbers, ids and words of the program; a Personal does not convert to
// a LogValue.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/ids.hpp"

namespace varde::log {

enum class Level { debug, info, warning, error };

class Value {
 public:
  Value(std::string_view text)
      : value_(std::string(text)) {}                      // NOLINT(google-explicit-constructor)
  Value(const char* text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Value(const std::string& text) : value_(text) {}        // NOLINT(google-explicit-constructor)
  Value(const Uuid& id) : value_(id.str()) {}             // NOLINT(google-explicit-constructor)
  Value(bool yes) : value_(yes) {}                        // NOLINT(google-explicit-constructor)
  Value(double number) : value_(number) {}                // NOLINT(google-explicit-constructor)
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  Value(T number)
      : value_(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)
  const auto& get() const { return value_; }

 private:
  std::variant<std::string, bool, double, std::int64_t> value_;
};

struct Field {
  std::string_view key;
  Value value;
};

void set_level(Level level);
void write(Level level, std::string_view message, std::initializer_list<Field> fields);

inline void debug(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::debug, m, f);
}
inline void info(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::info, m, f);
}
inline void warning(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::warning, m, f);
}
inline void error(std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::error, m, f);
}

}  // namespace varde::log
