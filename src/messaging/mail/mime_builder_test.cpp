// The oracle is GMime, which shares no code with the builder.
#include "messaging/mail/mime_builder.hpp"

#include <gmime/gmime.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"

namespace varde::messaging::mail {
namespace {

struct Parsed {
  std::string subject, from_name, from_mail, to_name, message_id, text, html, extra, unsubscribe;
};

std::string text_of(GMimeObject* part) {
  char* text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
  std::string out = text ? text : "";
  g_free(text);
  return out;
}

Parsed parse(const std::string& message) {
  static bool started = (g_mime_init(), true);
  (void)started;
  auto* stream = g_mime_stream_mem_new_with_buffer(message.data(), message.size());
  auto* parser = g_mime_parser_new_with_stream(stream);
  auto* parsed = g_mime_parser_construct_message(parser, nullptr);
  Parsed out;
  auto string = [](const char* s) { return std::string(s ? s : ""); };
  out.subject = string(g_mime_message_get_subject(parsed));
  out.message_id = string(g_mime_message_get_message_id(parsed));
  auto* from = internet_address_list_get_address(g_mime_message_get_from(parsed), 0);
  out.from_name = string(internet_address_get_name(from));
  out.from_mail = string(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(from)));
  auto* to = internet_address_list_get_address(g_mime_message_get_to(parsed), 0);
  out.to_name = string(internet_address_get_name(to));
  out.extra = string(g_mime_object_get_header(GMIME_OBJECT(parsed), "X-Extra"));
  out.unsubscribe = string(g_mime_object_get_header(GMIME_OBJECT(parsed), "List-Unsubscribe"));
  auto* body = g_mime_message_get_mime_part(parsed);
  if (GMIME_IS_MULTIPART(body)) {
    out.text = text_of(g_mime_multipart_get_part(GMIME_MULTIPART(body), 0));
    out.html = text_of(g_mime_multipart_get_part(GMIME_MULTIPART(body), 1));
  } else {
    out.text = text_of(body);
  }
  g_object_unref(parsed);
  g_object_unref(parser);
  g_object_unref(stream);
  return out;
}

Message basic() {
  static const Address to[] = {{"", "someone@example.org"}};
  Message m;
  m.from = {"Example", "news@example.org"};
  m.to = to;
  m.subject = "Hello";
  m.date = Timestamp{};
  m.message_id = "1@example.org";
  m.text = "text\n";
  return m;
}

std::string build(const Message& m) {
  std::string out;
  auto done = append_message(out, m);
  EXPECT_TRUE(done) << (done ? "" : done.error().fields[0].pointer);
  return out;
}

std::string lf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  return out;
}

// Characters of every width, and those with a meaning in mail.
rc::Gen<std::string> any_text(bool lines) {
  auto pieces = rc::gen::element<std::string>(
      "a", "b", "Z", "0", " ", " ", "=", "?", "_", ".", ",", "\"", "\\", "<", ">", "@", ":", ";",
      "(", ")", "æ", "ø", "å", "é", "ж", "中", "😀", "=?", "?=", "word", "\t", "--=_",
      "averyveryverylongwordthatdoesnotfitanywhere");
  auto with_lines = rc::gen::weightedOneOf<std::string>(
      {{10, pieces}, {1, rc::gen::element<std::string>("\n", "\r\n", "\n.\n", "\nFrom ", " \n")}});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(lines ? with_lines : pieces),
                      [](auto parts) {
                        std::string out;
                        for (const auto& part : parts) out += part;
                        return out;
                      });
}

RC_GTEST_PROP(MimeBuilder, AnythingRoundTripsThroughGMime, ()) {
  auto subject = *any_text(false), name = *any_text(false), to_name = *any_text(false);
  auto text = *any_text(true), html = "<p>" + *any_text(true) + "</p>";
  auto m = basic();
  m.subject = subject;
  m.from.name = name;
  Address to[] = {{to_name, "someone@example.org"}, {"Other", "other@example.org"}};
  m.to = to;
  m.text = text;
  m.html = html;
  std::pair<std::string_view, std::string_view> extra[] = {{"X-Extra", subject}};
  m.headers = extra;
  auto out = build(m);
  for (auto line : split(out, '\n')) {
    RC_ASSERT(line.size() <= 999U);
    RC_ASSERT((line.empty() || line.back() == '\r'));
    for (char c : line) RC_ASSERT(static_cast<unsigned char>(c) < 128);
  }
  auto back = parse(out);
  // White space at the ends of an unstructured value that is not encoded does not count; the
  // builder encodes such values, so they come back whole.
  RC_ASSERT(back.subject == subject);
  RC_ASSERT(back.from_name == trim(name));
  RC_ASSERT(back.to_name == trim(to_name));
  RC_ASSERT(lf(back.text) == lf(text));
  RC_ASSERT(lf(back.html) == lf(html));
}

TEST(MimeBuilder, HeadersThatBulkMailMustHave) {
  auto m = basic();
  m.unsubscribe_url = "https://example.org/u/1";
  m.unsubscribe_mail = "u-1@example.org";
  m.feedback_id = "1:2:campaign:varde";
  m.list_id = "news.example.org";
  m.auto_generated = true;
  m.reply_to = {"", "reply@example.org"};
  m.in_reply_to = "0@example.org";
  auto out = build(m);
  EXPECT_EQ(out,
            "From: Example <news@example.org>\r\n"
            "To: someone@example.org\r\n"
            "Reply-To: reply@example.org\r\n"
            "Subject: Hello\r\n"
            "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
            "Message-ID: <1@example.org>\r\n"
            "In-Reply-To: <0@example.org>\r\n"
            "References: <0@example.org>\r\n"
            "List-Id: <news.example.org>\r\n"
            "List-Unsubscribe: <https://example.org/u/1>,\r\n <mailto:u-1@example.org>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            "Feedback-ID: 1:2:campaign:varde\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "text\r\n");
}

TEST(MimeBuilder, QuotedPrintable) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"a=b", "a=3Db"},
      {"æ\n", "=C3=A6\r\n"},
      {"end \nx", "end=20\r\nx"},
      {"tab\t", "tab=09"},
      {std::string(75, 'x'), std::string(75, 'x')},
      {std::string(77, 'x'), std::string(75, 'x') + "=\r\nxx"},
      {std::string(74, 'x') + "=", std::string(74, 'x') + "=\r\n=3D"},
  };
  for (const auto& [text, expected] : cases) {
    std::string out;
    append_quoted_printable(out, text);
    EXPECT_EQ(out, expected);
  }
}

TEST(MimeBuilder, FoldsLongSubjects) {
  auto m = basic();
  std::string subject;
  for (int i = 0; i < 60; ++i) subject += "word" + std::to_string(i) + (i < 59 ? " " : "");
  m.subject = subject;
  auto out = build(m);
  for (auto line : split(out, '\n')) EXPECT_LE(line.size(), 78U);
  EXPECT_EQ(parse(out).subject, subject);
}

TEST(MimeBuilder, NothingCanBeInjected) {
  struct Case {
    const char* pointer;
    std::function<void(Message&)> spoil;
  };
  static const Address bad_to[] = {{"a", "a@example.org>\r\nBcc: <b@example.org"}};
  static const std::pair<std::string_view, std::string_view> bad_value[] = {{"X-A", "b\r\nBcc: c"}};
  static const std::pair<std::string_view, std::string_view> bad_name[] = {{"X: y\r\nA", "b"}};
  static const std::pair<std::string_view, std::string_view> own_name[] = {{"bCC", "b"}};
  const Case cases[] = {
      {"/subject", [](Message& m) { m.subject = "a\r\nBcc: b@example.org"; }},
      {"/subject", [](Message& m) { m.subject = "a\nb"; }},
      {"/subject", [](Message& m) { m.subject = std::string_view("a\0b", 3); }},
      {"/subject", [](Message& m) { m.subject = "\xff"; }},
      {"/from/name", [](Message& m) { m.from.name = "a\rb"; }},
      {"/from/mail", [](Message& m) { m.from.mail = "a b@example.org"; }},
      {"/to/0/mail", [](Message& m) { m.to = bad_to; }},
      {"/to", [](Message& m) { m.to = {}; }},
      {"/message_id", [](Message& m) { m.message_id = "a> b"; }},
      {"/unsubscribe_url", [](Message& m) { m.unsubscribe_url = "http://example.org/"; }},
      {"/unsubscribe_url", [](Message& m) { m.unsubscribe_url = "https://e.org/>\r\nX: y"; }},
      {"/feedback_id", [](Message& m) { m.feedback_id = "a\r\n"; }},
      {"/headers", [](Message& m) { m.headers = bad_value; }},
      {"/headers", [](Message& m) { m.headers = bad_name; }},
      {"/headers", [](Message& m) { m.headers = own_name; }},
  };
  for (const auto& c : cases) {
    auto m = basic();
    c.spoil(m);
    std::string out = "kept";
    auto done = append_message(out, m);
    ASSERT_FALSE(done) << c.pointer;
    EXPECT_EQ(done.error().fields.at(0).pointer, c.pointer);
    EXPECT_EQ(out, "kept");
  }
}

}  // namespace
}  // namespace varde::messaging::mail
