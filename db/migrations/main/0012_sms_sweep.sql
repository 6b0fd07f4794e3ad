-- Which replies were taken is remembered for 30 days (outreach/sms/store.hpp), then forgotten.
GRANT DELETE ON sms_reply TO varde_app;
CREATE INDEX sms_reply_at ON sms_reply (tenant_id, at);
