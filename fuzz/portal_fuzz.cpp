// What the substitutes' pages read: forms, times, days, places, codes, languages, calendar tokens;
// and what they write for calendars out of anything.
#include <cmath>
#include <cstdlib>

#include "base/text.hpp"
#include "staffing/calendar/ical.hpp"
#include "staffing/portal/form.hpp"
#include "staffing/portal/internal.hpp"
#include "staffing/portal/words.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace varde;
  using namespace varde::staffing;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto form = Form::read(text))
    for (const char* name : {"action", "code", "from_date", "weekday"}) {
      if (!is_utf8(form->get(name)) || form->all(name).size() > 60) std::abort();
      if (auto id = form->id(name); id && id->str().size() != 36) std::abort();
    }
  if (auto minutes = read_clock(text); minutes && (*minutes < 0 || *minutes > 1439)) std::abort();
  if (auto local = read_local(text)) (void)from_local(*local, "Europe/Oslo");
  if (auto month = read_month(text); month && !month->ok()) std::abort();
  if (auto place = read_place(text))
    if (!(std::abs(place->latitude) <= 90) || !(std::abs(place->longitude) <= 180)) std::abort();
  if (auto code = read_code(text); code && code->size() != 6) std::abort();
  if (auto language = accepted_language(text); !language.empty() && !Words(language).has("menu"))
    std::abort();
  if (feed_tenant(text) && size != 54) std::abort();
  if (is_utf8(text)) {
    ical::Event event{.uid = "u", .summary = std::string(text), .url = std::string(text)};
    auto calendar = ical::calendar(text, {event});
    std::size_t events = 0;
    for (auto line : split(calendar, '\n')) {
      if (line.empty()) continue;
      if (line.size() > 76 || line.back() != '\r') std::abort();
      events += line.starts_with("BEGIN:VEVENT") ? 1 : 0;
    }
    if (events != 1) std::abort();
  }
  return 0;
}
