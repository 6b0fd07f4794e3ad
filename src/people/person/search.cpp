// Persons are found by the beginnings of their names, by whole addresses and numbers, and by what
// the list is narrowed to.
#include "base/canonical.hpp"
#include "base/text.hpp"
#include "people/person/identity.hpp"
#include "people/person/store_sql.hpp"
#include "people/segment/segment.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

// One searched word: what its index entry is, and what the whole must begin with.
struct Needle {
  std::string indexed, whole;
  bool phone = false;
};

// Each word costs a look-up for each candidate: nobody searches for more than these.
constexpr std::size_t kMostSearched = 200, kMostWords = 8;

std::vector<Needle> needles_of(const std::string& q, const std::string& region) {
  std::vector<Needle> out;
  auto text = std::string(trim(q));
  std::string digits;
  for (char c : text)
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '+') digits += c;
  bool phone = digits.size() >= 5 && text.find_first_not_of("+0123456789 -()") == std::string::npos;
  if (phone) {
    auto full = normalise_phone(text, region).value_or(digits);
    std::string indexed;
    for (auto length : kPhonePrefixes)
      if (full.size() >= length) indexed = full.substr(0, length);
    if (!indexed.empty()) out.push_back({indexed, full, true});
    return out;
  }
  auto folded = fold(text.substr(0, text.find('@')));
  for (auto& word : words(folded)) {
    std::string indexed;
    for (auto length : kWordPrefixes) {
      if (utf8_length(word) < length) break;
      indexed = std::string(utf8_prefix(word, length));
    }
    out.push_back({indexed, word, false});
  }
  return out;
}

bool matches(const Person& person, const std::vector<Needle>& needles) {
  Identity identity{person.email.reveal(),
                    person.phone.reveal(),
                    person.first_name.reveal(),
                    person.last_name.reveal(),
                    {}};
  auto haystack = search_words(identity);
  return std::ranges::all_of(needles, [&](const Needle& needle) {
    if (needle.phone) return identity.phone.starts_with(needle.whole);
    return std::ranges::any_of(
        haystack, [&](const std::string& word) { return word.starts_with(needle.whole); });
  });
}

}  // namespace

Result<std::vector<Uuid>> search(Ctx& ctx, const PersonFilter& filter, const Uuid& before,
                                 int limit) {
  Query query;
  query.where("p.person_id < " + query.bind(before));
  if (filter.list)
    query.where(
        "EXISTS (SELECT 1 FROM list_member m WHERE m.tenant_id = {tenant} AND m.person_id = "
        "p.person_id AND m.state = 1 AND "
        "m.list_id = " +
        query.bind(*filter.list) + ")");
  if (filter.tag)
    query.where(
        "EXISTS (SELECT 1 FROM person_tag t WHERE t.tenant_id = {tenant} AND t.person_id = "
        "p.person_id AND t.tag_id = " +
        query.bind(*filter.tag) + ")");
  if (filter.segment) {
    auto segment = find_segment(ctx, *filter.segment);
    if (!segment) return not_found("This segment does not exist any more.");
    VARDE_CHECK(add_conditions(ctx, segment->conditions, query));
  }
  if (filter.among) query.where("p.person_id = ANY(" + query.bind(*filter.among) + ")");
  Index index(ctx);
  std::vector<Needle> needles;
  auto q = canonical_line(filter.q).value_or("");
  if (utf8_length(q) > kMostSearched)
    return bad_input("/q", fmt::format("must be at most {} characters long.", kMostSearched));
  if (!q.empty()) {
    if (auto address = normalise_email(q)) {
      query.where("p.email_hash = " + query.bind(index.email(*address)));
    } else {
      needles = needles_of(q, region_of(""));
      if (needles.size() > kMostWords)
        return bad_input("/q", fmt::format("must be at most {} words.", kMostWords));
      // A single letter narrows what the other words find. Alone it finds names that are no longer.
      if (std::ranges::all_of(needles, [](const Needle& n) { return n.indexed.empty(); }))
        for (auto& needle : needles) needle.indexed = needle.whole;
      if (needles.empty()) return std::vector<Uuid>{};
      for (const auto& needle : needles)
        if (!needle.indexed.empty())
          query.where(
              "EXISTS (SELECT 1 FROM person_prefix x WHERE x.tenant_id = {tenant} AND x.person_id "
              "= "
              "p.person_id AND x.hash = " +
              query.bind(index.prefix(needle.indexed)) + ")");
    }
  }
  std::vector<Uuid> out;
  Uuid from = before;
  // Hash prefixes may let through more than was asked for: read on until the page is full.
  for (int round = 0; round < 20 && static_cast<int>(out.size()) < limit; ++round) {
    auto page = query;
    page.where("p.person_id < " + page.bind(from));
    auto ids = page.run(ctx, "SELECT p.person_id FROM person p",
                        " ORDER BY p.person_id DESC LIMIT " + page.bind(std::int64_t{limit}))
                   .all<Uuid>();
    if (ids.empty()) break;
    from = ids.back();
    if (needles.empty()) {
      out.insert(out.end(), ids.begin(), ids.end());
    } else {
      for (const auto& person : load(ctx, ids, false))
        if (matches(person, needles) && static_cast<int>(out.size()) < limit)
          out.push_back(person.id);
    }
    if (static_cast<int>(ids.size()) < limit) break;
  }
  return out;
}

}  // namespace varde::people
