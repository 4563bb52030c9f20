-- name: create_api_key
WITH made AS (
    INSERT INTO api_keys (account_no, key_id, name, env, prefix, scopes, collection, expires_at)
    VALUES (%(account_no)s, %(key_id)s, %(name)s, %(env)s, %(prefix)s, %(scopes)s::text[], %(collection)s,
            -- A key never outlives the one that made it; least() passes over NULL.
            least(%(expires_at)s::timestamptz, (
                SELECT m.expires_at FROM api_keys m
                WHERE m.account_no = %(account_no)s AND m.key_no = %(maker_key_no)s
            )))
    RETURNING account_no, key_no, key_id, name, env, prefix, created_at, expires_at
), hashed AS (
    INSERT INTO key_hashes (key_hash, account_no, key_no)
    SELECT %(key_hash)s, account_no, key_no FROM made
), noted AS (
    INSERT INTO account_activity (account_no, kind, user_no, key_id, ip_address)
    SELECT account_no, 'key_created', %(user_no)s, key_id, %(ip_address)s::inet FROM made
), told AS (
    INSERT INTO outbox_emails (account_no, user_no, kind, params)
    SELECT t.account_no, u.user_no, 'key_created',
           jsonb_build_object('name', t.name, 'env', t.env, 'prefix', 'fv_' || t.env || '_' || t.prefix)
    FROM made t JOIN users u ON u.account_no = t.account_no AND u.role = 'owner'
    WHERE %(is_told)s
)
SELECT created_at, expires_at FROM made

-- name: list_api_keys
SELECT key_id, prefix, name, env, scopes, collection, created_at, last_used_at, expires_at
FROM api_keys
WHERE account_no = %(account_no)s AND env = ANY(%(envs)s::text[]) AND (expires_at IS NULL OR expires_at > now())
ORDER BY key_no

-- name: rename_api_key
UPDATE api_keys SET name = %(name)s
WHERE account_no = %(account_no)s AND key_id = %(key_id)s AND env = ANY(%(envs)s::text[])
  AND (expires_at IS NULL OR expires_at > now())
RETURNING key_id, prefix, name, env, scopes, collection, created_at, last_used_at, expires_at

-- The hash goes with its key (ON DELETE CASCADE). Its owner is told by mail, in the same statement.
-- name: delete_api_key
WITH gone AS (
    DELETE FROM api_keys
    WHERE account_no = %(account_no)s AND key_id = %(key_id)s AND env = ANY(%(envs)s::text[])
    RETURNING account_no, key_id, prefix, name, env
), noted AS (
    INSERT INTO account_activity (account_no, kind, user_no, key_id, ip_address)
    SELECT account_no, 'key_revoked', %(user_no)s, key_id, %(ip_address)s::inet FROM gone
), told AS (
    INSERT INTO outbox_emails (account_no, user_no, kind, params)
    SELECT t.account_no, u.user_no, 'key_revoked',
           jsonb_build_object('name', t.name, 'env', t.env, 'prefix', 'fv_' || t.env || '_' || t.prefix)
    FROM gone t JOIN users u ON u.account_no = t.account_no AND u.role = 'owner'
)
SELECT key_id FROM gone

-- The successor takes over name, scopes and end; the old key lives on for the overlap, never longer than it would have.
-- name: rotate_api_key
WITH old AS (
    SELECT key_no, name, env, scopes, collection, expires_at FROM api_keys
    WHERE account_no = %(account_no)s AND key_id = %(old_key_id)s AND env = %(env)s
      AND (expires_at IS NULL OR expires_at > now())
    FOR UPDATE
), ending AS (
    UPDATE api_keys k SET expires_at = least(old.expires_at, now() + %(overlap)s::interval)
    FROM old WHERE k.account_no = %(account_no)s AND k.key_no = old.key_no
    RETURNING k.expires_at
), made AS (
    INSERT INTO api_keys (account_no, key_id, name, env, prefix, scopes, collection, expires_at)
    SELECT %(account_no)s, %(key_id)s, old.name, old.env, %(prefix)s, old.scopes, old.collection,
           -- No key outlives the one that made it.
           least(old.expires_at, (
               SELECT m.expires_at FROM api_keys m
               WHERE m.account_no = %(account_no)s AND m.key_no = %(maker_key_no)s
           ))
    FROM old
    RETURNING account_no, key_no, key_id, name, env, prefix, scopes, collection, created_at, expires_at
), hashed AS (
    INSERT INTO key_hashes (key_hash, account_no, key_no)
    SELECT %(key_hash)s, account_no, key_no FROM made
), noted AS (
    INSERT INTO account_activity (account_no, kind, user_no, key_id, ip_address)
    SELECT account_no, 'key_rotated', %(user_no)s, key_id, %(ip_address)s::inet FROM made
), told AS (
    INSERT INTO outbox_emails (account_no, user_no, kind, params)
    SELECT t.account_no, u.user_no, 'key_rotated',
           jsonb_build_object('name', t.name, 'env', t.env, 'prefix', 'fv_' || t.env || '_' || t.prefix)
    FROM made t JOIN users u ON u.account_no = t.account_no AND u.role = 'owner'
)
SELECT made.name, made.env, made.scopes, made.collection, made.created_at, made.expires_at, ending.expires_at FROM made, ending

-- name: get_api_key
SELECT key_id, prefix, name, env, scopes, collection, created_at, last_used_at, expires_at
FROM api_keys
WHERE account_no = %(account_no)s AND key_id = %(key_id)s AND env = ANY(%(envs)s::text[])
  AND (expires_at IS NULL OR expires_at > now())
