// A part of a workbook, read as it comes: expat with the bounds that hostile files need.
//
// A document type is refused, so that no entity can be declared, expanded or fetched. How deep
// elements nest and how long a tag may be is bounded; text is handed on in pieces of any length.
// Names are told without their namespace when it is that of spreadsheets (transitional or strict)
// or none; elements of other namespaces (extensions) are passed over with all that is in them.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct XML_ParserStruct;

namespace varde::people::sheet {

/// The attributes of an element, by local name.
class Attributes {
 public:
  explicit Attributes(const char** pairs) : pairs_(pairs) {}
  /// Empty when there is none of this name.
  std::string_view operator[](std::string_view name) const;

 private:
  const char** pairs_;
};

struct XmlHandler {
  virtual ~XmlHandler() = default;
  virtual void begin(std::string_view name, const Attributes& attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view) {}
};

class XmlReader {
 public:
  explicit XmlReader(XmlHandler& handler);
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  enum class State { more, paused, ended };
  /// Reads a piece; `last` tells that nothing follows. State::paused: a handler called pause(), and
  /// resume() goes on with the same piece. Errors: unsupported (no well-formed XML, or beyond the
  /// bounds). Rethrows what a handler throws.
  Result<State> push(std::string_view piece, bool last);
  Result<State> resume();
  /// From a handler: what was read is enough until the next call.
  void pause();
  /// From a handler: nothing more is wanted; the state becomes `ended`.
  void stop();

 private:
  struct Callbacks;
  Result<State> after(int status);

  XmlHandler& handler_;
  XML_ParserStruct* parser_;
  std::exception_ptr thrown_;
  const char* wrong_ = nullptr;
  int depth_ = 0, foreign_ = 0;
  bool stopped_ = false, last_ = false;
  long long pushed_ = 0;
};

}  // namespace varde::people::sheet
