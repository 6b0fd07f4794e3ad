// `varde mail`: the platform's mail to users, where no server was named that would carry it.
#include <iostream>

#include "app/program.hpp"
#include "base/text.hpp"

namespace varde::app {

void show_account_mail(const Settings& settings, int limit, bool as_json) {
  with_running_program(settings, [&](trust::Base& base) {
    auto mails = messaging::kept_account_mail(base, limit);
    if (as_json) {
      boost::json::array out;
      for (const auto& mail : mails)
        out.push_back(boost::json::object{{"id", mail.id.str()},
                                          {"at", to_rfc3339(mail.at)},
                                          {"to", mail.to.reveal()},
                                          {"subject", mail.subject},
                                          {"text", mail.text},
                                          {"link", mail.link.reveal()}});
      std::cout << boost::json::serialize(out) << "\n";
      return;
    }
    if (mails.empty()) std::cout << "No mail of the platform was kept.\n";
    for (const auto& mail : mails)
      std::cout << fmt::format("{}  to {}\n{}\n\n{}\n\n{}\n\n", to_rfc3339(mail.at),
                               mail.to.reveal(), mail.subject, mail.text, mail.link.reveal());
  });
}

}  // namespace varde::app
