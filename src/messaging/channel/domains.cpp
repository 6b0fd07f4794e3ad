// Sending domains: keys made here, records to be published there, and whether they are.
#include <charconv>

#include "base/canonical.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/store.hpp"
#include "messaging/channel/store_sql.hpp"
#include "net/dns.hpp"
#include "trust/audit.hpp"
#include "trust/egress.hpp"
#include "web/resource.hpp"

namespace varde::messaging {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

enum class DnsPurpose { dkim, dkim_ed25519, spf, dmarc, return_path };
BOOST_DESCRIBE_ENUM(DnsPurpose, dkim, dkim_ed25519, spf, dmarc, return_path)
struct DnsRecord {
  DnsPurpose purpose = DnsPurpose::dkim;
  std::string type, name, value;
  std::vector<std::string> found;
  bool ok = false;
  std::optional<std::string> fix;
};
BOOST_DESCRIBE_STRUCT(DnsRecord, (), (purpose, type, name, value, found, ok, fix))
enum class DomainState { unverified, verified };
BOOST_DESCRIBE_ENUM(DomainState, unverified, verified)
struct Domain {
  Uuid id;
  std::string domain;
  DomainState state = DomainState::unverified;
  std::vector<DnsRecord> records;
  std::optional<Timestamp> checked_at;
  std::vector<std::string> from_addresses;
};
BOOST_DESCRIBE_STRUCT(Domain, (), (id, domain, state, records, checked_at, from_addresses))
struct DomainNew {
  web::Text<253, 3> domain;
};
BOOST_DESCRIBE_STRUCT(DomainNew, (), (domain))

std::vector<DnsRecord> expected(const DomainRecord& r, const std::string& bounce_domain) {
  return {{DnsPurpose::dkim,
           "TXT",
           r.rsa_selector + "._domainkey." + r.domain,
           r.rsa_record,
           {},
           false,
           {}},
          {DnsPurpose::dkim_ed25519,
           "TXT",
           r.ed_selector + "._domainkey." + r.domain,
           r.ed_record,
           {},
           false,
           {}},
          {DnsPurpose::spf,
           "TXT",
           r.domain,
           "v=spf1 include:" + bounce_domain + " ~all",
           {},
           false,
           {}},
          {DnsPurpose::dmarc, "TXT", "_dmarc." + r.domain, "v=DMARC1; p=none", {}, false, {}},
          {DnsPurpose::return_path, "MX", bounce_domain, "10 " + bounce_domain, {}, false, {}}};
}

std::string without_spaces(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c != ' ' && c != '"') out += c;
  return out;
}

Domain view(const DomainRecord& r, const std::string& bounce_domain) {
  auto records = expected(r, bounce_domain);
  auto findings = json::parse(r.findings.text);
  if (findings.is_array())
    for (std::size_t i = 0; i < findings.as_array().size() && i < records.size(); ++i) {
      if (auto read = web::read<DnsRecord>(findings.as_array()[i])) {
        records[i].found = read->found;
        records[i].ok = read->ok;
        records[i].fix = read->fix;
      }
    }
  return {
      r.domain_id, r.domain,     r.verified_at ? DomainState::verified : DomainState::unverified,
      records,     r.checked_at, {"post@" + r.domain}};
}

// Whether bounces come to this program: the server that is tried first (RFC 5321, section 5.1: the
// lowest preference, any of those that share it) is the one that the record names. Others behind it
// may be there for when it is away. Values are "10 mail.example".
bool leads_here(const std::vector<std::string>& found, const std::string& host) {
  std::optional<int> lowest;
  bool here = false;
  for (const auto& value : found) {
    int preference = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), preference);
    if (error != std::errc() || *end != ' ') return false;
    if (lowest && preference > *lowest) continue;
    bool ours = iequals(std::string_view(end + 1), host);
    here = lowest == preference ? here && ours : ours;
    lowest = preference;
  }
  return here;
}

// Whether an SPF record includes another's.
bool includes(std::string_view spf, const std::string& domain) {
  for (auto term : split(spf, ' '))
    if (iequals(term, "include:" + domain) || iequals(term, "+include:" + domain)) return true;
  return false;
}

// What must be there for messages to be signed under the domain: one of the two keys. Nullopt: not
// known, because nobody could be asked.
std::optional<bool> check(Ctx& ctx, const DomainRecord& r, const std::string& bounce_domain,
                          std::vector<DnsRecord>& records) {
  auto permit = trust::Egress::permit(ctx, trust::Egress::Kind::dns, r.domain);
  if (!permit) return std::nullopt;
  ctx.commit();  // no transaction stays open while the DNS takes its time
  bool signed_by_any = false, known = true;
  for (auto& record : records) {
    auto type = record.type == "MX" ? net::DnsType::mx : net::DnsType::txt;
    bool is_key = record.purpose == DnsPurpose::dkim || record.purpose == DnsPurpose::dkim_ed25519;
    auto found = net::dns_lookup(*permit, record.name, type);
    if (!found) {
      known = known && !is_key;
      record.fix = "The DNS did not answer; try again in a minute.";
      continue;
    }
    auto prefix = record.purpose == DnsPurpose::spf     ? "v=spf1"
                  : record.purpose == DnsPurpose::dmarc ? "v=DMARC1"
                                                        : "";
    for (auto& value : *found)
      if (value.starts_with(prefix)) record.found.push_back(value.substr(0, 1000));
    if (is_key) {
      for (const auto& value : record.found)
        record.ok = record.ok || without_spaces(value) == without_spaces(record.value);
      signed_by_any = signed_by_any || record.ok;
    } else if (record.purpose == DnsPurpose::spf) {
      // More than one makes the whole invalid (RFC 7208, section 4.5).
      record.ok = record.found.size() == 1 && includes(record.found.front(), bounce_domain);
    } else if (record.purpose == DnsPurpose::return_path) {
      record.ok = leads_here(record.found, bounce_domain);
    } else {
      record.ok = !record.found.empty();
    }
    if (!record.ok)
      record.fix =
          record.found.empty()
              ? fmt::format("Add a {} record at {} with this value.", record.type, record.name)
              : fmt::format("Another value is published at {}; replace it by this one.",
                            record.name);
  }
  if (!signed_by_any && !known) return std::nullopt;
  return signed_by_any;
}

Error gone() { return not_found("This domain does not exist any more."); }

Result<Done> delete_domain(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kDomainDelete, path->id).affected() == 0) return gone();
  record(ctx, AuditEntry{"domain.delete", "domain", path->id});
  return Done{};
}

}  // namespace

void add_domain_routes(trust::Api& api, const std::string& bounce_domain) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/domains", "listDomains", "Domains that messages are sent from",
           access(Right::channels_manage)},
          [bounce_domain](Ctx& ctx) -> Result<web::Page<Domain>> {
            web::Page<Domain> page;
            for (const auto& r : ctx.tx().all<DomainRecord>(kDomainAll))
              page.items.push_back(view(r, bounce_domain));
            return page;
          });
  api.add(
      {"POST", "/api/v1/domains", "createDomain", "Adds a domain and makes its keys",
       access(Right::channels_manage)},
      [bounce_domain](Ctx& ctx, const web::Body<DomainNew>& in) -> Result<web::Created<Domain>> {
        auto name = canonical_domain(in->domain.value);
        if (!name || name->find('.') == std::string::npos)
          return bad_input("/domain", "is not a domain. Write it like example.org.");
        DomainRecord r;
        r.domain_id = Uuid::make();
        r.domain = *name;
        auto tag = hex(std::string(r.domain_id.view().substr(12)));
        r.rsa_selector = "v" + tag + "r";
        r.ed_selector = "v" + tag + "e";
        auto rsa = crypto::dkim::generate_key(crypto::dkim::Algorithm::rsa_sha256);
        auto ed = crypto::dkim::generate_key(crypto::dkim::Algorithm::ed25519_sha256);
        auto key = ctx.base.keys.tenant_key(ctx.tenant, "domain");
        auto context = "domain:" + r.domain_id.str();
        r.rsa_key.data = crypto::seal(key, rsa.private_pem, context);
        r.rsa_record = rsa.dns_txt;
        r.ed_key.data = crypto::seal(key, ed.private_pem, context);
        r.ed_record = ed.dns_txt;
        r.findings.text = "[]";
        if (ctx.tx()
                .query(kDomainInsert, r.domain_id, r.domain, r.rsa_selector, r.rsa_key,
                       r.rsa_record, r.ed_selector, r.ed_key, r.ed_record, now())
                .affected() == 0)
          return Error{ErrorCode::conflict,
                       "This domain is on the list already.",
                       {{"/domain", "is on the list already."}},
                       {},
                       0};
        record(ctx, AuditEntry{"domain.create", "domain", r.domain_id});
        return web::Created<Domain>{view(r, bounce_domain), "/api/v1/domains/" + r.domain_id.str()};
      });
  api.add({"POST", "/api/v1/domains/{id}/check", "checkDomain", "Asks the DNS for the records",
           access(Right::channels_manage)},
          [bounce_domain](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Domain> {
            auto r = ctx.tx().maybe<DomainRecord>(kDomainOne, path->id);
            if (!r) return gone();
            auto records = expected(*r, bounce_domain);
            auto good = check(ctx, *r, bounce_domain, records);
            r->checked_at = now();
            if (good)
              r->verified_at = *good ? std::optional(r->verified_at.value_or(now())) : std::nullopt;
            r->findings.text = json::serialize(web::write(records));
            ctx.tx().later(kDomainChecked, path->id, r->checked_at, r->findings, r->verified_at);
            record(ctx, AuditEntry{"domain.check", "domain", path->id});
            return view(*r, bounce_domain);
          });
  api.add({"DELETE", "/api/v1/domains/{id}", "deleteDomain", "Removes a domain and its keys",
           access(Right::channels_manage)},
          delete_domain);
}

}  // namespace varde::messaging
