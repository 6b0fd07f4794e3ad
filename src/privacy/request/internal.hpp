// What the files of this folder share.
#pragma once

#include "people/person/person.hpp"
#include "privacy/request/store.hpp"
#include "trust/limiter.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/words.hpp"

namespace varde::privacy {

inline constexpr auto kCodeLife = std::chrono::minutes(30);
inline constexpr int kCodeTries = 5;
inline constexpr auto kUnconfirmedLife = std::chrono::days(14);
inline constexpr auto kPackageLife = std::chrono::days(30);
inline constexpr int kKeepMonths = 24;

/// Limits that pages and jobs share; one for each program.
struct Desk {
  explicit Desk(trust::Base& b) : base(b) {}
  trust::Base& base;
  trust::Limiter by_network{10, std::chrono::seconds(60)}, by_tenant{300, std::chrono::seconds(5)},
      tries_by_network{30, std::chrono::seconds(20)},
      by_address{3, std::chrono::minutes(20)};  ///< Codes to one address or number.
};
Desk& desk_of(trust::Base& base);

/// nullopt when the request's key or content is gone.
std::optional<Asked> open_asked(trust::Ctx& ctx, const store::RequestRecord& record);
std::optional<std::string> open_note(trust::Ctx& ctx, const store::EventRecord& event);
/// Adds to the history; the note is sealed under the request's key.
void add_event(trust::Ctx& ctx, const Uuid& request, EventKind kind, const std::string& note = {});
/// An entry in the trail about a request; `person` when it is known whom it is about.
void note_in_trail(trust::Ctx& ctx, const char* action, const store::RequestRecord& record);

/// The words of the page and of the messages.
web::Words request_words(std::string_view language);
std::vector<std::string> request_languages();
/// Writes to the address or number that the request gives; nothing when it gives none. `key`: of
/// the words: KEY.subject and KEY (mail), KEY.sms.
void tell(trust::Ctx& ctx, const store::RequestRecord& record, const Asked& asked,
          std::string_view key, const std::string& reason = {});

/// The link to a case: its id and a MAC.
std::string link_token(trust::Base& base, const Uuid& tenant, const Uuid& request);
std::optional<Uuid> read_link(trust::Base& base, const Uuid& tenant, std::string_view token);
std::string link_of(trust::Ctx& ctx, const Uuid& request);

/// Asks for a code: a job looks where it goes.
void ask_code(trust::Ctx& ctx, const Uuid& request);
/// Whether the code is right; it is used up. The try counts, whatever follows (commits).
bool use_code(trust::Ctx& ctx, const Uuid& request, std::string_view typed);

/// Begins to gather what answers the request.
void gather_package(trust::Ctx& ctx, const store::RequestRecord& record);
/// The file, piece by piece.
net::Response package_answer(trust::Ctx& ctx, const store::RequestRecord& record);

/// Strips requests of all that says something about somebody; their keys go afterwards.
void forget(trust::Ctx& ctx, const std::vector<Uuid>& requests);
int keep_months(trust::Ctx& ctx);
/// When everything is removed, if the organisation's contract has ended.
std::optional<Timestamp> data_until(trust::Ctx& ctx);

}  // namespace varde::privacy
