// What the pages behind a message's links share; only for this folder.
#pragma once

#include "messaging/token/token.hpp"
#include "outreach/tracking/tracking.hpp"
#include "pages/frame/frame.hpp"

namespace varde::outreach {

net::Response invalid_link();
/// What a link that was good once says now. `again` is how to get a new one.
net::Response expired_link(trust::Base& base, const messaging::Token& token,
                           const pages::Sentence& again);
/// Whoever confirms from her own mailbox that she wants messages takes back that she wanted none.
/// What others said (bounces, complaints, an entry by hand) stays.
void let_back_in(trust::Ctx& ctx, const Uuid& person);
/// The organisation's page, in the person's own language where these pages have it.
pages::PageStyle page_style_for(trust::Ctx& ctx, const std::string& language);
/// The button of whoever gets nothing at all and wants messages again. `token`: to leave by.
std::string back_button(const pages::PageStyle& style, std::string_view token);
/// The page of a link that such a person was sent, and what its button does.
net::Response welcome_back_page(trust::Base& base, const net::Request& request,
                                std::string_view text, const messaging::Token& token);

void add_leave_pages(trust::Base& base, web::Router& router);

}  // namespace varde::outreach
