-- Deleted bytes stay in a table's file until it is written anew: which tables have some, since when, and when each was
-- rewritten last. Numbers are those of pg_stat_all_tables at that time.
CREATE TABLE table_rewrites (
    name         text COLLATE "C" PRIMARY KEY,
    deleted      bigint NOT NULL DEFAULT 0,
    updated      bigint NOT NULL DEFAULT 0,
    -- NULL: nothing was deleted or updated since the last rewrite.
    dirty_since  timestamptz,
    rewritten_at timestamptz
);
ALTER TABLE table_rewrites ENABLE ROW LEVEL SECURITY;

-- The planner's statistics are samples of what is stored, kept until the next ones. No plan depends on those of these.
ALTER TABLE vectors ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE account_emails ALTER COLUMN email SET STATISTICS 0, ALTER COLUMN email_key SET STATISTICS 0;
ALTER TABLE outbox_emails ALTER COLUMN to_email SET STATISTICS 0, ALTER COLUMN params SET STATISTICS 0;
ALTER TABLE farewell_emails ALTER COLUMN to_email SET STATISTICS 0;
ALTER TABLE one_time_links ALTER COLUMN new_email SET STATISTICS 0;
ALTER TABLE sessions ALTER COLUMN ip_address SET STATISTICS 0;
ALTER TABLE account_activity ALTER COLUMN ip_address SET STATISTICS 0;
ALTER TABLE usage_events ALTER COLUMN ip_address SET STATISTICS 0, ALTER COLUMN request_id SET STATISTICS 0;
ALTER TABLE users ALTER COLUMN password_hash SET STATISTICS 0;
