#include "base/embed.hpp"
#include "operate/evidence/facts.hpp"
#include "web/reflect.hpp"

namespace varde::operate {

namespace {
struct Known {
  std::vector<PromiseFact> promises;
};
BOOST_DESCRIBE_STRUCT(Known, (), (promises))
}  // namespace

std::vector<PromiseFact> promises() {
  for (const auto& file : varde_facts_files()) {
    if (file.name != "promises.json") continue;
    auto known = web::read<Known>(boost::json::parse(file.content));
    if (!known) throw std::logic_error("promises.json: " + known.error().message);
    return std::move(known->promises);
  }
  return {};
}

}  // namespace varde::operate
