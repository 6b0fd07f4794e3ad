#include "outreach/outgoing.hpp"

#include "messaging/channel/channel.hpp"
#include "outreach/store_sql.hpp"

namespace varde::outreach {
namespace {

struct ProviderPlace {
  std::string name;
  messaging::ProviderKind kind = messaging::ProviderKind::smtp;
  std::string host, url;
  messaging::Security security = messaging::Security::none;
  std::string region;
};
BOOST_DESCRIBE_STRUCT(ProviderPlace, (), (name, kind, host, url, security, region))
struct WebhookPlace {
  std::string name, url;
};
BOOST_DESCRIBE_STRUCT(WebhookPlace, (), (name, url))

constexpr int kJourneyRuns = 2;

// "https://example.org:8443/hook?token=…" to "example.org:8443".
std::string host_of(std::string_view url) {
  auto start = url.find("//");
  auto host = start == std::string_view::npos ? url : url.substr(start + 2);
  host = host.substr(0, host.find_first_of("/?#"));
  if (auto at = host.rfind('@'); at != std::string_view::npos) host = host.substr(at + 1);
  return std::string(host);
}

std::string protection_of(messaging::Security security) {
  return security == messaging::Security::none       ? "none"
         : security == messaging::Security::starttls ? "TLS (STARTTLS, demanded)"
                                                     : "TLS";
}
std::string protection_of(std::string_view url) {
  return url.starts_with("https://") ? "TLS" : "none";
}

Outgoing place_of(const ProviderPlace& row) {
  if (row.kind == messaging::ProviderKind::captured)
    return {"mailbox", row.name, "this installation", row.region, "nothing leaves"};
  if (row.kind == messaging::ProviderKind::smtp)
    return {"mail", row.name, row.host, row.region, protection_of(row.security)};
  auto url = row.url.empty() && row.kind == messaging::ProviderKind::sms_twilio
                 ? std::string("https://api.twilio.com")
                 : row.url;
  return {"sms", row.name, host_of(url), row.region, protection_of(url)};
}

}  // namespace

std::vector<Outgoing> outgoing(trust::Ctx& ctx) {
  auto webhooks = ctx.tx().later(store::kOutgoingWebhooks, kJourneyRuns);
  std::vector<Outgoing> out;
  bool mail = false;
  for (const auto& row : ctx.tx().all<ProviderPlace>(store::kOutgoingProviders)) {
    out.push_back(place_of(row));
    mail = mail || out.back().kind == "mail" || out.back().kind == "mailbox";
  }
  if (!mail)
    out.push_back({"mailbox", "Built-in mailbox", "this installation", "", "nothing leaves"});
  for (const auto& row : webhooks.rows().all<WebhookPlace>())
    out.push_back({"webhook", row.name, host_of(row.url), "", protection_of(row.url)});
  return out;
}

}  // namespace varde::outreach
