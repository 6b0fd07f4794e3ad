#include "base/canonical.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/channel/gateway.hpp"
#include "messaging/channel/store.hpp"
#include "messaging/channel/store_sql.hpp"
#include "net/http_client.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/egress.hpp"
#include "trust/limiter.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::messaging {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

enum class ProviderState { ok, failing };
BOOST_DESCRIBE_ENUM(ProviderState, ok, failing)

struct ProviderView {
  Uuid id;
  std::string name;
  ProviderKind kind = ProviderKind::captured;
  std::optional<std::string> host;
  std::optional<int> port;
  Security security = Security::none;
  std::optional<std::string> username;
  bool has_password = false;
  int connections = 10;
  std::optional<double> per_second;
  std::optional<int> window_seconds, per_window;
  bool default_ = false;
  std::optional<std::string> region;
  ProviderState state = ProviderState::ok;
  std::optional<std::string> last_error;
  Channel channel = Channel::mail;
  std::optional<SmsSettings> sms;
  bool has_callback_secret = false;
  std::optional<std::string> status_url, reply_url;  ///< What the gateway is to call.
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(ProviderView, (),
                      (id, name, kind, host, port, security, username, has_password, connections,
                       per_second, window_seconds, per_window, default_, region, state, last_error,
                       channel, sms, has_callback_secret, status_url, reply_url, version))

struct ProviderInput {
  std::optional<web::Text<80, 1>> name;
  std::optional<ProviderKind> kind;
  std::optional<web::Text<253>> host;
  std::optional<int> port;
  std::optional<Security> security;
  web::Patch<web::Text<256>> username;
  web::Patch<web::Secret<512>> password;
  std::optional<int> connections;
  web::Patch<double> per_second;
  web::Patch<int> window_seconds, per_window;
  std::optional<web::Text<40>> region;
  std::optional<bool> default_;
  std::optional<Channel> channel;  ///< Of a captured one; the others' follows from their kind.
  std::optional<SmsSettings> sms;  ///< As a whole.
  web::Patch<web::Secret<512>> callback_secret;
};
BOOST_DESCRIBE_STRUCT(ProviderInput, (),
                      (name, kind, host, port, security, username, password, connections,
                       per_second, window_seconds, per_window, region, default_, channel, sms,
                       callback_secret))
struct SmsTest {
  web::Text<40, 1> phone;
  std::optional<web::Text<500, 1>> text;
};
BOOST_DESCRIBE_STRUCT(SmsTest, (), (phone, text))
struct CheckStep {
  std::string step;
  bool ok = false;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(CheckStep, (), (step, ok, detail))
struct CheckAnswer {
  bool ok = false;
  std::string message;
  std::vector<CheckStep> steps;
};
BOOST_DESCRIBE_STRUCT(CheckAnswer, (), (ok, message, steps))

std::optional<std::string> some(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

bool is_sms(ProviderKind kind) {
  return kind == ProviderKind::sms_http || kind == ProviderKind::sms_twilio;
}

std::optional<SmsSettings> settings_of(const ProviderRecord& r) {
  if (!r.sms) return std::nullopt;
  auto read = web::read<SmsSettings>(json::parse(r.sms->text));
  return read ? std::optional(*read) : std::nullopt;
}

ProviderView view(Ctx& ctx, const ProviderRecord& r) {
  auto callback = [&](const char* what) {
    return is_sms(r.kind)
               ? std::optional(ctx.base.public_url + "/p/sms/" + r.provider_id.str() + "/" + what)
               : std::nullopt;
  };
  return {r.provider_id,
          r.name,
          r.kind,
          some(r.host),
          r.port == 0 ? std::nullopt : std::optional(r.port),
          r.security,
          some(r.username),
          r.password && !r.password->data.empty(),
          r.connections,
          r.per_second,
          r.window_seconds,
          r.per_window,
          r.is_default,
          some(r.region),
          r.last_error.empty() ? ProviderState::ok : ProviderState::failing,
          some(r.last_error),
          r.channel,
          settings_of(r),
          r.callback_secret && !r.callback_secret->data.empty(),
          callback("status"),
          callback("reply"),
          r.version};
}

// Whom a password is shown to, and as whose: what it was given for.
std::string secret_belongs_to(const ProviderRecord& r) {
  std::string url;
  if (auto settings = settings_of(r); settings && settings->url) url = settings->url->value;
  auto host = url.find("://");
  auto end = host == std::string::npos ? 0 : url.find_first_of("/?#", host + 3);
  return json::serialize(json::array{ascii_lower(r.host), r.port, static_cast<int>(r.security),
                                     r.username, ascii_lower(url.substr(0, end))});
}

// A stored password goes only where it was meant to go: whoever may change the host of a provider
// does not know the password, and must not learn it by naming a host of her own.
Result<void> keep_secret(const ProviderRecord& r, const std::string& belonged_to,
                         const ProviderInput& in) {
  bool stored = r.password && !r.password->data.empty();
  if (!stored || in.password.present || secret_belongs_to(r) == belonged_to) return {};
  return bad_input("/password",
                   "Enter the password again: it belonged to the server, port, encryption and user "
                   "name from before.");
}

Result<void> apply(Ctx& ctx, ProviderRecord& r, const ProviderInput& in) {
  auto belonged_to = secret_belongs_to(r);
  if (in.name) r.name = in.name->value;
  if (in.host) r.host = in.host->value;
  if (in.port) r.port = *in.port;
  if (in.security) r.security = *in.security;
  if (in.username.present) r.username = in.username.value ? in.username.value->value : "";
  auto seal = [&](const web::Patch<web::Secret<512>>& secret, std::optional<db::Bytes>& to) {
    if (!secret.present) return;
    to.reset();
    if (secret.value && !secret.value->value.empty())
      to = db::Bytes{crypto::seal(ctx.base.keys.tenant_key(ctx.tenant, "provider"),
                                  secret.value->value, "provider:" + r.provider_id.str())};
  };
  seal(in.password, r.password);
  seal(in.callback_secret, r.callback_secret);
  if (in.sms) r.sms = db::Json{json::serialize(web::write(*in.sms))};
  VARDE_CHECK(keep_secret(r, belonged_to, in));
  if (in.connections) r.connections = *in.connections;
  if (in.per_second.present) r.per_second = in.per_second.value;
  if (in.window_seconds.present) r.window_seconds = in.window_seconds.value;
  if (in.per_window.present) r.per_window = in.per_window.value;
  if (in.region) r.region = in.region->value;
  if (in.default_) r.is_default = *in.default_;
  if (r.kind == ProviderKind::smtp) {
    if (r.host.empty()) return bad_input("/host", "is required.");
    auto host = canonical_host(r.host);
    if (!host) return bad_input("/host", "is not the name of a server.");
    r.host = *host;
    if (r.port < 1 || r.port > 65535) return bad_input("/port", "must be from 1 to 65535.");
  }
  if (is_sms(r.kind)) {
    Provider provider;
    provider.kind = r.kind;
    provider.username = r.username;
    if (auto settings = settings_of(r)) provider.sms = std::move(*settings);
    VARDE_CHECK(sms::check_settings(provider));
    if (r.kind == ProviderKind::sms_twilio && !(r.password && !r.password->data.empty()))
      return bad_input("/password", "is required: the account's auth token.");
  }
  // The mailbox writes as fast as it can: better refused than ignored.
  if (r.kind == ProviderKind::captured)
    for (auto [pointer, given] : {std::pair("/per_second", in.per_second.value.has_value()),
                                  std::pair("/per_window", in.per_window.value.has_value())})
      if (given)
        return bad_input(pointer, "is for real providers: the built-in mailbox keeps no pace.");
  if (r.connections < 1 || r.connections > 200)
    return bad_input("/connections", "must be from 1 to 200.");
  if (r.per_second && (*r.per_second <= 0 || *r.per_second > 100000))
    return bad_input("/per_second", "must be above 0 and at most 100000.");
  if (r.per_window.has_value() != r.window_seconds.has_value())
    return bad_input("/per_window", "and window_seconds belong together.");
  if (r.per_window && (*r.per_window < 1 || *r.window_seconds < 1 || *r.window_seconds > 86400))
    return bad_input("/per_window", "must be at least 1 in a window of at most a day.");
  return {};
}

Error gone() { return not_found("This provider does not exist any more."); }

void tell_changed(Ctx& ctx, const Uuid& provider) {
  for (const auto& hook : ctx.base.extensions.all<ProviderChanged>())
    hook.run(ctx.tenant, provider);
}

// Whether anything answers at the gateway's address; nothing about anybody is sent.
CheckAnswer check_gateway(Ctx& ctx, const Provider& provider) {
  CheckAnswer out;
  auto call = sms::make_probe(provider);
  auto permit = trust::Egress::permit(ctx, trust::Egress::Kind::sms, sms::host_of(call.url));
  if (!permit) {
    out.message = permit.error().message;
    out.steps.push_back({"permit", false, out.message});
    return out;
  }
  ctx.commit();  // no transaction waits for another machine
  auto answer = net::call(*permit, call);
  out.steps.push_back({"connect", static_cast<bool>(answer),
                       answer ? "The gateway answers." : answer.error().message});
  out.ok = static_cast<bool>(answer);
  if (answer && provider.kind == ProviderKind::sms_twilio) {
    out.ok = answer->status == 200;
    out.steps.push_back({"login", out.ok,
                         out.ok ? "The account is accepted."
                                : fmt::format("The gateway answers {}.", answer->status)});
  }
  out.message = out.ok ? "The provider can be used." : out.steps.back().detail;
  note_provider_error(ctx, provider.id, out.ok ? "" : out.message);
  return out;
}

// One message to a number, at once, past the queue: what the gateway says is the answer.
Result<CheckAnswer> test_gateway(Ctx& ctx, const Provider& provider, const std::string& number,
                                 const std::string& text) {
  CheckAnswer out;
  auto reference = Uuid::make().str();
  auto call = sms::make_call(provider, {number, text, reference}, ctx.base.public_url);
  VARDE_TRY(auto permit,
            trust::Egress::permit(ctx, trust::Egress::Kind::sms, sms::host_of(call.url)));
  record(ctx, AuditEntry{"provider.test", "provider", provider.id});
  ctx.commit();
  auto answer = net::call(permit, call);
  out.steps.push_back({"connect", static_cast<bool>(answer),
                       answer ? "The gateway answers." : answer.error().message});
  if (answer) {
    auto read = sms::read_answer(provider, *answer);
    out.ok = read.verdict == sms::Verdict::accepted;
    out.steps.push_back({"send", out.ok,
                         out.ok ? "The gateway took the message."
                                : fmt::format("The gateway answers {}.", read.code)});
  }
  out.message = out.steps.back().detail;
  return out;
}

CheckAnswer check(Ctx& ctx, const ProviderRecord& record) {
  CheckAnswer out;
  if (record.kind == ProviderKind::captured) {
    out.ok = true;
    out.message = "Messages are kept in the built-in mailbox.";
    out.steps.push_back({"mailbox", true, "Always there."});
    return out;
  }
  auto provider = load_provider(ctx, record.provider_id, record.channel);
  if (is_sms(record.kind)) return check_gateway(ctx, provider);
  auto permit = trust::Egress::permit(ctx, trust::Egress::Kind::smtp, provider.host);
  if (!permit) {
    out.message = permit.error().message;
    out.steps.push_back({"permit", false, out.message});
    return out;
  }
  ctx.commit();  // no transaction waits for another machine
  auto target = target_of(provider, "localhost");
  target.timeouts.connect = target.timeouts.greeting = target.timeouts.command =
      std::chrono::seconds(10);
  auto client = net::SmtpClient::connect(*permit, target);
  std::string kind = client ? "" : client.error().kind;
  bool reached = client || kind.starts_with("smtp-") || kind == "tls";
  out.steps.push_back({"connect", reached,
                       reached ? fmt::format("{}:{} answers.", provider.host, provider.port)
                               : client.error().message});
  if (reached && provider.security != Security::none) {
    bool secured = client || (kind != "smtp-tls" && kind != "tls");
    out.steps.push_back(
        {"tls", secured, secured ? "The connection is encrypted." : client.error().message});
    reached = secured;
  }
  if (reached && !provider.username.empty()) {
    bool let_in = client || kind != "smtp-auth";
    out.steps.push_back(
        {"login", let_in, let_in ? "The login is accepted." : client.error().message});
  }
  out.ok = static_cast<bool>(client);
  out.message = out.ok ? "The provider can be used." : client.error().message;
  if (client) client->quit();
  note_provider_error(ctx, record.provider_id, out.ok ? "" : out.message);
  return out;
}

Result<web::Page<ProviderView>> list_providers(Ctx& ctx) {
  web::Page<ProviderView> page;
  for (const auto& r : ctx.tx().all<ProviderRecord>(kProviderAll))
    page.items.push_back(view(ctx, r));
  for (auto channel : {Channel::mail, Channel::sms}) {
    if (std::ranges::find(page.items, channel, &ProviderView::channel) != page.items.end())
      continue;
    ProviderView captured;
    captured.name = "Built-in mailbox";
    captured.channel = channel;
    captured.default_ = true;
    page.items.push_back(captured);
  }
  return page;
}

Result<web::Created<ProviderView>> create_provider(Ctx& ctx, const web::Body<ProviderInput>& in) {
  ProviderRecord r;
  r.provider_id = Uuid::make();
  r.name = "Mail server";
  r.region = "EEA";
  r.kind = in->kind.value_or(ProviderKind::smtp);
  r.channel = is_sms(r.kind)                                    ? Channel::sms
              : r.kind == ProviderKind::captured && in->channel ? *in->channel
                                                                : Channel::mail;
  if (r.channel == Channel::sms) {
    r.name = "SMS gateway";
    r.security = Security::none;
  } else {
    r.port = 587;
    r.security = Security::starttls;
  }
  auto others = ctx.tx().all<ProviderRecord>(kProviderAll);
  r.is_default = std::ranges::find(others, r.channel, &ProviderRecord::channel) == others.end();
  VARDE_CHECK(apply(ctx, r, in.value));
  if (r.is_default) ctx.tx().later(kProviderNoDefault, r.provider_id, r.channel);
  ctx.tx().later(kProviderInsert, r.provider_id, r.name, r.kind, r.host, r.port, r.security,
                 r.username, r.password, r.connections, r.per_second, r.window_seconds,
                 r.per_window, r.region, r.is_default, now(), r.channel, r.sms, r.callback_secret);
  record(ctx, AuditEntry{"provider.create", "provider", r.provider_id});
  return web::Created<ProviderView>{view(ctx, r), "/api/v1/providers/" + r.provider_id.str()};
}

Result<ProviderView> get_provider(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto r = ctx.tx().maybe<ProviderRecord>(kProviderOne, path->id);
  if (!r) return gone();
  return view(ctx, *r);
}

Result<ProviderView> update_provider(Ctx& ctx, const web::Path<web::IdPath>& path,
                                     const web::IfMatch& match,
                                     const web::Body<ProviderInput>& in) {
  auto r = ctx.tx().maybe<ProviderRecord>(kProviderOne, path->id);
  if (!r) return gone();
  VARDE_CHECK(apply(ctx, *r, in.value));
  if (r->is_default) ctx.tx().later(kProviderNoDefault, r->provider_id, r->channel);
  if (ctx.tx()
          .query(kProviderUpdate, path->id, match.or_current(r->version), r->name, r->host, r->port,
                 r->security, r->username, r->password, r->connections, r->per_second,
                 r->window_seconds, r->per_window, r->region, r->is_default, r->sms,
                 r->callback_secret)
          .affected() == 0)
    return web::changed_meanwhile("this provider");
  record(ctx, AuditEntry{"provider.update", "provider", path->id});
  tell_changed(ctx, path->id);
  r->version = match.or_current(r->version) + 1;
  return view(ctx, *r);
}

Result<Done> delete_provider(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kProviderDelete, path->id).affected() == 0) return gone();
  record(ctx, AuditEntry{"provider.delete", "provider", path->id});
  tell_changed(ctx, path->id);
  return Done{};
}

Result<CheckAnswer> check_provider(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (path->id.is_nil()) return check(ctx, ProviderRecord{.kind = ProviderKind::captured});
  auto r = ctx.tx().maybe<ProviderRecord>(kProviderOne, path->id);
  if (!r) return gone();
  return check(ctx, *r);
}

}  // namespace

void add_channel_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/providers", "listProviders", "Where messages leave",
           access(Right::channels_manage)},
          list_providers);
  api.add(web::fresh({"POST", "/api/v1/providers", "createProvider", "Adds a provider",
                      access(Right::channels_manage)}),
          create_provider);
  api.add({"GET", "/api/v1/providers/{id}", "getProvider", "One provider",
           access(Right::channels_manage)},
          get_provider);
  api.add(web::fresh({"PATCH", "/api/v1/providers/{id}", "updateProvider", "Changes a provider",
                      access(Right::channels_manage)}),
          update_provider);
  api.add(web::fresh({"DELETE", "/api/v1/providers/{id}", "deleteProvider", "Removes a provider",
                      access(Right::channels_manage)}),
          delete_provider);
  api.add({"POST", "/api/v1/providers/{id}/check", "checkProvider",
           "Connects and logs in, step by step", access(Right::channels_manage)},
          check_provider);
  // Whatever number is given is written to: so many at once, then one a minute.
  auto sms_tests = std::make_shared<trust::Limiter>(20, std::chrono::minutes(1));
  api.add({"POST", "/api/v1/providers/{id}/test", "testProvider",
           "Sends one SMS to a number and says what the gateway answers",
           access(Right::channels_manage)},
          [sms_tests](Ctx& ctx, const web::Path<web::IdPath>& path,
                      const web::Body<SmsTest>& in) -> Result<CheckAnswer> {
            auto r = ctx.tx().maybe<ProviderRecord>(kProviderOne, path->id);
            if (!r) return gone();
            if (!is_sms(r->kind))
              return bad_input("path/id", "Only SMS gateways can be tried with a number.");
            auto number = people::normalise_phone(
                in->phone.value, people::region_of(trust::tenant_settings(ctx).time_zone));
            if (!number)
              return bad_input("/phone",
                               "is not a phone number that can exist. Write it with the country "
                               "code, like +47 912 34 567.");
            if (int wait = sms_tests->take(ctx.tenant.str()); wait > 0)
              return limited("Too many tests by SMS at once. Wait a little.", wait);
            return test_gateway(ctx, load_provider(ctx, r->provider_id, Channel::sms), *number,
                                in->text ? in->text->value : "Test");
          });
}

}  // namespace varde::messaging
