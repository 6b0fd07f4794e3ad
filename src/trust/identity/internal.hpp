// What service.cpp and routes.cpp of identity share.
#pragma once

#include "base/text.hpp"
#include "trust/identity/identity.hpp"
#include "trust/identity/store.hpp"

namespace varde::trust {

std::string email_hash(Base& base, std::string_view email);
std::string seal_account(const crypto::Key& key, const Uuid& id, const AccountIdentity& identity);
std::optional<AccountIdentity> open_account(Base& base, const Uuid& id, const db::Bytes& sealed);
std::string hash_in_pool(const std::string& password);
net::WorkPool& password_pool();
std::string mail_token(Base& base, std::string_view purpose, const Uuid& id);
std::optional<Uuid> read_mail_token(Base& base, std::string_view purpose, std::string_view token);
std::string reset_hash(const Uuid& id);
std::string open_invitation(Base& base, const store::InvitationRow& row);
inline std::vector<std::string> words_of(std::string_view text) {
  return is_utf8(text) ? words(fold(text)) : std::vector<std::string>();
}

}  // namespace varde::trust
