// Passwords that attackers try first, because they were in breaches: nobody may choose one.
//
// The program brings the 488,000 of the million most used ones that are long enough to be chosen at
// all (data/passwords/README.md), as a filter of 1.4 MB. An operator who has a copy of Pwned
// Passwords makes a larger one of it (`varde passwords import`), which stands beside it in the data
// directory. Nothing is asked of anybody else: a password leaves the program in no form.
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <string_view>

namespace varde::trust {

/// Where the operator's own filter is looked for; once, at the start.
void use_password_filter(const std::string& path);
/// Whether it is known, as it is or in small letters.
bool is_known_password(std::string_view password);

/// What an import came to.
struct ImportedPasswords {
  std::uint64_t read = 0, kept = 0;
};
/// Makes a filter of lines: passwords, or "SHA-1 in hex:how often" as Pwned Passwords has them, in
/// the order of the hashes. What was seen less than `least` times is left out. Memory: of a list of
/// hashes a 256th at a time; of passwords all of them. `write` takes the filter's bytes from a
/// place on. Throws std::runtime_error, naming the line.
ImportedPasswords make_password_filter(
    std::istream& in, std::uint64_t least,
    const std::function<void(std::uint64_t place, std::string_view bytes)>& write);

}  // namespace varde::trust
