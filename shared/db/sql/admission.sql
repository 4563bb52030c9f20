-- The one statement that runs before an account is known: a function of the owner, by the hash of a key.

-- name: admit_key
SELECT account_no, account_id, plan, key_no, key_id, env, scopes,
       collection_no, dimension, metric, model, model_revision,
       language, k1, b, average_length, is_indexed, has_many_namespaces, is_catalogued
FROM admit_key(%(key_hash)s::bytea, %(collection)s::text)

-- name: ping
SELECT 1
