#include "trust/trail/entry.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "web/reflect.hpp"

namespace varde::trust {
namespace {

constexpr std::size_t kSalt = 16;

// Appends a JSON string. Nearly all of them have nothing to escape; UTF-8 stays as it is.
void append_quoted(std::string& out, std::string_view text) {
  auto plain =
      std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c != '"' && c != '\\'; });
  if (!plain) {
    out += boost::json::serialize(boost::json::string(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

}  // namespace

std::string entry_text(const trail_store::EntryRow& entry) {
  std::string out;
  out.reserve(512);
  auto key = [&out](std::string_view name) {
    out += out.empty() ? "{\"" : ",\"";
    out += name;
    out += "\":";
  };
  auto add = [&](std::string_view name, std::string_view text) {
    key(name);
    append_quoted(out, text);
  };
  auto add_who = [&](std::string_view name, std::string_view kind,
                     const std::optional<Uuid>& about) {
    key(name);
    out += "{\"kind\":";
    append_quoted(out, kind);
    if (about) add("id", about->str());
    out += '}';
  };
  add("tenant", entry.tenant_id.str());
  add("id", entry.entry_id.str());
  add("at", to_rfc3339(entry.at));
  add_who("actor", web::enum_word(entry.actor_kind), entry.actor_id);
  if (!entry.network.empty()) add("network", entry.network);
  add("action", entry.action);
  add_who("object", entry.object_kind, entry.object_id);
  if (entry.person_id) add("person", entry.person_id->str());
  if (!entry.fields.empty()) {
    key("fields");
    for (char before = '['; const auto& field : entry.fields) {
      out += std::exchange(before, ',');
      append_quoted(out, field);
    }
    out += ']';
  }
  if (entry.commitment) add("values", base64(entry.commitment->data));
  if (entry.instruction_id) add("instruction", entry.instruction_id->str());
  return out + "}";
}

std::string values_text(const std::vector<FieldChange>& changes) {
  std::string out = "[";
  for (const auto& change : changes) {
    out += out.size() > 1 ? ",{\"field\":" : "{\"field\":";
    append_quoted(out, change.field);
    for (auto [name, value] :
         {std::pair{",\"old\":", &change.before}, std::pair{",\"new\":", &change.after}})
      if (*value) {
        out += name;
        append_quoted(out, **value);
      }
    out += '}';
  }
  return out + "]";
}

std::string commitment_of(const OpenValues& open) {
  return crypto::sha256(open.salt + open.values);
}

void seal_values(trail_store::EntryRow& entry, const crypto::Key& person_key, std::string values) {
  OpenValues open{std::string(kSalt, '\0'), std::move(values)};
  fill_random({reinterpret_cast<std::uint8_t*>(open.salt.data()), kSalt});
  entry.commitment = db::Bytes{commitment_of(open)};
  entry.sealed = Sealed<trail_store::kEntryValues>::of(person_key, open.salt + open.values,
                                                       entry.tenant_id, entry.entry_id);
}

std::optional<OpenValues> open_values(const trail_store::EntryRow& entry,
                                      const crypto::Key& person_key) {
  if (!entry.sealed) return std::nullopt;
  auto plain = entry.sealed->open(person_key, entry.tenant_id, entry.entry_id);
  if (!plain) return std::nullopt;
  auto salt = entry.commitment ? std::min(kSalt, plain->size()) : 0;
  return OpenValues{plain->substr(0, salt), plain->substr(salt)};
}

std::function<boost::json::value(const boost::json::value&)> values_reader(Ctx&) {
  return [](const boost::json::value& opened) -> boost::json::value {
    std::string_view text = opened.as_string();
    // Entries of before commitments have no salt.
    boost::system::error_code problem;
    if (text.size() > kSalt)
      if (auto values = boost::json::parse(text.substr(kSalt), problem); !problem) return values;
    auto values = boost::json::parse(text, problem);
    return problem ? boost::json::value() : values;
  };
}

}  // namespace varde::trust
