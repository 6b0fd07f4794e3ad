// Webhooks of journeys, signed as Standard Webhooks says (standardwebhooks.com).
#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "net/http_client.hpp"
#include "outreach/journey/internal.hpp"
#include "outreach/journey/store_sql.hpp"
#include "trust/egress.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;

namespace {
constexpr int kWebhookAttempts = 8;
}  // namespace

Result<jobs::Outcome> call_webhooks(trust::Base& base, const Uuid& tenant) {
  while (true) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    Ctx ctx(base, tenant, {trust::ActorKind::journey, {}});
    auto calls = ctx.tx().all<CallRecord>(kWebhookDue, now());
    if (calls.empty()) {
      auto next = ctx.tx().query(kWebhookNext).get<std::optional<Timestamp>>(0, 0);
      return next ? jobs::Outcome::again(std::max(*next, now())) : jobs::Outcome::done();
    }
    ctx.rollback();
    for (const auto& call : calls) {
      Ctx one(base, tenant, {trust::ActorKind::journey, call.journey_id});
      auto key = base.keys.key(tenant, call.person_id);
      auto body = key ? call.sealed.open(*key, tenant, call.call_id) : std::nullopt;
      auto permit = trust::Egress::permit(one, trust::Egress::Kind::webhook, call.url);
      one.commit();  // no transaction waits for another machine
      int code = 0;
      bool wanted = body && permit;
      if (wanted) {
        auto id = "msg_" + call.call_id.str();
        auto seconds = std::to_string(
            std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count());
        auto secret =
            unbase64(webhook_secret(base, tenant, call.journey_id).substr(6)).value_or("");
        auto signature =
            "v1," + base64(crypto::hmac_sha256(secret, id + "." + seconds + "." + *body));
        auto answer = net::post(*permit, {.url = call.url,
                                          .headers = {{"Content-Type", "application/json"},
                                                      {"webhook-id", id},
                                                      {"webhook-timestamp", seconds},
                                                      {"webhook-signature", signature},
                                                      {"User-Agent", "Varde"}},
                                          .body = *body});
        code = answer ? *answer : 0;
        if (!answer)
          log::warning("A webhook call failed",
                       {{"call_id", call.call_id}, {"what", answer.error().message}});
      }
      bool delivered = code >= 200 && code < 300;
      bool give_up = !wanted || code == 410 || call.attempts + 1 >= kWebhookAttempts;
      // 5 s, 25 s, 2 min, 10 min, 52 min, 4 h, 22 h: as Standard Webhooks advises.
      auto pause =
          std::chrono::seconds(static_cast<long>(std::pow(5.0, std::min(call.attempts + 1, 7))));
      one.tx().later(kWebhookDone, call.call_id,
                     delivered ? 2
                     : give_up ? 3
                               : 1,
                     call.attempts + 1, code, now() + pause);
      one.commit();
    }
  }
}

std::string webhook_secret(trust::Base& base, const Uuid& tenant, const Uuid& journey) {
  return "whsec_" +
         base64(base.keys.tenant_key(tenant, "webhook:" + journey.str()).view().substr(0, 24));
}

}  // namespace varde::outreach
