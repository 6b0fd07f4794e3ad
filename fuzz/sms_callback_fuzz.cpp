// What SMS gateways send: callbacks of both kinds, signed or not, and answers. Nothing unsigned is
// believed and what we sign is; what is read of either is UTF-8 within its limits.
//
// The first byte chooses the kind, the media type and what the settings call the fields; the
// signature stands before the first line break, the body (or answer) after it.
#include <cstdlib>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "messaging/channel/gateway.hpp"
#include "messaging/sms/sms.hpp"

using namespace varde;
using namespace varde::messaging;

namespace {

Provider provider_of(unsigned char choice) {
  Provider out;
  out.kind = (choice & 1) != 0 ? ProviderKind::sms_twilio : ProviderKind::sms_http;
  out.username = "AC1";
  out.password = Personal("token");
  out.callback_secret = Personal("secret");
  if ((choice & 2) != 0) {
    CallbackFields fields;
    fields.message_id = {"/messages/0/id"};
    fields.from = {"/a~1b/from"};
    fields.text = {"/messages"};
    fields.status = {"/"};
    fields.signature_header = {"X-Hub-Signature-256"};
    fields.delivered = {{{"ok"}}};
    out.sms.callback = fields;
    out.sms.id_pointer = {"/messages/0/id"};
  }
  return out;
}

void check(bool holds) {
  if (!holds) std::abort();
}

// What is written to the database.
void check_text(const std::string& text, std::size_t most) {
  check(text.size() <= most && is_utf8(text) && text.find('\0') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kReady = (crypto::initialise(), true);
  if (!kReady || size < 1) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto provider = provider_of(data[0]);
  bool twilio = provider.kind == ProviderKind::sms_twilio;
  auto line = std::min(text.find('\n'), text.size());
  std::string signature(text.substr(0, line));
  std::string body(text.substr(std::min(line + 1, text.size())));
  const char* type =
      (data[0] & 4) != 0 ? "application/json; charset=utf-8" : "application/x-www-form-urlencoded";
  const char* header = twilio               ? "x-twilio-signature"
                       : (data[0] & 2) != 0 ? "x-hub-signature-256"
                                            : "x-signature";
  const std::string url = "https://varde.example/p/sms/0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b/reply";
  net::Request request;
  request.headers = {{header, signature}, {"content-type", type}};
  check(!sms::is_signed(provider, request, url, body));
  if (twilio) {
    if (auto form = net::parse_form(body, 100)) {
      std::ranges::sort(*form);
      auto base = url;
      for (const auto& [name, value] : *form) base += name + value;
      request.headers = {{header, base64(crypto::hmac_sha1("token", base))}};
      check(sms::is_signed(provider, request, url, body));
      check(!sms::is_signed(provider, request, url + "?x=1", body));
    }
  } else {
    auto mac = crypto::hmac_sha256("secret", body);
    for (const auto& written : {hex(mac), "sha256=" + hex(mac), base64(mac)}) {
      request.headers = {{header, written}};
      check(sms::is_signed(provider, request, url, body));
      check(!sms::is_signed(provider, request, url, body + " "));
    }
  }
  provider.password = provider.callback_secret = Personal();
  check(!sms::is_signed(provider, request, url, body));  // without a secret nothing is
  if (auto read = sms::read_callback(provider, type, body)) {
    check_text(read->external_id, 200);
    check_text(read->reference, 200);
    check_text(read->from, body.size());
    check_text(read->text, body.size());
    check_text(read->code, 81);
    check(read->report == sms::Report::failed || read->code.empty());
  } else {
    check(!read.error().message.empty());
  }
  net::HttpAnswer answer;
  answer.status = data[0] < 128 ? 200 : 100 + data[0] % 500;
  answer.body = body;
  auto understood = sms::read_answer(provider, answer);
  check_text(understood.external_id, 200);
  check_text(understood.code, 60);
  check(understood.verdict == sms::Verdict::accepted || understood.external_id.empty());
  check(!is_stop_word(body) || !is_start_word(body));
  return 0;
}
