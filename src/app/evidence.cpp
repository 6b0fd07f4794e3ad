// `varde evidence` and `varde programme` beside the running program, and `varde evidence verify`
// without any.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/output.hpp"
#include "app/program.hpp"
#include "base/text.hpp"
#include "crypto/key.hpp"
#include "operate/evidence/evidence.hpp"
#include "operate/evidence/verify.hpp"
#include "trust/package/mapped.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/file.hpp"
#include "web/reflect.hpp"

namespace varde::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPosture = "/posture.json";

// Of the program that runs: a command does not know the options that it was started with.
operate::Posture kept_posture(const Settings& settings) {
  boost::system::error_code problem;
  auto text = operate::read_file(settings.data_directory + kPosture);
  auto parsed = boost::json::parse(text.value_or(""), problem);
  auto kept =
      problem ? Result<operate::Posture>(not_found("")) : web::read<operate::Posture>(parsed);
  return kept ? *kept : posture_of(settings);
}

// With the databases of the program that runs, and all modules as it has them.
void with_running_program(
    Settings settings, const std::string& slug,
    const std::function<Result<void>(trust::Ctx&, const operate::Environment&)>& work) {
  if (!settings.test_clock.empty()) use_clock_file(settings.test_clock);
  // What the running program works with, as far as it leaves it where a command finds it.
  if (settings.embedded) {
    settings.public_url = address_of(settings);
    if (settings.public_url.empty())
      throw std::runtime_error("Varde is not running on " + settings.data_directory +
                               ". Start it first, or name its directory with --data.");
    auto kept = operate::kept_settings(settings.data_directory);
    settings.backup.enabled = kept.has_value();
    if (kept) settings.backup = *kept;
  }
  Program program(settings);
  std::tie(program.database, program.keys) = open_beside(settings, 2);
  program.base = std::unique_ptr<trust::Base>(new trust::Base{
      *program.database, *program.keys, settings.public_url, settings.data_directory, ""});
  program.modules = make_modules(program);
  auto environment = environment_of(program);
  environment.posture = kept_posture(settings);
  run_beside(*program.database, *program.keys, [&]() -> Result<void> {
    auto tenant = trust::find_tenant(*program.base, slug);
    if (!tenant)
      return not_found("there is no organisation \"" + slug +
                       "\". Give its short name with --tenant.");
    trust::Ctx ctx(*program.base, *tenant, {});
    return work(ctx, environment);
  });
}

std::optional<Timestamp> moment(const std::string& text, const char* option) {
  if (text.empty()) return std::nullopt;
  auto day = parse_date(text);
  auto at = day ? std::optional<Timestamp>(std::chrono::sys_days(*day)) : parse_rfc3339(text);
  if (!at)
    throw std::runtime_error(
        fmt::format("{}: \"{}\" is not a moment. Write it as 2026-03-01, or 2026-03-01T12:30:00Z.",
                    option, text));
  return at;
}

std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string as_json(const operate::EvidenceReport& report) {
  boost::json::object out{{"ok", report.ok()},
                          {"problem", report.problem},
                          {"kind", report.kind},
                          {"tenant", report.tenant}};
  if (!report.person.empty()) out["person"] = report.person;
  if (report.kind == "removal") {
    out["organisation"] = report.organisation;
    out["removed_at"] = to_rfc3339(report.made_at);
  } else if (report.kind == "erasure") {
    out["rows_erased_at"] = to_rfc3339(report.rows_erased_at);
    out["key_destroyed_at"] = to_rfc3339(report.made_at);
  } else if (!report.kind.empty()) {
    out["organisation"] = report.organisation;
    out["made_at"] = to_rfc3339(report.made_at);
    out["files"] = report.files;
  }
  if (report.kind == "evidence") {
    out["heads"] = report.heads;
    out["entries"] = report.entries;
    out["erasures"] = report.erasures;
    out["witnessed"] = report.witnessed;
    out["left_out"] = report.left_out;
    out["sealed_at"] = to_rfc3339(report.sealed_at);
  }
  return boost::json::serialize(out) + "\n";
}

std::string as_text(const operate::EvidenceReport& report) {
  if (!report.ok()) return "This does NOT hold. " + report.problem + "\n";
  if (report.kind == "erasure")
    return fmt::format(
        "The receipt holds: person {} of organisation {} was erased. Rows: {}; key: {}. The trail "
        "says so in its entry {}, under a signed head.\n",
        report.person, report.tenant, to_rfc3339(report.rows_erased_at), to_rfc3339(report.made_at),
        report.index);
  if (report.kind == "removal")
    return fmt::format("The certificate holds: all data of {} was removed on {}.\n",
                       report.organisation, to_rfc3339(report.made_at));
  if (report.kind == "organisation-export")
    return fmt::format(
        "The file holds: {} files, made on {}, and nothing in them was changed since. `varde audit "
        "verify` verifies its trail.jsonl.\n",
        report.files, to_rfc3339(report.made_at));
  if (report.kind == "subject-export")
    return fmt::format(
        "The file holds: {} gave person {} these {} files on {}, and nothing in them was changed "
        "since.\n",
        report.organisation, report.person, report.files, to_rfc3339(report.made_at));
  return fmt::format(
      "The evidence of {} holds: {} files, made on {}.\n{} signed heads, each the continuation of "
      "the one before, the last of {}; {} of them were kept by a witness.\n{} entries of the trail "
      "are proven, among them {} erasures; {} are left out.\n",
      report.organisation, report.files, to_rfc3339(report.made_at), report.heads,
      to_rfc3339(report.sealed_at), report.witnessed, report.entries, report.erasures,
      report.left_out);
}

// "must be before the end of the period."
std::string sentence_of(const Error& error) {
  return error.fields.empty() ? error.message : "--from " + error.fields.front().message;
}

}  // namespace

void keep_posture(const Settings& settings) {
  operate::replace_file(settings.data_directory + kPosture,
                        boost::json::serialize(web::write(posture_of(settings))) + "\n");
}

void make_evidence(const Settings& settings, const EvidenceOptions& options) {
  Output out(options.out);
  if (!settings.test_clock.empty()) use_clock_file(settings.test_clock);
  auto period = operate::read_period(moment(options.from, "--from"), moment(options.until, "--to"));
  if (!period) throw std::runtime_error(sentence_of(period.error()));
  with_running_program(
      settings, options.tenant,
      [&](trust::Ctx& ctx, const operate::Environment& environment) -> Result<void> {
        operate::record_evidence(ctx, *period);
        ctx.commit();
        operate::write_evidence(ctx.base, ctx.tenant, environment, *period,
                                [&](std::string_view bytes) { return out.write(bytes); });
        return {};
      });
  out.keep();
  if (!options.out.empty())
    std::cout << "The evidence is in " << options.out
              << ". Check it with `varde evidence verify`.\n";
}

void write_programme(const Settings& settings, const EvidenceOptions& options,
                     const std::string& format) {
  Output out(options.out);
  with_running_program(
      settings, options.tenant,
      [&](trust::Ctx& ctx, const operate::Environment& environment) -> Result<void> {
        VARDE_TRY(auto text,
                  operate::make_programme(ctx, environment,
                                          format == "pdf" ? operate::ProgrammeFormat::pdf
                                                          : operate::ProgrammeFormat::html));
        out.write(text);
        return {};
      });
  out.keep();
  if (!options.out.empty()) std::cout << "The programme is in " << options.out << ".\n";
}

int verify_evidence(const VerifyOptions& options) {
  crypto::initialise();
  std::vector<std::string> witnessed;
  for (const auto& path : options.witness)
    for (auto& note : trust::notes_of(read_whole(path))) witnessed.push_back(std::move(note));
  auto key = options.key;
  if (fs::exists(key)) key = std::string(trim(read_whole(key)));
  trust::MappedFile file(options.file);
  auto report = operate::verify_evidence(file.view(), key, witnessed);
  std::cout << (options.as_json ? as_json(report) : as_text(report));
  return report.ok() ? 0 : 1;
}

}  // namespace varde::app
