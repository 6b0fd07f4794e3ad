// The desk: requests by their deadline, one with its history, and what can be done about it; and
// the same deeds on a person without a request.
#include "base/text.hpp"
#include "messaging/channel/channel.hpp"
#include "people/person/standing.hpp"
#include "people/subject/package.hpp"
#include "privacy/request/api.hpp"
#include "privacy/request/internal.hpp"
#include "privacy/request/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"
#include "web/resource.hpp"

namespace varde::privacy {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

// ---- views

template <class View>
View row_of(Ctx& ctx, const RequestRecord& r, const std::optional<Asked>& asked) {
  View out;
  out.id = r.request_id;
  if (r.number) out.number = case_number(*r.number, r.confirmed_at.value_or(r.received_at));
  out.kind = r.kind;
  out.state = r.state;
  out.channel = r.channel;
  if (asked) out.name = asked->name;
  out.received_at = r.received_at;
  out.due_at = r.due_at;
  out.ended_at = r.ended_at;
  out.extended = r.extended_at.has_value();
  out.overdue = r.due_at && !r.ended_at && *r.due_at < now();
  out.person_id = r.person_id;
  (void)ctx;
  return out;
}

Result<RequestRecord> find(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<RequestRecord>(kRequestLock, id);
  if (!record) return not_found("This request does not exist any more.");
  return *record;
}

// One on which something can still be done.
Result<RequestRecord> find_open(Ctx& ctx, const Uuid& id) {
  VARDE_TRY(auto record, find(ctx, id));
  if (record.state == RequestState::unconfirmed)
    return conflict("Nobody has confirmed this request. Confirm it first.", "unconfirmed");
  if (record.ended_at) return conflict("This request has ended already.", "ended");
  return record;
}

Result<RequestRecord> find_with_person(Ctx& ctx, const Uuid& id) {
  VARDE_TRY(auto record, find_open(ctx, id));
  if (!record.person_id) return conflict("Choose first whom this request is about.", "no-person");
  return record;
}

Result<RequestDetails> view(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<RequestRecord>(kRequestOne, id);
  if (!record) return not_found("This request does not exist any more.");
  auto asked = open_asked(ctx, *record);
  auto out = row_of<RequestDetails>(ctx, *record, asked);
  out.language = record->language;
  out.version = record->version;
  out.forgotten = !asked;
  if (asked) {
    if (!asked->contact.empty()) out.contact = asked->contact;
    if (!asked->words.empty()) out.words = asked->words;
  }
  if (record->person_id) {
    if (auto rows = people::rows(ctx, {*record->person_id}); !rows.empty())
      out.person = std::move(rows.front());
  } else if (asked && !record->ended_at) {
    auto ids = persons_with(ctx, asked->contact.reveal());
    if (ids.empty()) {
      people::PersonFilter filter;
      filter.q = asked->name.reveal();
      if (auto found = people::search(ctx, filter, Uuid::largest(), 10)) ids = *found;
    }
    out.candidates = people::rows(ctx, ids);
  }
  out.package = {record->package_state, record->package_at,         record->package_sent_at,
                 record->package_until, record->package_fetched_at, record->package_bytes,
                 record->package_rows,  record->package_files,      std::nullopt};
  if (record->package_hash) out.package.manifest_sha256 = hex(record->package_hash->data);
  auto events = ctx.tx().all<EventRecord>(kRequestEvents, id);
  std::vector<Uuid> accounts;
  for (const auto& event : events)
    if (event.account_id) accounts.push_back(*event.account_id);
  auto names = trust::account_names(ctx.base, accounts);
  for (const auto& event : events) {
    RequestEvent item{event.event_id, event.at, event.kind, std::nullopt, std::nullopt};
    if (event.account_id)
      if (auto name = names.find(*event.account_id); name != names.end()) item.by = name->second;
    if (auto note = open_note(ctx, event)) item.text = Personal(*note);
    out.events.push_back(std::move(item));
  }
  return out;
}

Result<RequestPage> list(Ctx& ctx, const RequestQuery& query) {
  auto show = query.show.value_or(RequestFilter::open);
  auto limit = web::page_limit(query.limit);
  bool open = show == RequestFilter::open;
  Timestamp at = open ? Timestamp() : now() + std::chrono::hours(24 * 365 * 100);
  Uuid last = open ? Uuid() : Uuid::largest();
  if (query.cursor) {
    auto parts = web::read_cursor(*query.cursor, 2);
    auto read_at = parts ? parse_rfc3339((*parts)[0]) : std::nullopt;
    auto read_id = parts ? Uuid::parse((*parts)[1]) : std::nullopt;
    if (!read_at || !read_id) return bad_input("query/cursor", "is not a cursor of this list.");
    at = *read_at;
    last = *read_id;
  }
  auto counts = ctx.tx().later(kRequestCounts, now());
  auto kind = query.kind ? std::optional(static_cast<int>(*query.kind)) : std::nullopt;
  std::vector<std::int64_t> states = {4, 5};
  if (show == RequestFilter::unconfirmed) states = {1};
  auto records =
      open ? ctx.tx().all<RequestRecord>(kRequestOpen, kind, at, last, limit + 1)
           : ctx.tx().all<RequestRecord>(kRequestOthers, states, kind, at, last, limit + 1);
  RequestPage page;
  for (const auto& row : counts.rows().all<StateCount>()) {
    auto& count = row.state == RequestState::unconfirmed ? page.counts.unconfirmed
                  : row.state == RequestState::done || row.state == RequestState::refused
                      ? page.counts.ended
                      : page.counts.open;
    count += row.count;
    if (&count == &page.counts.open) page.counts.overdue += row.overdue;
  }
  if (records.size() > static_cast<std::size_t>(limit)) {
    records.resize(static_cast<std::size_t>(limit));
    const auto& r = records.back();
    page.next = web::make_cursor(
        {to_rfc3339(open ? r.due_at.value_or(at) : r.received_at), r.request_id.str()});
  }
  std::vector<Uuid> ids;
  for (const auto& record : records) ids.push_back(record.request_id);
  ctx.base.keys.keys(ctx.tenant, ids);  // one round trip for all
  for (const auto& record : records)
    page.items.push_back(row_of<RequestRow>(ctx, record, open_asked(ctx, record)));
  page.public_url = ctx.base.public_url + "/p/requests/" + trust::tenant_settings(ctx).slug;
  return page;
}

// ---- deeds

// A word to the person, where the request gives an address.
void tell_person(Ctx& ctx, const RequestRecord& record, std::string_view key,
                 const std::string& reason = {}) {
  if (auto asked = open_asked(ctx, record)) tell(ctx, record, *asked, key, reason);
}

void start(Ctx& ctx, const RequestRecord& record) {
  if (record.state != RequestState::confirmed) return;
  ctx.tx().later(kRequestSetState, record.request_id, RequestState::working,
                 std::optional<Timestamp>());
  add_event(ctx, record.request_id, EventKind::started);
  note_in_trail(ctx, "request.start", record);
}

void end(Ctx& ctx, const RequestRecord& record, RequestState state, const std::string& note) {
  ctx.tx().later(kRequestSetState, record.request_id, state, std::optional(now()));
  bool done = state == RequestState::done;
  add_event(ctx, record.request_id, done ? EventKind::done : EventKind::refused, note);
  note_in_trail(ctx, done ? "request.finish" : "request.refuse", record);
}

Result<Uuid> enter(Ctx& ctx, const RequestNew& in) {
  if (in.channel == RequestChannel::page)
    return bad_input("/channel", "is for requests that come from the page.");
  NewRequest request;
  request.kind = in.kind;
  request.channel = in.channel;
  request.language = in.language ? request_words(in.language->value).language()
                                 : request_words(trust::tenant_settings(ctx).locale).language();
  request.received_at = in.received_at.value_or(now());
  if (request.received_at > now() + std::chrono::minutes(5))
    return bad_input("/received_at", "must not be in the future.");
  if (request.received_at < now() - std::chrono::hours(24 * 366))
    return bad_input("/received_at", "must be within the last year.");
  std::string contact;
  if (in.contact && !in.contact->value.empty()) {
    auto normal =
        in.contact->value.find('@') != std::string::npos
            ? people::normalise_email(in.contact->value)
            : people::normalise_phone(in.contact->value,
                                      people::region_of(trust::tenant_settings(ctx).time_zone));
    if (!normal)
      return bad_input("/contact",
                       "is neither an e-mail address nor a phone number that can "
                       "exist.");
    contact = *normal;
  }
  if (in.person_id && people::load(ctx, {*in.person_id}, false).empty())
    return bad_input("/person_id", "This person does not exist, or was erased.");
  request.asked = {Personal(in.name.value), Personal(contact),
                   Personal(in.words ? in.words->value : std::string())};
  receive(ctx, request);
  confirm(ctx, request.id, in.identity.value);
  if (in.person_id) ctx.tx().later(kRequestSetPerson, request.id, in.person_id);
  return request.id;
}

// Everything that was agreed to is taken back, and the address is held.
Result<void> object(Ctx& ctx, const RequestRecord& record) {
  auto id = *record.person_id;
  auto standing = people::standing(ctx, id);
  people::PersonChange change;
  change.person_id = id;
  for (const auto& [purpose, given] : standing.consents)
    if (given) change.consents[purpose] = false;
  for (const auto& [list, state] : standing.lists)
    if (state != people::MemberState::unsubscribed)
      change.lists[list] = people::MemberState::unsubscribed;
  auto saved =
      people::save(ctx, {change}, {.proof = people::Proof::clerk(), .source = "objection"}).front();
  if (saved.what == people::Saved::rejected) return not_found(saved.problem);
  auto persons = people::load(ctx, {id}, false);
  if (persons.empty()) return not_found("This person does not exist, or was erased.");
  const auto& person = persons.front();
  if (!person.email.empty())
    messaging::suppress(ctx, people::email_hash(ctx, person.email.reveal()),
                        messaging::SuppressionReason::unsubscribe);
  if (!person.phone.empty())
    messaging::suppress(ctx, people::phone_hash(ctx, person.phone.reveal()),
                        messaging::SuppressionReason::unsubscribe, messaging::Channel::sms);
  people::record_activity(ctx, {{id, people::ActivityKind::suppressed, std::nullopt, std::nullopt,
                                 0, std::nullopt, std::nullopt}});
  return {};
}

// How much there is of each kind, without keeping any of it.
class Counter : public people::SubjectWriter {
 public:
  void section(std::string_view key, std::vector<people::SubjectColumn>) override {
    out.sections.push_back({std::string(key), 0});
  }
  void row(std::vector<json::value>) override {
    ++out.sections.back().rows;
    ++out.rows;
  }
  void file(std::string, people::FileSource) override { ++out.files; }
  Holdings out;
};

Result<Holdings> holdings(Ctx& ctx, const Uuid& person) {
  if (people::load(ctx, {person}, false).empty())
    return not_found("This person does not exist, or was erased.");
  Counter counter;
  people::gather(ctx, person, counter);
  std::erase_if(counter.out.sections, [](const Holding& holding) { return holding.rows == 0; });
  return std::move(counter.out);
}

constexpr int access(Right right) { return static_cast<int>(right); }
constexpr int kHandle = access(Right::requests_handle);
using Id = web::Path<web::IdPath>;

Result<RequestPage> list_requests(Ctx& ctx, const web::Query<RequestQuery>& query) {
  return list(ctx, query.value);
}

Result<web::Created<RequestDetails>> enter_request(Ctx& ctx, const web::Body<RequestNew>& in) {
  VARDE_TRY(auto id, enter(ctx, in.value));
  VARDE_TRY(auto out, view(ctx, id));
  return web::Created<RequestDetails>{std::move(out), "/api/v1/requests/" + id.str()};
}

Result<RequestDetails> get_request(Ctx& ctx, const Id& path) { return view(ctx, path->id); }

Result<RequestSettings> get_request_settings(Ctx& ctx) { return RequestSettings{keep_months(ctx)}; }

Result<RequestSettings> set_request_settings(Ctx& ctx, const web::Body<RequestSettings>& in) {
  if (in->keep_months < 1 || in->keep_months > 120)
    return bad_input("/keep_months", "must be from 1 to 120.");
  ctx.tx().later(kRequestSetKeepMonths, in->keep_months);
  trust::record(ctx, trust::AuditEntry{"request.settings", "tenant", ctx.tenant});
  return in.value;
}

void add_list(trust::Api& api) {
  api.add({"GET", "/api/v1/requests", "listRequests",
           "Requests of persons about their data: open ones by their deadline", kHandle},
          list_requests);
  api.add({"POST", "/api/v1/requests", "enterRequest",
           "Enters a request that came by letter, phone, mail or in person", kHandle},
          enter_request);
  api.add({"GET", "/api/v1/requests/{id}", "getRequest", "One request with its history", kHandle},
          get_request);
  api.add({"GET", "/api/v1/request-settings", "getRequestSettings",
           "How long requests are kept after their end", kHandle},
          get_request_settings);
  api.add({"PUT", "/api/v1/request-settings", "setRequestSettings",
           "Sets how long what was asked is kept after the end: 1 to 120 months",
           access(Right::settings_manage)},
          set_request_settings);
}

Result<RequestDetails> confirm_request(Ctx& ctx, const Id& path, const web::Body<WithReason>& in) {
  VARDE_TRY(auto record, find(ctx, path->id));
  if (record.state != RequestState::unconfirmed)
    return conflict("This request is confirmed already.", "confirmed");
  confirm(ctx, path->id, in->reason.value);
  return view(ctx, path->id);
}

Result<RequestDetails> choose_request_person(Ctx& ctx, const Id& path,
                                             const web::Body<WithPerson>& in) {
  VARDE_TRY(auto record, find_open(ctx, path->id));
  if (people::load(ctx, {in->person_id}, false).empty())
    return bad_input("/person_id", "This person does not exist, or was erased.");
  record.person_id = in->person_id;
  ctx.tx().later(kRequestSetPerson, path->id, record.person_id);
  // What was gathered was about somebody else.
  if (record.package_state != PackageState::none) {
    ctx.tx().later(kRequestClearPieces, path->id);
    ctx.tx().later(kRequestPackageState, path->id, PackageState::none, std::optional<Timestamp>());
  }
  add_event(ctx, path->id, EventKind::person_chosen);
  note_in_trail(ctx, "request.choose_person", record);
  return view(ctx, path->id);
}

Result<RequestDetails> add_request_note(Ctx& ctx, const Id& path, const web::Body<WithReason>& in) {
  VARDE_TRY(auto record, find(ctx, path->id));
  if (!open_asked(ctx, record))
    return conflict("What identified the person is gone: nothing can be added.", "gone");
  add_event(ctx, path->id, EventKind::note, in->reason.value);
  note_in_trail(ctx, "request.note", record);
  return view(ctx, path->id);
}

Result<RequestDetails> start_request(Ctx& ctx, const Id& path) {
  VARDE_TRY(auto record, find_open(ctx, path->id));
  start(ctx, record);
  return view(ctx, path->id);
}

Result<RequestDetails> extend_request(Ctx& ctx, const Id& path, const web::Body<Extension>& in) {
  VARDE_TRY(auto record, find_open(ctx, path->id));
  if (in->months < 1 || in->months > 2) return bad_input("/months", "must be 1 or 2.");
  if (record.extended_at) return conflict("The deadline was extended already.", "extended");
  if (record.due_at && *record.due_at < now())
    return conflict("The deadline has passed: it can be extended only before.", "late");
  auto due = due_date(record.received_at, 1 + in->months, trust::tenant_settings(ctx).time_zone);
  if (auto until = data_until(ctx); until && due > *until)
    return conflict("Everything is removed before that day: it cannot be extended.",
                    "contract-ended");
  record.due_at = due;
  ctx.tx().later(kRequestExtend, path->id, record.due_at, now());
  add_event(ctx, path->id, EventKind::extended, in->reason.value);
  note_in_trail(ctx, "request.extend", record);
  tell_person(ctx, record, "extended", in->reason.value);
  return view(ctx, path->id);
}

Result<RequestDetails> refuse_request(Ctx& ctx, const Id& path, const web::Body<WithReason>& in) {
  VARDE_TRY(auto record, find_open(ctx, path->id));
  end(ctx, record, RequestState::refused, in->reason.value);
  tell_person(ctx, record, "refused", in->reason.value);
  return view(ctx, path->id);
}

Result<RequestDetails> finish_request(Ctx& ctx, const Id& path, const web::Body<WithText>& in) {
  VARDE_TRY(auto record, find_open(ctx, path->id));
  auto text = in->text ? in->text->value : std::string();
  end(ctx, record, RequestState::done, text);
  tell_person(ctx, record, "done", text);
  return view(ctx, path->id);
}

void add_steps(trust::Api& api) {
  api.add({"POST", "/api/v1/requests/{id}/confirm", "confirmRequest",
           "Confirms who asks, when it was made sure otherwise than by the code", kHandle},
          confirm_request);
  api.add({"POST", "/api/v1/requests/{id}/person", "chooseRequestPerson",
           "Says whom the request is about", kHandle},
          choose_request_person);
  api.add({"POST", "/api/v1/requests/{id}/notes", "addRequestNote", "Adds a note to the history",
           kHandle},
          add_request_note);
  api.add({"POST", "/api/v1/requests/{id}/start", "startRequest", "Begins to work on it", kHandle},
          start_request);
  api.add({"POST", "/api/v1/requests/{id}/extend", "extendRequest",
           "Extends the deadline once, by one or two months, with a reason that the person is told",
           kHandle},
          extend_request);
  api.add({"POST", "/api/v1/requests/{id}/refuse", "refuseRequest",
           "Refuses, with a reason that the person is told, and that they may complain", kHandle},
          refuse_request);
  api.add({"POST", "/api/v1/requests/{id}/finish", "finishRequest",
           "Says that it is done, and tells the person", kHandle},
          finish_request);
}

Result<Holdings> list_request_holdings(Ctx& ctx, const Id& path) {
  VARDE_TRY(auto record, find_with_person(ctx, path->id));
  return holdings(ctx, *record.person_id);
}

Result<RequestDetails> gather_request_package(Ctx& ctx, const Id& path) {
  VARDE_TRY(auto record, find_with_person(ctx, path->id));
  start(ctx, record);
  gather_package(ctx, record);
  return view(ctx, path->id);
}

void add_packages(trust::Api& api) {
  api.add({"GET", "/api/v1/requests/{id}/holdings", "listRequestHoldings",
           "How much is stored about the person, by kind", kHandle},
          list_request_holdings);
  api.add({"POST", "/api/v1/requests/{id}/package", "gatherRequestPackage",
           "Gathers all that is stored about the person into a signed ZIP file", kHandle},
          gather_request_package);
  auto ready = [](Ctx& ctx, const Uuid& id) -> Result<RequestRecord> {
    VARDE_TRY(auto record, find(ctx, id));
    if (record.package_state != PackageState::ready)
      return conflict("Nothing is gathered for this request. Gather it first.", "no-package");
    return record;
  };
  api.add({"POST", "/api/v1/requests/{id}/package/download", "downloadRequestPackage",
           "The file, for the clerk to look at or to hand over", kHandle},
          [ready](Ctx& ctx, const Id& path) -> Result<net::Response> {
            VARDE_TRY(auto record, ready(ctx, path->id));
            add_event(ctx, path->id, EventKind::downloaded);
            note_in_trail(ctx, "request.download", record);
            return package_answer(ctx, record);
          });
  api.add({"POST", "/api/v1/requests/{id}/package/send", "sendRequestPackage",
           "Sends the person a link that opens only with a code, and ends the request", kHandle},
          [ready](Ctx& ctx, const Id& path) -> Result<RequestDetails> {
            VARDE_TRY(auto record, find_with_person(ctx, path->id));
            VARDE_CHECK(ready(ctx, path->id));
            auto asked = open_asked(ctx, record);
            auto persons = people::load(ctx, {*record.person_id}, false);
            if (!asked || persons.empty()) return not_found("This person was erased.");
            const auto& person = persons.front();
            if (person.email.empty() && person.phone.empty())
              return conflict(
                  "There is no address or number on record that a code could go to. "
                  "Download the file and hand it over.",
                  "no-address");
            // The link goes where the code goes: to the address on record.
            asked->contact = person.email.empty() ? person.phone : person.email;
            ctx.tx().later(kRequestPackageSent, path->id, now(), now() + kPackageLife);
            add_event(ctx, path->id, EventKind::sent);
            note_in_trail(ctx, "request.send", record);
            tell(ctx, record, *asked, "package");
            end(ctx, record, RequestState::done, "");
            return view(ctx, path->id);
          });
}

Result<RequestDetails> restrict_request_person(Ctx& ctx, const Id& path,
                                               const web::Body<WithReason>& in) {
  VARDE_TRY(auto record, find_with_person(ctx, path->id));
  VARDE_CHECK(people::set_restricted(ctx, *record.person_id, true, in->reason.value));
  start(ctx, record);
  add_event(ctx, path->id, EventKind::restricted, in->reason.value);
  note_in_trail(ctx, "request.restrict", record);
  return view(ctx, path->id);
}

Result<RequestDetails> object_for_request_person(Ctx& ctx, const Id& path) {
  VARDE_TRY(auto record, find_with_person(ctx, path->id));
  VARDE_CHECK(object(ctx, record));
  start(ctx, record);
  add_event(ctx, path->id, EventKind::objected);
  note_in_trail(ctx, "request.object", record);
  return view(ctx, path->id);
}

Result<RequestDetails> erase_request_person(Ctx& ctx, const Id& path) {
  VARDE_TRY(auto record, find_with_person(ctx, path->id));
  tell_person(ctx, record, "erased");
  add_event(ctx, path->id, EventKind::erased);
  end(ctx, record, RequestState::done, "");
  people::erase(ctx, {*record.person_id});  // commits
  return view(ctx, path->id);
}

void add_deeds(trust::Api& api) {
  api.add({"POST", "/api/v1/requests/{id}/restrict", "restrictRequestPerson",
           "Restricts the processing of the person, with a reason", kHandle},
          restrict_request_person);
  api.add({"POST", "/api/v1/requests/{id}/object", "objectForRequestPerson",
           "Withdraws all consents, leaves all lists and holds address and number", kHandle},
          object_for_request_person);
  api.add({"POST", "/api/v1/requests/{id}/erase", "eraseRequestPerson",
           "Erases the person, tells them, and ends the request: what identifies them goes from it "
           "too",
           kHandle},
          erase_request_person);
}

Result<net::Response> export_person(Ctx& ctx, const Id& path) {
  trust::record(ctx, trust::AuditEntry{"person.export", "person", path->id, path->id, {}});
  VARDE_TRY(auto writer, people::make_package(ctx, {path->id, "", ""}));
  return people::package_response(ctx.base, std::move(writer));
}

Result<Done> restrict_person(Ctx& ctx, const Id& path, const web::Body<WithReason>& in) {
  return people::set_restricted(ctx, path->id, true, in->reason.value);
}

Result<Done> lift_person_restriction(Ctx& ctx, const Id& path, const web::Body<WithReason>& in) {
  return people::set_restricted(ctx, path->id, false, in->reason.value);
}

void add_person_deeds(trust::Api& api) {
  api.add({"POST", "/api/v1/persons/{id}/export", "exportPerson",
           "Everything that is stored about a person as a signed ZIP file",
           access(Right::persons_export)},
          export_person);
  api.add({"POST", "/api/v1/persons/{id}/restrict", "restrictPerson",
           "Restricts the processing of a person (GDPR Art. 18), with a reason", kHandle},
          restrict_person);
  api.add({"POST", "/api/v1/persons/{id}/lift-restriction", "liftPersonRestriction",
           "Lifts a restriction, with a reason", kHandle},
          lift_person_restriction);
}

}  // namespace

void add_request_routes(trust::Api& api) {
  add_list(api);
  add_steps(api);
  add_packages(api);
  add_deeds(api);
  add_person_deeds(api);
}

}  // namespace varde::privacy
