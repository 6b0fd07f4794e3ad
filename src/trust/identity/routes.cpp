#include <mutex>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "crypto/totp.hpp"
#include "jobs/queue.hpp"
#include "trust/audit.hpp"
#include "trust/copy.hpp"
#include "trust/identity/internal.hpp"
#include "web/resource.hpp"

namespace varde::trust {

using namespace store;
using namespace std::chrono_literals;

namespace {

metrics::Counter logins("varde_logins_total", "Attempts to log in", {"outcome"});

constexpr auto kSessionLife = std::chrono::hours(12);
constexpr auto kIdleLife = std::chrono::hours(2);
constexpr auto kRemember = 5s;

// ---- what goes in and out
// --------------------------------------------------------------------------------------------------

struct UserView {
  Uuid id;
  Personal name, email;
  std::string locale, time_zone;
};
BOOST_DESCRIBE_STRUCT(UserView, (), (id, name, email, locale, time_zone))
struct TenantChoice {
  Uuid id;
  std::string name;
  Role role = Role::viewer;
};
BOOST_DESCRIBE_STRUCT(TenantChoice, (), (id, name, role))
struct TenantHead {
  Uuid id;
  std::string name, slug, colour, time_zone;
  bool demo = false;
  bool ended = false;  ///< The contract has ended: there is only everything to take along.
};
BOOST_DESCRIBE_STRUCT(TenantHead, (), (id, name, slug, colour, time_zone, demo, ended))
struct Terms {
  std::string version, text_html;
};
BOOST_DESCRIBE_STRUCT(Terms, (), (version, text_html))
struct Notice {
  std::string kind, text;
  std::optional<Timestamp> starts_at, ends_at;
};
BOOST_DESCRIBE_STRUCT(Notice, (), (kind, text, starts_at, ends_at))
struct SessionView {
  SessionState state = SessionState::anonymous;
  std::optional<UserView> user;
  std::optional<TenantHead> tenant;
  std::optional<Role> role;
  std::vector<std::string> rights;
  std::vector<TenantChoice> tenants;
  std::optional<Terms> terms;
  std::vector<Notice> notices;
};
BOOST_DESCRIBE_STRUCT(SessionView, (), (state, user, tenant, role, rights, tenants, terms, notices))

struct LoginRequest {
  web::Email email;
  web::Secret<256> password;
};
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (email, password))
struct CodeRequest {
  web::Text<64, 1> code;
};
BOOST_DESCRIBE_STRUCT(CodeRequest, (), (code))
struct TotpSetup {
  std::string secret, uri;
};
BOOST_DESCRIBE_STRUCT(TotpSetup, (), (secret, uri))
struct RecoveryCodes {
  std::vector<std::string> recovery_codes;
};
BOOST_DESCRIBE_STRUCT(RecoveryCodes, (), (recovery_codes))
struct TermsAcceptance {
  web::Text<40, 1> version;
};
BOOST_DESCRIBE_STRUCT(TermsAcceptance, (), (version))
struct TenantRequest {
  Uuid tenant_id;
};
BOOST_DESCRIBE_STRUCT(TenantRequest, (), (tenant_id))
struct SessionItem {
  Uuid id;
  Timestamp created_at, last_seen_at;
  std::string network, agent;
  bool current = false;
};
BOOST_DESCRIBE_STRUCT(SessionItem, (), (id, created_at, last_seen_at, network, agent, current))
struct ProfileUpdate {
  std::optional<web::Text<120, 1>> name;
  std::optional<web::Language> locale;
  std::optional<web::TimeZone> time_zone;
};
BOOST_DESCRIBE_STRUCT(ProfileUpdate, (), (name, locale, time_zone))
struct PasswordChange {
  web::Secret<256> current, password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, password))
struct TotpReset {
  web::Secret<256> password;
  web::Text<64, 1> code;
};
BOOST_DESCRIBE_STRUCT(TotpReset, (), (password, code))
struct ResetRequest {
  web::Email email;
};
BOOST_DESCRIBE_STRUCT(ResetRequest, (), (email))
struct ResetConfirm {
  web::Text<100, 1> token;
  web::Secret<256> password;
};
BOOST_DESCRIBE_STRUCT(ResetConfirm, (), (token, password))
struct TokenPath {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenPath, (), (token))
struct InvitationView {
  std::string tenant_name;
  Personal email;
  Role role = Role::viewer;
  bool account_exists = false;
};
BOOST_DESCRIBE_STRUCT(InvitationView, (), (tenant_name, email, role, account_exists))
struct InvitationAccept {
  web::Text<100, 1> token;
  std::optional<web::Text<120, 1>> name;
  web::Secret<256> password;
};
BOOST_DESCRIBE_STRUCT(InvitationAccept, (), (token, name, password))
struct PasswordCheckRequest {
  web::Secret<256> password;
  std::optional<bool> second_factor;
};
BOOST_DESCRIBE_STRUCT(PasswordCheckRequest, (), (password, second_factor))
struct PasswordCheck {
  bool ok = false;
  int score = 0;
  std::string hint;
};
BOOST_DESCRIBE_STRUCT(PasswordCheck, (), (ok, score, hint))

enum class UserState { active, suspended, invited };
BOOST_DESCRIBE_ENUM(UserState, active, suspended, invited)
struct User {
  Uuid id;
  Personal name, email;
  Role role = Role::viewer;
  UserState state = UserState::active;
  bool totp = false;
  std::optional<Timestamp> last_seen_at;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name, email, role, state, totp, last_seen_at, created_at))
struct InviteRequest {
  web::Email email;
  Role role = Role::viewer;
};
BOOST_DESCRIBE_STRUCT(InviteRequest, (), (email, role))
struct UserUpdate {
  std::optional<Role> role;
  std::optional<bool> suspended;
};
BOOST_DESCRIBE_STRUCT(UserUpdate, (), (role, suspended))
struct RightView {
  std::string right;
  bool granted = false;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(RightView, (), (right, granted, why))
struct UserRights {
  Role role = Role::viewer;
  std::vector<RightView> rights;
};
BOOST_DESCRIBE_STRUCT(UserRights, (), (role, rights))

const char* kTermsHtml =
    "<p>By using Varde you agree to use it only for what your organisation has instructed, to keep "
    "your login to yourself, and to "
    "report what looks like misuse. Varde stores your name, e-mail address, login times and what "
    "you change, because your "
    "organisation must be able to show who did what. It stores one strictly necessary cookie for "
    "your session, and your choice of "
    "theme and language in this browser.</p>";

// Whether `given` is the password behind `stored`; no less work when there is none. Errors:
// unavailable, when too many wait for the pool.
Result<bool> is_password(const std::string& stored, const std::string& given) {
  auto right = std::make_shared<bool>(false);
  auto work = [right, stored, given] {
    if (stored.empty()) {
      crypto::pretend_to_verify(given);
    } else {
      *right = crypto::verify_password(stored, given);
    }
  };
  if (!password_pool().run(work))
    return Error{ErrorCode::unavailable,
                 "Many people are logging in right now. Try again in a few seconds.",
                 {},
                 {},
                 5};
  return *right;
}

}  // namespace

std::string agent_of(std::string_view header) {
  auto pick = [&](std::initializer_list<std::pair<const char*, const char*>> words,
                  const char* otherwise) {
    for (auto [needle, name] : words)
      if (header.find(needle) != std::string_view::npos) return name;
    return otherwise;
  };
  const char* browser = pick({{"Edg/", "Edge"},
                              {"OPR/", "Opera"},
                              {"Firefox/", "Firefox"},
                              {"Chrom", "Chrome"},
                              {"Safari/", "Safari"},
                              {"curl/", "curl"}},
                             "Other");
  const char* system = pick({{"Windows", "Windows"},
                             {"Android", "Android"},
                             {"iPhone", "iOS"},
                             {"iPad", "iOS"},
                             {"Mac OS", "macOS"},
                             {"Linux", "Linux"}},
                            "unknown");
  return std::string(browser) + " on " + system;
}

bool from_another_site(const net::Request& request) {
  auto site = request.header("sec-fetch-site");
  auto origin = request.header("origin");
  return (!site.empty() && site != "same-origin" && site != "none") ||
         (!origin.empty() && origin != (request.secure ? "https://" : "http://") +
                                           std::string(request.header("host")));
}

struct Identity::Impl {
  explicit Impl(Base& b) : base(b) {}
  Base& base;
  // Per account and network ten wrong tries, then one every 30 s; per network a hundred, for those
  // who try many accounts. The owner, whose browser holds the device cookie of an earlier login,
  // has a bucket of her own: nobody else can empty it.
  Limiter by_account_network{10, 30s}, by_account{40, 60s}, by_network{100, 3s}, by_device{10, 30s},
      mails{5, 120s};

  std::mutex mutex;  // guards `known`; never held across a wait
  struct Known {
    Login login;
    net::Deadline until;
  };
  std::unordered_map<std::string, Known> known;
  std::uint64_t forgotten = 0;  // how often something was

  std::optional<Login> find_login(std::string_view token);
  void forget(const Uuid* session = nullptr);
  SessionView view(const Login* login);
  std::pair<std::string, std::string> cookie(const net::Request& request, const std::string& token,
                                             bool end = false) const;
  // A copy beside the program does not end the login to the program.
  std::string cookie_name(const net::Request& request) const {
    return std::string(request.secure ? "__Host-varde" : "varde_session") +
           (base.extensions.all<ReadOnlyCopy>().empty() ? "" : "_copy");
  }
  std::string device_cookie(const Uuid& account) const;
  Result<void> check_totp(const AccountRow& account, const std::string& code, db::Tx& tx);
};

Identity::Identity(Base& base) : impl_(std::make_unique<Impl>(base)) {}
Identity::~Identity() = default;
void Identity::forget_sessions() { impl_->forget(); }

void Identity::Impl::forget(const Uuid* session) {
  std::lock_guard lock(mutex);
  ++forgotten;
  if (session == nullptr) {
    known.clear();
  } else {
    std::erase_if(known,
                  [&](const auto& entry) { return entry.second.login.session_id == *session; });
  }
}

std::optional<Login> Identity::Impl::find_login(std::string_view token) {
  if (token.size() < 20 || token.size() > 100) return std::nullopt;
  auto hash = crypto::sha256(token);
  std::uint64_t before = 0;
  {
    std::lock_guard lock(mutex);
    before = forgotten;
    auto found = known.find(hash);
    if (found != known.end() && found->second.until > std::chrono::steady_clock::now())
      return found->second.login;
  }
  auto tx = base.database.system();
  auto row = tx.maybe<LoginRow>(kLogin, db::Bytes{hash});
  auto at = now();
  if (!row || row->expires_at <= at || row->last_seen_at + kIdleLife <= at) return std::nullopt;
  Login login;
  login.session_id = row->session_id;
  login.account_id = row->account_id;
  login.tenant_id = row->tenant_id;
  login.totp_passed = row->totp_passed;
  login.totp_confirmed = row->totp_confirmed;
  login.terms_version = row->terms_version;
  login.last_seen_at = row->last_seen_at;
  login.expires_at = row->expires_at;
  if (row->role && row->suspended == false && row->totp_roles) {
    login.role = row->role;
    login.ended = row->tenant_state == 3;
    login.totp_demanded =
        *row->role == Role::administrator ||
        std::ranges::count(*row->totp_roles, static_cast<std::int64_t>(*row->role)) > 0;
  }
  if (at - row->last_seen_at > 60s) tx.later(kSeen, row->session_id, at);
  tx.commit();
  std::lock_guard lock(mutex);
  if (before != forgotten) return login;  // it may have been read before what was forgotten
  if (known.size() > 50000) known.clear();
  known[hash] = {login, net::in(kRemember)};
  return login;
}

std::pair<std::string, std::string> Identity::Impl::cookie(const net::Request& request,
                                                           const std::string& token,
                                                           bool end) const {
  return {"Set-Cookie",
          fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}{}", cookie_name(request), token,
                      request.secure ? "; Secure" : "", end ? "; Max-Age=0" : "")};
}

std::string Identity::Impl::device_cookie(const Uuid& account) const {
  return base64url(crypto::keyed_hash(base.keys.installation_key("device"), account.view(), 24));
}

SessionView Identity::Impl::view(const Login* login) {
  SessionView out;
  for (const auto& copy : base.extensions.all<ReadOnlyCopy>())
    out.notices.push_back({"copy", "Read-only copy of " + to_rfc3339(copy.of), {}, {}});
  if (login == nullptr) return out;
  out.state = login->state();
  auto tx = base.database.system();
  auto memberships = tx.later(kMemberships, login->account_id);
  auto account = tx.one<AccountRow>(kAccount, login->account_id);
  if (auto identity = open_account(base, account.account_id, account.sealed))
    out.user = UserView{account.account_id, identity->name, identity->email, account.locale,
                        account.time_zone};
  if (out.state == SessionState::totp_required) {
    out.user.reset();  // a password alone shows nothing about the account
    return out;
  }
  for (auto& row : memberships.rows().all<MembershipRow>())
    out.tenants.push_back({row.tenant_id, row.name, row.role});
  if (out.state == SessionState::terms_required) out.terms = Terms{kTermsVersion, kTermsHtml};
  if (out.state == SessionState::ready) {
    auto tenant = tx.one<TenantRow>(kTenant, *login->tenant_id);
    out.tenant = TenantHead{tenant.tenant_id, tenant.name, tenant.slug, tenant.colour,
                            tenant.time_zone, tenant.demo, login->ended};
    out.role = login->role;
    for (auto right : rights_of(*login->role))
      if (!login->ended || may_after_end(*login->role, right)) out.rights.push_back(word(right));
  }
  return out;
}

Result<void> Identity::Impl::check_totp(const AccountRow& account, const std::string& code,
                                        db::Tx& tx) {
  auto key = base.keys.key(kAccounts, account.account_id);
  if (!key || !account.totp_sealed) return bad_input("/code", "This account has no second factor.");
  auto secret = crypto::open(*key, account.totp_sealed->data, "totp:" + account.account_id.str());
  if (!secret) throw std::runtime_error("a TOTP secret does not open under its account's key");
  std::string digits;
  for (char c : code)
    if (c != ' ' && c != '-') digits += c;
  if (auto step = crypto::totp_verify(*secret, digits, now(), account.totp_last_step)) {
    tx.later(kTotpStep, account.account_id, *step);
    return {};
  }
  auto hash =
      db::Bytes{crypto::sha256("recovery:" + account.account_id.str() + ":" + ascii_lower(digits))};
  if (account.totp_confirmed &&
      std::ranges::find(account.recovery_hashes, hash) != account.recovery_hashes.end()) {
    tx.later(kUseRecovery, account.account_id, hash);
    return {};
  }
  return bad_input("/code",
                   "This code is not right, or it was used already. Wait for the next one and "
                   "check the clock of your phone.");
}

namespace {

constexpr db::Sql kIdempotencyInsert{
    "idempotency.insert",
    "INSERT INTO idempotency (tenant_id, key_hash, sealed, created_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT DO NOTHING"};
constexpr db::Sql kIdempotencyFind{"idempotency.find",
                                   "SELECT sealed FROM idempotency WHERE key_hash = $1"};

std::pair<db::Bytes, crypto::Key> idempotency_keys(Ctx& ctx, const web::RouteInfo& route) {
  auto tenant_key = ctx.base.keys.tenant_key(ctx.tenant, "idempotency");
  auto scope = ctx.actor.id.str() + " " + route.id + " " + ctx.idempotency_key;
  return {db::Bytes{crypto::keyed_hash(tenant_key, scope, 32)},
          crypto::derive(tenant_key, "answer:" + scope)};
}

std::optional<net::Response> stored_answer(Ctx& ctx, const web::RouteInfo& route) {
  auto [key_hash, seal_key] = idempotency_keys(ctx, route);
  auto row = ctx.tx().maybe<db::Bytes>(kIdempotencyFind, key_hash);
  auto text = row ? crypto::open(seal_key, row->data, "idempotency") : std::nullopt;
  if (!text) return std::nullopt;
  auto stored = boost::json::parse(*text).as_object();
  net::Response response;
  response.status = static_cast<int>(stored.at("status").as_int64());
  response.body = std::string(stored.at("body").as_string());
  for (const char* name : {"Location", "Content-Type", "ETag"})
    if (const auto* value = stored.if_contains(name))
      response.with(name, std::string(value->as_string()));
  response.with("Idempotency-Replayed", "true");
  return response;
}

}  // namespace

// ---- the gate
// --------------------------------------------------------------------------------------------------------------

Result<std::unique_ptr<Ctx>> Identity::gate(net::Request& request, const web::RouteInfo& route) {
  auto right = static_cast<Right>(route.access);
  bool changes = request.method != "GET";
  // Cross-site requests: the cookie is SameSite=Lax, and what a browser says of the origin must be
  // our own.
  if (changes && from_another_site(request))
    return forbidden("This request came from another site and was refused.");
  auto ctx = std::make_unique<Ctx>(impl_->base, Uuid{}, Actor{});
  ctx->network = network_of(request.peer);
  ctx->request_id = request.id;
  ctx->patience = 20s;  // somebody waits for the answer
  if (right == Right::anonymous) return ctx;

  auto login = impl_->find_login(request.cookie(impl_->cookie_name(request)));
  if (!login) return make_error(ErrorCode::unauthenticated, "Log in to do this.");
  ctx->session = login->session_id;
  ctx->actor = {ActorKind::user, login->account_id};
  net::set_stranger(false);
  if (right == Right::account) return ctx;

  switch (login->state()) {
    case SessionState::ready:
      break;
    case SessionState::totp_required:
      return Error{ErrorCode::unauthenticated,
                   "Enter the code of your second factor first.",
                   {},
                   "totp-required",
                   0};
    case SessionState::totp_setup_required:
      return Error{ErrorCode::forbidden,
                   "Set up a second factor first: your role demands it.",
                   {},
                   "totp-setup-required",
                   0};
    case SessionState::terms_required:
      return Error{ErrorCode::forbidden, "Accept the terms first.", {}, "terms-required", 0};
    default:
      return Error{ErrorCode::forbidden,
                   "You belong to no organisation here any more, or have not chosen one.",
                   {},
                   "tenant-required",
                   0};
  }
  ctx->tenant = *login->tenant_id;
  ctx->role = *login->role;
  if (login->ended && !may_after_end(ctx->role, right))
    return Error{ErrorCode::forbidden,
                 "The contract of this organisation has ended. Until its data is removed, "
                 "administrators can take everything along and answer what persons ask about their "
                 "own data.",
                 {},
                 "contract-ended",
                 0};
  if (!may(ctx->role, right))
    return forbidden(fmt::format(
        "Your role ({}) does not include the right {}. An administrator can change that.",
        web::enum_word(ctx->role), word(right)));

  if (auto key = request.header("idempotency-key"); !key.empty() && changes) {
    if (key.size() > 255)
      return make_error(ErrorCode::malformed, "Idempotency-Key may have at most 255 characters.");
    ctx->idempotency_key = std::string(key);
  }
  return ctx;
}

// Not a part of the gate: a body is read between the two, and nobody waits for it with a
// connection in hand. For the same reason the transaction of the look-up ends with it.
Result<void> Identity::begin(Ctx& ctx, const web::RouteInfo& route) {
  if (ctx.idempotency_key.empty()) return {};
  ctx.replay = stored_answer(ctx, route);
  ctx.commit();
  return {};
}

// The answer is stored with the change, in its transaction, sealed under a key that only the
// client's key value gives. A second request finds it before it does anything; one that runs at the
// same time meets the first one's row, throws its own work away and answers what the first one
// answered.
Result<void> Identity::finish(Ctx& ctx, const web::RouteInfo& route, net::Response& response) {
  if (ctx.idempotency_key.empty()) {
    ctx.commit();
    return {};
  }
  auto [key_hash, seal_key] = idempotency_keys(ctx, route);
  boost::json::object answer{{"status", response.status}, {"body", response.body}};
  for (const auto& [name, value] : response.headers)
    if (name == "Location" || name == "Content-Type" || name == "ETag") answer[name] = value;
  auto inserted = ctx.tx().query(
      kIdempotencyInsert, ctx.tenant, key_hash,
      db::Bytes{crypto::seal(seal_key, boost::json::serialize(answer), "idempotency")}, now());
  if (inserted.affected() == 1) {
    ctx.commit();
    return {};
  }
  ctx.rollback();
  auto stored = stored_answer(ctx, route);
  if (!stored)
    return conflict("A request with this Idempotency-Key is still running.", "idempotency");
  response = std::move(*stored);
  return {};
}

namespace {

// Users are changed by the role that sees all tenants, the trail is written by the tenant's: two
// transactions. The trace is durable first: a crash between leaves a trace of what was tried, never
// a change without one.
void commit_after_its_trace(Ctx& trace, db::Tx& change) {
  trace.commit();
  change.commit();
}

}  // namespace

// ---- endpoints
// -------------------------------------------------------------------------------------------------------------

void Identity::add_routes(Api& api) {
  auto& impl = *impl_;
  auto access = [](Right right) { return static_cast<int>(right); };
  auto answer = [&impl](const Login* login) {
    return web::WithHeaders<SessionView>{impl.view(login), {}};
  };

  api.add(
      {"GET", "/api/v1/session", "getSession",
       "Who is logged in, and what is missing until everything opens", access(Right::anonymous)},
      [&impl](Ctx&, const web::Origin& origin) -> Result<SessionView> {
        auto login = impl.find_login(origin.request->cookie(impl.cookie_name(*origin.request)));
        return impl.view(login ? &*login : nullptr);
      });

  api.add(
      {"POST", "/api/v1/session", "logIn", "Begins a session with e-mail and password",
       access(Right::anonymous)},
      [&impl, answer](Ctx& ctx, const web::Body<LoginRequest>& in,
                      const web::Origin& origin) -> Result<web::WithHeaders<SessionView>> {
        auto hash = email_hash(impl.base, in->email.value);
        auto tx = impl.base.database.system();
        auto account = tx.maybe<AccountRow>(kAccountByEmail, db::Bytes{hash});
        tx.commit();
        auto account_key = hex(hash);
        bool own_device = account && crypto::equal(origin.request->cookie("varde_device"),
                                                   impl.device_cookie(account->account_id));
        int wait = 0;
        if (own_device) {
          wait = impl.by_device.peek(account_key);
        } else {
          wait = std::max({impl.by_account_network.peek(account_key + ctx.network),
                           impl.by_account.peek(account_key), impl.by_network.peek(ctx.network)});
        }
        if (wait > 0) {
          logins.with({"limited"}).add();
          return limited(
              fmt::format(
                  "Too many attempts to log in. Try again in {} seconds, or reset your password.",
                  wait),
              wait);
        }
        VARDE_TRY(auto right, is_password(account ? account->password_hash : std::string(),
                                          in->password.value));
        if (!right) {
          if (own_device) {
            impl.by_device.take(account_key);
          } else {
            impl.by_account_network.take(account_key + ctx.network);
            impl.by_account.take(account_key);
            impl.by_network.take(ctx.network);
          }
          logins.with({"refused"}).add();
          return Error{ErrorCode::unauthenticated,
                       "The e-mail address or the password is not right.",
                       {},
                       "credentials",
                       0};
        }
        logins.with({"accepted"}).add();
        impl.by_device.forgive(account_key);
        auto token = random_token(32);
        auto again = impl.base.database.system();
        auto memberships = again.all<MembershipRow>(kMemberships, account->account_id);
        std::optional<Uuid> tenant;
        if (!memberships.empty()) tenant = memberships.front().tenant_id;
        again.later(kInsertSession, Uuid::make(), db::Bytes{crypto::sha256(token)},
                    account->account_id, tenant, ctx.network,
                    agent_of(origin.request->header("user-agent")), now(), now() + kSessionLife);
        again.commit();
        auto login = impl.find_login(token);
        auto response = answer(login ? &*login : nullptr);
        response.headers.push_back(impl.cookie(*origin.request, token));
        response.headers.emplace_back(
            "Set-Cookie", fmt::format("varde_device={}; Path=/api/v1/session; HttpOnly; "
                                      "SameSite=Strict; Max-Age=31536000{}",
                                      impl.device_cookie(account->account_id),
                                      origin.request->secure ? "; Secure" : ""));
        return response;
      });

  api.add({"POST", "/api/v1/session/totp", "giveTotp",
           "Second factor: a code of the app, or a recovery code", access(Right::account)},
          [&impl, answer](Ctx& ctx, const web::Body<CodeRequest>& in,
                          const web::Origin& origin) -> Result<web::WithHeaders<SessionView>> {
            auto key = "totp:" + ctx.actor.id.str();
            if (int wait = impl.by_device.take(key); wait > 0)
              return limited(fmt::format("Too many codes. Try again in {} seconds.", wait), wait);
            auto tx = impl.base.database.system();
            auto account = tx.one<AccountRow>(kAccountForUpdate, ctx.actor.id);
            VARDE_CHECK(impl.check_totp(account, in->code.value, tx));
            auto token =
                random_token(32);  // a new one: whoever had the old one has only the password
            tx.later(kPassTotp, ctx.session, db::Bytes{crypto::sha256(token)});
            tx.commit();
            impl.by_device.forgive(key);
            impl.forget(&ctx.session);
            auto login = impl.find_login(token);
            auto response = answer(login ? &*login : nullptr);
            response.headers.push_back(impl.cookie(*origin.request, token));
            return response;
          });

  api.add({"POST", "/api/v1/session/totp-setup", "setUpTotp",
           "A new secret for an authenticator app; replaces an unconfirmed one",
           access(Right::account)},
          [&impl](Ctx& ctx) -> Result<TotpSetup> {
            auto tx = impl.base.database.system();
            auto account = tx.one<AccountRow>(kAccountForUpdate, ctx.actor.id);
            if (account.totp_confirmed)
              return conflict("This account has a second factor already.", "totp-confirmed");
            auto key = impl.base.keys.key(kAccounts, ctx.actor.id);
            auto identity = open_account(impl.base, account.account_id, account.sealed);
            if (!key || !identity) return not_found("This account was removed.");
            auto secret = crypto::totp_new_secret();
            tx.later(kSetTotp, ctx.actor.id,
                     db::Bytes{crypto::seal(*key, secret, "totp:" + ctx.actor.id.str())});
            tx.commit();
            auto text = base32(secret);
            for (char& c : text) c = static_cast<char>(c >= 'a' ? c - 32 : c);
            return TotpSetup{text, crypto::totp_uri(secret, "Varde", identity->email.reveal())};
          });

  api.add({"POST", "/api/v1/session/totp-confirm", "confirmTotp",
           "Confirms the app with a first code; answers the recovery codes, once",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<CodeRequest>& in,
                  const web::Origin& origin) -> Result<web::WithHeaders<RecoveryCodes>> {
            auto tx = impl.base.database.system();
            auto account = tx.one<AccountRow>(kAccountForUpdate, ctx.actor.id);
            if (account.totp_confirmed)
              return conflict("This account has a second factor already.", "totp-confirmed");
            VARDE_CHECK(impl.check_totp(account, in->code.value, tx));
            RecoveryCodes out;
            std::vector<db::Bytes> hashes;
            for (int i = 0; i < 10; ++i) {
              std::string raw(10, '\0');
              fill_random({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
              auto code = base32(raw);  // 16 characters
              hashes.push_back({crypto::sha256("recovery:" + ctx.actor.id.str() + ":" + code)});
              out.recovery_codes.push_back(fmt::format("{}-{}-{}-{}", code.substr(0, 4),
                                                       code.substr(4, 4), code.substr(8, 4),
                                                       code.substr(12, 4)));
            }
            auto token = random_token(32);
            tx.later(kConfirmTotp, ctx.actor.id, hashes);
            tx.later(kPassTotp, ctx.session, db::Bytes{crypto::sha256(token)});
            tx.commit();
            impl.forget(&ctx.session);
            web::WithHeaders<RecoveryCodes> response{out, {}};
            response.headers.push_back(impl.cookie(*origin.request, token));
            return response;
          });

  api.add({"POST", "/api/v1/session/terms", "acceptTerms", "Accepts the terms of the version shown",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<TermsAcceptance>& in,
                  const web::Origin& origin) -> Result<SessionView> {
            if (in->version.value != kTermsVersion)
              return conflict("The terms have changed. Read the new version.", "terms-changed");
            auto tx = impl.base.database.system();
            tx.later(kAcceptTerms, ctx.actor.id, std::string(kTermsVersion), now());
            tx.commit();
            impl.forget(&ctx.session);
            auto login = impl.find_login(origin.request->cookie(impl.cookie_name(*origin.request)));
            return impl.view(login ? &*login : nullptr);
          });

  api.add({"POST", "/api/v1/session/tenant", "switchTenant",
           "Works for another organisation from here on", access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<TenantRequest>& in,
                  const web::Origin& origin) -> Result<SessionView> {
            auto tx = impl.base.database.system();
            auto memberships = tx.all<MembershipRow>(kMemberships, ctx.actor.id);
            if (std::ranges::none_of(memberships,
                                     [&](const auto& m) { return m.tenant_id == in->tenant_id; }))
              return not_found("You do not belong to this organisation.");
            tx.later(kChooseTenant, ctx.session, in->tenant_id);
            tx.commit();
            impl.forget(&ctx.session);
            auto login = impl.find_login(origin.request->cookie(impl.cookie_name(*origin.request)));
            return impl.view(login ? &*login : nullptr);
          });

  api.add({"DELETE", "/api/v1/session", "logOut", "Ends this session", access(Right::account)},
          [&impl](Ctx& ctx, const web::Origin& origin) -> Result<web::WithHeaders<web::None>> {
            auto tx = impl.base.database.system();
            tx.later(kEndSession, ctx.session, ctx.actor.id);
            tx.later(kNotifyForget);
            tx.commit();
            impl.forget(&ctx.session);
            web::WithHeaders<web::None> response;
            response.headers.push_back(impl.cookie(*origin.request, "", true));
            return response;
          });

  api.add({"GET", "/api/v1/me/sessions", "listMySessions", "One's own sessions",
           access(Right::account)},
          [&impl](Ctx& ctx) -> Result<web::Page<SessionItem>> {
            auto tx = impl.base.database.system();
            web::Page<SessionItem> page;
            for (auto& row : tx.all<SessionRow>(kSessions, ctx.actor.id, now()))
              page.items.push_back({row.session_id, row.created_at, row.last_seen_at, row.network,
                                    row.agent, row.session_id == ctx.session});
            return page;
          });

  api.add({"DELETE", "/api/v1/me/sessions/{id}", "endMySession", "Ends one of one's own sessions",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Done> {
            auto tx = impl.base.database.system();
            auto ended = tx.query(kEndSession, path->id, ctx.actor.id);
            if (ended.affected() == 0) return not_found("This session has ended already.");
            tx.later(kNotifyForget);
            tx.commit();
            impl.forget(&path->id);
            return Done{};
          });

  api.add({"PATCH", "/api/v1/me", "updateMe", "One's own name, language and time zone",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<ProfileUpdate>& in,
                  const web::Origin& origin) -> Result<SessionView> {
            auto tx = impl.base.database.system();
            auto account = tx.one<AccountRow>(kAccountForUpdate, ctx.actor.id);
            auto key = impl.base.keys.key(kAccounts, ctx.actor.id);
            auto identity = open_account(impl.base, account.account_id, account.sealed);
            if (!key || !identity) return not_found("This account was removed.");
            if (in->name) identity->name = Personal(in->name->value);
            tx.later(kProfile, ctx.actor.id, db::Bytes{seal_account(*key, ctx.actor.id, *identity)},
                     in->locale ? in->locale->value : account.locale,
                     in->time_zone ? in->time_zone->value : account.time_zone);
            tx.commit();
            auto login = impl.find_login(origin.request->cookie(impl.cookie_name(*origin.request)));
            return impl.view(login ? &*login : nullptr);
          });

  api.add({"POST", "/api/v1/me/password", "changeMyPassword",
           "A new password; ends one's other sessions", access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<PasswordChange>& in) -> Result<Done> {
            auto tx = impl.base.database.system();
            auto account = tx.one<AccountRow>(kAccount, ctx.actor.id);
            auto identity = open_account(impl.base, account.account_id, account.sealed);
            tx.commit();
            if (int wait = impl.by_device.take("change:" + ctx.actor.id.str()); wait > 0)
              return limited("Too many attempts. Wait a little.", wait);
            VARDE_TRY(auto right, is_password(account.password_hash, in->current.value));
            if (!right) return bad_input("/current", "This is not your current password.");
            auto verdict = judge_password(in->password.value, account.totp_confirmed,
                                          {identity ? identity->name.reveal() : "",
                                           identity ? identity->email.reveal() : ""});
            if (!verdict.ok) return bad_input("/password", verdict.hint);
            auto hash = hash_in_pool(in->password.value);
            auto write = impl.base.database.system();
            write.later(kSetPassword, ctx.actor.id, hash, now());
            write.later(kEndOtherSessions, ctx.actor.id, ctx.session);
            write.later(kNotifyForget);
            write.commit();
            impl.forget();
            return Done{};
          });

  api.add({"POST", "/api/v1/me/totp/reset", "resetMyTotp",
           "Forgets the second factor, to set up another; ends one's other sessions",
           access(Right::account)},
          [&impl](Ctx& ctx, const web::Body<TotpReset>& in) -> Result<Done> {
            auto key = "totp:" + ctx.actor.id.str();
            if (int wait = impl.by_device.take(key); wait > 0)
              return limited("Too many attempts. Wait a little.", wait);
            auto tx = impl.base.database.system();
            auto account = tx.one<AccountRow>(kAccountForUpdate, ctx.actor.id);
            VARDE_TRY(auto right, is_password(account.password_hash, in->password.value));
            if (!right) return bad_input("/password", "This is not your current password.");
            VARDE_CHECK(impl.check_totp(account, in->code.value, tx));
            tx.later(kForgetTotp, ctx.actor.id);
            tx.later(kEndOtherSessions, ctx.actor.id, ctx.session);
            tx.later(kNotifyForget);
            tx.commit();
            impl.forget();
            return Done{};
          });

  api.add({"POST", "/api/v1/password-check", "checkPassword",
           "Whether a password would be accepted, and why not", access(Right::anonymous)},
          [](Ctx&, const web::Body<PasswordCheckRequest>& in) -> Result<PasswordCheck> {
            auto verdict =
                judge_password(in->password.value, in->second_factor.value_or(false), {});
            return PasswordCheck{verdict.ok, verdict.score, verdict.hint};
          });

  api.add({"POST", "/api/v1/password-reset", "requestPasswordReset",
           "Sends a link to choose a new password, if the address has an account",
           access(Right::anonymous)},
          [&impl](Ctx& ctx,
                  const web::Body<ResetRequest>& in) -> Result<web::Accepted<boost::json::value>> {
            // The same answer whether or not the account exists, and the limit is counted before it
            // is looked up.
            if (int wait = impl.mails.take("reset:" + ctx.network); wait > 0)
              return limited("Too many requests. Wait a little.", wait);
            bool too_many =
                impl.mails.take("reset:" + hex(email_hash(impl.base, in->email.value))) > 0;
            auto account = find_account(impl.base, in->email.value);
            if (account && !too_many) {
              auto id = Uuid::make();
              auto tx = impl.base.database.system();
              tx.later(kInsertReset, db::Bytes{reset_hash(id)}, *account, now() + 1h);
              jobs::enqueue(tx, {.kind = "mail.system",
                                 .payload = boost::json::serialize(boost::json::object{
                                     {"kind", "password_reset"}, {"id", id.str()}})});
              tx.commit();
            }
            return web::Accepted<boost::json::value>{boost::json::object{
                {"detail", "If the address has an account, a link is on its way."}}};
          });

  api.add({"POST", "/api/v1/password-reset/confirm", "confirmPasswordReset",
           "Sets the new password; ends all sessions", access(Right::anonymous)},
          [&impl](Ctx& ctx, const web::Body<ResetConfirm>& in) -> Result<Done> {
            if (int wait = impl.by_network.take("confirm:" + ctx.network); wait > 0)
              return limited("Too many attempts. Wait a little.", wait);
            auto id = read_mail_token(impl.base, "password_reset", in->token.value);
            auto expired = [] {
              return bad_input("/token", "This link was used or has expired. Ask for a new one.");
            };
            if (!id) return expired();
            auto tx = impl.base.database.system();
            auto account_id = tx.maybe<Uuid>(kReset, db::Bytes{reset_hash(*id)}, now());
            if (!account_id) return expired();
            auto account = tx.one<AccountRow>(kAccountForUpdate, *account_id);
            auto verdict = judge_password(in->password.value, account.totp_confirmed, {});
            if (!verdict.ok) return bad_input("/password", verdict.hint);
            auto hash = hash_in_pool(in->password.value);
            tx.later(kSetPassword, *account_id, hash, now());
            tx.later(kUseReset, *account_id);
            tx.later(kEndOtherSessions, *account_id, Uuid{});
            tx.later(kNotifyForget);
            tx.commit();
            impl.forget();
            return Done{};
          });

  api.add({"GET", "/api/v1/invitations/{token}", "getInvitation", "What an invitation is about",
           access(Right::anonymous)},
          [&impl](Ctx& ctx, const web::Path<TokenPath>& path) -> Result<InvitationView> {
            if (int wait = impl.by_network.take("invitation:" + ctx.network); wait > 0)
              return limited("Too many attempts. Wait a little.", wait);
            auto id = read_mail_token(impl.base, "invitation", path->token);
            auto tx = impl.base.database.system();
            auto row = id ? tx.maybe<InvitationRow>(kInvitation, *id, now()) : std::nullopt;
            if (!row)
              return not_found(
                  "This invitation was used, withdrawn or has expired. Ask for a new one.");
            auto email = open_invitation(impl.base, *row);
            return InvitationView{row->tenant_name, Personal(email), row->role,
                                  find_account(impl.base, email).has_value()};
          });

  api.add({"POST", "/api/v1/invitations/accept", "acceptInvitation",
           "Joins the organisation, with a new account or the one that exists",
           access(Right::anonymous)},
          [&impl](Ctx& ctx, const web::Body<InvitationAccept>& in) -> Result<Done> {
            if (int wait = impl.by_network.take("accept:" + ctx.network); wait > 0)
              return limited("Too many attempts. Wait a little.", wait);
            auto id = read_mail_token(impl.base, "invitation", in->token.value);
            auto tx = impl.base.database.system();
            auto row = id ? tx.maybe<InvitationRow>(kInvitation, *id, now()) : std::nullopt;
            if (!row)
              return not_found(
                  "This invitation was used, withdrawn or has expired. Ask for a new one.");
            auto email = open_invitation(impl.base, *row);
            auto account =
                tx.maybe<AccountRow>(kAccountByEmail, db::Bytes{email_hash(impl.base, email)});
            Uuid account_id;
            if (account) {
              VARDE_TRY(auto right, is_password(account->password_hash, in->password.value));
              if (!right)
                return bad_input("/password",
                                 "An account with this address exists; enter its password.");
              account_id = account->account_id;
            } else {
              if (!in->name) return bad_input("/name", "is required.");
              auto verdict = judge_password(in->password.value, row->role == Role::administrator,
                                            {in->name->value, email});
              if (!verdict.ok) return bad_input("/password", verdict.hint);
              VARDE_TRY(account_id,
                        create_account(impl.base, {in->name->value, email, in->password.value,
                                                   false, std::nullopt}));
            }
            tx.later(kInsertMember, row->tenant_id, account_id, row->role, now());
            tx.later(kDeleteInvitation, row->tenant_id, row->invitation_id);
            Ctx tenant_ctx(impl.base, row->tenant_id, {ActorKind::user, account_id});
            tenant_ctx.network = ctx.network;
            record(tenant_ctx, AuditEntry{"user.join",
                                          "user",
                                          account_id,
                                          std::nullopt,
                                          {{"role", std::nullopt, web::enum_word(row->role)}}});
            commit_after_its_trace(tenant_ctx, tx);
            return Done{};
          });

  // ---- users of a tenant
  // -----------------------------------------------------------------------------------------------------

  api.add({"GET", "/api/v1/users", "listUsers", "Users and open invitations of the organisation",
           access(Right::users_manage)},
          [&impl](Ctx& ctx) -> Result<web::Page<User>> {
            auto tx = impl.base.database.system();
            auto invitations = tx.later(kInvitations, ctx.tenant, now());
            auto members = tx.all<MemberRow>(kMembers, ctx.tenant);
            web::Page<User> page;
            for (auto& row : members) {
              auto identity =
                  open_account(impl.base, row.account_id, row.sealed).value_or(AccountIdentity{});
              page.items.push_back({row.account_id, identity.name, identity.email, row.role,
                                    row.suspended ? UserState::suspended : UserState::active,
                                    row.totp_confirmed, row.last_seen_at, row.created_at});
            }
            for (auto& row : invitations.rows().all<InvitationRow>())
              page.items.push_back({row.invitation_id, Personal(""),
                                    Personal(open_invitation(impl.base, row)), row.role,
                                    UserState::invited, false, std::nullopt, row.created_at});
            return page;
          });

  api.add({"POST", "/api/v1/users/invitations", "inviteUser",
           "Sends an invitation, valid for seven days; replaces an open one",
           access(Right::users_manage)},
          [&impl](Ctx& ctx, const web::Body<InviteRequest>& in) -> Result<web::Created<User>> {
            if (int wait = impl.mails.take("invite:" + ctx.tenant.str());
                wait > 0 && impl.by_network.take("invite:" + ctx.tenant.str()) > 0)
              return limited("Too many invitations at once. Wait a little.", wait);
            auto id = Uuid::make();
            auto hash = db::Bytes{email_hash(impl.base, in->email.value)};
            auto tx = impl.base.database.system();
            if (auto account = tx.maybe<AccountRow>(kAccountByEmail, hash);
                account && tx.maybe<MemberRow>(kMember, ctx.tenant, account->account_id))
              return conflict("A user with this address belongs to the organisation already.",
                              "member-exists");
            auto key = crypto::derive(impl.base.keys.installation_key("invitation"), id.view());
            tx.later(kDeleteInvitationOf, ctx.tenant, hash);
            tx.later(kInsertInvitation, id, ctx.tenant, db::Bytes{crypto::sha256(id.view())},
                     db::Bytes{crypto::seal(key, in->email.value, "invitation")}, hash, in->role,
                     ctx.actor.id, now(), now() + std::chrono::days(7));
            jobs::enqueue(tx, {.kind = "mail.system",
                               .payload = boost::json::serialize(
                                   boost::json::object{{"kind", "invitation"}, {"id", id.str()}})});
            record(ctx, AuditEntry{"user.invite",
                                   "invitation",
                                   id,
                                   std::nullopt,
                                   {{"role", std::nullopt, web::enum_word(in->role)}}});
            commit_after_its_trace(ctx, tx);
            return web::Created<User>{{id, Personal(""), Personal(in->email.value), in->role,
                                       UserState::invited, false, std::nullopt, now()},
                                      ""};
          });

  api.add({"DELETE", "/api/v1/users/invitations/{id}", "withdrawInvitation",
           "Withdraws an invitation", access(Right::users_manage)},
          [&impl](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Done> {
            auto tx = impl.base.database.system();
            if (tx.query(kDeleteInvitation, ctx.tenant, path->id).affected() == 0)
              return not_found("This invitation does not exist any more.");
            record(ctx, AuditEntry{"user.withdraw_invitation", "invitation", path->id});
            commit_after_its_trace(ctx, tx);
            return Done{};
          });

  auto change = [&impl](Ctx& ctx, const Uuid& id, std::optional<Role> role,
                        std::optional<bool> suspended, bool remove) -> Result<Done> {
    auto tx = impl.base.database.system();
    auto administrators = tx.all<Uuid>(kAdministrators, ctx.tenant);
    auto member = tx.maybe<MemberRow>(kMember, ctx.tenant, id);
    if (!member) return not_found("This user does not belong to the organisation.");
    auto new_role = role.value_or(member->role);
    auto new_suspended = suspended.value_or(member->suspended);
    bool stays_administrator = !remove && new_role == Role::administrator && !new_suspended;
    bool was_administrator = std::ranges::find(administrators, id) != administrators.end();
    if (was_administrator && !stays_administrator && administrators.size() == 1)
      return conflict("This is the last administrator. Make somebody else an administrator first.",
                      "last-administrator");
    if (remove) {
      tx.later(kRemoveMember, ctx.tenant, id);
    } else {
      tx.later(kChangeMember, ctx.tenant, id, new_role, new_suspended);
    }
    if (remove || new_suspended) tx.later(kEndTenantSessions, ctx.tenant, id);
    tx.later(kNotifyForget);
    std::vector<FieldChange> changes;
    if (new_role != member->role)
      changes.push_back({"role", web::enum_word(member->role), web::enum_word(new_role)});
    if (new_suspended != member->suspended)
      changes.push_back({"suspended", std::nullopt, new_suspended ? "true" : "false"});
    record(ctx,
           AuditEntry{remove ? "user.remove" : "user.update", "user", id, std::nullopt, changes});
    commit_after_its_trace(ctx, tx);
    impl.forget();
    return Done{};
  };

  api.add({"PATCH", "/api/v1/users/{id}", "updateUser", "Changes role, suspends or lets in again",
           access(Right::users_manage)},
          [change](Ctx& ctx, const web::Path<web::IdPath>& path, const web::Body<UserUpdate>& in)
              -> Result<Done> { return change(ctx, path->id, in->role, in->suspended, false); });
  api.add({"DELETE", "/api/v1/users/{id}", "deleteUser", "Takes a user out of the organisation",
           access(Right::users_manage)},
          [change](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Done> {
            return change(ctx, path->id, std::nullopt, std::nullopt, true);
          });

  api.add(
      {"GET", "/api/v1/users/{id}/rights", "getUserRights", "Effective rights of a user, and why",
       access(Right::users_manage)},
      [&impl](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<UserRights> {
        auto tx = impl.base.database.system();
        auto member = tx.maybe<MemberRow>(kMember, ctx.tenant, path->id);
        if (!member) return not_found("This user does not belong to the organisation.");
        UserRights out{member->role, {}};
        for (auto right : all_rights()) {
          bool granted = !member->suspended && may(member->role, right);
          out.rights.push_back(
              {word(right), granted,
               member->suspended ? "The user is suspended."
                                 : fmt::format("The role {} {} it.", web::enum_word(member->role),
                                               granted ? "includes" : "does not include")});
        }
        return out;
      });
}

}  // namespace varde::trust
