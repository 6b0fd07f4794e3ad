// What is stored about oneself (GDPR Art. 15 and 20): to read, in plain words, and to take along.
// What it is, people/subject gathers, as for everybody else.
#include "base/text.hpp"
#include "people/subject/package.hpp"
#include "staffing/paper/paper.hpp"
#include "staffing/portal/internal.hpp"
#include "web/api.hpp"

namespace varde::staffing {

namespace {

// The page shows so many rows of each kind; the file has all.
constexpr std::size_t kMostShown = 3;

net::Response with_cookies(Visit& visit, net::Response response) {
  for (auto& header : visit.headers) response.headers.push_back(std::move(header));
  return response;
}

// "document-ID.pdf" → "/papers/ID"
std::string path_of(const std::string& file) {
  if (file == "picture.jpg") return "/picture";
  constexpr std::string_view kDocument = "document-";
  if (!file.starts_with(kDocument)) return {};
  return "/papers/" + file.substr(kDocument.size(), 36);
}

}  // namespace

net::Response stored_page(Visit& visit) {
  const auto& t = visit.words;
  people::SubjectDocument document;
  people::gather(visit.ctx, visit.me(), document);
  auto body = fmt::format(
      "<p>{}</p><p>{}</p><p>{} {}</p>", t("stored.text", {{"organisation", visit.tenant.name}}),
      t("stored.download_text"), link(visit.home + "/stored.zip", t("stored.download_link")),
      link(visit.home + "/stored.json", t("stored.download_json")));
  std::string files;
  for (const auto& file : document.files())
    if (auto path = path_of(file.name); !path.empty())
      files += "<p>" + link(visit.home + path, html_escape(file.name)) + "</p>";
  if (!files.empty()) body += fmt::format("<h2>{}</h2>{}", t("stored.files"), files);
  body += people::sections_html(document, {people::subject_words(t.language()), visit.zone()},
                                kMostShown);
  return show(visit, t.plain("stored.title"), body, Tab::profile);
}

net::Response stored_json(Visit& visit) {
  people::SubjectDocument document;
  people::gather(visit.ctx, visit.me(), document);
  auto out = document.json();
  out["organisation"] = visit.tenant.name;
  out["made_at"] = to_rfc3339(now());
  auto response = web::json_response(200, out);
  response.with("Content-Disposition", "attachment; filename=\"stored-about-me.json\"");
  return with_cookies(visit, std::move(response));
}

net::Response stored_zip(Visit& visit) {
  auto package = people::make_package(visit.ctx, {visit.me(), visit.words.language(), ""});
  if (!package) return say(visit, "not_found", 404);
  return with_cookies(visit, people::package_response(visit.ctx.base, std::move(*package)));
}

namespace {

net::Response own_file(Visit& visit, std::string bytes, std::string media_type) {
  visit.ctx.commit();
  net::Response response;
  response.with("Content-Type", std::move(media_type))
      .with("Content-Disposition", "attachment")
      .with("Cache-Control", "no-store");
  response.body = std::move(bytes);
  return response;
}

}  // namespace

net::Response own_picture(Visit& visit) {
  auto picture = picture_of(visit.ctx, visit.me());
  if (!picture) return say(visit, "not_found", 404);
  return own_file(visit, std::move(*picture), "image/jpeg");
}

net::Response own_paper(Visit& visit, const Uuid& document) {
  auto found = paper_file(visit.ctx, visit.me(), document);
  if (!found) return say(visit, "not_found", 404);
  return own_file(visit, std::move(found->bytes), found->media_type);
}

}  // namespace varde::staffing
