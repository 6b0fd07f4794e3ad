// A mailing: a message compiled once and rendered for each recipient.
//
// Fields are looked up by name once, when the mailing is compiled; per recipient there is one pass
// over three flat programs (html, text, subject) into the caller's buffers, then MIME and DKIM.
// Links are fields too: a tracked one is a token, an untracked one its own small template.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messaging/delivery/delivery.hpp"
#include "messaging/template/template.hpp"
#include "people/person/person.hpp"

namespace varde::messaging {

/// What is sent, before it is compiled.
struct MailingSource {
  SourceKind kind = SourceKind::campaign;
  Uuid source_id;
  std::string from_name, from_email, reply_to, subject, preheader;
  std::optional<boost::json::value> document;  ///< Or …
  std::string text, html;                      ///< … templates as they stand.
  std::map<std::string, std::string> links;    ///< {{ links.NAME }}
  bool track_opens = false, track_clicks = false;
  bool transactional = false;
  bool sms = false;  ///< Text alone; the web addresses in it become links where clicks are tracked.
};

/// The document with what the tenant's settings say where it says nothing: the footer's
/// organisation and address, the language, the preheader.
boost::json::value complete_document(trust::Ctx& ctx, const boost::json::value& document,
                                     const std::string& preheader = {});

/// Buffers that one fiber uses again and again.
struct MailScratch {
  std::string html, text, subject;
  std::vector<std::string> values;
};

class Mailing {
 public:
  /// Errors: bad_input with pointers "/subject", "/document/…"; a field that does not exist is one.
  static Result<Mailing> compile(trust::Ctx& ctx, const Environment& environment,
                                 MailingSource source);
  Mailing(Mailing&&) noexcept;
  ~Mailing();

  /// Renders into the scratch: html, text, subject. `person` may be one made up of examples.
  Result<void> render(MailScratch& scratch, const people::Person& person) const;
  /// Appends the whole message for `to` to `out`, and the DKIM headers that belong in front of it
  /// to `dkim`. `recipient` is the delivery's.
  Result<void> append(MailScratch& scratch, std::string& dkim, std::string& out,
                      const people::Person& person, const std::string& to,
                      const Uuid& recipient) const;
  /// The address in the header From: the tenant's default where the source names none.
  const std::string& from_email() const;
  /// The envelope's sender: a VERP address.
  std::string return_path(const Uuid& recipient) const;
  /// The numbered links: targets are templates. A campaign counts them from 1; elsewhere the
  /// number follows from the target, so that the steps of one journey do not collide.
  struct Link {
    std::uint32_t number = 0;
    std::string target, label;
  };
  const std::vector<Link>& links() const;
  /// Whether rendering needs attributes that are stored plain.
  bool needs_plain() const;
  /// Whether it carries the picture by which opens are counted: not where it was not wished, and
  /// not beside so few words that filters would take the mail for spam.
  bool counts_opens() const;

 private:
  struct Impl;
  explicit Mailing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The left part of a message's Message-ID: only who has the message knows it, and it belongs to
/// the address that the message was written to. `key` is the tenant's for "message-id".
std::string message_id_of(const crypto::Key& key, const Uuid& source, const Uuid& recipient,
                          std::string_view to);

/// A short text with personalisation and nothing around it: a journey's SMS.
class PersonalText {
 public:
  /// Errors: bad_input with `pointer`; a field that does not exist is one.
  static Result<PersonalText> compile(trust::Ctx& ctx, const std::string& source,
                                      const std::string& pointer);
  PersonalText(PersonalText&&) noexcept;
  PersonalText& operator=(PersonalText&&) noexcept;
  ~PersonalText();
  /// Errors: too_large.
  Result<std::string> render(const people::Person& person) const;
  /// Whether rendering needs attributes that are stored plain.
  bool needs_plain() const;

 private:
  struct Impl;
  explicit PersonalText(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Runs `work` (rendering and signing a batch, the costly part of bulk mail) on one of a few
/// threads that all mailings share, one for each core, and suspends the calling fiber meanwhile:
/// the loop goes on talking to the mail servers, and signatures use every core.
void on_mail_pool(const std::function<void()>& work);

/// The fields a text may use, for the composer's menu.
struct PersonalisationField {
  std::string path, label, type, sample;
};
BOOST_DESCRIBE_STRUCT(PersonalisationField, (), (path, label, type, sample))
std::vector<PersonalisationField> personalisation_fields(trust::Ctx& ctx);
/// Whom a preview or a test is written to: this person, or without one a made-up person with a
/// value for each field. Errors: bad_input at /person_id when the person does not exist any more.
Result<people::Person> person_to_show(trust::Ctx& ctx, const std::optional<Uuid>& id);

/// A link's target for a person; nullopt when it is no http(s) address.
std::optional<std::string> render_link(trust::Ctx& ctx, const std::string& target,
                                       const people::Person& person);

}  // namespace varde::messaging
