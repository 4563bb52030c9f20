-- Accounts are made by the owner (sign-up comes with its own narrow function).

-- name: create_account
WITH account AS (
    INSERT INTO accounts (account_id, plan, password_hash, confirmed_at)
    VALUES (%(account_id)s, %(plan)s, %(password_hash)s, now())
    RETURNING account_no
)
INSERT INTO account_emails (email_key, email, account_no)
SELECT %(email_key)s, %(email)s, account_no FROM account
RETURNING account_no
