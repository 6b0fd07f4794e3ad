#include "messaging/account_mail/account_mail.hpp"

#include <fstream>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "messaging/account_mail/store_sql.hpp"
#include "messaging/mail/mime_builder.hpp"
#include "trust/egress.hpp"
#include "trust/identity/identity.hpp"

namespace varde::messaging {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

metrics::Counter account_mails("varde_account_mails_total",
                               "Mails of the platform to users, by what became of them", {"state"});

constexpr auto kKept = std::chrono::hours(24 * 30);
// A server that cannot be reached is tried for so long; links in older mails are dead anyway.
constexpr auto kTried = std::chrono::hours(24 * 3);
constexpr auto kPause = 1min;

struct KeptRow {
  Uuid mail_id;
  Timestamp at;
  db::Bytes sealed;
};
BOOST_DESCRIBE_STRUCT(KeptRow, (), (mail_id, at, sealed))

crypto::Key key_of(trust::Base& base) { return base.keys.installation_key("account-mail"); }
std::string context_of(const Uuid& id) { return "account-mail:" + id.str(); }

void keep(trust::Base& base, const Uuid& id, const trust::SystemMail& mail) {
  json::object content{{"to", mail.to.reveal()},
                       {"subject", mail.subject},
                       {"text", mail.text},
                       {"link", mail.link.reveal()}};
  auto tx = base.database.system();
  tx.later(store::kAccountMailDropOld, now() - kKept);
  tx.later(store::kAccountMailKeep, id, now(),
           db::Bytes{crypto::seal(key_of(base), json::serialize(content), context_of(id))});
  tx.commit();
}

std::string machine_of(std::string_view url) {
  auto begin = url.find("://");
  auto rest = begin == std::string_view::npos ? url : url.substr(begin + 3);
  return std::string(rest.substr(0, rest.find_first_of(":/")));
}

Result<std::string> message_of(const Uuid& id, const trust::SystemMail& mail,
                               const std::string& from) {
  auto text = mail.text + "\n\n" + mail.link_label + ":\n" + mail.link.reveal() + "\n";
  // The same job makes the same message: a server, or a reader, sees that it came twice.
  auto message_id = id.str() + from.substr(from.find('@'));
  mail::Address to{"", mail.to.reveal()};
  mail::Message message{.from = {"Varde", from},
                        .to = {&to, 1},
                        .subject = mail.subject,
                        .date = now(),
                        .message_id = message_id,
                        .text = text,
                        .auto_generated = true};
  std::string out;
  VARDE_CHECK(mail::append_message(out, message));
  return out;
}

net::SmtpTarget target_of(const AccountMailSettings& settings) {
  Provider provider;
  provider.host = settings.host;
  provider.port = settings.port;
  provider.security = settings.security;
  provider.username = settings.username;
  if (!settings.password_file.empty()) {
    std::ifstream in(settings.password_file);
    std::string line;
    std::getline(in, line);
    if (line.empty())
      throw std::runtime_error("the password for the platform's mail server cannot be read from " +
                               settings.password_file);
    provider.password = Personal(std::string(trim(line)));
  }
  auto target = messaging::target_of(provider, "localhost");
  target.ca_file = settings.ca_file;
  return target;
}

// What became of it; nullopt: not known yet, to be tried again.
std::optional<const char*> send(const AccountMailSettings& settings, trust::Base& base,
                                const Uuid& id, const trust::SystemMail& mail) {
  auto from = settings.from.empty() ? "varde@" + machine_of(base.public_url) : settings.from;
  auto message = message_of(id, mail, from);
  if (!message) return "not-renderable";
  auto permit = trust::Egress::for_operator(trust::Egress::Kind::smtp, settings.host);
  auto client = net::SmtpClient::connect(permit, target_of(settings));
  if (!client) {
    log::warning("The platform's mail server cannot be used", {{"why", client.error().message}});
    return std::nullopt;
  }
  auto delivery = client->send({from, {mail.to.reveal()}, message->size()}, *message);
  client->quit();
  switch (delivery.outcome) {
    case net::SmtpOutcome::accepted:
      return "sent";
    case net::SmtpOutcome::failed:
      log::warning("A mail of the platform was refused",
                   {{"mail_id", id}, {"code", delivery.reply.code}});
      return "failed";
    default:
      return std::nullopt;
  }
}

Result<jobs::Outcome> carry(trust::Base& base, const AccountMailSettings& settings,
                            const jobs::Job& job) {
  auto mail = trust::system_mail(base, job.payload.text);
  if (!mail) return jobs::Outcome::done();  // used, withdrawn or expired meanwhile
  if (settings.host.empty()) {
    keep(base, job.job_id, *mail);
    account_mails.with({"kept"}).add();
    return jobs::Outcome::done();
  }
  auto became = send(settings, base, job.job_id, *mail);
  if (!became && now() - job.job_id.time() < kTried) return jobs::Outcome::again(now() + kPause);
  account_mails.with({became.value_or("given up")}).add();
  return jobs::Outcome::done();
}

}  // namespace

std::vector<KeptMail> kept_account_mail(trust::Base& base, int limit) {
  std::vector<KeptRow> rows;
  {
    auto tx = base.database.system();
    rows = tx.all<KeptRow>(store::kAccountMailNewest, limit);
  }
  std::vector<KeptMail> out;
  for (const auto& row : rows) {
    auto text = crypto::open(key_of(base), row.sealed.data, context_of(row.mail_id));
    if (!text) continue;
    auto value = json::parse(*text);
    auto field = [&](const char* name) { return std::string(value.at(name).as_string()); };
    out.push_back({row.mail_id, row.at, Personal(field("to")), field("subject"), field("text"),
                   Personal(field("link"))});
  }
  return out;
}

void add_account_mail_jobs(trust::Base& base, const AccountMailSettings& settings,
                           jobs::Workers& workers) {
  workers.handle("mail.system",
                 [&base, settings](const jobs::Job& job) { return carry(base, settings, job); });
}

}  // namespace varde::messaging
