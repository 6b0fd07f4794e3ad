// What a column is, by its name.
//
// A mapping that was used before is believed first: the file of rejected rows comes back as it went
// out, and the list of every month needs no second thought. Then the words of the North and of
// English: all words of a name must be among those of a field ("Mobil tlf.", "E-post privat"), so
// that "Telefon foresatt" is left to whoever knows.
#include <algorithm>
#include <array>
#include <span>

#include "base/text.hpp"
#include "people/transfer/internal.hpp"
#include "people/transfer/store_sql.hpp"

namespace varde::people {

using namespace store;

namespace {

struct Field {
  const char* target;
  std::vector<std::string_view> core;    // one of these must be there
  std::vector<std::string_view> beside;  // these may
};

const std::vector<Field>& fields() {
  static const std::vector<Field> kFields = {
      {"email",
       {"email", "epost", "mail", "mejl", "epostadresse", "epostadress", "mailadresse",
        "emailaddress", "eposta", "emailadresse", "mailadress"},
       {"adresse", "address", "adress", "privat", "private", "primary", "jobb", "work"}},
      {"phone",
       {"phone", "mobile", "mobil", "telefon", "tlf", "tel", "mobilnummer", "mobilnr",
        "telefonnummer", "telefonnr", "phonenumber", "mobiltelefon", "mobilephone", "cell",
        "cellphone", "mobiltlf", "tlfnr", "telefonnumber", "mob"},
       {"nummer", "number", "nr", "no", "privat", "private", "telefon", "tlf"}},
      {"first_name",
       {"firstname", "fornavn", "fornamn", "förnamn", "givenname", "first", "given",
        "tilltalsnamn"},
       {"name", "navn", "namn"}},
      {"last_name",
       {"lastname", "etternavn", "efternavn", "efternamn", "surname", "familyname", "last",
        "family", "familienavn", "slektsnavn"},
       {"name", "navn", "namn"}},
      {"language", {"language", "språk", "sprak", "sprog", "locale", "lang"}, {}},
      {"time_zone", {"timezone", "tidssone", "tidszon", "tidszone", "tz"}, {}},
      {"tags", {"tags", "etiketter", "taggar", "tag", "stikkord", "labels", "tagger"}, {}}};
  return kFields;
}

// Names of the same thing, of which an attribute has one and a column another.
constexpr auto kSame = std::to_array<std::array<std::string_view, 10>>({
    {"city", "town", "poststed", "by", "ort", "postort", "stad", "sted", "bosted", "place"},
    {"age", "alder", "ålder", "alderår"},
    {"postalcode", "postcode", "zip", "zipcode", "postnr", "postnummer", "postkode", "postal"},
    {"address", "adresse", "adress", "gateadresse", "gatuadress", "street", "gate", "postadresse"},
    {"birthdate", "dateofbirth", "birthday", "fødselsdato", "fødselsdag", "født", "födelsedatum",
     "född", "fødselsdata", "born"},
    {"gender", "sex", "kjønn", "køn", "kön"},
    {"country", "land", "nation"},
    {"county", "fylke", "län", "region", "amt"},
    {"municipality", "kommune", "kommun"},
    {"company", "firma", "bedrift", "företag", "virksomhed", "virksomhet", "organisation",
     "organisasjon", "arbeidsgiver", "employer"},
    {"title", "stilling", "tittel", "titel", "jobtitle", "position", "yrke", "befattning"},
    {"membersince", "medlemsiden", "medlemsedan", "innmeldt", "innmeldtdato", "inträdesdatum",
     "joined", "indmeldt", "meldtinn", "medlemfra"},
    {"membernumber", "medlemsnummer", "medlemsnr", "medlemnr", "memberno", "memberid"},
    {"department", "avdeling", "afdeling", "avdelning"},
    {"note", "notes", "merknad", "notat", "anteckning", "kommentar", "comment", "bemærkning"},
});

std::string joined(std::string_view name) {
  std::string out;
  for (const auto& word : words(fold(name))) out += word;
  return out;
}

bool has(std::span<const std::string_view> all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

bool is_same(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  return a == b || std::ranges::any_of(
                       kSame, [&](const auto& group) { return has(group, a) && has(group, b); });
}

}  // namespace

std::string suggest_target(std::string_view column, const std::vector<Attribute>& attributes) {
  auto name = joined(column);
  if (name.empty()) return "";
  // What somebody set up here says more than any word of ours.
  for (const auto& attribute : attributes)
    if (name == joined(attribute.key) || name == joined(attribute.label))
      return "attribute:" + attribute.key;
  auto parts = words(fold(column));
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)  // "E-post" and "e-mail" are one word
    if (parts[i] == "e") {
      parts[i] += parts[i + 1];
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  for (const auto& field : fields()) {
    if (has(field.core, name)) return field.target;
    bool core = std::ranges::any_of(parts, [&](const auto& part) { return has(field.core, part); });
    bool all = std::ranges::all_of(
        parts, [&](const auto& part) { return has(field.core, part) || has(field.beside, part); });
    if (core && all) return field.target;
  }
  for (const auto& attribute : attributes)
    if (is_same(name, joined(attribute.key)) || is_same(name, joined(attribute.label)))
      return "attribute:" + attribute.key;
  return "";
}

std::map<std::string, std::string> remembered_targets(trust::Ctx& ctx) {
  std::map<std::string, std::string> out;
  for (const auto& settings : ctx.tx().all<db::Json>(kImportPastSettings)) {
    auto past = web::read<ImportSettings>(boost::json::parse(settings.text));
    if (!past) continue;
    for (const auto& entry : past->mapping)
      if (entry.name && entry.target.value != "ignore")
        out.emplace(joined(entry.name->value), entry.target.value);
  }
  return out;
}

std::string remembered_target(const std::map<std::string, std::string>& past,
                              std::string_view column) {
  auto found = past.find(joined(column));
  return found == past.end() ? "" : found->second;
}

}  // namespace varde::people
