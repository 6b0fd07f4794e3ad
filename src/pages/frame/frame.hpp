// Public pages: rendered here, without any script, in the tenant's colours, and small.
//
// They work with scripts off, on a phone at 360 px, and with a screen reader. The style is one
// <style> with a nonce; the Content-Security-Policy allows nothing else but the page's own form.
#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"
#include "trust/ctx.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::pages {

/// How a tenant's pages look.
struct PageStyle {
  std::string organisation, colour = "#0b7285", language = "en";
  bool ended = false;  ///< The organisation's contract has ended: show ended_page and do nothing.
};
PageStyle page_style(trust::Ctx& ctx);
PageStyle page_style(const trust::TenantSettings& settings);
/// A sentence in the languages of these pages.
struct Sentence {
  const char *en, *nb, *sv;
};
const char* in_language(const PageStyle& style, const Sentence& sentence);

/// A whole page; `body` is HTML whose values are escaped already. 200 unless `status` says
/// otherwise.
net::Response page(const PageStyle& style, std::string_view title, std::string_view body,
                   int status = 200);
/// What a page of several has beside its body.
struct PageParts {
  std::string_view css;     ///< After the common one.
  std::string_view header;  ///< HTML below the organisation's name.
  std::string_view footer;  ///< HTML; what the page keeps and runs.
  std::string_view script;  ///< Of this page alone; empty: none may run.
};
/// The same, for pages behind a sign-in: forms say where they come from (Origin), and the page
/// that they lead to knows it.
net::Response page(const PageStyle& style, std::string_view title, std::string_view body,
                   const PageParts& parts, int status = 200);
/// What every public page is when the organisation's contract has ended: 410.
net::Response ended_page(const PageStyle& style);
/// A page that says one thing: expired links, errors, thanks.
net::Response message_page(const PageStyle& style, std::string_view title, std::string_view text,
                           int status = 200);

}  // namespace varde::pages
