#include "trust/egress.hpp"

#include "trust/store_sql.hpp"

namespace varde::trust {
namespace {
const char* word_of(Egress::Kind kind) {
  switch (kind) {
    case Egress::Kind::smtp:
      return "smtp";
    case Egress::Kind::webhook:
      return "webhook";
    case Egress::Kind::dns:
      return "dns";
    case Egress::Kind::sms:
      return "sms";
    case Egress::Kind::witness:
      return "witness";
  }
  return "";
}
}  // namespace

Result<void> Egress::may_send(Ctx& ctx) {
  auto state = ctx.tx().maybe<int>(store::kEgressTenantState);
  if (!state) return not_found("This organisation does not exist any more.");
  if (*state == 2)
    return Error{
        ErrorCode::forbidden,
        "This organisation is in storage only: nothing is sent until new instructions stand.",
        {},
        "storage-only",
        0};
  if (*state != 1)
    return Error{
        ErrorCode::forbidden, "This organisation's account has ended.", {}, "terminated", 0};
  return {};
}

Result<net::Permit> Egress::permit(Ctx& ctx, Kind kind, const std::string& recipient) {
  if (auto may = may_send(ctx); !may) return may.error();
  return net::Permit(std::string(word_of(kind)) + ":" + recipient, ctx.base.egress);
}

Result<net::Permit> Egress::permit_platform(Ctx& ctx, Kind kind, const std::string& recipient) {
  if (!ctx.tx().maybe<int>(store::kEgressTenantState))
    return not_found("This organisation does not exist any more.");
  return net::Permit(std::string(word_of(kind)) + ":platform:" + recipient, ctx.base.egress);
}

net::Permit Egress::for_operator(Kind kind, const std::string& recipient) {
  static const auto kAnywhere =
      std::make_shared<const net::AddressPolicy>(net::AddressPolicy::anywhere());
  return net::Permit(std::string(word_of(kind)) + ":operator:" + recipient, kAnywhere);
}

}  // namespace varde::trust
