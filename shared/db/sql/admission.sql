-- The one statement that runs before an account is known: a function of the owner, by the hash of a key or the id of a session.

-- name: admit
SELECT account_no, account_id, plan, key_no, key_id, env, scopes, only_collection, user_no, session_no, authenticated_at,
       collection_no, dimension, metric, model, model_revision,
       language, k1, b, average_length, is_indexed, has_many_namespaces, is_catalogued
FROM admit(%(key_hash)s::bytea, %(session_id)s::text, %(collection)s::text)

-- name: ping
SELECT 1
