#include "outreach/bounce/bounce.hpp"

#include <filesystem>
#include <fstream>
#include <future>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "outreach/channel/channel.hpp"
#include "outreach/mail/report_parser.hpp"
#include "outreach/tracking/tracking.hpp"
#include "trust/audit.hpp"

namespace varde::outreach {

using people::ActivityKind;
using trust::Ctx;

namespace {

metrics::Counter reports("varde_reports_total", "Reports received", {"kind"});

constexpr db::Sql kPersonOf{
    "bounce.person_of",
    "SELECT person_id FROM delivery WHERE source_id = $1 AND recipient_id = $2"};
// A complaint outweighs a hard bounce, and that a soft one; the same report again changes nothing.
constexpr db::Sql kBounced{
    "bounce.mark",
    "UPDATE delivery SET bounce = $3, bounced_at = $4, code = $5 WHERE source_id = $1 AND "
    "recipient_id = $2 AND bounce <> $3 AND bounce <> 4 AND (bounce <> 1 OR $3 = 4)"};

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

std::optional<Token> token_of(trust::Base& base, const std::string& domain,
                              const std::string& recipient) {
  auto at = recipient.rfind('@');
  if (at == std::string::npos || !iequals(std::string_view(recipient).substr(at + 1), domain) ||
      !iequals(std::string_view(recipient).substr(0, 2), "b-"))
    return std::nullopt;
  return read_token(base, TokenKind::bounce, std::string_view(recipient).substr(2, at - 2));
}

class Receiver : public net::SmtpHandler {
 public:
  Receiver(trust::Base& base, std::string domain) : base_(base), domain_(std::move(domain)) {}

  net::SmtpReply accept_recipient(const net::ReceivedEnvelope&,
                                  const std::string& recipient) override {
    if (token_of(base_, domain_, recipient)) return {250, "2.1.5", "OK"};
    return {550, "5.1.1", "No such address here."};
  }

  net::SmtpReply deliver(const net::ReceivedEnvelope& envelope, std::string_view message) override {
    for (const auto& recipient : envelope.recipients)
      if (auto token = token_of(base_, domain_, recipient)) take_report(base_, *token, message);
    return {250, "2.0.0", "Taken."};
  }

  std::unique_ptr<net::SmtpServer> server;

 private:
  trust::Base& base_;
  std::string domain_;
};

}  // namespace

void take_report(trust::Base& base, const Token& token, std::string_view message) {
  auto report = mail::parse_report(message);
  reports.with({web::enum_word(report.kind)}).add();
  Ctx ctx(base, token.tenant, {trust::ActorKind::system, {}});
  auto person = ctx.tx().maybe<Uuid>(kPersonOf, token.source_id, token.subject);
  if (!person) return;  // erased, or a test
  int flags = base.is_simulated(report.simulation_token) ? people::kSimulated : 0;
  if (report.kind == mail::ReportKind::reply) {
    record_response(ctx, token.source_id, ActivityKind::replied, *person, 0, flags);
    return ctx.commit();
  }
  auto bounce = bounce_of(report);
  if (bounce == Bounce::none || report.delayed) return;
  bool complaint = bounce == Bounce::complaint;
  auto changed = ctx.tx()
                     .query(kBounced, token.source_id, token.subject, bounce, now(),
                            report.status.substr(0, 40))
                     .affected();
  if (changed == 0) return;
  if (complaint || bounce == Bounce::hard) {
    auto persons = people::load(ctx, {*person}, false);
    if (!persons.empty() && !persons.front().email.empty()) {
      suppress(ctx, people::email_hash(ctx, persons.front().email.reveal()),
               complaint ? SuppressionReason::complaint : SuppressionReason::bounce);
      trust::record(ctx,
                    trust::AuditEntry{"suppression.add", "suppression", std::nullopt, *person});
    }
  }
  record_response(ctx, token.source_id,
                  complaint ? ActivityKind::complained : ActivityKind::bounced, *person, 0, flags);
  ctx.commit();
}

void start_receiver(trust::Base& base, const Environment& environment) {
  if (environment.loop == nullptr || environment.bounce_port == 0) return;
  auto receiver = std::make_shared<Receiver>(base, environment.bounce_domain);
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

}  // namespace varde::outreach
