#include "trust/notice.hpp"

#include "jobs/queue.hpp"
#include "trust/identity/identity.hpp"
#include "trust/store_sql.hpp"
#include "web/resource.hpp"

namespace varde::trust {

namespace {

struct NewNotification {
  Uuid tenant_id, notification_id, account_id;
  Timestamp at;
  std::string text, href;
};
BOOST_DESCRIBE_STRUCT(NewNotification, (), (tenant_id, notification_id, account_id, at, text, href))
struct NotificationRecord {
  Uuid notification_id;
  Timestamp at;
  std::string text, href;
  std::optional<Timestamp> read_at;
};
BOOST_DESCRIBE_STRUCT(NotificationRecord, (), (notification_id, at, text, href, read_at))
struct Addressed {
  Uuid account_id;
  std::string text, href;
};
BOOST_DESCRIBE_STRUCT(Addressed, (), (account_id, text, href))

struct Notification {
  Uuid id;
  Timestamp at;
  std::string text, href;
  bool read = false;
};
BOOST_DESCRIBE_STRUCT(Notification, (), (id, at, text, href, read))
struct NotificationPage {
  std::vector<Notification> items;
  std::optional<std::string> next;
  std::int64_t unread = 0;
};
BOOST_DESCRIBE_STRUCT(NotificationPage, (), (items, next, unread))

}  // namespace

void notify(Ctx& ctx, const std::vector<Notice>& notices) {
  std::vector<NewNotification> rows;
  for (const auto& notice : notices) {
    rows.push_back({ctx.tenant, Uuid::make(), notice.account, now(), notice.text, notice.href});
    if (notice.by_mail)
      jobs::enqueue(ctx.tx(), {.kind = "mail.system",
                               .tenant_id = ctx.tenant,
                               .payload = boost::json::serialize(
                                   boost::json::object{{"kind", "notice"},
                                                       {"id", rows.back().notification_id.str()},
                                                       {"tenant_id", ctx.tenant.str()}})});
  }
  ctx.tx().insert_many("notification", rows);
}

std::optional<SystemMail> notice_mail(Base& base, const Uuid& tenant, const Uuid& notice) {
  Ctx ctx(base, tenant, {});
  auto found = ctx.tx().maybe<Addressed>(store::kNotificationToMail, notice);
  auto to = found ? account_identity(base, found->account_id) : std::nullopt;
  if (!to) return std::nullopt;
  return SystemMail{to->email, found->text, found->text, "Open it in Varde",
                    Personal(base.public_url + found->href)};
}

namespace {

Result<NotificationPage> list_notifications(Ctx& ctx, const web::Query<web::CursorQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto limit = web::page_limit(query->limit, 30, 100);
  auto unread = ctx.tx().later(store::kNotificationUnread, ctx.actor.id);
  auto records =
      ctx.tx().all<NotificationRecord>(store::kNotificationPage, ctx.actor.id, before, limit + 1);
  NotificationPage page;
  page.unread = unread.rows().as<std::int64_t>(0);
  page.next = web::cut_page(records, limit, &NotificationRecord::notification_id);
  for (const auto& record : records)
    page.items.push_back(
        {record.notification_id, record.at, record.text, record.href, record.read_at.has_value()});
  return page;
}

Result<Done> read_notification(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(store::kNotificationRead, ctx.actor.id, path->id, now()).affected() == 0)
    return not_found("This notification does not exist any more.");
  return Done{};
}

}  // namespace

void add_notice_routes(Api& api) {
  auto user = static_cast<int>(Right::user);
  api.add({"GET", "/api/v1/notifications", "listNotifications", "What this user was told", user},
          list_notifications);
  api.add({"POST", "/api/v1/notifications/{id}/read", "readNotification",
           "Marks a notification as read", user},
          read_notification);
}

}  // namespace varde::trust
