#include "trust/trail/entry.hpp"

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "web/reflect.hpp"

namespace varde::trust {
namespace {

constexpr std::size_t kSalt = 16;

std::string context_of(const trail_store::EntryRow& entry) {
  return "audit:" + entry.tenant_id.str() + ":" + entry.entry_id.str();
}

// A JSON string.
std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

}  // namespace

std::string entry_text(const trail_store::EntryRow& entry) {
  std::string out;
  out.reserve(512);
  auto add = [&out](std::string_view key, std::string_view json) {
    out += out.empty() ? "{\"" : ",\"";
    out += key;
    out += "\":";
    out += json;
  };
  auto id = [](const Uuid& uuid) { return "\"" + uuid.str() + "\""; };
  auto who = [&](std::string_view kind, const std::optional<Uuid>& about) {
    return fmt::format("{{\"kind\":{}{}}}", quoted(kind),
                       about ? fmt::format(",\"id\":{}", id(*about)) : "");
  };
  add("tenant", id(entry.tenant_id));
  add("id", id(entry.entry_id));
  add("at", quoted(to_rfc3339(entry.at)));
  add("actor", who(web::enum_word(entry.actor_kind), entry.actor_id));
  if (!entry.network.empty()) add("network", quoted(entry.network));
  add("action", quoted(entry.action));
  add("object", who(entry.object_kind, entry.object_id));
  if (entry.person_id) add("person", id(*entry.person_id));
  if (!entry.fields.empty()) {
    std::string fields;
    for (const auto& field : entry.fields) fields += (fields.empty() ? "" : ",") + quoted(field);
    add("fields", "[" + fields + "]");
  }
  if (entry.commitment) add("values", quoted(base64(entry.commitment->data)));
  if (entry.instruction_id) add("instruction", id(*entry.instruction_id));
  return out + "}";
}

std::string commitment_of(const OpenValues& open) {
  return crypto::sha256(open.salt + open.values);
}

void seal_values(trail_store::EntryRow& entry, const crypto::Key& person_key, std::string values) {
  OpenValues open{std::string(kSalt, '\0'), std::move(values)};
  fill_random({reinterpret_cast<std::uint8_t*>(open.salt.data()), kSalt});
  entry.commitment = db::Bytes{commitment_of(open)};
  entry.sealed = db::Bytes{crypto::seal(person_key, open.salt + open.values, context_of(entry))};
}

std::optional<OpenValues> open_values(const trail_store::EntryRow& entry,
                                      const crypto::Key& person_key) {
  if (!entry.sealed) return std::nullopt;
  auto plain = crypto::open(person_key, entry.sealed->data, context_of(entry));
  if (!plain) return std::nullopt;
  auto salt = entry.commitment ? std::min(kSalt, plain->size()) : 0;
  return OpenValues{plain->substr(0, salt), plain->substr(salt)};
}

SealedColumn sealed_values() {
  auto reader = [](Ctx&) {
    return [](const boost::json::value& opened) -> boost::json::value {
      std::string_view text = opened.as_string();
      // Entries of before commitments have no salt.
      boost::system::error_code problem;
      if (text.size() > kSalt)
        if (auto values = boost::json::parse(text.substr(kSalt), problem); !problem) return values;
      auto values = boost::json::parse(text, problem);
      return problem ? boost::json::value() : values;
    };
  };
  return {"audit_entry",
          "sealed",
          "person_id",
          "",
          sealed_under("audit:", "entry_id", true, ":"),
          SealedColumn::Holds::text,
          reader};
}

}  // namespace varde::trust
