-- name: record_usage
SELECT record_usage(%(account_no)s, %(request_id)s, %(key_no)s, %(endpoint)s, %(env)s, %(plan)s, %(status)s::smallint,
                    %(latency_ms)s::real, %(ip_address)s::inet, %(requests)s::integer, %(searches)s::integer,
                    %(vectors)s::integer, %(embeddings)s::integer, %(tokens)s::integer,
                    %(ticket_no)s::bigint)

-- name: ensure_usage_partitions
SELECT ensure_usage_partitions(%(days_ahead)s::integer)

-- name: drop_old_usage_events
SELECT drop_old_usage_events(%(kept_days)s::integer, %(limit)s::integer)
