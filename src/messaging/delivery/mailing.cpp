#include "messaging/delivery/mailing.hpp"

#include <thread>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/mail/mime_builder.hpp"
#include "messaging/template/blocks.hpp"
#include "net/fiber.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::messaging {

using people::Person;
using trust::Ctx;
namespace json = boost::json;

namespace {

// Where the value of a field comes from.
struct Slot {
  enum class From {
    first_name,
    last_name,
    name,
    email,
    phone,
    language,
    attribute,
    constant,  // `text`
    link,      // `number`th of the message
    unsubscribe,
    preferences,
    open,
    trap,
  } from = From::constant;
  people::Attribute attribute;
  std::string text;
  std::uint32_t number = 0;
};

struct Names {
  std::map<std::string, people::Attribute, std::less<>> attributes;
  trust::TenantSettings tenant;
  const std::map<std::string, std::string>* links = nullptr;
  std::size_t numbered = 0;

  explicit Names(Ctx& ctx) : tenant(trust::tenant_settings(ctx)) {
    for (auto& attribute : people::attributes(ctx)) attributes[attribute.key] = attribute;
  }

  std::optional<Slot> find(std::string_view name) const {
    using From = Slot::From;
    auto simple = [](From from) { return Slot{from, {}, {}, 0}; };
    static const std::map<std::string, From, std::less<>> kPerson = {
        {"person.first_name", From::first_name},
        {"person.last_name", From::last_name},
        {"person.name", From::name},
        {"person.email", From::email},
        {"person.phone", From::phone},
        {"person.language", From::language}};
    if (auto found = kPerson.find(name); found != kPerson.end()) return simple(found->second);
    if (name.starts_with("person.")) {
      auto found = attributes.find(name.substr(7));
      if (found == attributes.end()) return std::nullopt;
      return Slot{From::attribute, found->second, {}, 0};
    }
    if (name == "tenant.name") return Slot{From::constant, {}, tenant.name, 0};
    if (name == "tenant.postal_address") return Slot{From::constant, {}, tenant.postal_address, 0};
    if (name == "links.unsubscribe") return simple(From::unsubscribe);
    if (name == "links.preferences") return simple(From::preferences);
    if (name == "links.open") return simple(From::open);
    if (name == "links.trap") return simple(From::trap);
    if (name.starts_with("links.")) {
      auto rest = std::string(name.substr(6));
      if (links != nullptr)
        if (auto found = links->find(rest); found != links->end())
          return Slot{From::constant, {}, found->second, 0};
      for (std::uint32_t n = 1; n <= numbered; ++n)
        if (rest == "n" + std::to_string(n)) return Slot{From::link, {}, {}, n};
    }
    return std::nullopt;
  }
};

TemplateValue value_of(const people::Attribute& attribute, const Person& person) {
  auto found = person.attributes.find(attribute.id);
  if (found == person.attributes.end()) return {};
  const auto& value = found->second;
  if (value.is_bool()) return value.get_bool();
  if (value.is_number()) return value.to_number<double>();
  if (!value.is_string()) return {};
  std::string_view text(value.get_string());
  if (attribute.type == people::AttributeType::date)
    if (auto date = parse_date(text)) return *date;
  return text;
}

TemplateValue value_of(const Slot& slot, const Person& person, const std::string& name) {
  using From = Slot::From;
  switch (slot.from) {
    case From::first_name:
      return std::string_view(person.first_name.reveal());
    case From::last_name:
      return std::string_view(person.last_name.reveal());
    case From::name:
      return std::string_view(name);
    case From::email:
      return std::string_view(person.email.reveal());
    case From::phone:
      return std::string_view(person.phone.reveal());
    case From::language:
      return std::string_view(person.language);
    case From::attribute:
      return value_of(slot.attribute, person);
    case From::constant:
      return std::string_view(slot.text);
    default:
      return {};
  }
}

bool is_web_address(std::string_view url) {
  auto head = ascii_lower(url.substr(0, 8));
  return head.starts_with("https://") || head.starts_with("http://");
}

// Whether an address says where it leads by itself: fields stand behind its host only. Otherwise a
// link of ours would lead wherever whoever fills the field wants. SMS and links that were stored
// before this was asked of documents come here without the composer's check.
bool has_written_host(std::string_view target) {
  auto tag = target.find("{{");
  if (tag == std::string_view::npos) return true;
  auto head = target.substr(0, tag);
  if (!is_web_address(head)) return false;
  auto host = head.substr(head.find("//") + 2);
  auto end = host.find_first_of("/?#");
  return end != 0 && end != std::string_view::npos &&
         host.substr(0, end).find('@') == std::string_view::npos;
}

// One compiled text with its fields resolved.
struct Part {
  std::optional<Template> program;
  std::vector<Slot> slots;

  Result<void> compile(std::string_view source, TemplateEscape escape, const Names& names,
                       const std::string& pointer) {
    TemplateError where;
    auto compiled = Template::compile(source, escape, &where);
    if (!compiled) return bad_input(pointer, compiled.error().message);
    for (const auto& field : compiled->fields()) {
      auto slot = names.find(field);
      if (!slot) return bad_input(pointer, fmt::format("There is no field {{{{ {} }}}}.", field));
      slots.push_back(std::move(*slot));
    }
    program = std::move(*compiled);
    return {};
  }
};

struct PlainLookup : TemplateLookup {
  const Part& part;
  const Person& person;
  std::string name;
  PlainLookup(const Part& p, const Person& who)
      : part(p), person(who), name(people::display_name(who)) {}
  TemplateValue value(std::size_t index, std::string_view) const override {
    return value_of(part.slots[index], person, name);
  }
};

}  // namespace

struct Mailing::Impl {
  explicit Impl(trust::Base& with) : base(with) {}
  trust::Base& base;
  Uuid tenant;
  MailingSource source;
  std::string bounce_domain, from_domain;
  Part html, text, subject;
  std::vector<Mailing::Link> targets;
  std::vector<Part> target_parts;  // of untracked links
  std::optional<TokenMaker> tokens;
  crypto::Key id_key;
  std::vector<std::shared_ptr<const crypto::dkim::Signer>> signers;
  std::string feedback_id;
  bool plain = false;

  void append_link(std::string& out, TokenKind kind, const char* path, const Uuid& person,
                   std::uint32_t number) const {
    out += base.public_url;
    out += path;
    tokens->append(out, kind, person, number);
  }
};

namespace {

// Makes the links of one recipient as they are asked for; each lives until the next recipient.
struct Lookup : TemplateLookup {
  const Part& part;
  const Person& person;
  const std::string& name;
  std::vector<std::string>& links;  // place 0: unsubscribe, 1: preferences, 2: open, 3: trap, 4…: n
  const std::function<void(std::string&, const Slot&)>& make;

  TemplateValue value(std::size_t index, std::string_view) const override {
    const auto& slot = part.slots[index];
    std::size_t place;
    switch (slot.from) {
      case Slot::From::unsubscribe:
        place = 0;
        break;
      case Slot::From::preferences:
        place = 1;
        break;
      case Slot::From::open:
        place = 2;
        break;
      case Slot::From::trap:
        place = 3;
        break;
      case Slot::From::link:
        place = 3 + slot.number;
        break;
      default:
        return value_of(slot, person, name);
    }
    auto& link = links[place];
    if (link.empty()) make(link, slot);
    return std::string_view(link);
  }
  Lookup(const Part& p, const Person& who, const std::string& full, std::vector<std::string>& held,
         const std::function<void(std::string&, const Slot&)>& maker)
      : part(p), person(who), name(full), links(held), make(maker) {}
};

}  // namespace

namespace {

// Pictures of the tenant's own are named by id; mail programs need an address.
void address_images(Ctx& ctx, json::array& blocks) {
  for (auto& block : blocks) {
    auto* object = block.if_object();
    if (object == nullptr) continue;
    if (const auto* id = object->if_contains("image_id"); id != nullptr && id->is_string())
      if (auto parsed = Uuid::parse(std::string_view(id->get_string())))
        (*object)["src"] = ctx.base.public_url + "/i/" + ctx.tenant.str() + "/" + parsed->str();
    if (auto* columns = object->if_contains("columns"); columns != nullptr && columns->is_array())
      for (auto& column : columns->get_array())
        if (auto* inner = column.if_object())
          if (auto* list = inner->if_contains("blocks"); list != nullptr && list->is_array())
            address_images(ctx, list->get_array());
  }
}

}  // namespace

json::value complete_document(Ctx& ctx, const json::value& document, const std::string& preheader) {
  json::value out = document;
  auto* root = out.if_object();
  if (root == nullptr) return out;
  auto tenant = trust::tenant_settings(ctx);
  bool nb = tenant.locale.starts_with("n");
  if (!root->contains("lang")) (*root)["lang"] = tenant.locale.empty() ? "en" : tenant.locale;
  if (!preheader.empty()) (*root)["preheader"] = preheader;
  auto* blocks = root->if_contains("blocks");
  if (blocks == nullptr || !blocks->is_array()) return out;
  address_images(ctx, blocks->get_array());
  for (auto& block : blocks->get_array()) {
    auto* object = block.if_object();
    const auto* type = object == nullptr ? nullptr : object->if_contains("type");
    if (type == nullptr || !type->is_string() || type->get_string() != "footer") continue;
    auto fill = [&](const char* key, const std::string& value) {
      const auto* held = object->if_contains(key);
      if (held == nullptr || held->is_null() || (held->is_string() && held->get_string().empty()))
        (*object)[key] = value;
    };
    fill("organisation", tenant.name);
    fill("address", tenant.postal_address);
    fill("unsubscribe", nb ? "Meld meg av" : "Unsubscribe");
    fill("preferences", nb ? "Dine valg" : "Your choices");
    if (const auto* text = object->if_contains("text"); text != nullptr && text->is_string())
      fill("reason", std::string(text->get_string()));
  }
  return out;
}

namespace {

// The web addresses of a plain text, each written as the link that stands for it. A dot or a
// bracket that ends the sentence is none of the address.
std::string number_links(const std::string& text, std::vector<Mailing::Link>& targets) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto rest = std::string_view(text).substr(at);
    bool begins = rest.starts_with("https://") || rest.starts_with("http://");
    if (!begins || (at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0)) {
      out += text[at++];
      continue;
    }
    std::size_t size = 0;
    while (size < rest.size()) {
      // A field may hold spaces: {{ person.id }}.
      if (rest.substr(size).starts_with("{{")) {
        auto close = rest.find("}}", size);
        if (close == std::string_view::npos) break;
        size = close + 2;
        continue;
      }
      if (std::isspace(static_cast<unsigned char>(rest[size])) != 0 || rest[size] == '<' ||
          rest[size] == '>' || rest[size] == '"')
        break;
      ++size;
    }
    // A bracket that closes one within the address is part of it: …/wiki/Oslo_(by).
    auto count = [&](char c) { return std::ranges::count(rest.substr(0, size), c); };
    while (size > 0 &&
           std::string_view(".,;:!?)'").find(rest[size - 1]) != std::string_view::npos &&
           (rest[size - 1] != ')' || count(')') > count('(')))
      --size;
    auto target = std::string(rest.substr(0, size));
    auto number = static_cast<std::uint32_t>(targets.size() + 1);
    targets.push_back({number, target, target});
    out += fmt::format("{{{{ links.n{} }}}}", number);
    at += size;
  }
  return out;
}

// A picture beside few words is what unwanted mail looks like: SpamAssassin's HTML_IMAGE_ONLY_*
// give it up to 2.8 of its 5 points below so many bytes of words. A mail that arrives is worth more
// than one that is counted.
constexpr std::size_t kWordsForPicture = 3200;

// Bytes of words that a reader sees; white space counts once.
std::size_t words_in(std::string_view html) {
  std::size_t out = 0;
  if (auto body = html.find("<body"); body != std::string_view::npos) html.remove_prefix(body);
  bool space = true;
  while (!html.empty()) {
    if (html[0] == '<') {
      auto end = html.starts_with("<!--")     ? html.find("-->")
                 : html.starts_with("<style") ? html.find("</style")
                                              : html.find('>');
      if (end == std::string_view::npos) break;
      html.remove_prefix(end);
      html.remove_prefix(std::min(html.size(), html.find('>') + 1));
      continue;
    }
    bool blank = html[0] == ' ' || html[0] == '\n' || html[0] == '\r' || html[0] == '\t';
    if (!blank || !space) ++out;
    space = blank;
    html.remove_prefix(1);
  }
  return out;
}

}  // namespace

std::string message_id_of(const crypto::Key& key, const Uuid& source, const Uuid& recipient,
                          std::string_view to) {
  std::string id(source.view());
  id += recipient.view();
  id += to;
  return hex(crypto::keyed_hash(key, id));
}

Mailing::Mailing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Mailing::Mailing(Mailing&&) noexcept = default;
Mailing::~Mailing() = default;

const std::vector<Mailing::Link>& Mailing::links() const { return impl_->targets; }
bool Mailing::needs_plain() const { return impl_->plain; }
bool Mailing::counts_opens() const { return impl_->source.track_opens; }
const std::string& Mailing::from_email() const { return impl_->source.from_email; }

Result<Mailing> Mailing::compile(Ctx& ctx, const Environment& environment, MailingSource source) {
  auto impl = std::make_unique<Impl>(ctx.base);
  auto& self = *impl;
  self.tenant = ctx.tenant;
  Names names(ctx);
  if (source.from_email.empty()) source.from_email = default_sender(ctx);
  if (source.from_email.empty()) source.from_email = "varde@" + environment.bounce_domain;
  if (source.from_name.empty()) source.from_name = names.tenant.name;
  names.links = &source.links;

  std::string html = source.html, text = source.text;
  if (source.document) {
    auto rendered =
        render_blocks(complete_document(ctx, *source.document, source.preheader), source.subject);
    if (!rendered) {
      auto error = rendered.error();
      for (auto& field : error.fields) field.pointer = "/document" + field.pointer;
      return error;
    }
    html = std::move(rendered->html);
    text = std::move(rendered->text);
    for (auto& [target, label] : rendered->links) {
      auto number = static_cast<std::uint32_t>(self.targets.size() + 1);
      if (source.kind != SourceKind::campaign)
        number = 0x40000000U | (static_cast<std::uint32_t>(crypto::keyed_hash64(
                                    ctx.base.keys.tenant_key(ctx.tenant, "link-number"), target)) &
                                0x3fffffffU);
      self.targets.push_back({number, std::move(target), std::move(label)});
    }
  }
  if (source.sms && source.track_clicks) text = number_links(text, self.targets);
  names.numbered = self.targets.size();
  std::string extra;
  // A link that no person sees: whoever follows it is a scanner.
  if (source.track_clicks && !self.targets.empty() && !source.sms)
    extra +=
        R"(<a href="{{ links.trap }}" style="display:none;mso-hide:all" tabindex="-1" aria-hidden="true"></a>)";
  if (source.track_opens && words_in(html) < kWordsForPicture) source.track_opens = false;
  if (source.track_opens)
    extra +=
        R"(<img src="{{ links.open }}" width="1" height="1" alt="" style="display:block;border:0">)";
  if (auto at = html.rfind("</body>"); at != std::string::npos) html.insert(at, extra);
  const char* body = source.document ? "/document" : "/text";
  // First: the HTML has it as its title.
  VARDE_CHECK(self.subject.compile(source.subject, TemplateEscape::header, names, "/subject"));
  if (!html.empty()) {
    VARDE_CHECK(self.html.compile(html, TemplateEscape::html, names, body));
  }
  VARDE_CHECK(self.text.compile(text, TemplateEscape::text, names, body));
  for (const auto& [link_number, target, label] : self.targets) {
    self.target_parts.emplace_back();
    if (!has_written_host(target))
      return bad_input(body, fmt::format("The link {} has a field where its host should stand.",
                                         std::string(utf8_prefix(target, 100))));
    VARDE_CHECK(self.target_parts.back().compile(target, TemplateEscape::url, names, body));
  }
  auto look = [&](const Part& part) {
    for (const auto& slot : part.slots)
      if (slot.from == Slot::From::attribute) self.plain = true;
  };
  look(self.html);
  look(self.text);
  look(self.subject);
  for (const auto& part : self.target_parts) look(part);

  self.bounce_domain = environment.bounce_domain;
  self.from_domain = source.from_email.substr(source.from_email.find('@') + 1);
  self.tokens.emplace(ctx.base, ctx.tenant, source.kind, source.source_id);
  self.id_key = ctx.base.keys.tenant_key(ctx.tenant, "message-id");
  self.signers = load_signers(ctx, self.from_domain);
  self.feedback_id = source.source_id.str() + ":" + ctx.tenant.str() + ":varde";
  self.source = std::move(source);
  return Mailing(std::move(impl));
}

Result<void> Mailing::render(MailScratch& scratch, const Person& person) const {
  const auto& self = *impl_;
  scratch.html.clear();
  scratch.text.clear();
  scratch.subject.clear();
  scratch.values.resize(4 + self.targets.size());
  for (auto& value : scratch.values) value.clear();
  auto name = people::display_name(person);
  const std::function<void(std::string&, const Slot&)> make = [&](std::string& out,
                                                                  const Slot& slot) {
    switch (slot.from) {
      case Slot::From::unsubscribe:
        return self.append_link(out, TokenKind::unsubscribe, "/u/", person.id, 0);
      case Slot::From::preferences:
        return self.append_link(out, TokenKind::preferences, "/p/preferences/", person.id, 0);
      case Slot::From::open:
        self.append_link(out, TokenKind::open, "/t/o/", person.id, 0);
        out += ".gif";
        return;
      case Slot::From::trap:
        return self.append_link(out, TokenKind::click, "/t/c/", person.id, 0);
      default:
        break;
    }
    if (self.source.track_clicks)
      return self.append_link(out, TokenKind::click, "/t/c/", person.id,
                              self.targets[slot.number - 1].number);
    const auto& part = self.target_parts[slot.number - 1];
    auto done = part.program->render(out, PlainLookup(part, person), 4000);
    if (!done || !is_web_address(out)) out = self.base.public_url;
  };
  auto run = [&](const Part& part, std::string& out) -> Result<void> {
    if (!part.program) return {};
    return part.program->render(out, Lookup(part, person, name, scratch.values, make));
  };
  VARDE_CHECK(run(self.html, scratch.html));
  VARDE_CHECK(run(self.text, scratch.text));
  VARDE_CHECK(run(self.subject, scratch.subject));
  return {};
}

Result<void> Mailing::append(MailScratch& scratch, std::string& dkim, std::string& out,
                             const Person& person, const std::string& to,
                             const Uuid& recipient) const {
  const auto& self = *impl_;
  VARDE_CHECK(render(scratch, person));
  auto at = now();
  auto message_id =
      message_id_of(self.id_key, self.source.source_id, recipient, to) + "@" + self.from_domain;
  mail::Address addressee{"", to};
  mail::Message message;
  message.from = {self.source.from_name, self.source.from_email};
  message.to = {&addressee, 1};
  message.reply_to = {"", self.source.reply_to};
  message.subject = scratch.subject;
  message.date = at;
  message.message_id = message_id;
  message.text = scratch.text;
  message.html = scratch.html;
  std::string unsubscribe;
  if (self.source.transactional) {
    message.auto_generated = true;
  } else if (self.base.public_url.starts_with("https://") && !person.id.is_nil()) {
    self.append_link(unsubscribe, TokenKind::unsubscribe, "/u/", person.id, 0);
    message.unsubscribe_url = unsubscribe;
  }
  message.feedback_id = self.feedback_id;
  auto begin = out.size();
  VARDE_CHECK(mail::append_message(out, message));
  for (const auto& signer : self.signers)
    dkim += signer->sign(std::string_view(out).substr(begin), at);
  return {};
}

struct PersonalText::Impl {
  Part part;
  bool plain = false;
};
PersonalText::PersonalText(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PersonalText::PersonalText(PersonalText&&) noexcept = default;
PersonalText& PersonalText::operator=(PersonalText&&) noexcept = default;
PersonalText::~PersonalText() = default;
bool PersonalText::needs_plain() const { return impl_->plain; }

Result<PersonalText> PersonalText::compile(Ctx& ctx, const std::string& source,
                                           const std::string& pointer) {
  auto impl = std::make_unique<Impl>();
  VARDE_CHECK(impl->part.compile(source, TemplateEscape::text, Names(ctx), pointer));
  for (const auto& slot : impl->part.slots)
    if (slot.from == Slot::From::attribute) impl->plain = true;
  return PersonalText(std::move(impl));
}

Result<std::string> PersonalText::render(const Person& person) const {
  std::string out;
  VARDE_CHECK(impl_->part.program->render(out, PlainLookup(impl_->part, person), 20000));
  return out;
}

void on_mail_pool(const std::function<void()>& work) {
  static net::WorkPool pool(std::max(1U, std::thread::hardware_concurrency()), 256);
  if (!pool.run(work)) work();  // so many wait that the loop may as well do its own
}

std::string Mailing::return_path(const Uuid& recipient) const {
  std::string out = "b-";
  impl_->tokens->append(out, TokenKind::bounce, recipient);
  return out + "@" + impl_->bounce_domain;
}

Result<people::Person> person_to_show(Ctx& ctx, const std::optional<Uuid>& id) {
  if (id) {
    auto found = people::load(ctx, {*id});
    if (found.empty()) return bad_input("/person_id", "This person does not exist any more.");
    // Stored and nothing else: not even shown in a preview.
    if (found.front().state != people::PersonState::active)
      return bad_input("/person_id",
                       "This person's data may not be used: its processing is restricted.");
    return std::move(found.front());
  }
  people::Person person;
  person.first_name = Personal("Ola");
  person.last_name = Personal("Nordmann");
  person.email = Personal("ola@example.org");
  person.phone = Personal("+4740000000");
  person.language = "nb";
  for (const auto& attribute : people::attributes(ctx)) {
    auto& value = person.attributes[attribute.id];
    switch (attribute.type) {
      case people::AttributeType::number:
        value = 42;
        break;
      case people::AttributeType::date:
        value = "2026-03-01";
        break;
      case people::AttributeType::boolean:
        value = true;
        break;
      default:
        value =
            json::value(attribute.choices.empty() ? attribute.label : attribute.choices.front());
    }
  }
  return person;
}

std::vector<PersonalisationField> personalisation_fields(Ctx& ctx) {
  std::vector<PersonalisationField> out = {{"person.first_name", "First name", "text", "Ola"},
                                           {"person.last_name", "Last name", "text", "Nordmann"},
                                           {"person.name", "Full name", "text", "Ola Nordmann"},
                                           {"person.email", "E-mail", "text", "ola@example.org"},
                                           {"person.phone", "Phone", "text", "+4740000000"},
                                           {"person.language", "Language", "text", "nb"}};
  for (const auto& attribute : people::attributes(ctx)) {
    if (attribute.classification == people::Classification::sensitive) continue;
    std::string sample = "text";
    if (attribute.type == people::AttributeType::number) sample = "42";
    if (attribute.type == people::AttributeType::date) sample = "2026-03-01";
    if (attribute.type == people::AttributeType::boolean) sample = "true";
    if (!attribute.choices.empty()) sample = attribute.choices.front();
    out.push_back({"person." + attribute.key, attribute.label, web::enum_word(attribute.type),
                   std::move(sample)});
  }
  out.push_back({"tenant.name", "The organisation", "text", trust::tenant_settings(ctx).name});
  return out;
}

std::optional<std::string> render_link(Ctx& ctx, const std::string& target, const Person& person) {
  std::string out;
  if (target.find("{{") == std::string::npos) {
    out = target;
  } else {
    Part part;
    if (!has_written_host(target)) return std::nullopt;
    if (!part.compile(target, TemplateEscape::url, Names(ctx), "/url")) return std::nullopt;
    if (!part.program->render(out, PlainLookup(part, person), 4000)) return std::nullopt;
  }
  if (!is_web_address(out) || out.find_first_of("\r\n") != std::string::npos) return std::nullopt;
  return out;
}

}  // namespace varde::messaging
