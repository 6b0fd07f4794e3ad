#include "people/sheet/xml.hpp"

#include <expat.h>

#include <algorithm>
#include <array>
#include <new>

namespace varde::people::sheet {
namespace {

constexpr int kDeepest = 64;
constexpr long long kLongestTag = 1 << 20;
constexpr char kBetween = '\n';  // a namespace and a name, as expat joins them

constexpr std::array<std::string_view, 5> kOurs = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    "http://schemas.openxmlformats.org/package/2006/content-types", ""};

std::string_view local(std::string_view name) {
  auto at = name.rfind(kBetween);
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

bool is_ours(std::string_view name) {
  auto at = name.rfind(kBetween);
  auto space = at == std::string_view::npos ? std::string_view() : name.substr(0, at);
  return std::ranges::find(kOurs, space) != kOurs.end();
}

Error damaged(const std::string& what) {
  return make_error(ErrorCode::unsupported,
                    "The workbook cannot be read: " + what +
                        " Open it in your spreadsheet, save it as .xlsx again, or as CSV.");
}

}  // namespace

std::string_view Attributes::operator[](std::string_view name) const {
  std::string_view found;
  for (const char** at = pairs_; *at != nullptr; at += 2) {
    if (std::string_view(*at) == name) return at[1];
    if (found.empty() && local(*at) == name) found = at[1];
  }
  return found;
}

struct XmlReader::Callbacks {
  // Nothing may be thrown through expat's frames.
  template <class Call>
  static void guarded(void* self, Call call) {
    auto& reader = *static_cast<XmlReader*>(self);
    if (reader.thrown_ || reader.stopped_ || reader.wrong_) return;
    try {
      call(reader);
    } catch (...) {
      reader.thrown_ = std::current_exception();
      XML_StopParser(reader.parser_, XML_FALSE);
    }
  }
  static void refuse(XmlReader& reader, const char* why) {
    reader.wrong_ = why;
    XML_StopParser(reader.parser_, XML_FALSE);
  }
  static void begin(void* self, const char* name, const char** attributes) {
    guarded(self, [&](XmlReader& reader) {
      if (++reader.depth_ > kDeepest) return refuse(reader, "its parts nest too deeply.");
      if (reader.foreign_ > 0 || !is_ours(name)) {
        ++reader.foreign_;
        return;
      }
      reader.handler_.begin(local(name), Attributes(attributes));
    });
  }
  static void end(void* self, const char* name) {
    guarded(self, [&](XmlReader& reader) {
      --reader.depth_;
      if (reader.foreign_ > 0) {
        --reader.foreign_;
        return;
      }
      reader.handler_.end(local(name));
    });
  }
  static void text(void* self, const char* bytes, int size) {
    guarded(self, [&](XmlReader& reader) {
      if (reader.foreign_ == 0) reader.handler_.text({bytes, static_cast<std::size_t>(size)});
    });
  }
  static void doctype(void* self, const char*, const char*, const char*, int) {
    guarded(self, [](XmlReader& reader) { refuse(reader, "it declares a document type."); });
  }
};

XmlReader::XmlReader(XmlHandler& handler)
    : handler_(handler), parser_(XML_ParserCreateNS(nullptr, kBetween)) {
  if (parser_ == nullptr) throw std::bad_alloc();
  XML_SetUserData(parser_, this);
  XML_SetElementHandler(parser_, Callbacks::begin, Callbacks::end);
  XML_SetCharacterDataHandler(parser_, Callbacks::text);
  XML_SetStartDoctypeDeclHandler(parser_, Callbacks::doctype);
}

XmlReader::~XmlReader() { XML_ParserFree(parser_); }

Result<XmlReader::State> XmlReader::push(std::string_view piece, bool last) {
  if (stopped_) return State::ended;
  pushed_ += static_cast<long long>(piece.size());
  last_ = last;
  return after(XML_Parse(parser_, piece.data(), static_cast<int>(piece.size()), last ? 1 : 0));
}

Result<XmlReader::State> XmlReader::resume() { return after(XML_ResumeParser(parser_)); }

void XmlReader::pause() { XML_StopParser(parser_, XML_TRUE); }

void XmlReader::stop() {
  stopped_ = true;
  XML_StopParser(parser_, XML_FALSE);
}

Result<XmlReader::State> XmlReader::after(int status) {
  if (thrown_) std::rethrow_exception(thrown_);
  if (wrong_ != nullptr) return damaged(wrong_);
  if (stopped_) return State::ended;
  if (status == XML_STATUS_SUSPENDED) return State::paused;
  if (status != XML_STATUS_OK) return damaged("a part of it is no well-formed XML.");
  // What expat has not understood yet is a tag that goes on and on.
  if (pushed_ - XML_GetCurrentByteIndex(parser_) > kLongestTag && !last_)
    return damaged("a tag in it is too long.");
  return last_ ? State::ended : State::more;
}

}  // namespace varde::people::sheet
