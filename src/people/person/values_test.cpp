// Numbers as people write them: of telephones, and of anything else.
#include <gtest/gtest.h>
#include <phonenumbers/phonenumberutil.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "people/person/person.hpp"

namespace varde::people {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

template <class T>
T one_of(std::initializer_list<T> all) {
  return *rc::gen::elementOf(std::vector<T>(all));
}

// ---- telephones

struct Telephone {
  std::string region, e164;
  PhoneNumber number;
};

// One that is valid in its country: the example of a kind, with other digits at its end.
Telephone telephone() {
  auto* util = PhoneNumberUtil::GetInstance();
  static const auto kRegions = [&] {
    std::set<std::string> all;
    util->GetSupportedRegions(&all);
    return std::vector<std::string>(all.begin(), all.end());
  }();
  Telephone out;
  auto nordic = one_of<std::string>({"NO", "SE", "DK", "FI", "IS"});
  out.region = *rc::gen::arbitrary<bool>() ? nordic : *rc::gen::elementOf(kRegions);
  auto kind = one_of({PhoneNumberUtil::MOBILE, PhoneNumberUtil::FIXED_LINE});
  RC_PRE(util->GetExampleNumberForType(out.region, kind, &out.number));
  auto other = out.number;
  other.set_national_number(out.number.national_number() - out.number.national_number() % 1000 +
                            static_cast<std::uint64_t>(*rc::gen::inRange(0, 1000)));
  if (util->IsValidNumberForRegion(other, out.region)) out.number = other;
  util->Format(out.number, PhoneNumberUtil::E164, &out.e164);
  return out;
}

std::string around(std::string text) {
  text = one_of<std::string>({"", " ", "\u00a0", "\u202a", "\ufeff", "\u2066"}) + text +
         one_of<std::string>({"", " ", "\u00a0", "\u202c", "\u200b", "\u2069"});
  if (*rc::gen::arbitrary<bool>()) {  // spaces as documents have them
    auto space = one_of<std::string>({"\u00a0", "\u202f", "\u2009"});
    for (std::size_t at = 0; (at = text.find(' ', at)) != std::string::npos; at += space.size())
      text.replace(at, 1, space);
  }
  return text;
}

RC_GTEST_PROP(TelephoneNumbers, HoweverWrittenItIsTheSameNumber, ()) {
  auto phone = telephone();
  auto* util = PhoneNumberUtil::GetInstance();
  std::string written;
  util->Format(phone.number,
               one_of({PhoneNumberUtil::E164, PhoneNumberUtil::INTERNATIONAL,
                       PhoneNumberUtil::NATIONAL, PhoneNumberUtil::RFC3966}),
               &written);
  RC_ASSERT(normalise_phone(around(written), phone.region) == phone.e164);
}

RC_GTEST_PROP(TelephoneNumbers, OnceNormalisedItStaysInEveryCountry, ()) {
  auto phone = telephone();
  RC_ASSERT(normalise_phone(phone.e164, one_of<std::string>({"NO", "SE", "DK", "US", "JP"})) ==
            phone.e164);
}

RC_GTEST_PROP(TelephoneNumbers, AGatewaysSenderIsFoundWithAndWithoutPlus, ()) {
  auto phone = telephone();
  auto region = one_of<std::string>({"NO", "SE", "DK", "FI", "GB"});
  auto written = one_of<std::string>({"", "+", "00"}) + phone.e164.substr(1);
  auto found = sender_phones(written, region);
  RC_ASSERT(std::ranges::find(found, phone.e164) != found.end());
}

RC_GTEST_PROP(TelephoneNumbers, GarbageNeverThrows, ()) {
  std::string text;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i)
    text += one_of<std::string>({"4", "7", "0", "+", "00", "(0)", " ", "-", "ext", "tel:", ";",
                                 "\u0663", "\uff17", "/", ",", "#", "\xff", "e+09"}) +
            *rc::gen::arbitrary<std::string>();
  if (auto number = normalise_phone(text, "NO")) {
    RC_ASSERT(number->starts_with("+") && number->size() <= 16);
    RC_ASSERT(normalise_phone(*number, "SE") == number);
  }
  for (const auto& number : sender_phones(text, "NO")) RC_ASSERT(number.starts_with("+"));
}

// ---- choices

TEST(Choices, ASentenceNamesSomeOfMany) {
  Attribute attribute;
  attribute.key = "city";
  attribute.type = AttributeType::choice;
  attribute.choices = {"Oslo", "Bergen"};
  auto sentence = [&] {
    return normalise_value(attribute, boost::json::value("x")).error().message;
  };
  EXPECT_EQ(sentence(), "must be one of: Oslo, Bergen.");
  for (int i = 0; i < 98; ++i) attribute.choices.push_back(std::string(40, 'o'));
  EXPECT_EQ(sentence(), "must be one of: Oslo, Bergen, " + std::string(40, 'o') + ", " +
                            std::string(40, 'o') + " and 96 more.");
  attribute.choices = {std::string(5000, 'x')};
  EXPECT_LT(sentence().size(), 200U);
}

// ---- other numbers

Attribute number_attribute() {
  Attribute out;
  out.key = "amount";
  out.type = AttributeType::number;
  return out;
}

std::optional<double> read(const std::string& text) {
  auto value = normalise_value(number_attribute(), boost::json::value(text));
  if (!value || value->is_null()) return std::nullopt;
  return value->to_number<double>();
}

RC_GTEST_PROP(Numbers, ThousandsAndDecimalsAsOfficesWriteThem, ()) {
  auto cents = *rc::gen::inRange<std::int64_t>(0, 100'000'000'000);
  auto whole = std::to_string(cents / 100);
  auto apart = one_of<std::string>({"", " ", "\u00a0", "\u202f", "\u2009", "'", "\u2019"});
  for (auto at = static_cast<int>(whole.size()) - 3; at > 0; at -= 3)
    whole.insert(static_cast<std::size_t>(at), apart);
  auto part = std::to_string(100 + cents % 100).substr(1);
  auto sign = one_of<std::string>({"", "-", "\u2212"});
  auto text = sign + whole + one_of<std::string>({",", "."}) + part;
  auto got = read(text);
  RC_ASSERT(got.has_value());
  RC_ASSERT(std::llround(*got * 100) == (sign.empty() ? cents : -cents));
}

RC_GTEST_PROP(Numbers, TwoNumbersAreNotOne, ()) {
  auto first = std::to_string(*rc::gen::inRange(1, 1000));
  auto second = std::to_string(*rc::gen::inRange(0, 100));  // of one digit, or two: no thousands
  RC_ASSERT(!read(first + " " + second));
  RC_ASSERT(!read(first + "," + second + "," + second));
}

RC_GTEST_PROP(Numbers, GarbageIsRefusedOrFinite, ()) {
  std::string text;
  for (int i = *rc::gen::inRange(0, 10); i > 0; --i)
    text += one_of<std::string>(
        {"1", "0", "9", " ", "'", ",", ".", "-", "\u2212", "e", "inf", "nan", "0x", "\u00a0"});
  if (auto got = read(text)) RC_ASSERT(std::isfinite(*got));
}

}  // namespace
}  // namespace varde::people
