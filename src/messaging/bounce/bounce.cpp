#include "messaging/bounce/bounce.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "messaging/bounce/store_sql.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/mailing.hpp"
#include "messaging/delivery/undelivered.hpp"
#include "messaging/mail/report_parser.hpp"
#include "messaging/response/response.hpp"
#include "trust/audit.hpp"

namespace varde::messaging {

using people::ActivityKind;
using trust::Ctx;

namespace {

metrics::Counter reports("varde_reports_total", "Reports received", {"kind"});
metrics::Counter unproved("varde_reports_unproved_total",
                          "Bounces and complaints that did not show the message they were about",
                          {"kind"});

Bounce bounce_of(const mail::MailReport& report) {
  if (report.kind == mail::ReportKind::complaint) return Bounce::complaint;
  switch (report.bounce) {
    case mail::BounceClass::hard:
      return Bounce::hard;
    case mail::BounceClass::blocked:
      return Bounce::blocked;
    case mail::BounceClass::soft:
      return Bounce::soft;
    case mail::BounceClass::none:
      return Bounce::none;
  }
  return Bounce::none;
}

// A return path is no secret: it stands in the envelope, and servers write it into headers. So a
// report that gives an address up for good has to show the message itself. Its Message-ID belongs
// to the address that it was written to, and that one is what the report is about: today's, or one
// that the report names and that the person had before. nullopt: the message is not shown.
std::optional<std::string> written_to(Ctx& ctx, const Token& token, const mail::MailReport& report,
                                      const std::string& today) {
  auto id = std::string_view(report.original_message_id);
  id = id.substr(0, id.find('@'));
  auto key = ctx.base.keys.tenant_key(ctx.tenant, "message-id");
  std::vector<std::string> candidates;
  if (!today.empty()) candidates.push_back(today);
  if (auto named = web::Email::parse(report.recipient.reveal())) candidates.push_back(named->value);
  for (auto& address : candidates)
    if (crypto::equal(id, message_id_of(key, token.source_id, token.subject, address)))
      return address;
  return std::nullopt;
}

// Whether the returned message's headers carry a signature of one of the tenant's domains.
bool is_signed_by_us(Ctx& ctx, const mail::MailReport& report) {
  for (const auto& domain : sending_domains(ctx)) {
    if (report.original.find(domain) == std::string::npos) continue;
    for (const auto& signer : load_signers(ctx, domain))
      if (signer->has_signed_headers(report.original)) return true;
  }
  return false;
}

std::optional<Token> token_of(trust::Base& base, const std::string& domain,
                              const std::string& recipient) {
  auto at = recipient.rfind('@');
  if (at == std::string::npos || !iequals(std::string_view(recipient).substr(at + 1), domain) ||
      !iequals(std::string_view(recipient).substr(0, 2), "b-"))
    return std::nullopt;
  return read_token(base, TokenKind::bounce, std::string_view(recipient).substr(2, at - 2));
}

// Whether an address lies in a network: "192.0.2.0/24", or one address. IPv4 in IPv6 is IPv4.
bool is_within(std::string address, const std::string& network) {
  if (address.starts_with("::ffff:") && address.find('.') != std::string::npos) address.erase(0, 7);
  auto slash = network.find('/');
  auto base = network.substr(0, slash);
  int family = base.find(':') == std::string::npos ? AF_INET : AF_INET6;
  std::array<unsigned char, 16> a{}, b{};
  if (inet_pton(family, address.c_str(), a.data()) != 1 ||
      inet_pton(family, base.c_str(), b.data()) != 1)
    return false;
  int most = family == AF_INET ? 32 : 128, bits = most;
  if (slash != std::string::npos) {
    auto text = std::string_view(network).substr(slash + 1);
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (ec != std::errc() || end != text.data() + text.size() || bits < 0 || bits > most)
      return false;
  }
  for (int i = 0; i < bits; ++i) {
    auto at = static_cast<std::size_t>(i / 8);
    if (((a[at] ^ b[at]) >> (7 - i % 8) & 1) != 0) return false;
  }
  return true;
}

class Receiver : public net::SmtpHandler {
 public:
  Receiver(trust::Base& base, std::string domain, std::vector<std::string> loops)
      : base_(base), domain_(std::move(domain)), loops_(std::move(loops)) {}

  net::SmtpReply accept_recipient(const net::ReceivedEnvelope&,
                                  const std::string& recipient) override {
    if (token_of(base_, domain_, recipient)) return {250, "2.1.5", "OK"};
    return {550, "5.1.1", "No such address here."};
  }

  net::SmtpReply deliver(const net::ReceivedEnvelope& envelope, std::string_view message) override {
    for (const auto& recipient : envelope.recipients)
      if (auto token = token_of(base_, domain_, recipient))
        take_report(base_, *token, message, is_loop(envelope.peer));
    return {250, "2.0.0", "Taken."};
  }

  std::unique_ptr<net::SmtpServer> server;

 private:
  bool is_loop(const std::string& peer) const {
    return std::ranges::any_of(
        loops_, [&](const std::string& network) { return is_within(peer, network); });
  }

  trust::Base& base_;
  std::string domain_;
  std::vector<std::string> loops_;  // networks that complaints are believed from
};

}  // namespace

void take_report(trust::Base& base, const Token& token, std::string_view message, bool from_loop) {
  auto report = mail::parse_report(message);
  reports.with({web::enum_word(report.kind)}).add();
  Ctx ctx(base, token.tenant, {trust::ActorKind::system, {}});
  auto person = ctx.tx().maybe<Uuid>(store::kBouncePersonOf, token.source_id, token.subject);
  if (!person) return;  // erased, or a test
  int flags = base.is_simulated(report.simulation_token) ? people::kSimulated : 0;
  if (report.kind == mail::ReportKind::reply) {
    record_response(ctx, token.source_id, ActivityKind::replied, *person, 0, flags);
    return ctx.commit();
  }
  auto bounce = bounce_of(report);
  if (bounce == Bounce::none || report.delayed) return;
  auto persons = people::load(ctx, {*person}, false);
  auto today = persons.empty() ? std::string() : persons.front().email.reveal();
  auto address = written_to(ctx, token, report, today);
  if (bounce == Bounce::hard && !address) {
    unproved.with({"bounce"}).add();
    bounce = Bounce::soft;
  }
  bool complaint = bounce == Bounce::complaint;
  // The demo's recipients show a token of this installation; a provider's loop is known by where it
  // comes from. Everybody else shows what we signed.
  if (complaint && flags == 0 && !from_loop && !(address && is_signed_by_us(ctx, report))) {
    unproved.with({"complaint"}).add();
    return;
  }
  // A loop that redacts the message still says whose it was, if it says anything.
  if (complaint && !address) {
    auto named = web::Email::parse(report.recipient.reveal());
    address = named && flags == 0 ? named->value : today;
  }
  auto changed = ctx.tx()
                     .query(store::kBounceMark, token.source_id, token.subject, bounce, now(),
                            report.status.substr(0, 40))
                     .affected();
  if (changed == 0) return;
  if ((complaint || bounce == Bounce::hard) && address && !address->empty()) {
    suppress(ctx, people::email_hash(ctx, *address),
             complaint ? SuppressionReason::complaint : SuppressionReason::bounce);
    trust::record(ctx, trust::AuditEntry{"suppression.add", "suppression", std::nullopt, *person});
  }
  if (bounce == Bounce::hard)
    tell_undelivered(ctx, {{token.source_kind, token.source_id, *person, token.subject, ""}});
  record_response(ctx, token.source_id,
                  complaint ? ActivityKind::complained : ActivityKind::bounced, *person, 0, flags);
  ctx.commit();
}

void start_receiver(trust::Base& base, const Environment& environment) {
  if (environment.loop == nullptr || environment.bounce_port == 0) return;
  auto receiver =
      std::make_shared<Receiver>(base, environment.bounce_domain, environment.complaint_loops);
  auto* loop = environment.loop;
  auto told_in = base.data_directory + "/bounce-address";
  auto untell = [told_in] {
    std::error_code ignored;
    std::filesystem::remove(told_in, ignored);
  };
  untell();  // a program that was killed left it
  loop->spawn([receiver, environment, told_in] {
    net::SmtpServerOptions options;
    options.address = environment.bounce_address;
    options.port = environment.bounce_port;
    options.hostname = environment.bounce_domain;
    options.tls = net::TlsIdentity::self_signed(environment.bounce_domain);
    auto server = net::SmtpServer::start(options, *receiver);
    if (!server) {
      log::error(
          "Bounces are not received: the port cannot be opened",
          {{"port", static_cast<int>(environment.bounce_port)}, {"what", server.error().message}});
      return;
    }
    receiver->server = std::move(*server);
    std::ofstream(told_in) << environment.bounce_address << ":" << receiver->server->port() << "\n";
  });
  if (environment.on_stop == nullptr) return;
  environment.on_stop->push_back([receiver, loop, untell] {
    untell();
    auto done = std::make_shared<std::promise<void>>();
    auto ended = done->get_future();
    loop->spawn([receiver, done] {
      receiver->server.reset();
      done->set_value();
    });
    ended.wait_for(std::chrono::seconds(5));
  });
}

}  // namespace varde::messaging
