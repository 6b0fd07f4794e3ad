#include "operate/evidence/evidence.hpp"
#include "trust/limiter.hpp"
#include "trust/package/relay.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::operate {

using trust::Ctx;
using trust::Right;

namespace {

struct EvidenceWanted {
  std::optional<Timestamp> from, until;
};
BOOST_DESCRIBE_STRUCT(EvidenceWanted, (), (from, until))
struct ProgrammeQuery {
  std::optional<ProgrammeFormat> format;
};
BOOST_DESCRIBE_STRUCT(ProgrammeQuery, (), (format))

// Of an organisation: each takes up to some seconds.
struct Limits {
  trust::Limiter evidence{6, std::chrono::seconds(60)};
  trust::Limiter programme{20, std::chrono::seconds(10)};
};

net::Response programme_answer(const trust::TenantSettings& tenant, std::string body,
                               ProgrammeFormat format) {
  bool pdf = format == ProgrammeFormat::pdf;
  net::Response response;
  response.body = std::move(body);
  response.with("Content-Type", pdf ? "application/pdf" : "text/html; charset=utf-8")
      .with("Content-Disposition",
            fmt::format("attachment; filename=\"programme-{}-{}.{}\"", tenant.slug,
                        to_rfc3339(now()).substr(0, 10), pdf ? "pdf" : "html"))
      .with("Cache-Control", "no-store");
  return response;
}

}  // namespace

void add_evidence_routes(trust::Api& api, const Environment& environment) {
  auto access = static_cast<int>(Right::evidence_read);
  auto limits = std::make_shared<Limits>();

  api.add({"POST", "/api/v1/evidence", "makeEvidence",
           "One signed ZIP file that shows how the data is looked after, for `varde evidence "
           "verify`; of the last year unless said otherwise",
           access},
          [limits, environment](Ctx& ctx,
                                const web::Body<EvidenceWanted>& in) -> Result<net::Response> {
            if (int wait = limits->evidence.take(ctx.tenant.str()); wait > 0)
              return limited("Evidence was made several times just now. Wait a little.", wait);
            VARDE_TRY(auto period, read_period(in->from, in->until));
            net::Response response;
            response.with("Content-Type", "application/zip")
                .with("Content-Disposition",
                      fmt::format("attachment; filename=\"{}\"", evidence_name(ctx)))
                .with("Cache-Control", "no-store");
            record_evidence(ctx, period);
            response.stream =
                trust::relayed(ctx.base, [&base = ctx.base, tenant = ctx.tenant, environment,
                                          period](const trust::Write& write) {
                  write_evidence(base, tenant, environment, period, write);
                });
            return response;
          });

  api.add(
      {"GET", "/api/v1/programme", "getProgramme",
       "The current protection and security programme, as HTML without script or as PDF", access},
      [limits, environment](Ctx& ctx,
                            const web::Query<ProgrammeQuery>& query) -> Result<net::Response> {
        if (int wait = limits->programme.take(ctx.tenant.str()); wait > 0)
          return limited("The programme was written several times just now. Wait a little.", wait);
        auto format = query->format.value_or(ProgrammeFormat::html);
        auto tenant = trust::tenant_settings(ctx);
        VARDE_TRY(auto body, make_programme(ctx, environment, format));
        return programme_answer(tenant, std::move(body), format);
      });
}

}  // namespace varde::operate
