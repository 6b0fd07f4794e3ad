#include "trust/identity/internal.hpp"

namespace varde::trust {

Identity::Identity(Base& base) : impl_(std::make_unique<Impl>(base)) {}
Identity::~Identity() = default;
void Identity::forget_sessions() { impl_->forget(); }

void Identity::add_routes(Api& api) {
  add_login_routes(*impl_, api);
  add_factor_routes(*impl_, api);
  add_profile_routes(*impl_, api);
  add_reset_routes(*impl_, api);
  add_invitation_routes(*impl_, api);
  add_user_routes(*impl_, api);
}

}  // namespace varde::trust
