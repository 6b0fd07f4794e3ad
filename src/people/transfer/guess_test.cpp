#include <gtest/gtest.h>

#include "people/transfer/transfer.hpp"

namespace varde::people {
namespace {

TEST(Guess, WhatColumnsAreCalled) {
  Attribute city, since, age;
  city.key = "city";
  city.label = "Town";
  since.key = "member_since";
  since.label = "Member since";
  age.key = "age";
  age.label = "Age";
  for (auto [name, target] : std::initializer_list<std::pair<const char*, const char*>>{
           {"E-mail", "email"},
           {"epost", "email"},
           {"E-postadresse", "email"},
           {"E-post privat", "email"},
           {"Mobil", "phone"},
           {"Mobil tlf.", "phone"},
           {"Tlf. nr", "phone"},
           {"Telefon (privat)", "phone"},
           {"Telefon foresatt", ""},
           {"Fornavn", "first_name"},
           {"Förnamn", "first_name"},
           {"Efternamn", "last_name"},
           {"Efternavn", "last_name"},
           {"FIRST_NAME", "first_name"},
           {"Språk", "language"},
           {"Stikkord", "tags"},
           {"town", "attribute:city"},
           {"Poststed", "attribute:city"},
           {"Ort", "attribute:city"},
           {"Alder", "attribute:age"},
           {"Ålder", "attribute:age"},
           {"Innmeldt", "attribute:member_since"},
           {"Member-Since", "attribute:member_since"},
           {"Notes", ""},
           {"Navn", ""},
           {"Adresse", ""},
           {"", ""}})
    EXPECT_EQ(suggest_target(name, {city, since, age}), target) << name;
}

}  // namespace
}  // namespace varde::people
