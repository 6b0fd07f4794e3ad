// What a user sees first: what needs attention now, what is missing until the first message reaches
// somebody, and what moves. The answers are about several modules at once: each tells its part
// (trust::Module).
#include "app/program.hpp"
#include "operate/work/work.hpp"
#include "outreach/campaign/campaign.hpp"
#include "people/transfer/transfer.hpp"
#include "trust/access.hpp"
#include "trust/identity/identity.hpp"
#include "trust/quota/routes.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::app {

using trust::Attention;
using trust::Ctx;
using trust::LiveUpdate;
using trust::Right;
using trust::SetupStep;
using Modules = std::vector<trust::Module>;

namespace {

struct Home {
  std::vector<Attention> attention;
  std::vector<outreach::CampaignRow> recent_campaigns;
  std::vector<people::RunningImport> running_imports;
};
BOOST_DESCRIBE_STRUCT(Home, (), (attention, recent_campaigns, running_imports))
struct Setup {
  std::vector<SetupStep> steps;
};
BOOST_DESCRIBE_STRUCT(Setup, (), (steps))

// What the members of the modules say to this user, one after the other.
template <class Part, class... A>
auto gather(const Modules& modules, Part part, Ctx& ctx, const A&... arguments) {
  decltype((modules.front().*part)(ctx, arguments...)) out;
  for (const auto& module : modules)
    if (module.*part && trust::may(ctx.role, module.hears))
      for (auto& item : (module.*part)(ctx, arguments...)) out.push_back(std::move(item));
  return out;
}

// How many streams are open: in all, and of each account. A stream is a connection and a statement
// a second for as long as it lasts, and a script can open any number.
class Streams {
 public:
  static constexpr std::size_t kOfAccount = 12, kInAll = 1000;

  // Holds one of them; empty when there are too many.
  std::shared_ptr<void> open(const Uuid& account) {
    std::lock_guard lock(mutex_);
    auto& count = of_account_[account];
    if (all_ >= kInAll || count >= kOfAccount) {
      if (count == 0) of_account_.erase(account);
      return nullptr;
    }
    ++all_;
    ++count;
    return {this, [this, account](void*) { close(account); }};
  }

 private:
  void close(const Uuid& account) {
    std::lock_guard lock(mutex_);
    --all_;
    auto found = of_account_.find(account);
    if (--found->second == 0) of_account_.erase(found);
  }
  std::mutex mutex_;
  std::size_t all_ = 0;
  std::unordered_map<Uuid, std::size_t> of_account_;
};

// Live events (Server-Sent Events): what is moving in the organisation, told once a second while it
// moves. A stream ends after ten minutes, when the browser opens it again and the gate looks at its
// session again, and within two seconds of the session's end. A small statement a second for each
// open stream was chosen over NOTIFY from the sender: it costs the path that sends nothing.
Result<net::Response> live(Ctx& ctx, const Modules& modules) {
  static Streams streams;
  auto place = streams.open(ctx.actor.id);
  if (place == nullptr)
    return limited("There are too many streams of live events. Close some windows.", 30);
  net::Response response;
  response.with("Content-Type", "text/event-stream")
      .with("Cache-Control", "no-store")
      .with("X-Accel-Buffering", "no");
  response.stream = [&base = ctx.base, tenant = ctx.tenant, role = ctx.role, session = ctx.session,
                     place, &modules](net::BodyWriter& out) {
    auto until = net::in(std::chrono::minutes(10));
    std::map<Uuid, std::int64_t> told;
    std::int64_t number = 0;
    if (!out.write("retry: 2000\n\n")) return;
    for (int round = 0; out.alive() && std::chrono::steady_clock::now() < until; ++round) {
      // Nobody may be told anything who has logged out or was suspended.
      if (round % 2 == 1 && !trust::session_stands(base, session, tenant)) return;
      Ctx looking(base, tenant, {});
      looking.role = role;
      auto moving =
          gather(modules, &trust::Module::live_updates, looking, now() - std::chrono::seconds(10));
      looking.commit();
      std::string text;
      for (const auto& entry : moving) {
        auto known = told.find(entry.id);
        if (known != told.end() && known->second == entry.mark) continue;
        told[entry.id] = entry.mark;
        boost::json::object data{{"type", entry.type}, {"id", entry.id.str()}};
        text += fmt::format("id: {}\nevent: {}\ndata: {}\n\n", ++number, entry.type,
                            boost::json::serialize(data));
      }
      if (text.empty() && round % 15 == 14) text = ": still here\n\n";
      if (!text.empty() && !out.write(text)) return;
      if (net::asker_is_gone()) return;
      net::sleep_for(std::chrono::seconds(1));
    }
  };
  return response;
}

}  // namespace

void add_home_routes(trust::Api& api, const Modules& modules) {
  api.add({"GET", "/api/v1/events", "streamEvents",
           "Live events (Server-Sent Events): what moves in the organisation",
           static_cast<int>(Right::user)},
          [&modules](Ctx& ctx) -> Result<net::Response> { return live(ctx, modules); });
  api.add(
      {"GET", "/api/v1/home", "getHome", "What needs attention now", static_cast<int>(Right::user)},
      [&modules](Ctx& ctx) -> Result<Home> {
        Home home;
        home.attention = gather(modules, &trust::Module::attention, ctx);
        for (auto& item : trust::quota_attention(ctx)) home.attention.push_back(std::move(item));
        for (auto& item : operate::alarms_attention(ctx)) home.attention.push_back(std::move(item));
        if (trust::may(ctx.role, Right::campaigns_read))
          home.recent_campaigns = outreach::recent_campaigns(ctx, 5);
        if (trust::may(ctx.role, Right::persons_read))
          home.running_imports = people::running_imports(ctx);
        return home;
      });
  api.add({"GET", "/api/v1/setup", "getSetup", "What is missing until a message reaches somebody",
           static_cast<int>(Right::user)},
          [&modules](Ctx& ctx) -> Result<Setup> {
            Setup out{gather(modules, &trust::Module::setup, ctx)};
            out.steps.push_back({"invite", trust::count_members(ctx) > 1, "Invite a colleague"});
            // Whoever may ask has one, where the role demands it.
            out.steps.push_back({"totp", true, "Protect your login with a second factor"});
            return out;
          });
}

}  // namespace varde::app
