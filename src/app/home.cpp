// What a user sees first: what needs attention now, and what is missing until the first message
// reaches somebody.
//
// These two answers are about several modules at once, which is why they stand here, and they read
// through the same endpoints' statements that the modules' own screens read.
#include "app/program.hpp"
#include "outreach/campaign/campaign.hpp"
#include "people/person/person.hpp"
#include "trust/access.hpp"

namespace varde::app {

using trust::Ctx;
using trust::Right;

namespace {

struct Attention {
  std::string kind, text, href;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Attention, (), (kind, text, href, count))
struct HomeCampaign {
  Uuid id;
  std::string name;
  outreach::CampaignState state = outreach::CampaignState::draft;
  std::string subject;
  std::optional<Timestamp> scheduled_at, started_at, finished_at;
  outreach::Counts counts;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(HomeCampaign, (),
                      (id, name, state, subject, scheduled_at, started_at, finished_at, counts,
                       updated_at))
struct HomeImport {
  Uuid id;
  std::string filename;
  double progress = 0;
};
BOOST_DESCRIBE_STRUCT(HomeImport, (), (id, filename, progress))
struct Home {
  std::vector<Attention> attention;
  std::vector<HomeCampaign> recent_campaigns;
  std::vector<HomeImport> running_imports;
  std::int64_t journeys_failing = 0;
};
BOOST_DESCRIBE_STRUCT(Home, (), (attention, recent_campaigns, running_imports, journeys_failing))
struct SetupStep {
  std::string id;
  bool done = false;
  std::string title;
};
BOOST_DESCRIBE_STRUCT(SetupStep, (), (id, done, title))
struct Setup {
  std::vector<SetupStep> steps;
};
BOOST_DESCRIBE_STRUCT(Setup, (), (steps))

constexpr db::Sql kCampaigns{
    "home.campaigns",
    "SELECT c.campaign_id AS id, c.name, c.state, c.subject, "
    "c.scheduled_at, c.started_at, c.finished_at, c.updated_at, "
    "c.recipients, (SELECT COALESCE(sum(k.accepted), 0)::bigint FROM "
    "chunk k WHERE k.campaign_id = c.campaign_id) AS sent, "
    "(SELECT COALESCE(sum(k.failed), 0)::bigint FROM chunk k WHERE "
    "k.campaign_id = c.campaign_id) AS failed, "
    "(SELECT count(DISTINCT r.person_id) FROM response r WHERE r.source_id = c.campaign_id AND "
    "r.kind = 21 AND r.flags < 2) AS clicked "
    "FROM campaign c ORDER BY c.updated_at DESC LIMIT 5"};
constexpr db::Sql kImports{"home.imports",
                           "SELECT import_id, filename, position, bytes FROM import WHERE state IN "
                           "(2, 3) ORDER BY import_id DESC LIMIT 5"};
constexpr db::Sql kRejected{"home.rejected",
                            "SELECT count(*), max(import_id::text) FROM import WHERE state = 4 AND "
                            "rejected > 0 AND finished_at > $1"};
constexpr db::Sql kFailing{"home.failing",
                           "SELECT count(DISTINCT r.journey_id) FROM journey_run r JOIN journey j "
                           "ON j.journey_id = r.journey_id "
                           "WHERE r.state = 3 AND j.state = 2"};
constexpr db::Sql kFacts{
    "home.facts",
    "SELECT EXISTS (SELECT 1 FROM sending_domain WHERE verified_at IS NOT NULL) AS domain, "
    "EXISTS (SELECT 1 FROM provider WHERE kind = 2) AS provider, EXISTS (SELECT 1 FROM person) AS "
    "persons, "
    "EXISTS (SELECT 1 FROM delivery WHERE state = 1) AS sent, "
    "(SELECT count(*) FROM membership) > 1 AS others"};

struct Facts {
  bool domain = false, provider = false, persons = false, sent = false, others = false;
};
BOOST_DESCRIBE_STRUCT(Facts, (), (domain, provider, persons, sent, others))

}  // namespace

// Live events (Server-Sent Events): what is moving in the organisation, told once a second while it
// moves. A stream ends after ten minutes; the browser opens it again, and the gate looks at its
// session again. One small statement a second for each open stream was chosen over NOTIFY from the
// sender: it costs the path that sends nothing.
struct Moving {
  std::string type;
  Uuid id;
  std::int64_t mark = 0;
};
BOOST_DESCRIBE_STRUCT(Moving, (), (type, id, mark))
constexpr db::Sql kMoving{"live.moving",
                          "SELECT 'campaign.progress' AS type, c.campaign_id AS id, c.state * "
                          "1000000000::bigint + (SELECT COALESCE(sum(k.accepted + k.deferred + "
                          "k.failed + k.skipped), 0)::bigint FROM chunk k WHERE k.campaign_id = "
                          "c.campaign_id) AS mark FROM campaign c WHERE c.updated_at > $1 OR "
                          "c.state IN (3, 4) UNION ALL SELECT 'import.progress', import_id, state "
                          "* 1000000000::bigint + read FROM import WHERE state IN (2, 3) OR "
                          "finished_at > $1"};

net::Response live(Ctx& ctx) {
  net::Response response;
  response.with("Content-Type", "text/event-stream")
      .with("Cache-Control", "no-store")
      .with("X-Accel-Buffering", "no");
  response.stream = [&base = ctx.base, tenant = ctx.tenant](net::BodyWriter& out) {
    auto until = net::in(std::chrono::minutes(10));
    std::map<Uuid, std::int64_t> told;
    std::int64_t number = 0;
    if (!out.write("retry: 2000\n\n")) return;
    for (int round = 0; out.alive() && std::chrono::steady_clock::now() < until; ++round) {
      auto tx = base.database.tenant(tenant);
      auto moving = tx.all<Moving>(kMoving, now() - std::chrono::seconds(10));
      tx.commit();
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
      net::sleep_for(std::chrono::seconds(1));
    }
  };
  return response;
}

void add_home_routes(trust::Api& api) {
  api.add({"GET", "/api/v1/events", "streamEvents",
           "Live events (Server-Sent Events): campaigns and imports that move",
           static_cast<int>(Right::user)},
          [](Ctx& ctx) -> Result<net::Response> { return live(ctx); });
  api.add(
      {"GET", "/api/v1/home", "getHome", "What needs attention now", static_cast<int>(Right::user)},
      [](Ctx& ctx) -> Result<Home> {
        Home out;
        auto& tx = ctx.tx();
        auto imports = tx.later(kImports);
        auto rejected = tx.later(kRejected, now() - std::chrono::hours(24 * 7));
        auto failing = tx.later(kFailing);
        auto campaigns = tx.query(kCampaigns);
        for (int i = 0; i < campaigns.size(); ++i) {
          HomeCampaign row;
          row.id = campaigns.get<Uuid>(i, 0);
          row.name = campaigns.get<std::string>(i, 1);
          row.state = campaigns.get<outreach::CampaignState>(i, 2);
          row.subject = campaigns.get<std::string>(i, 3);
          row.scheduled_at = campaigns.get<std::optional<Timestamp>>(i, 4);
          row.started_at = campaigns.get<std::optional<Timestamp>>(i, 5);
          row.finished_at = campaigns.get<std::optional<Timestamp>>(i, 6);
          row.updated_at = campaigns.get<Timestamp>(i, 7);
          row.counts.recipients = campaigns.get<std::int64_t>(i, 8);
          row.counts.sent = campaigns.get<std::int64_t>(i, 9);
          row.counts.failed = campaigns.get<std::int64_t>(i, 10);
          row.counts.clicked = campaigns.get<std::int64_t>(i, 11);
          if (row.counts.failed > 0)
            out.attention.push_back({"campaign_failed",
                                     row.name + " has messages that could not be sent.",
                                     "/campaigns/" + row.id.str() + "/report", row.counts.failed});
          if (row.state == outreach::CampaignState::paused)
            out.attention.push_back(
                {"campaign_paused", row.name + " is paused.", "/campaigns/" + row.id.str(), 1});
          out.recent_campaigns.push_back(std::move(row));
        }
        for (int i = 0; i < imports.rows().size(); ++i) {
          auto bytes = imports.rows().get<std::int64_t>(i, 3);
          out.running_imports.push_back(
              {imports.rows().get<Uuid>(i, 0), imports.rows().get<std::string>(i, 1),
               bytes > 0 ? static_cast<double>(imports.rows().get<std::int64_t>(i, 2)) /
                               static_cast<double>(bytes)
                         : 0.0});
        }
        out.journeys_failing = failing.rows().get<std::int64_t>(0, 0);
        if (out.journeys_failing > 0)
          out.attention.push_back({"journey_failing", "Some journeys have steps that fail.",
                                   "/journeys", out.journeys_failing});
        if (auto count = rejected.rows().get<std::int64_t>(0, 0); count > 0)
          out.attention.push_back({"import_rejects",
                                   "Some imported files have rows that were not taken.",
                                   "/imports/" + rejected.rows().get<std::string>(0, 1), count});
        return out;
      });
  api.add({"GET", "/api/v1/setup", "getSetup", "What is missing until a message reaches somebody",
           static_cast<int>(Right::user)},
          [](Ctx& ctx) -> Result<Setup> {
            auto facts = ctx.tx().one<Facts>(kFacts);
            return Setup{{{"sending_domain", facts.domain, "Verify a sending domain"},
                          {"provider", facts.provider, "Set a provider for outgoing mail"},
                          {"import", facts.persons, "Import your people"},
                          {"test_send", facts.sent, "Send a test message"},
                          {"invite", facts.others, "Invite a colleague"},
                          {"totp", true, "Protect your login with a second factor"}}};
          });
}

}  // namespace varde::app
