-- Accounts made by the owner of the tables: the demo account, and those of tests. People sign up by sign_up.

-- name: create_account
WITH account AS (
    INSERT INTO accounts (account_id, plan) VALUES (%(account_id)s, %(plan)s)
    RETURNING account_no
), owner AS (
    INSERT INTO users (account_no, user_id, password_hash, pepper_id, confirmed_at)
    SELECT account_no, %(user_id)s, %(password_hash)s, %(pepper_id)s, now() FROM account
    RETURNING account_no, user_no
)
INSERT INTO account_emails (email_key, email, account_no, user_no)
SELECT %(email_key)s, %(email)s, account_no, user_no FROM owner
RETURNING account_no

-- What an account's owner sees of it.
-- name: get_account
SELECT a.account_id, a.plan, a.status, a.created_at, u.user_id, e.email, u.confirmed_at, u.password_changed_at,
       u.accepted_policy, u.accepted_at,
       -- Of a change of address that is asked for: the mail still waits, or its link does.
       coalesce(
           (SELECT o.to_email FROM outbox_emails o
            WHERE o.account_no = u.account_no AND o.user_no = u.user_no AND o.kind = 'change_email'
            ORDER BY o.email_no DESC LIMIT 1),
           (SELECT l.new_email FROM one_time_links l
            WHERE l.account_no = u.account_no AND l.user_no = u.user_no AND l.purpose = 'change_email'
              AND l.expires_at > now()
            ORDER BY l.created_at DESC LIMIT 1)
       )
FROM accounts a
JOIN users u ON u.account_no = a.account_no
JOIN account_emails e ON e.account_no = u.account_no AND e.user_no = u.user_no
WHERE a.account_no = %(account_no)s AND u.user_no = %(user_no)s

-- name: password_of
SELECT password_hash, pepper_id, email FROM password_of(%(user_no)s)

-- name: require_unchanged
SELECT require_unchanged(%(user_no)s, %(session_no)s, %(checked_hash)s)

-- name: change_password
SELECT change_password(%(user_no)s, %(checked_hash)s, %(password_hash)s, %(pepper_id)s, %(ip_address)s::inet)

-- name: rehash_password
SELECT rehash_password(%(user_no)s, %(checked_hash)s, %(password_hash)s, %(pepper_id)s)
