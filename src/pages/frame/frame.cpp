#include "pages/frame/frame.hpp"

#include "base/random.hpp"
#include "base/text.hpp"

namespace varde::pages {
namespace {

constexpr std::string_view kCss = R"css(
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1d2129}
header{background:var(--c);color:#fff;padding:16px}header p{margin:0 auto;max-width:640px;font-weight:600}
main{max-width:640px;margin:0 auto;padding:16px;background:#fff;min-height:70vh}
h1{font-size:24px;line-height:1.25;margin:8px 0 16px}fieldset{border:1px solid #c4c9d4;border-radius:8px;margin:0 0 24px;padding:8px 16px 16px}
legend,label.q{font-weight:600}label.q{display:block;margin:0 0 4px}.field{margin:0 0 24px}.help{color:#4b5363;font-size:14px;margin:0 0 4px}
input[type=text],input[type=email],input[type=tel],input[type=date],textarea{width:100%;font:inherit;padding:10px 12px;border:1px solid #6b7280;border-radius:8px;min-height:44px;background:#fff;color:inherit}
textarea{min-height:120px}.choice{display:flex;gap:12px;align-items:center;min-height:44px}.choice input{width:20px;height:20px;flex:none}
.rating{display:flex;flex-wrap:wrap;gap:4px}.rating label{display:flex;flex-direction:column;align-items:center;justify-content:center;min-width:44px;min-height:44px}
.error{color:#a61e1e;font-weight:600;margin:0 0 4px}.bad{border-left:4px solid #a61e1e;padding-left:12px}
button{font:inherit;font-weight:600;background:var(--c);color:#fff;border:0;border-radius:8px;padding:10px 24px;min-height:44px;cursor:pointer}
button.plain{background:#fff;color:var(--c);border:1px solid var(--c)}:focus-visible{outline:3px solid #1d2129;outline-offset:2px}
a{color:inherit}.act{display:inline-block;padding:10px 0;min-height:44px;min-width:44px}
.hp{position:absolute;left:-9999px}footer{max-width:640px;margin:0 auto;padding:16px;color:#4b5363;font-size:14px}
@media (prefers-color-scheme:dark){body{background:#14171c;color:#e8eaee}main{background:#1d2129}.help,footer{color:#b6bdc9}fieldset{border-color:#4b5363}
input[type=text],input[type=email],input[type=tel],input[type=date],textarea{background:#14171c;border-color:#9aa2b1}.error{color:#ff9d9d}.bad{border-color:#ff9d9d}
button.plain{background:#1d2129;color:#e8eaee;border-color:#e8eaee}:focus-visible{outline-color:#fff}})css";

// White text must stay readable on the tenant's colour (WCAG 1.4.3): a light colour is darkened
// until it is.
std::string readable(const std::string& colour) {
  if (colour.size() != 7) return "#0b7285";
  double rgb[3];
  for (std::size_t i = 0; i < 3; ++i)
    rgb[i] = hex_digit(colour[1 + 2 * i]) * 16 + hex_digit(colour[2 + 2 * i]);
  auto luminance = [&] {
    double out = 0;
    const double weights[] = {0.2126, 0.7152, 0.0722};
    for (std::size_t i = 0; i < 3; ++i) {
      double c = rgb[i] / 255;
      out += weights[i] * (c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return out;
  };
  while (1.05 / (luminance() + 0.05) < 4.6)
    for (double& c : rgb) c *= 0.95;
  return fmt::format("#{:02x}{:02x}{:02x}", static_cast<int>(rgb[0]), static_cast<int>(rgb[1]),
                     static_cast<int>(rgb[2]));
}

}  // namespace

PageStyle page_style(trust::Ctx& ctx) { return page_style(trust::tenant_settings(ctx)); }
PageStyle page_style(const trust::TenantSettings& settings) {
  return {settings.name, settings.colour, settings.locale, settings.ended};
}

const char* in_language(const PageStyle& style, const Sentence& sentence) {
  if (style.language.starts_with("n")) return sentence.nb;
  return style.language.starts_with("sv") ? sentence.sv : sentence.en;
}

net::Response page(const PageStyle& style, std::string_view title, std::string_view body,
                   int status) {
  auto response =
      page(style, title, body,
           {.footer = html_escape(style.organisation) + ". " +
                      in_language(style, {"This page sets no cookies and runs no scripts.",
                                          "Denne siden setter ingen informasjonskapsler og kjører "
                                          "ingen skript.",
                                          "Den här sidan sätter inga kakor och kör inga skript."})},
           status);
  response.with("Referrer-Policy", "no-referrer");
  return response;
}

net::Response page(const PageStyle& style, std::string_view title, std::string_view body,
                   const PageParts& parts, int status) {
  auto nonce = random_token(16);
  auto script = parts.script.empty()
                    ? std::string()
                    : fmt::format("<script nonce=\"{}\">{}</script>", nonce, parts.script);
  auto html = fmt::format(
      "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex\"><title>{} – {}</title><style "
      "nonce=\"{}\">:root{{--c:{}}}{}{}</style></head>"
      "<body><header><p>{}</p>{}</header><main>{}</main><footer>{}</footer>{}</body></html>",
      html_escape(style.language), html_escape(title), html_escape(style.organisation), nonce,
      readable(style.colour), kCss, parts.css, html_escape(style.organisation), parts.header, body,
      parts.footer, script);
  auto response = net::text_response(status, "text/html", std::move(html));
  response.with("Cache-Control", "no-store");
  response.with(
      "Content-Security-Policy",
      fmt::format("default-src 'none'; {}style-src 'nonce-{}'; img-src 'self'; "
                  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                  script.empty() ? "" : fmt::format("script-src 'nonce-{}'; ", nonce), nonce));
  return response;
}

net::Response message_page(const PageStyle& style, std::string_view title, std::string_view text,
                           int status) {
  return page(style, title,
              fmt::format("<h1>{}</h1><p>{}</p>", html_escape(title), html_escape(text)), status);
}

net::Response ended_page(const PageStyle& style) {
  bool nb = style.language.starts_with("n"), sv = style.language.starts_with("sv");
  auto text = fmt::format(
      fmt::runtime(nb   ? "{} bruker ikke lenger denne tjenesten. Ta kontakt med dem direkte."
                   : sv ? "{} anv\u00e4nder inte l\u00e4ngre den h\u00e4r tj\u00e4nsten. "
                          "Kontakta dem direkt."
                        : "{} has ended its use of this service. Please contact them directly."),
      style.organisation);
  return message_page(style, nb ? "Avsluttet" : sv ? "Avslutat" : "This has ended", text, 410);
}

}  // namespace varde::pages
