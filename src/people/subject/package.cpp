#include "people/subject/package.hpp"

#include "base/text.hpp"
#include "people/person/person.hpp"
#include "trust/package/relay.hpp"
#include "trust/package/signed.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::people {

using trust::Ctx;
namespace json = boost::json;

namespace {

// Of the page to read; the tables of sections keep all.
constexpr std::size_t kMostRowsShown = 1000;

constexpr std::string_view kCss = R"css(
*{box-sizing:border-box}body{margin:0 auto;max-width:960px;padding:24px 16px;font:16px/1.5 system-ui,sans-serif;color:#1d2129;background:#fff}
h1{font-size:26px;line-height:1.25}h2{font-size:19px;margin:32px 0 8px;break-after:avoid}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}th,td{border:1px solid #c4c9d4;padding:4px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere;min-width:64px}
th{background:#f4f5f7}dl{display:grid;grid-template-columns:minmax(120px,auto) 1fr;gap:4px 16px}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
code{overflow-wrap:anywhere}a{color:inherit}:focus-visible{outline:3px solid #1d2129;outline-offset:2px}
@media (prefers-color-scheme:dark){@media screen{body{background:#14171c;color:#e8eaee}th{background:#1d2129}th,td{border-color:#4b5363}:focus-visible{outline-color:#fff}}}
@media print{body{max-width:none;padding:0;font-size:11pt}.wide{overflow:visible}tr{break-inside:avoid}})css";

// All that stands in the file but the pictures and documents.
struct Content {
  SubjectDocument document;
  SubjectStyle style;
  trust::TenantSettings tenant;
  PackageFor what;
  std::string name, verifier;
  Timestamp at;
};

std::string index_html(const Content& c) {
  const auto& t = c.style.words;
  std::string contents, files;
  for (const auto& section : c.document.sections())
    if (!section.rows.empty())
      contents += fmt::format("<li><a href=\"#{}\">{}</a> ({})</li>", html_escape(section.key),
                              html_escape(section_title(t, section.key)), section.rows.size());
  for (const auto& file : c.document.files())
    files += fmt::format("<li><a href=\"files/{0}\">{0}</a></li>", html_escape(file.name));
  auto reference = c.what.reference.empty() ? std::string()
                                            : fmt::format("<dt>{}</dt><dd>{}</dd>", t("reference"),
                                                          html_escape(c.what.reference));
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{}</title><style>{}</style>"
      "</head><body><main><h1>{}</h1><p>{}</p><dl><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd>"
      "<dt>{}</dt><dd>{} UTC</dd><dt>{}</dt><dd>{}</dd>{}</dl><p>{}</p><h2>{}</h2><ul>{}</ul>{}{}"
      "<h2>{}</h2><p>{}</p><p><code>{}</code></p></main></body></html>\n",
      t.language(), t("title"), kCss, t("title"), t("intro", {{"organisation", c.tenant.name}}),
      t("who"), html_escape(c.name), t("organisation"), html_escape(c.tenant.name), t("made_at"),
      html_escape(to_rfc3339(c.at).substr(0, 16)), t("zone"), html_escape(c.style.zone), reference,
      t("rights", {{"organisation", c.tenant.name}}), t("contents"), contents,
      files.empty() ? "" : fmt::format("<h2>{}</h2><ul>{}</ul>", t("files"), files),
      sections_html(c.document, c.style, kMostRowsShown), t("proof"), t("proof.text"),
      html_escape(c.verifier));
}

std::optional<PackageReceipt> write_package(trust::Base& base, const Uuid& tenant, const Content& c,
                                            const std::function<bool(std::string_view)>& write) {
  PackageReceipt receipt;
  trust::SignedPackage package(base.keys.signer(), c.at, write);
  if (!package.add("index.html", index_html(c))) return std::nullopt;
  auto data = c.document.json();
  data["format"] = kPackageFormat;
  data["organisation"] = c.tenant.name;
  data["person"] = c.what.person.str();
  data["made_at"] = to_rfc3339(c.at);
  if (!package.add("data.json", json::serialize(data))) return std::nullopt;
  data.clear();
  for (const auto& section : c.document.sections()) {
    receipt.rows += static_cast<std::int64_t>(section.rows.size());
    if (!section.rows.empty() && !package.add(section.key + ".csv", section_csv(section)))
      return std::nullopt;
  }
  for (const auto& file : c.document.files()) {
    Ctx own(base, tenant, {});
    auto bytes = file.bytes(own);
    own.rollback();
    if (!bytes) continue;  // removed meanwhile
    ++receipt.files;
    if (!package.add("files/" + file.name, *bytes, true)) return std::nullopt;
  }
  auto manifest = package.finish({{"format", kPackageFormat},
                                  {"tenant", tenant.str()},
                                  {"organisation", c.tenant.name},
                                  {"person", c.what.person.str()},
                                  {"reference", c.what.reference}});
  if (!manifest) return std::nullopt;
  receipt.manifest_sha256 = *manifest;
  receipt.bytes = package.bytes();
  return receipt;
}

}  // namespace

Result<PackageWriter> make_package(Ctx& ctx, const PackageFor& what) {
  auto persons = load(ctx, {what.person}, false, false);
  if (persons.empty()) return not_found("This person does not exist, or was erased.");
  const auto& person = persons.front();
  auto tenant = trust::tenant_settings(ctx);
  auto language = what.language;
  if (language.empty()) language = person.language.empty() ? tenant.locale : person.language;
  auto zone = person.time_zone.empty() ? tenant.time_zone : person.time_zone;
  auto content = std::make_shared<Content>(Content{{},
                                                   {subject_words(language), zone},
                                                   tenant,
                                                   what,
                                                   display_name(person),
                                                   ctx.base.keys.signer().verifier(),
                                                   now()});
  gather(ctx, what.person, content->document);
  ctx.commit();
  return PackageWriter{[&base = ctx.base, tenant_id = ctx.tenant,
                        content](const std::function<bool(std::string_view)>& write) {
    return write_package(base, tenant_id, *content, write);
  }};
}

std::string package_name() { return "about-me-" + to_rfc3339(now()).substr(0, 10) + ".zip"; }

net::Response package_response(trust::Base& base, PackageWriter writer) {
  net::Response response;
  response.with("Content-Type", "application/zip")
      .with("Content-Disposition", "attachment; filename=\"" + package_name() + "\"")
      .with("Cache-Control", "no-store");
  response.stream = trust::relayed(
      base, [writer = std::move(writer)](const trust::Write& write) { writer(write); });
  return response;
}

}  // namespace varde::people
