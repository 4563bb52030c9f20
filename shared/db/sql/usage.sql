-- name: insert_usage_event
INSERT INTO usage_events
    (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address,
     requests, searches, vectors, embeddings, tokens)
VALUES
    (%(account_no)s, %(request_id)s, %(key_no)s, %(endpoint)s, %(env)s, %(plan)s, %(status)s, %(latency_ms)s,
     %(ip_address)s::inet, %(requests)s, %(searches)s, %(vectors)s, %(embeddings)s, %(tokens)s)

-- name: ensure_usage_partitions
SELECT ensure_usage_partitions(%(days_ahead)s::integer)
