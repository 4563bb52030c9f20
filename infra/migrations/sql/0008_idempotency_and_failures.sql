-- Answers to requests that carried an Idempotency-Key, and texts that can never be embedded.

-- Who sends a key again within a day gets the answer that it had. Keys and requests are kept as SHA-256 alone; answers hold
-- counts and settings, no text and no vector. holder is the request that does the work, until its lease ends.
CREATE TABLE idempotency_keys (
    account_no   bigint NOT NULL,
    env          text NOT NULL CHECK (env IN ('live', 'test')),
    key_hash     bytea NOT NULL CHECK (length(key_hash) = 32),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    holder       text COLLATE "C" NOT NULL,
    claimed_at   timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz NOT NULL,
    -- NULL while the request is under way.
    status       smallint,
    body         bytea,
    PRIMARY KEY (account_no, env, key_hash),
    CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (claimed_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON idempotency_keys TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON idempotency_keys TO fluxvector_jobs USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO fluxvector_api;
GRANT SELECT, DELETE ON idempotency_keys TO fluxvector_jobs;

-- failures: how often an embedding of the row failed where that may be the text's fault. A row with a reason is claimed no
-- more, until its record is written again; its ready_at is then 'infinity'.
ALTER TABLE pending_embeddings
    ADD COLUMN failures smallint NOT NULL DEFAULT 0,
    ADD COLUMN failed_at timestamptz,
    ADD COLUMN reason text COLLATE "C" CHECK (reason IN ('refused', 'fails_repeatedly')),
    ADD CHECK ((failed_at IS NULL) = (reason IS NULL));
CREATE INDEX pending_embeddings_by_age ON pending_embeddings (account_no, collection_no, enqueued_at)
    WHERE failed_at IS NULL;
CREATE INDEX pending_embeddings_failed ON pending_embeddings (account_no, collection_no) WHERE failed_at IS NOT NULL;
GRANT UPDATE (failures, failed_at, reason) ON pending_embeddings TO fluxvector_jobs;
