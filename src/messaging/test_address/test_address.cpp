// To whom tests may go. A test is a message that nobody consented to, sent while nothing is asked
// about suppression or purpose, with a real person's values in it if the user wants: to an address
// of anybody it would be a way out for data and a way to write to strangers. So a test goes to the
// user who asks for it, to the person whose values it shows, and to addresses whose owners have
// said, by a button behind a link in a mail, that they take tests of this organisation.
#include "messaging/test_address/test_address.hpp"

#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/test_address/store_sql.hpp"
#include "pages/frame/frame.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"
#include "trust/limiter.hpp"
#include "trust/table.hpp"
#include "web/resource.hpp"

namespace varde::messaging {

using trust::AuditEntry;
using trust::Ctx;
using trust::Right;

namespace {

constexpr std::size_t kMost = 50;

struct AddressRecord {
  Uuid tenant_id, address_id;
  db::Bytes address_hash;
  trust::Sealed<kTestAddress> sealed;
  Timestamp created_at;
  std::optional<Timestamp> verified_at;
};
BOOST_DESCRIBE_STRUCT(AddressRecord, (),
                      (tenant_id, address_id, address_hash, sealed, created_at, verified_at))

struct TestAddress {
  Uuid id;
  Personal email;
  Timestamp created_at;
  std::optional<Timestamp> verified_at;  ///< Absent: its owner has not answered yet.
};
BOOST_DESCRIBE_STRUCT(TestAddress, (), (id, email, created_at, verified_at))
struct TestAddressNew {
  web::Email email;
};
BOOST_DESCRIBE_STRUCT(TestAddressNew, (), (email))

std::string open_address(Ctx& ctx, const AddressRecord& r) {
  auto text = r.sealed.open(ctx.base.keys.tenant_key(ctx.tenant, kTestAddress.purpose), ctx.tenant,
                            r.address_id);
  return text.value_or("");
}

TestAddress view(Ctx& ctx, const AddressRecord& r) {
  return {r.address_id, Personal(open_address(ctx, r)), r.created_at, r.verified_at};
}

void ask_owner(Ctx& ctx, const Uuid& id, const std::string& address) {
  auto style = pages::page_style(ctx);
  OutboxMessage mail;
  mail.to = Personal(address);
  mail.source_kind = SourceKind::system;
  mail.source_id = ctx.tenant;
  mail.links = {{"organisation", style.organisation},
                {"confirm", ctx.base.public_url + "/p/test-address/" +
                                make_token(ctx.base, {TokenKind::test_address, ctx.tenant,
                                                      SourceKind::system, ctx.tenant, id})}};
  mail.subject = pages::in_language(style, {"Test messages from {{ links.organisation }}",
                                            "Testmeldinger fra {{ links.organisation }}",
                                            "Testmeddelanden från {{ links.organisation }}"});
  mail.text = pages::in_language(
      style, {"{{ links.organisation }} wants to send test messages to this address. Say yes "
              "here:\n\n{{ links.confirm }}\n\nIf you do nothing, none are sent.\n",
              "{{ links.organisation }} vil sende testmeldinger til denne adressen. Si ja "
              "her:\n\n{{ links.confirm }}\n\nGjør du ingenting, sendes ingen.\n",
              "{{ links.organisation }} vill skicka testmeddelanden till den här adressen. Säg ja "
              "här:\n\n{{ links.confirm }}\n\nGör du ingenting skickas inga.\n"});
  mail.transactional = true;
  mail.track = false;
  enqueue_message(ctx, mail);
}

net::Response answer_page(trust::Base& base, const net::Request& request, const std::string& text) {
  std::optional<Token> expired;
  auto token = read_token(base, TokenKind::test_address, text, &expired);
  if (!token && !expired)
    return pages::message_page({"Varde"}, "This link does not work",
                               "The link is not complete, or not from here.", 404);
  Ctx ctx(base, (token ? token : expired)->tenant, {trust::ActorKind::system, {}});
  auto style = pages::page_style(ctx);
  if (style.ended) return pages::ended_page(style);
  auto record =
      token ? ctx.tx().maybe<AddressRecord>(store::kTestAddressOne, token->subject) : std::nullopt;
  if (!record)
    return pages::message_page(
        style,
        pages::in_language(style, {"This link is too old", "Denne lenken er for gammel",
                                   "Den här länken är för gammal"}),
        pages::in_language(style,
                           {"Ask whoever sent it to add your address once more.",
                            "Be den som sendte den om å legge til adressen din en gang til.",
                            "Be den som skickade den att lägga till din adress en gång till."}),
        410);
  const auto* title =
      pages::in_language(style, {"Test messages", "Testmeldinger", "Testmeddelanden"});
  if (request.method != "POST")
    return pages::page(
        style, title,
        fmt::format("<h1>{}</h1><p>{}</p><form method=\"post\" "
                    "action=\"/p/test-address/{}\"><button>{}</button></form>",
                    title,
                    html_escape(fmt::format(
                        fmt::runtime(pages::in_language(
                            style, {"{} may send test messages to this address.",
                                    "{} kan sende testmeldinger til denne adressen.",
                                    "{} får skicka testmeddelanden till den här adressen."})),
                        style.organisation)),
                    html_escape(text), pages::in_language(style, {"Yes", "Ja", "Ja"})));
  if (ctx.tx().query(store::kTestAddressVerify, record->address_id, now()).affected() > 0)
    trust::record(ctx, AuditEntry{"test_address.verify", "test_address", record->address_id});
  ctx.commit();
  return pages::message_page(
      style, pages::in_language(style, {"Thank you", "Takk", "Tack"}),
      pages::in_language(style, {"Test messages may come to this address now.",
                                 "Testmeldinger kan nå komme til denne adressen.",
                                 "Testmeddelanden kan nu komma till den här adressen."}));
}

}  // namespace

std::vector<std::string> not_for_tests(Ctx& ctx, const std::vector<std::string>& to,
                                       const std::optional<Uuid>& person) {
  std::set<std::string> allowed;
  if (ctx.actor.kind == trust::ActorKind::user)
    if (auto me = trust::account_identity(ctx.base, ctx.actor.id))
      allowed.insert(people::email_hash(ctx, me->email.reveal()));
  if (person)
    for (const auto& shown : people::load(ctx, {*person}, false))
      if (!shown.email.empty()) allowed.insert(people::email_hash(ctx, shown.email.reveal()));
  std::vector<db::Bytes> hashes;
  for (const auto& address : to) hashes.push_back({people::email_hash(ctx, address)});
  for (auto& hash : ctx.tx().all<db::Bytes>(store::kTestAddressVerified, hashes))
    allowed.insert(hash.data);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < to.size(); ++i)
    if (!allowed.contains(hashes[i].data)) out.push_back(to[i]);
  return out;
}

namespace {

Result<web::Page<TestAddress>> list_test_addresses(Ctx& ctx) {
  web::Page<TestAddress> page;
  for (const auto& r : ctx.tx().all<AddressRecord>(store::kTestAddressAll))
    page.items.push_back(view(ctx, r));
  return page;
}

Result<Done> delete_test_address(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(store::kTestAddressDelete, path->id).affected() == 0)
    return not_found("This address is not on the list any more.");
  trust::record(ctx, AuditEntry{"test_address.delete", "test_address", path->id});
  return Done{};
}

}  // namespace

void add_test_address_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };
  api.add(
      {"GET", "/api/v1/test-addresses", "listTestAddresses",
       "Addresses whose owners take test messages, or were asked", access(Right::campaigns_write)},
      list_test_addresses);
  // How often one organisation may have strangers asked.
  auto asked = std::make_shared<trust::Limiter>(10, std::chrono::minutes(10));
  api.add(
      {"POST", "/api/v1/test-addresses", "createTestAddress",
       "Asks the owner of an address whether test messages may come there",
       access(Right::campaigns_write)},
      [asked](Ctx& ctx, const web::Body<TestAddressNew>& in) -> Result<web::Created<TestAddress>> {
        if (ctx.tx().all<AddressRecord>(store::kTestAddressAll).size() >= kMost)
          return conflict(fmt::format("At most {} addresses. Remove one first.", kMost),
                          "too-many");
        if (int wait = asked->take(ctx.tenant.str()); wait > 0)
          return limited("Too many addresses were asked. Wait a little.", wait);
        auto id = Uuid::make();
        auto sealed = trust::Sealed<kTestAddress>::of(
            ctx.base.keys.tenant_key(ctx.tenant, kTestAddress.purpose), in->email.value, ctx.tenant,
            id);
        if (ctx.tx()
                .query(store::kTestAddressInsert, id,
                       db::Bytes{people::email_hash(ctx, in->email.value)}, sealed, now())
                .affected() == 0)
          return Error{ErrorCode::conflict,
                       "This address is on the list already.",
                       {{"/email", "is on the list already."}},
                       {},
                       0};
        ask_owner(ctx, id, in->email.value);
        trust::record(ctx, AuditEntry{"test_address.create", "test_address", id});
        auto record = ctx.tx().one<AddressRecord>(store::kTestAddressOne, id);
        return web::Created<TestAddress>{view(ctx, record), "/api/v1/test-addresses/" + id.str()};
      });
  api.add({"DELETE", "/api/v1/test-addresses/{id}", "deleteTestAddress",
           "Removes an address; no test goes there any more", access(Right::campaigns_write)},
          delete_test_address);
}

void add_test_address_pages(trust::Base& base, web::Router& router) {
  for (const char* method : {"GET", "POST"})
    router.page(method, "/p/test-address/{token}",
                [&base](net::Request& request, const std::vector<std::string>& captures) {
                  return answer_page(base, request, captures[0]);
                });
}

}  // namespace varde::messaging
