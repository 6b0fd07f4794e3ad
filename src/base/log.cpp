#include "base/log.hpp"

#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>

#include "base/time.hpp"

namespace varde::log {
namespace {
std::atomic<Level> threshold{Level::info};
constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
}  // namespace

void set_level(Level level) { threshold = level; }

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (level < threshold.load(std::memory_order_relaxed)) return;
  boost::json::object line;
  line["at"] = to_rfc3339(now());
  line["level"] = kNames[static_cast<int>(level)];
  line["message"] = message;
  for (const auto& field : fields)
    std::visit([&](const auto& value) { line[field.key] = value; }, field.value.get());
  auto text = boost::json::serialize(line);
  text += '\n';
  // One write(2) a line: lines of different threads never mix.
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace varde::log
