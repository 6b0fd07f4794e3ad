-- name: account_mail.keep
INSERT INTO account_mail (mail_id, at, sealed)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING

-- name: account_mail.drop_old
DELETE FROM account_mail WHERE at < $1

-- name: account_mail.newest -> KeptRow
SELECT {*}
FROM account_mail
ORDER BY mail_id DESC
LIMIT $1
