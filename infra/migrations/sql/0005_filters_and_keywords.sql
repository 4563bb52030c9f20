-- What filters and keyword search stand on: facets of metadata, the words of texts, and how a collection is searched.

-- k1 and b are BM25's; average_length is the mean number of words a text that impacts are reckoned with: it may lag, and
-- a job reckons anew where it lags too far. A collection whose rows lie in one namespace needs no condition on it.
-- is_catalogued tells that facets and words of all its rows are as the present settings want them.
ALTER TABLE collections
    ADD COLUMN k1 real NOT NULL DEFAULT 1.5 CHECK (k1 BETWEEN 0 AND 10),
    ADD COLUMN b real NOT NULL DEFAULT 0.75 CHECK (b BETWEEN 0 AND 1),
    ADD COLUMN average_length real CHECK (average_length > 0),
    ADD COLUMN only_namespace text COLLATE "C",
    ADD COLUMN has_many_namespaces boolean NOT NULL DEFAULT false,
    ADD COLUMN is_catalogued boolean NOT NULL DEFAULT true;
-- documents and words: texts that keyword search finds, and their words; removed: embeddings deleted or replaced so far.
ALTER TABLE collection_counts
    ADD COLUMN documents bigint NOT NULL DEFAULT 0,
    ADD COLUMN words bigint NOT NULL DEFAULT 0,
    ADD COLUMN removed bigint NOT NULL DEFAULT 0;

-- The metadata's scalars as lexemes, each salted with its collection: an index that all collections of a leaf share, in
-- which they never meet. What it finds is checked against the metadata.
ALTER TABLE vectors ADD COLUMN facets tsvector STORAGE MAIN;
-- No plan depends on what is in these, and sampling them would take seconds.
ALTER TABLE vectors
    ALTER COLUMN facets SET STATISTICS 0, ALTER COLUMN embedding SET STATISTICS 0,
    ALTER COLUMN raw_values SET STATISTICS 0, ALTER COLUMN text SET STATISTICS 0;
-- What waits in an index's pending list is read by every search: so it is kept as short as it can be.
CREATE INDEX vectors_facets ON vectors USING gin (facets) WITH (gin_pending_list_limit = 64);

-- The words of a text. terms are numbers salted with the collection; impacts are their weights by BM25 but for the idf,
-- which the query brings along. content_hash and expires_at are the vector's, by which a stale row is known.
CREATE TABLE keywords (
    account_no     bigint NOT NULL,
    collection_no  bigint NOT NULL,
    namespace      text STORAGE MAIN COLLATE "C" NOT NULL,
    id             text STORAGE MAIN COLLATE "C" NOT NULL,
    length         integer NOT NULL CHECK (length > 0),
    average_length real NOT NULL,
    content_hash   bytea STORAGE PLAIN NOT NULL,
    expires_at     timestamptz,
    impacts        sparsevec STORAGE MAIN NOT NULL,
    terms          integer[] STORAGE MAIN NOT NULL,
    frequencies    smallint[] STORAGE MAIN NOT NULL,
    PRIMARY KEY (account_no, collection_no, namespace, id)
) PARTITION BY HASH (collection_no);

-- A scan of impacts is several times faster where they lie in the row: nothing is moved out below a page's size.
DO $$
BEGIN
    FOR remainder IN 0..31 LOOP
        EXECUTE format(
            'CREATE TABLE keywords_%s PARTITION OF keywords FOR VALUES WITH (MODULUS 32, REMAINDER %s)'
            ' WITH (toast_tuple_target = 8160)',
            lpad(remainder::text, 2, '0'), remainder
        );
    END LOOP;
END
$$;
CREATE INDEX keywords_terms ON keywords USING gin (terms) WITH (gin_pending_list_limit = 64);

-- In how many documents a term is: the sum of its rows. Each batch adds rows and locks none, a job puts them together.
-- impact is the highest that the term has in any document.
CREATE TABLE keyword_terms (
    account_no    bigint NOT NULL,
    collection_no bigint NOT NULL,
    term          integer NOT NULL,
    documents     integer NOT NULL,
    impact        real NOT NULL
);
CREATE INDEX keyword_terms_by_term ON keyword_terms (account_no, collection_no, term) INCLUDE (documents, impact);

-- What is to be done for a collection later: 'catalogue', facets and words of all rows anew; 'impacts', with another mean
-- length; 'terms', putting the rows of each term together.
CREATE TABLE collection_tasks (
    account_no    bigint NOT NULL,
    collection_no bigint NOT NULL,
    task          text NOT NULL CHECK (task IN ('catalogue', 'impacts', 'terms')),
    -- Where a task that takes several runs goes on.
    after_namespace text COLLATE "C" NOT NULL DEFAULT '',
    after_id      text COLLATE "C" NOT NULL DEFAULT '',
    requested_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_no, collection_no, task)
);

-- Rows that are stored already have neither facets nor words yet.
UPDATE collections SET is_catalogued = false, has_many_namespaces = true;
INSERT INTO collection_tasks (account_no, collection_no, task) SELECT account_no, collection_no, 'catalogue' FROM collections;

-- How a collection's vectors are indexed: written by the index worker. No row: every search is exact.
CREATE TABLE collection_indexes (
    account_no    bigint NOT NULL,
    collection_no bigint NOT NULL,
    state         text NOT NULL CHECK (state IN ('building', 'ready')),
    -- Of the moment when the last build began.
    rows          bigint NOT NULL,
    removed       bigint NOT NULL,
    built_at      timestamptz,
    PRIMARY KEY (account_no, collection_no)
);

ALTER TABLE keywords ENABLE ROW LEVEL SECURITY;
ALTER TABLE keyword_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE collection_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE collection_indexes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON keywords TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON keyword_terms TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON collection_tasks TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON collection_indexes TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON keywords TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON keyword_terms TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON collection_tasks TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON collection_indexes TO fluxvector_jobs USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON keywords, keyword_terms TO fluxvector_api, fluxvector_jobs;
GRANT SELECT, INSERT, UPDATE, DELETE ON collection_tasks TO fluxvector_api, fluxvector_jobs;
GRANT SELECT, DELETE ON collection_indexes TO fluxvector_api;
GRANT SELECT ON collection_indexes TO fluxvector_jobs;
GRANT UPDATE (average_length, is_catalogued) ON collections TO fluxvector_jobs;
GRANT UPDATE (facets) ON vectors TO fluxvector_jobs;
GRANT UPDATE (documents, words, removed) ON collection_counts TO fluxvector_jobs;
