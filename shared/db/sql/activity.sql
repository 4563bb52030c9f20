-- What happened to an account: kept in the transaction of what happened.

-- name: note_activity
INSERT INTO account_activity (account_no, kind, user_no, session_id, key_id, ip_address)
VALUES (%(account_no)s, %(kind)s, %(user_no)s, %(session_id)s, %(key_id)s, %(ip_address)s::inet)

-- The latest first, those before %(before)s.
-- name: list_activity
SELECT y.activity_no, y.occurred_at, y.kind, y.session_id, y.key_id, host(y.ip_address)
FROM account_activity y
WHERE y.account_no = %(account_no)s AND y.activity_no < %(before)s
ORDER BY y.activity_no DESC LIMIT %(limit)s
