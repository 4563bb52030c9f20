-- Sessions. What reads or writes tokens is a function of the owner.

-- name: open_session
SELECT open_session(%(user_no)s, %(password_hash)s, %(session_id)s, %(token_hash)s::bytea, %(lifetime)s::interval,
                    %(ip_address)s::inet, %(most)s::integer, %(is_told)s)

-- Before an account is known: the hash of a token tells whose it is.
-- name: rotate_refresh_token
SELECT session_id, user_id, is_reused
FROM rotate_refresh_token(%(token_hash)s::bytea, %(new_hash)s::bytea, %(ip_address)s::inet)

-- name: list_sessions
SELECT s.session_id, s.created_at, s.last_used_at, s.expires_at, host(s.ip_address), s.session_no = %(session_no)s
FROM sessions s
WHERE s.account_no = %(account_no)s AND s.user_no = %(user_no)s AND s.expires_at > now()
ORDER BY s.session_no DESC

-- Tokens and ids go with their session (ON DELETE CASCADE).
-- name: end_session
WITH ended AS (
    DELETE FROM sessions s
    WHERE s.account_no = %(account_no)s AND s.user_no = %(user_no)s
      AND CASE WHEN %(session_id)s::text IS NULL THEN s.session_no = %(session_no)s
               ELSE s.session_id = %(session_id)s::text END
    RETURNING s.account_no, s.user_no, s.session_id, s.session_no
), noted AS (
    INSERT INTO account_activity (account_no, kind, user_no, session_id, ip_address)
    SELECT account_no, CASE WHEN session_no = %(session_no)s THEN 'signed_out' ELSE 'session_ended' END,
           user_no, session_id, %(ip_address)s::inet
    FROM ended
)
SELECT session_id FROM ended

-- name: end_sessions
WITH ended AS (
    DELETE FROM sessions s
    WHERE s.account_no = %(account_no)s AND s.user_no = %(user_no)s
      AND NOT (%(keeps_current)s AND s.session_no = %(session_no)s)
    RETURNING s.account_no, s.user_no
), noted AS (
    INSERT INTO account_activity (account_no, kind, user_no, ip_address)
    SELECT account_no, 'sessions_ended', user_no, %(ip_address)s::inet FROM ended LIMIT 1
)
SELECT count(*) FROM ended
