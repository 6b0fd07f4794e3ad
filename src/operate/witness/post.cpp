// What is new of all trails, to the witness at an address.
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "crypto/hash.hpp"
#include "net/http_client.hpp"
#include "operate/witness/store.hpp"
#include "operate/witness/store_sql.hpp"
#include "operate/witness/witness.hpp"
#include "trust/egress.hpp"

namespace varde::operate {

using namespace witness_store;
using trust::Ctx;

void add_head_mail_jobs(trust::Base& base, jobs::Workers& workers);  // mail.cpp

namespace {

constexpr auto kEvery = std::chrono::minutes(1);
constexpr auto kTold = std::chrono::hours(1);
constexpr int kMostHeads = 1000;  // in one post: about 300 kB
// A witness that does not answer is asked each minute at first, and then ever more seldom.
constexpr auto kMostPause = std::chrono::minutes(15);

metrics::Counter posts("varde_witness_posts_total", "Heads of trails sent to the witness",
                       {"outcome"});

class Post {
 public:
  Post(trust::Base& base, std::string url)
      : base_(base), url_(std::move(url)), address_{witness_address(url_)} {}

  void run() {
    begin();
    if (state_.retry_at && now() < *state_.retry_at) return;
    Uuid from;
    for (bool more = true; more && !jobs::Workers::stopping();) {
      std::vector<FreshHead> fresh;
      {
        auto tx = base_.database.system();
        fresh = tx.all<FreshHead>(store::kWitnessFresh, from, kMostHeads);
      }
      if (fresh.empty() || !send(fresh)) return;
      more = std::ssize(fresh) >= kMostHeads;
      from = fresh.back().tenant_id;
    }
  }

 private:
  // What is known is of another address: this one has nothing yet.
  void begin() {
    auto tx = base_.database.system();
    auto state = tx.maybe<PostState>(store::kWitnessPostState, address_);
    if (!state) {
      tx.later(store::kWitnessForgetPosted);
      tx.later(store::kWitnessBeginAddress, address_);
      tx.commit();
    }
    state_ = state.value_or(PostState{});
  }

  bool send(const std::vector<FreshHead>& fresh) {
    std::string text;
    std::vector<Posted> upto;
    for (const auto& head : fresh) {
      text += head.note + "\n";
      if (upto.empty() || upto.back().tenant_id != head.tenant_id)
        upto.push_back({head.tenant_id, 0});
      upto.back().size = head.size;
    }
    auto permit = trust::Egress::for_operator(trust::Egress::Kind::witness, "witness_url");
    auto answer = net::post(permit, {.url = url_,
                                     .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                                                 {"User-Agent", "Varde"}},
                                     .body = std::move(text)});
    if (!answer) return failed(answer.error().message);
    if (*answer < 200 || *answer >= 300)
      return failed(fmt::format("The witness answered {}.", *answer));
    auto tx = base_.database.system();
    tx.insert_many("head_post", upto, kPosted);
    tx.later(store::kWitnessReached, now(), address_);
    tx.commit();
    state_ = {};
    posts.with({"taken"}).add();
    return true;
  }

  bool failed(const std::string& what) {
    auto at = now(), since = state_.failing_since.value_or(at);
    auto pause = std::min<Duration>((at - since) / 4, kMostPause);
    auto tx = base_.database.system();
    tx.later(store::kWitnessFailing, since, at + pause, what.substr(0, 500), address_);
    tx.commit();
    posts.with({"failed"}).add();
    log::warning("Heads of the trails did not reach the witness; they are sent again",
                 {{"what", what}});
    return false;
  }

  trust::Base& base_;
  std::string url_;
  db::Bytes address_;
  PostState state_;
};

}  // namespace

void add_witness_jobs(trust::Base& base, const std::string& witness_url, jobs::Workers& workers) {
  add_head_mail_jobs(base, workers);
  // A program whose settings name no witness any more may find the job in its queue.
  workers.handle("witness.post", [&base, witness_url](const jobs::Job&) -> Result<jobs::Outcome> {
    if (!witness_url.empty()) Post(base, witness_url).run();
    return jobs::Outcome::done();
  });
  if (!witness_url.empty()) workers.schedule({"witness.post", kEvery});
}

std::string witness_address(const std::string& witness_url) {
  return witness_url.empty() ? "" : crypto::sha256(witness_url);
}

WitnessState witness_state(trust::Base& base, const std::string& address) {
  auto tx = base.database.system();
  auto state =
      tx.maybe<PostState>(store::kWitnessPostState, db::Bytes{address}).value_or(PostState{});
  return {state.reached_at, state.failing_since};
}

std::vector<trust::Attention> witness_attention(Ctx& ctx, const std::string& witness_url) {
  if (witness_url.empty()) return {};
  auto state = witness_state(ctx.base, witness_address(witness_url));
  if (!state.failing_since || now() - *state.failing_since < kTold) return {};
  auto since = to_rfc3339(*state.failing_since);
  return {
      {"witness",
       fmt::format("Heads of the audit trail have not reached the witness since {} {} UTC: whoever "
                   "runs this installation can mend it",
                   since.substr(0, 10), since.substr(11, 5)),
       "/audit", 1}};
}

}  // namespace varde::operate
