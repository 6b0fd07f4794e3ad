#include "staffing/staffing.hpp"

#include "staffing/offer/offer.hpp"
#include "staffing/paper/paper.hpp"
#include "staffing/portal/portal.hpp"
#include "staffing/setting/setting.hpp"

namespace varde::staffing {

namespace {

// A shift is told of once, whether it or an answer to it changed.
std::vector<trust::LiveUpdate> live_updates(trust::Ctx& ctx, Timestamp since) {
  std::map<Uuid, trust::LiveUpdate> by_shift;
  for (const auto& all : {live_shifts(ctx, since), live_offers(ctx, since)})
    for (const auto& one : all) {
      auto& known = by_shift.try_emplace(one.id, one).first->second;
      known.mark = std::max(known.mark, one.mark);
    }
  std::vector<trust::LiveUpdate> out;
  for (auto& [id, one] : by_shift) out.push_back(std::move(one));
  return out;
}

}  // namespace

trust::Module make_module(trust::Base& base) {
  trust::Module module;
  module.name = "staffing";
  module.hears = trust::Right::shifts_read;
  for (auto& tables : {setting_tables(), register_tables(), paper_tables(), shift_tables(),
                       offer_tables(), portal_tables()})
    trust::add_tables(base, tables);
  add_register_hooks(base);
  add_paper_hooks(base);
  add_offer_hooks(base);
  add_portal_hooks(base);
  add_staffing_subject_hooks(base);
  module.routes = [](trust::Api& api) {
    add_setting_routes(api);
    add_register_routes(api);
    add_paper_routes(api);
    add_shift_routes(api);
    add_table_routes(api);
    add_offer_routes(api);
    add_again_routes(api);
  };
  module.pages = [&base](web::Router& router) {
    add_offer_pages(base, router);
    add_portal_pages(base, router);
  };
  module.jobs = [&base](jobs::Workers& workers) {
    add_offer_jobs(base, workers);
    add_portal_jobs(base, workers);
  };
  module.attention = shifts_attention;
  module.live_updates = live_updates;
  return module;
}

}  // namespace varde::staffing
