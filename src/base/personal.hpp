// A decrypted value about a person. It has a type of its own so that it cannot be logged, printed
// or formatted by accident: there is no operator<<, no formatter, no conversion. Reading it takes
// reveal(), which is easy to search for.
#pragma once

#include <compare>
#include <string>
#include <utility>

namespace varde {

class Personal {
 public:
  Personal() = default;
  explicit Personal(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Personal&) const = default;

 private:
  std::string value_;
};

}  // namespace varde
