// What somebody says in a reply by SMS, out of the words alone: no database, no clock, no opinion
// about which shift is meant.
//
// People write in Norwegian (both), Swedish, Danish and English, with greetings, signatures, the
// question quoted above the answer, and no question marks. A yes that was none books somebody; a no
// that was none takes a shift away; an answer that is not understood costs one more message. So the
// doubtful is never guessed: a negation anywhere is never a yes, neither is a question, a condition
// ("ja, men", "hvis") or a sentence of many unknown words; and a no is one only where the words say
// that somebody cannot. What is left is `unclear`, and whoever asked says how to answer.
//
// Words, not a model: the same text means the same today and in a year, and a table of phrases
// (understand_test.cpp) says what each comes to.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string_view>

namespace varde::staffing {

enum class Meaning {
  yes,
  agreed,  ///< "Ok", a thumb: a yes to a question, and nothing more to what was only told.
  no,
  thanks,     ///< "Tusen takk!": answers nothing.
  number,     ///< Only a number: an answer to "which?".
  which,      ///< Asks which shift is meant, or names several.
  stop,       ///< Wants no more messages, but not in the one word that ends them.
  automatic,  ///< Nobody wrote this.
  unclear
};
BOOST_DESCRIBE_ENUM(Meaning, yes, agreed, no, thanks, number, which, stop, automatic, unclear)

struct Understood {
  Meaning meaning = Meaning::unclear;
  std::optional<int> number;  ///< 0 to 999: what the question, or "which?", named a shift by.
  bool operator==(const Understood&) const = default;
};

/// Reads a reply. Any bytes may come; what is not UTF-8 is unclear. Never throws.
Understood understand(std::string_view text);

}  // namespace varde::staffing
