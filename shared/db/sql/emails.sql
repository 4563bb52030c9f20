-- Mail that waits to be sent.

-- name: queue_email
INSERT INTO outbox_emails (account_no, user_no, kind, to_email, params)
VALUES (%(account_no)s, %(user_no)s, %(kind)s, %(to_email)s, %(params)s::jsonb)

-- name: queue_email_to_owner
INSERT INTO outbox_emails (account_no, user_no, kind, to_email, params)
SELECT u.account_no, u.user_no, %(kind)s, %(to_email)s, %(params)s::jsonb
FROM users u
WHERE u.account_no = %(account_no)s AND u.role = 'owner'

-- Across accounts, for the job: what is due, with the addresses, claimed by lease.
-- name: claim_emails
SELECT account_no, email_no, kind, to_email, params, created_at, attempts
FROM claim_emails(%(limit)s::integer, %(lease)s::interval)

-- Right before a mail is sent: whether it is still to be, and still this claim's to send. Nobody else takes it for the time
-- of the lease.
-- name: keep_email
UPDATE outbox_emails SET ready_at = now() + %(lease)s::interval
WHERE account_no = %(account_no)s AND email_no = %(email_no)s AND attempts = %(attempts)s
RETURNING email_no

-- The same, and makes the link that the mail carries. The row is locked first: whoever ends the links of its user deletes it
-- before the links, and finds this one.
-- name: keep_linked_email
WITH mine AS (
    UPDATE outbox_emails SET ready_at = now() + %(lease)s::interval
    WHERE account_no = %(account_no)s AND email_no = %(email_no)s AND attempts = %(attempts)s
    RETURNING account_no, user_no, email_no
), link AS (
    INSERT INTO one_time_links (token_hash, account_no, user_no, purpose, new_email, expires_at)
    SELECT %(token_hash)s, account_no, user_no, %(purpose)s, %(new_email)s::text, now() + %(valid_for)s::interval
    FROM mine
)
SELECT email_no FROM mine

-- name: forget_email
DELETE FROM outbox_emails WHERE account_no = %(account_no)s AND email_no = %(email_no)s

-- name: postpone_email
UPDATE outbox_emails SET ready_at = now() + %(wait)s::interval
WHERE account_no = %(account_no)s AND email_no = %(email_no)s AND attempts = %(attempts)s

-- A claim that came to no try.
-- name: release_email
UPDATE outbox_emails SET ready_at = now(), attempts = attempts - 1
WHERE account_no = %(account_no)s AND email_no = %(email_no)s AND attempts = %(attempts)s

-- The last mails of accounts that are gone: of nobody any more.
-- name: claim_farewells
UPDATE farewell_emails f SET ready_at = now() + %(lease)s::interval, attempts = f.attempts + 1
WHERE f.ctid = ANY(ARRAY(
    SELECT ctid FROM farewell_emails
    WHERE ready_at <= now()
    ORDER BY ready_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
))
RETURNING f.email_no, f.to_email, f.created_at, f.attempts

-- name: keep_farewell
UPDATE farewell_emails SET ready_at = now() + %(lease)s::interval
WHERE email_no = %(email_no)s AND attempts = %(attempts)s
RETURNING email_no

-- name: forget_farewell
DELETE FROM farewell_emails WHERE email_no = %(email_no)s

-- name: postpone_farewell
UPDATE farewell_emails SET ready_at = now() + %(wait)s::interval
WHERE email_no = %(email_no)s AND attempts = %(attempts)s

-- name: release_farewell
UPDATE farewell_emails SET ready_at = now(), attempts = attempts - 1
WHERE email_no = %(email_no)s AND attempts = %(attempts)s
