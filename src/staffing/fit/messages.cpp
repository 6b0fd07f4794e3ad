// The sentences of findings and ranks, in the languages that people are asked in.
//
// The server says them: in an answer to "why was I not asked", in the explanation kept with an
// offer, in an e-mail to the scheduler. {name} is
// replaced by a value; {name|time} writes minutes as "9 h 30 min", {name|words} as "9 hours 30
// minutes", {name|date} a day as "2 March 2026".
#include <array>
#include <charconv>

#include "staffing/fit/rank.hpp"

namespace varde::staffing::fit {
namespace {

enum LanguageColumn { en, nb, sv };

struct Row {
  std::string_view key;
  std::array<std::string_view, 3> text;
};

constexpr Row kRows[] = {
    {"rule.daily_rest.before.scheduler",
     {"Rest before the shift would be {measured|time}; {required|time} are required.",
      "Hvilen før vakten ville bli {measured|time}; {required|time} kreves.",
      "Vilan före passet skulle bli {measured|time}; {required|time} krävs."}},
    {"rule.daily_rest.after.scheduler",
     {"Rest after the shift would be {measured|time}; {required|time} are required.",
      "Hvilen etter vakten ville bli {measured|time}; {required|time} kreves.",
      "Vilan efter passet skulle bli {measured|time}; {required|time} krävs."}},
    {"rule.daily_rest.period.scheduler",
     {"The longest rest within 24 hours would be {measured|time}; {required|time} are required.",
      "Den lengste hvilen i løpet av 24 timer ville bli {measured|time}; {required|time} kreves.",
      "Den längsta vilan inom 24 timmar skulle bli {measured|time}; {required|time} krävs."}},
    {"rule.daily_rest.substitute",
     {"{because|opening} your rest would be under {required|words}.",
      "{because|opening} hvilen din ville bli under {required|words}.",
      "{because|opening} din vila skulle bli under {required|words}."}},
    {"rule.weekly_rest.scheduler",
     {"The longest free period in the seven days from {from|date} would be {measured|time}; "
      "{required|time} are required.",
      "Den lengste fritiden i de sju dagene fra {from|date} ville bli {measured|time}; "
      "{required|time} kreves.",
      "Den längsta ledigheten under de sju dagarna från {from|date} skulle bli {measured|time}; "
      "{required|time} krävs."}},
    {"rule.weekly_rest.substitute",
     {"{because|opening} your weekly rest would be under {required|words}.",
      "{because|opening} den ukentlige hvilen din ville bli under {required|words}.",
      "{because|opening} din veckovila skulle bli under {required|words}."}},
    {"rule.week_ordinary.scheduler",
     {"Work in the week from {from|date} would be {measured|time}; ordinary hours end at "
      "{required|time}.",
      "Arbeidet i uken fra {from|date} ville bli {measured|time}; alminnelig arbeidstid er inntil "
      "{required|time}.",
      "Arbetet under veckan från {from|date} skulle bli {measured|time}; ordinarie arbetstid är "
      "högst {required|time}."}},
    {"rule.week_ordinary.substitute",
     {"{because|opening} you would work more than {required|words} that week.",
      "{because|opening} du ville jobbe mer enn {required|words} den uken.",
      "{because|opening} du skulle arbeta mer än {required|words} den veckan."}},
    {"rule.week_max.scheduler",
     {"Work in the week from {from|date} would be {measured|time}; at most {required|time} are "
      "allowed.",
      "Arbeidet i uken fra {from|date} ville bli {measured|time}; høyst {required|time} er "
      "tillatt.",
      "Arbetet under veckan från {from|date} skulle bli {measured|time}; högst {required|time} är "
      "tillåtet."}},
    {"rule.week_max.substitute",
     {"{because|opening} you would work more than {required|words} that week.",
      "{because|opening} du ville jobbe mer enn {required|words} den uken.",
      "{because|opening} du skulle arbeta mer än {required|words} den veckan."}},
    {"rule.month_max.scheduler",
     {"Work in the month from {from|date} would be {measured|time}; at most {required|time} are "
      "allowed.",
      "Arbeidet i måneden fra {from|date} ville bli {measured|time}; høyst {required|time} er "
      "tillatt.",
      "Arbetet under månaden från {from|date} skulle bli {measured|time}; högst {required|time} är "
      "tillåtet."}},
    {"rule.month_max.substitute",
     {"{because|opening} you would work more than {required|words} that month.",
      "{because|opening} du ville jobbe mer enn {required|words} den måneden.",
      "{because|opening} du skulle arbeta mer än {required|words} den månaden."}},
    {"rule.extra_hours.scheduler",
     {"Extra hours in the week from {from|date} would be {measured|time}; at most {required|time} "
      "are allowed beside the employment.",
      "Merarbeidet i uken fra {from|date} ville bli {measured|time}; høyst {required|time} er "
      "tillatt ved siden av stillingen.",
      "Mertiden under veckan från {from|date} skulle bli {measured|time}; högst {required|time} är "
      "tillåtet utöver anställningen."}},
    {"rule.extra_hours.substitute",
     {"{because|opening} your extra hours that week would be more than {required|words}.",
      "{because|opening} merarbeidet ditt den uken ville bli mer enn {required|words}.",
      "{because|opening} din mertid den veckan skulle bli mer än {required|words}."}},
    {"rule.overlap.scheduler",
     {"Is booked elsewhere for {measured|time} of the shift.",
      "Er opptatt på en annen vakt i {measured|time} av denne.",
      "Är bokad på ett annat pass under {measured|time} av detta."}},
    {"rule.overlap.substitute",
     {"{because|opening} you are booked at that time.",
      "{because|opening} du har en annen vakt på den tiden.",
      "{because|opening} du har ett annat pass då."}},
    {"rule.travel.before.scheduler",
     {"There would be {measured|time} to get to the shift from the one before; the way takes about "
      "{required|time}.",
      "Det ville bli {measured|time} til å komme hit fra vakten før; veien tar omtrent "
      "{required|time}.",
      "Det skulle bli {measured|time} för att ta sig hit från passet före; vägen tar omkring "
      "{required|time}."}},
    {"rule.travel.after.scheduler",
     {"There would be {measured|time} to get from the shift to the next one; the way takes about "
      "{required|time}.",
      "Det ville bli {measured|time} til å komme herfra til neste vakt; veien tar omtrent "
      "{required|time}.",
      "Det skulle bli {measured|time} för att ta sig härifrån till nästa pass; vägen tar omkring "
      "{required|time}."}},
    {"rule.travel.substitute",
     {"{because|opening} the way to or from your other shift takes too long.",
      "{because|opening} veien til eller fra den andre vakten din tar for lang tid.",
      "{because|opening} vägen till eller från ditt andra pass tar för lång tid."}},
    {"rule.document.missing.scheduler",
     {"Has no valid document “{name}”.", "Mangler gyldig dokument «{name}».",
      "Saknar giltigt dokument ”{name}”."}},
    {"rule.document.missing.substitute",
     {"{because|opening} we have no “{name}” from you.",
      "{because|opening} vi ikke har «{name}» fra deg.",
      "{because|opening} vi saknar ”{name}” från dig."}},
    {"rule.document.expired.scheduler",
     {"The document “{name}” runs out before the shift ends.",
      "Dokumentet «{name}» går ut før vakten er over.",
      "Dokumentet ”{name}” går ut innan passet är slut."}},
    {"rule.document.expired.substitute",
     {"{because|opening} your “{name}” runs out before the shift ends.",
      "{because|opening} dokumentet «{name}» går ut før vakten er over.",
      "{because|opening} ditt dokument ”{name}” går ut innan passet är slut."}},
    {"rule.document.not_yet.scheduler",
     {"The document “{name}” is not valid yet when the shift begins.",
      "Dokumentet «{name}» gjelder ikke ennå når vakten begynner.",
      "Dokumentet ”{name}” gäller inte än när passet börjar."}},
    {"rule.document.not_yet.substitute",
     {"{because|opening} your “{name}” is not valid yet when the shift begins.",
      "{because|opening} dokumentet «{name}» ikke gjelder ennå når vakten begynner.",
      "{because|opening} ditt dokument ”{name}” inte gäller än när passet börjar."}},
    {"rule.skill.missing.scheduler",
     {"Lacks the skill “{name}”.", "Mangler kompetansen «{name}».",
      "Saknar kompetensen ”{name}”."}},
    {"rule.skill.missing.substitute",
     {"{because|opening} the shift needs “{name}”.", "{because|opening} vakten krever «{name}».",
      "{because|opening} passet kräver ”{name}”."}},
    {"rule.skill.expired.scheduler",
     {"The skill “{name}” runs out before the shift ends.",
      "Kompetansen «{name}» går ut før vakten er over.",
      "Kompetensen ”{name}” går ut innan passet är slut."}},
    {"rule.skill.expired.substitute",
     {"{because|opening} your “{name}” runs out before the shift ends.",
      "{because|opening} kompetansen «{name}» går ut før vakten er over.",
      "{because|opening} din kompetens ”{name}” går ut innan passet är slut."}},
    {"rule.skill.too_low.scheduler",
     {"Has “{name}” at level {measured}; level {required} is required.",
      "Har «{name}» på nivå {measured}; nivå {required} kreves.",
      "Har ”{name}” på nivå {measured}; nivå {required} krävs."}},
    {"rule.skill.too_low.substitute",
     {"{because|opening} the shift needs “{name}” at level {required}.",
      "{because|opening} vakten krever «{name}» på nivå {required}.",
      "{because|opening} passet kräver ”{name}” på nivå {required}."}},
    {"rule.excluded_by_workplace.scheduler",
     {"Is not to work at this workplace, by the workplace's choice.",
      "Skal ikke jobbe på dette arbeidsstedet, etter arbeidsstedets ønske.",
      "Ska inte arbeta på denna arbetsplats, enligt arbetsplatsens val."}},
    {"rule.excluded_by_person.scheduler",
     {"Does not want to work at this workplace.", "Ønsker ikke å jobbe på dette arbeidsstedet.",
      "Vill inte arbeta på denna arbetsplats."}},
    {"rule.excluded_by_person.substitute",
     {"{because|opening} you chose not to work at this workplace.",
      "{because|opening} du har valgt å ikke jobbe på dette arbeidsstedet.",
      "{because|opening} du har valt att inte arbeta på denna arbetsplats."}},
    {"rule.paused.scheduler",
     {"Has asked not to be asked at this time.", "Har bedt om ikke å bli spurt i denne tiden.",
      "Har bett att inte bli tillfrågad under denna tid."}},
    {"rule.paused.substitute",
     {"{because|opening} you have paused offers.",
      "{because|opening} du har satt forespørsler på pause.",
      "{because|opening} du har pausat förfrågningar."}},
    {"rule.unavailable.scheduler",
     {"Said they cannot work at this time.", "Har sagt at de ikke kan jobbe på denne tiden.",
      "Har sagt att de inte kan arbeta vid denna tid."}},
    {"rule.unavailable.substitute",
     {"{because|opening} you said that you cannot work at that time.",
      "{because|opening} du har sagt at du ikke kan jobbe da.",
      "{because|opening} du har sagt att du inte kan arbeta då."}},

    {"rank.available",
     {"Said they can work.", "Har sagt at de kan jobbe.", "Har sagt att de kan arbeta."}},
    {"rank.ask_anyway",
     {"Said to ask anyway.", "Vil bli spurt likevel.", "Vill bli tillfrågad ändå."}},
    {"rank.unknown",
     {"Said nothing about this time.", "Har ikke sagt noe om denne tiden.",
      "Har inte sagt något om denna tid."}},
    {"rank.unavailable",
     {"Said they cannot work.", "Har sagt at de ikke kan jobbe.",
      "Har sagt att de inte kan arbeta."}},
    {"rank.not_asked",
     {"Not asked: said nothing about this time.", "Spørres ikke: har ikke sagt noe om denne tiden.",
      "Tillfrågas inte: har inte sagt något om denna tid."}},
    {"rank.blocked", {"Not asked:", "Spørres ikke:", "Tillfrågas inte:"}},
    {"rank.warning", {"Note:", "Merk:", "Obs:"}},
    {"rank.favourite",
     {"favourite of the workplace", "favoritt på arbeidsstedet", "favorit på arbetsplatsen"}},
    {"rank.skills",
     {"{has} of {of} preferred skills", "{has} av {of} ønskede kompetanser",
      "{has} av {of} önskade kompetenser"}},
    {"rank.lately",
     {"in the last {days} days asked {asked} times and booked for {worked|time}",
      "de siste {days} dagene spurt {asked} ganger og booket i {worked|time}",
      "de senaste {days} dagarna tillfrågad {asked} gånger och bokad i {worked|time}"}},
    {"rank.lately_once",
     {"in the last {days} days asked once and booked for {worked|time}",
      "de siste {days} dagene spurt én gang og booket i {worked|time}",
      "de senaste {days} dagarna tillfrågad en gång och bokad i {worked|time}"}},
    {"rank.distance", {"{km} km away", "{km} km unna", "{km} km bort"}},
};

LanguageColumn column_of(std::string_view language) {
  auto word = language.substr(0, language.find('-'));
  if (word == "nb" || word == "no" || word == "nn") return nb;
  return word == "sv" ? sv : en;
}

std::string time_text(std::int64_t minutes, LanguageColumn language) {
  constexpr std::array<std::string_view, 3> kHour{"h", "t", "tim"};
  auto hours = minutes / 60, rest = minutes % 60;
  if (hours == 0) return fmt::format("{} min", rest);
  if (rest == 0) return fmt::format("{} {}", hours, kHour[language]);
  return fmt::format("{} {} {} min", hours, kHour[language], rest);
}

std::string words_text(std::int64_t minutes, LanguageColumn language) {
  struct Forms {
    std::string_view one, more;
  };
  constexpr std::array<Forms, 3> kHours{
      {{"hour", "hours"}, {"time", "timer"}, {"timme", "timmar"}}};
  constexpr std::array<Forms, 3> kMinutes{
      {{"minute", "minutes"}, {"minutt", "minutter"}, {"minut", "minuter"}}};
  auto count = [](std::int64_t n, const Forms& forms) {
    return fmt::format("{} {}", n, n == 1 ? forms.one : forms.more);
  };
  auto hours = minutes / 60, rest = minutes % 60;
  if (hours == 0) return count(rest, kMinutes[language]);
  auto out = count(hours, kHours[language]);
  return rest == 0 ? out : out + ' ' + count(rest, kMinutes[language]);
}

std::string date_text(Date day, LanguageColumn language) {
  constexpr std::array<std::array<std::string_view, 12>, 3> kMonths{
      {{"January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December"},
       {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september",
        "oktober", "november", "desember"},
       {"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
        "oktober", "november", "december"}}};
  return fmt::format("{}{} {} {}", unsigned(day.day()), language == nb ? "." : "",
                     kMonths[language][unsigned(day.month()) - 1], int(day.year()));
}

std::string_view opening_text(const std::string& value, LanguageColumn language) {
  constexpr std::array<std::string_view, 3> kNotAsked{
      "You were not asked because", "Du ble ikke spurt fordi", "Du tillfrågades inte eftersom"};
  constexpr std::array<std::string_view, 3> kNotYours{"You cannot have this shift because",
                                                      "Du kan ikke få denne vakten fordi",
                                                      "Du kan inte få det här passet eftersom"};
  return value == "not_yours" ? kNotYours[language] : kNotAsked[language];
}

std::string value_text(const std::string& value, std::string_view as, LanguageColumn language) {
  if (as == "opening") return std::string(opening_text(value, language));
  if (as == "date")
    if (auto day = parse_date(value)) return date_text(*day, language);
  if (as == "time" || as == "words") {
    std::int64_t minutes = 0;
    std::from_chars(value.data(), value.data() + value.size(), minutes);
    return as == "time" ? time_text(minutes, language) : words_text(minutes, language);
  }
  return value;
}

std::string_view word_of(RuleId rule) {
  std::string_view out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<RuleId>>([&](auto d) {
    if (d.value == rule) out = d.name;
  });
  return out;
}
std::string_view word_of(FindingCase kind) {
  std::string_view out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<FindingCase>>([&](auto d) {
    if (d.value == kind) out = d.name;
  });
  return out;
}

/// Whether the substitute's sentence, too, depends on the case.
bool told_by_case(RuleId rule) { return rule == RuleId::document || rule == RuleId::skill; }

}  // namespace

std::optional<Message> message(const Finding& finding, Audience audience, std::string_view zone) {
  bool substitute = audience != Audience::scheduler;
  if (substitute &&
      (finding.severity != Severity::block || finding.rule == RuleId::excluded_by_workplace))
    return std::nullopt;
  Message out;
  out.key = fmt::format("rule.{}", word_of(finding.rule));
  if (finding.kind != FindingCase::plain && (!substitute || told_by_case(finding.rule)))
    out.key += fmt::format(".{}", word_of(finding.kind));
  out.key += substitute ? ".substitute" : ".scheduler";
  if (substitute)
    out.values.emplace_back("because", audience == Audience::answer ? "not_yours" : "not_asked");
  if (finding.unit != Unit::nothing) {
    out.values.emplace_back("measured", std::to_string(finding.measured));
    out.values.emplace_back("required", std::to_string(finding.required));
  }
  if (!finding.about.empty()) {
    auto day = std::chrono::floor<std::chrono::days>(to_local(finding.about.start, zone));
    out.values.emplace_back("from", to_string(Date(day)));
  }
  if (!finding.name.empty()) out.values.emplace_back("name", finding.name);
  return out;
}

std::string render(const Message& message, std::string_view language) {
  auto column = column_of(language);
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& r) { return r.key == message.key; });
  if (row == std::end(kRows)) return message.key;
  std::string out;
  for (auto rest = row->text[column]; !rest.empty();) {
    auto open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    auto close = rest.find('}', open);
    auto name = rest.substr(open + 1, close - open - 1);
    std::string_view as;
    if (auto bar = name.find('|'); bar != std::string_view::npos) {
      as = name.substr(bar + 1);
      name = name.substr(0, bar);
    }
    for (const auto& [key, value] : message.values)
      if (key == name) out += value_text(value, as, column);
    rest.remove_prefix(close + 1);
  }
  return out;
}

std::string sentence(const Finding& finding, Audience audience, std::string_view zone,
                     std::string_view language) {
  auto said = message(finding, audience, zone);
  return said ? render(*said, language) : std::string();
}

std::string explain(const Ranked& ranked, std::string_view zone, std::string_view language) {
  auto say = [&](std::string_view key,
                 std::vector<std::pair<std::string_view, std::string>> values = {}) {
    return render({std::string(key), std::move(values)}, language);
  };
  auto findings = [&](std::string& out, std::string_view intro, Severity severity) {
    bool first = true;
    for (const auto& finding : ranked.findings) {
      if (finding.severity != severity) continue;
      if (!out.empty()) out += ' ';
      if (std::exchange(first, false)) out += say(intro) + ' ';
      out += sentence(finding, Audience::scheduler, zone, language);
    }
  };
  std::string out;
  if (ranked.standing == Standing::blocked) {
    findings(out, "rank.blocked", Severity::block);
    return out;
  }
  if (ranked.standing == Standing::not_asked) return say("rank.not_asked");
  switch (ranked.answer) {
    case Answer::available:
      out = say("rank.available");
      break;
    case Answer::ask_anyway:
      out = say("rank.ask_anyway");
      break;
    case Answer::unknown:
      out = say("rank.unknown");
      break;
    case Answer::unavailable:
      out = say("rank.unavailable");
      break;
  }
  std::string reasons;
  auto add = [&](const std::string& reason) { reasons += (reasons.empty() ? "" : "; ") + reason; };
  if (ranked.favourite) add(say("rank.favourite"));
  if (ranked.preferred_skills_of > 0)
    add(say("rank.skills", {{"has", std::to_string(ranked.preferred_skills)},
                            {"of", std::to_string(ranked.preferred_skills_of)}}));
  add(say(ranked.asked_lately == 1 ? "rank.lately_once" : "rank.lately",
          {{"days", std::to_string(ranked.lately_days)},
           {"asked", std::to_string(ranked.asked_lately)},
           {"worked", std::to_string(ranked.worked_lately_minutes)}}));
  if (ranked.kilometres) {
    auto km = fmt::format("{:.1f}", *ranked.kilometres);
    if (column_of(language) != en) std::replace(km.begin(), km.end(), '.', ',');
    add(say("rank.distance", {{"km", km}}));
  }
  // Sentences begin with a capital; all first letters above are ASCII.
  if (reasons[0] >= 'a' && reasons[0] <= 'z') reasons[0] = static_cast<char>(reasons[0] - 32);
  out += ' ' + reasons + '.';
  findings(out, "rank.warning", Severity::warn);
  return out;
}

}  // namespace varde::staffing::fit
