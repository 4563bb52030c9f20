-- Collections, their vectors, the queue of texts that wait for an embedding, and counts in slots.

-- Numbers come from sequences and are never used again: a new collection of an old name cannot show an old row.
CREATE SEQUENCE collection_numbers AS bigint;
CREATE SEQUENCE vector_row_numbers AS bigint CACHE 32;

CREATE TABLE collections (
    account_no     bigint NOT NULL REFERENCES accounts (account_no),
    collection_no  bigint NOT NULL DEFAULT nextval('collection_numbers'),
    env            text NOT NULL CHECK (env IN ('live', 'test')),
    name           text COLLATE "C" NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
    dimension      integer NOT NULL CHECK (dimension BETWEEN 1 AND 3072),
    metric         text NOT NULL CHECK (metric IN ('cosine', 'dotproduct', 'euclidean')),
    description    text,
    language       text,
    -- The embedding model of its texts; NULL where its dimension is not the model's and it can hold no texts.
    model          text,
    model_revision text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_no, collection_no),
    UNIQUE (account_no, env, name),
    CHECK ((model IS NULL) = (model_revision IS NULL))
);

-- What is stored and what is pending, spread over slots so that parallel writers do not wait for one row. Slots are
-- made with their collection and only updated afterwards: a late writer cannot bring back a deleted one.
CREATE TABLE collection_counts (
    account_no    bigint NOT NULL,
    collection_no bigint NOT NULL,
    slot          smallint NOT NULL,
    stored        bigint NOT NULL DEFAULT 0,
    pending       bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_no, collection_no, slot)
) WITH (fillfactor = 50);

-- A row is over 2 KB by its embedding alone, so PostgreSQL would push every other long-enough column out of line:
-- whatever a search or a filter reads stays inline (PLAIN, MAIN), whatever only an answer carries may leave.
CREATE TABLE vectors (
    account_no    bigint NOT NULL,
    collection_no bigint NOT NULL,
    namespace     text STORAGE MAIN COLLATE "C" NOT NULL,
    id            text STORAGE MAIN COLLATE "C" NOT NULL,
    row_no        bigint NOT NULL DEFAULT nextval('vector_row_numbers'),
    -- What is searched: normalized where the metric is cosine; NULL while the text waits for its embedding.
    embedding     halfvec STORAGE PLAIN,
    -- The values as they were sent (float32); NULL where the embedding comes from the text.
    raw_values    vector STORAGE EXTERNAL,
    text          text STORAGE EXTENDED,
    -- SHA-256 of what the embedding comes from.
    content_hash  bytea STORAGE PLAIN NOT NULL,
    metadata      jsonb STORAGE MAIN NOT NULL DEFAULT '{}',
    expires_at    timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_no, collection_no, namespace, id)
) PARTITION BY HASH (collection_no);

DO $$
BEGIN
    FOR remainder IN 0..31 LOOP
        EXECUTE format(
            'CREATE TABLE vectors_%s PARTITION OF vectors FOR VALUES WITH (MODULUS 32, REMAINDER %s)',
            lpad(remainder::text, 2, '0'), remainder
        );
        EXECUTE format(
            'CREATE INDEX vectors_%1$s_expires_at ON vectors_%1$s (expires_at) WHERE expires_at IS NOT NULL',
            lpad(remainder::text, 2, '0')
        );
    END LOOP;
END
$$;

-- Texts that wait for their embedding. ready_at is when the row may be claimed: claiming one moves it ahead (the
-- lease), a failure moves it further (the backoff).
CREATE TABLE pending_embeddings (
    account_no    bigint NOT NULL,
    collection_no bigint NOT NULL,
    namespace     text COLLATE "C" NOT NULL,
    id            text COLLATE "C" NOT NULL,
    attempts      integer NOT NULL DEFAULT 0,
    enqueued_at   timestamptz NOT NULL DEFAULT now(),
    ready_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_no, collection_no, namespace, id)
);
CREATE INDEX pending_embeddings_by_readiness ON pending_embeddings (ready_at);

-- A deleted collection whose rows are not all gone yet; nothing reads them any more.
CREATE TABLE deleted_collections (
    account_no    bigint NOT NULL,
    collection_no bigint NOT NULL,
    deleted_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_no, collection_no)
);

ALTER TABLE collections ENABLE ROW LEVEL SECURITY;
ALTER TABLE collection_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE vectors ENABLE ROW LEVEL SECURITY;
ALTER TABLE pending_embeddings ENABLE ROW LEVEL SECURITY;
ALTER TABLE deleted_collections ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_account ON collections TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON collection_counts TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON vectors TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON pending_embeddings TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON deleted_collections TO fluxvector_api USING (account_no = (SELECT current_account_no()));

-- Jobs work across accounts.
CREATE POLICY every_account ON collections TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON collection_counts TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON vectors TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON pending_embeddings TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON deleted_collections TO fluxvector_jobs USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON collections, collection_counts, vectors, pending_embeddings, deleted_collections TO fluxvector_api;
GRANT USAGE ON SEQUENCE collection_numbers, vector_row_numbers TO fluxvector_api;
GRANT SELECT ON collections TO fluxvector_jobs;
GRANT SELECT, DELETE ON vectors, pending_embeddings, deleted_collections TO fluxvector_jobs;
GRANT UPDATE (embedding) ON vectors TO fluxvector_jobs;
GRANT UPDATE (attempts, ready_at) ON pending_embeddings TO fluxvector_jobs;
GRANT SELECT, UPDATE (stored, pending) ON collection_counts TO fluxvector_jobs;
