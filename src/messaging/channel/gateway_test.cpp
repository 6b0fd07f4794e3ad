#include "messaging/channel/gateway.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "messaging/sms/sms.hpp"

namespace varde::messaging {
namespace {

using namespace sms;

const std::string kTo = "+4791234567", kText = "\"Hei\"\n<på> {to} & 100%";

Provider generic(const char* type, const char* url, const char* body) {
  Provider p;
  p.kind = ProviderKind::sms_http;
  p.channel = Channel::sms;
  p.username = "user";
  p.password = Personal("pa\"ss");
  p.sms.sender = {{"Varde"}};
  p.sms.url = {{url}};
  p.sms.content_type = {{type}};
  p.sms.body = {{body}};
  return p;
}

TEST(SmsGateway, PlaceholdersAreWrittenAsTheirPlaceAsks) {
  struct Case {
    const char *type, *url, *body, *wanted_url, *wanted_body;
  };
  const Case cases[] = {
      {"application/json", "https://g.example/send",
       R"({"to":"{to}","from":"{from}","text":"{text}","ref":"{reference}","key":"{password}"})",
       "https://g.example/send",
       R"({"to":"+4791234567","from":"Varde","text":"\"Hei\"\n<på> {to} & 100%","ref":"r1","key":"pa\"ss"})"},
      {"application/x-www-form-urlencoded", "https://g.example/send", "to={to}&text={text}",
       "https://g.example/send",
       "to=%2B4791234567&text=%22Hei%22%0A%3Cp%C3%A5%3E%20%7Bto%7D%20%26%20100%25"},
      {"text/xml", "https://g.example/send", "<m to=\"{to}\">{text}</m>", "https://g.example/send",
       "<m to=\"+4791234567\">&quot;Hei&quot;\n&lt;på&gt; {to} &amp; 100%</m>"},
      {"text/plain", "https://g.example/{to}?t={text}", "{unknown}",
       "https://g.example/"
       "%2B4791234567?t=%22Hei%22%0A%3Cp%C3%A5%3E%20%7Bto%7D%20%26%20100%25",
       "{unknown}"},
  };
  for (const auto& c : cases) {
    auto call = make_call(generic(c.type, c.url, c.body), {kTo, kText, "r1"}, "https://v.example");
    EXPECT_EQ(call.url, c.wanted_url);
    EXPECT_EQ(call.body, c.wanted_body);
    EXPECT_EQ(call.method, "POST");
  }
}

TEST(SmsGateway, HeadersHoldCredentialsAndNothingPersonal) {
  auto p = generic("application/json", "https://g.example", R"({"to":"{to}","text":"{text}"})");
  p.sms.headers = {{{{"Authorization"}, {"Basic {basic}"}}, {{"X-Key"}, {"{password} {to}"}}}};
  auto call = make_call(p, {kTo, kText, "r1"}, "");
  EXPECT_EQ(call.headers[1].second, "Basic " + base64("user:pa\"ss"));
  EXPECT_EQ(call.headers[2].second, "pa\"ss {to}");
}

TEST(SmsGateway, SettingsThatCannotBeSentWith) {
  const char* good = R"({"to":"{to}","text":"{text}"})";
  EXPECT_TRUE(check_settings(generic("application/json", "https://g.example/x", good)));
  struct Case {
    const char *url, *body, *pointer;
  };
  const Case cases[] = {
      {"ftp://g.example", good, "/sms/url"},
      {"https://{to}.example", good, "/sms/url"},
      {"https://g.example", R"({"to":"{to}"})", "/sms/body"},
      {"https://g.example", R"({"to":"{to}","text":{text}})", "/sms/body"},
  };
  for (const auto& c : cases) {
    auto checked = check_settings(generic("application/json", c.url, c.body));
    ASSERT_FALSE(checked) << c.url << c.body;
    EXPECT_EQ(checked.error().fields.front().pointer, c.pointer) << c.body;
  }
  for (const char* sender : {"", "twelve chars", "+12345678901234567", "Ærlig"}) {
    auto p = generic("application/json", "https://g.example", good);
    p.sms.sender = {{sender}};
    EXPECT_FALSE(check_settings(p)) << sender;
  }
}

TEST(SmsGateway, AnswersHaveAMeaning) {
  auto p = generic("application/json", "https://g.example", "");
  p.sms.id_pointer = {{"/messages/0/id"}};
  struct Case {
    int status;
    Verdict verdict;
  };
  for (auto [status, verdict] : {Case{200, Verdict::accepted},
                                 {202, Verdict::accepted},
                                 {302, Verdict::refused},
                                 {400, Verdict::failed},
                                 {401, Verdict::refused},
                                 {404, Verdict::refused},
                                 {422, Verdict::failed},
                                 {429, Verdict::deferred},
                                 {500, Verdict::deferred},
                                 {503, Verdict::deferred}})
    EXPECT_EQ(read_answer(p, {status, ""}).verdict, verdict) << status;
  EXPECT_EQ(read_answer(p, {200, R"({"messages":[{"id":"m-1"}]})"}).external_id, "m-1");
  EXPECT_EQ(read_answer(p, {200, R"({"messages":[{"id":17}]})"}).external_id, "17");
  EXPECT_EQ(read_answer(p, {200, "not json"}).external_id, "");
  for (const char* id : {R"(a\u0000b)", R"(\u0000)", "a\xff"}) {
    auto answer = read_answer(p, {200, fmt::format(R"({{"messages":[{{"id":"{}"}}]}})", id)});
    EXPECT_EQ(answer.verdict, Verdict::accepted) << id;
    EXPECT_EQ(answer.external_id, "") << id;
  }
  p.kind = ProviderKind::sms_twilio;
  EXPECT_EQ(read_answer(p, {201, R"({"sid":"SM1"})"}).external_id, "SM1");
  EXPECT_EQ(read_answer(p, {400, R"({"code":21211,"message":"+4791234567 is wrong"})"}).code,
            "400 21211");
}

net::Request request(const char* header, const std::string& value) {
  net::Request out;
  out.headers = {{header, value}};
  return out;
}

TEST(SmsGateway, CallbacksAreSigned) {
  // The example of Twilio's documentation of X-Twilio-Signature.
  Provider twilio;
  twilio.kind = ProviderKind::sms_twilio;
  twilio.password = Personal("12345");
  std::string url = "https://example.com/myapp.php?foo=1&bar=2";
  std::string body =
      "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&"
      "From=%2B14158675310&To=%2B18005551212";
  auto mac = base64(crypto::hmac_sha1(
      "12345", url + "CallSidCA1234567890ABCDECaller+14158675310Digits1234From+14158675310"
                     "To+18005551212"));
  EXPECT_TRUE(is_signed(twilio, request("x-twilio-signature", mac), url, body));
  EXPECT_FALSE(is_signed(twilio, request("x-twilio-signature", mac), url + "0", body));
  EXPECT_FALSE(is_signed(twilio, request("x-twilio-signature", mac), url, body + "0"));
  EXPECT_FALSE(is_signed(twilio, request("x-other", mac), url, body));
  twilio.password = Personal("");
  EXPECT_FALSE(is_signed(twilio, request("x-twilio-signature", ""), url, body));

  auto p = generic("application/json", "https://g.example", "");
  auto hash = crypto::hmac_sha256("secret", body);
  EXPECT_FALSE(is_signed(p, request("x-signature", hex(hash)), url, body)) << "no secret is set";
  p.callback_secret = Personal("secret");
  for (const auto& written : {hex(hash), "sha256=" + hex(hash), base64(hash)})
    EXPECT_TRUE(is_signed(p, request("x-signature", written), url, body));
  EXPECT_FALSE(is_signed(p, request("x-signature", hex(hash)), url, body + " "));
  EXPECT_FALSE(is_signed(p, request("x-signature", ""), url, body));
  p.sms.callback = CallbackFields{.signature_header = {{"X-Hub"}}};
  EXPECT_TRUE(is_signed(p, request("x-hub", hex(hash)), url, body));
  EXPECT_FALSE(is_signed(p, request("x-signature", hex(hash)), url, body));
}

TEST(SmsGateway, CallbacksAreRead) {
  auto p = generic("application/json", "https://g.example", "");
  CallbackFields fields;
  fields.message_id = {{"/data/id"}};
  fields.status = {{"/data/state"}};
  fields.delivered = {{{"ARRIVED"}}};
  p.sms.callback = fields;
  auto read = read_callback(p, "application/json; charset=utf-8",
                            R"({"data":{"id":7,"state":"arrived"},"from":"+47"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->external_id, "7");
  EXPECT_EQ(read->from, "+47");
  EXPECT_EQ(read->report, Report::delivered);
  EXPECT_FALSE(read_callback(p, "application/json", "[]"));
  EXPECT_FALSE(read_callback(p, "application/json", "{"));
  p.sms.callback.reset();
  read = read_callback(p, "application/x-www-form-urlencoded", "id=a&status=UNDELIV&text=ja+takk");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->report, Report::failed);
  EXPECT_EQ(read->text, "ja takk");
  EXPECT_EQ(read_callback(p, "", "status=queued")->report, Report::none);
}

TEST(Sms, QuietHours) {
  auto at = [](const char* text) { return *parse_rfc3339(text); };
  struct Case {
    const char *at, *zone, *until;
    QuietHours hours;
  };
  const QuietHours night{}, lunch{12 * 60, 13 * 60}, none{0, 0};
  const Case cases[] = {
      {"2026-01-10T12:00:00Z", "Europe/Oslo", "", night},
      {"2026-01-10T19:59:00Z", "Europe/Oslo", "", night},
      {"2026-01-10T20:00:00Z", "Europe/Oslo", "2026-01-11T07:00:00Z", night},
      {"2026-01-11T06:59:59Z", "Europe/Oslo", "2026-01-11T07:00:00Z", night},
      {"2026-01-11T07:00:00Z", "Europe/Oslo", "", night},
      {"2026-01-10T20:00:00Z", "Europe/London", "", night},
      // The clocks go forward in the night of 29 March: 08:00 is an hour earlier in UTC.
      {"2026-03-28T21:00:00Z", "Europe/Oslo", "2026-03-29T06:00:00Z", night},
      {"2026-01-10T11:30:00Z", "Europe/Oslo", "2026-01-10T12:00:00Z", lunch},
      {"2026-01-10T22:30:00Z", "Europe/Oslo", "", lunch},
      {"2026-01-10T23:30:00Z", "Europe/Oslo", "", none},
  };
  for (const auto& c : cases) {
    auto until = quiet_until(at(c.at), c.zone, c.hours);
    EXPECT_EQ(until ? to_rfc3339(*until) : "", c.until) << c.at << " " << c.zone;
  }
}

TEST(Sms, StopWordsAreWholeMessages) {
  for (const char* yes : {"STOP", "stopp", " Stop. ", "Avslutt!", "AVMELD", "Unsubscribe",
                          "stop all", "Meld meg av", "ＳＴＯＰ", "Stopp takk", "Please stop!"})
    EXPECT_TRUE(is_stop_word(yes)) << yes;
  for (const char* end : {"END", "Cancel", "quit.", "Cancel please"}) {
    EXPECT_TRUE(is_end_word(end)) << end;
    EXPECT_FALSE(is_stop_word(end)) << end;
  }
  for (const char* no : {"", "takk", "stopp litt", "don't stop", "ja", "nei", "busstopp", "\xff"})
    EXPECT_FALSE(is_stop_word(no)) << no;
}

}  // namespace
}  // namespace varde::messaging
