// `varde jobs`: work in the background that was given up, beside the running program.
#include <iostream>

#include "app/program.hpp"
#include "operate/work/work.hpp"
#include "web/reflect.hpp"

namespace varde::app {

void work_on_jobs(const Settings& settings, std::string_view verb, const std::string& id,
                  bool as_json) {
  with_running_program(settings, [&](trust::Base& base) {
    if (verb == "list") {
      auto jobs = operate::failed_jobs(base, std::nullopt, 1000);
      for (const auto& job : jobs) {
        if (as_json)
          std::cout << boost::json::serialize(web::write(job)) << "\n";
        else
          std::cout << fmt::format(
              "{}  {}  given up {}, of {}: {}\n", job.id.str(), job.kind, to_rfc3339(job.failed_at),
              job.tenant_id ? job.tenant_id->str() : "the installation", job.error);
      }
      if (jobs.empty() && !as_json) std::cout << "Nothing was given up.\n";
      return;
    }
    auto parsed = Uuid::parse(id);
    if (!parsed) throw std::runtime_error(id + " is no id. `varde jobs list` shows them.");
    auto done = verb == "retry" ? operate::retry_job(base, *parsed, std::nullopt)
                                : operate::drop_job(base, *parsed, std::nullopt);
    if (!done) throw std::runtime_error(done.error().message);
    std::cout << (verb == "retry" ? "It is tried again.\n" : "It is forgotten.\n");
  });
}

}  // namespace varde::app
