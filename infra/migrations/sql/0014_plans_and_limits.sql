-- Plans, and what limits requests: rates, requests in flight, quotas, spending caps, stored vectors.

-- Seeded from shared/plans.py after every migration, so that the one statement of admission can read them. Money is in
-- nano-dollars (1e-9). NULL of included units: as many as wanted.
CREATE TABLE plans (
    plan                 text PRIMARY KEY,
    -- Whether what is used is charged; where it is not, the included units are all there are.
    is_charged           boolean NOT NULL,
    base_fee             bigint NOT NULL CHECK (base_fee >= 0),
    included_searches    bigint,
    included_vectors     bigint,
    included_tokens      bigint,
    included_vector_hours bigint,
    search_price         bigint NOT NULL,
    vector_price         bigint NOT NULL,
    token_price          bigint NOT NULL,
    vector_hour_price    bigint NOT NULL,
    -- Units of work a second and at once, of an account; a key may take its share of both. A burst takes 60 s at most to come
    -- back, so no wait is longer.
    read_rate            float8 NOT NULL CHECK (read_rate > 0),
    read_burst           float8 NOT NULL CHECK (read_burst BETWEEN 1 AND 60 * read_rate),
    write_rate           float8 NOT NULL CHECK (write_rate > 0),
    write_burst          float8 NOT NULL CHECK (write_burst BETWEEN 1 AND 60 * write_rate),
    control_rate         float8 NOT NULL CHECK (control_rate > 0),
    control_burst        float8 NOT NULL CHECK (control_burst BETWEEN 1 AND 60 * control_rate),
    key_share            float8 NOT NULL CHECK (key_share > 0 AND key_share <= 1),
    tokens_per_minute    float8 NOT NULL CHECK (tokens_per_minute > 0),
    requests_in_flight   integer NOT NULL CHECK (requests_in_flight > 0),
    writes_in_flight     integer NOT NULL CHECK (writes_in_flight BETWEEN 1 AND requests_in_flight),
    vectors_stored       bigint NOT NULL,
    collections          bigint NOT NULL
);
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_plan ON plans TO fluxvector_api, fluxvector_jobs USING (true);
GRANT SELECT ON plans TO fluxvector_api, fluxvector_jobs;

-- The most that an account's month may cost, in nano-dollars; and since when a payment is overdue.
ALTER TABLE accounts
    ADD COLUMN spending_cap bigint CHECK (spending_cap >= 0),
    ADD COLUMN payment_overdue_since timestamptz;
GRANT SELECT (spending_cap, payment_overdue_since) ON accounts TO fluxvector_api, fluxvector_jobs;

-- Stored vectors of an account, both environments, in slots: whatever changes collection_counts changes them.
CREATE TABLE account_counts (
    account_no bigint NOT NULL,
    slot       smallint NOT NULL,
    stored     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_no, slot)
) WITH (fillfactor = 50);
INSERT INTO account_counts (account_no, slot, stored)
    SELECT n.account_no, n.slot, sum(n.stored) FROM collection_counts n GROUP BY n.account_no, n.slot;
ALTER TABLE account_counts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON account_counts TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON account_counts TO fluxvector_jobs USING (true);
GRANT SELECT ON account_counts TO fluxvector_api, fluxvector_jobs;

-- It also tells check_stored_limit by how many the transaction's vectors have grown.
CREATE FUNCTION count_stored() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    INSERT INTO public.account_counts AS c (account_no, slot, stored)
        SELECT n.account_no, n.slot, sum(n.stored - o.stored)
        FROM after n JOIN before o
            ON o.account_no = n.account_no AND o.collection_no = n.collection_no AND o.slot = n.slot
        WHERE n.stored <> o.stored
        GROUP BY n.account_no, n.slot ORDER BY n.account_no, n.slot
        ON CONFLICT (account_no, slot) DO UPDATE SET stored = c.stored + excluded.stored;
    PERFORM set_config('app.stored_growth', (
        SELECT (coalesce(nullif(current_setting('app.stored_growth', true), '')::bigint, 0)
                + coalesce(sum(n.stored - o.stored), 0))::text
        FROM after n JOIN before o
            ON o.account_no = n.account_no AND o.collection_no = n.collection_no AND o.slot = n.slot
    ), true);
    RETURN NULL;
END
$$;
CREATE FUNCTION count_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    -- Of an account that is erased there are none any more.
    WITH gone AS (
        SELECT o.account_no, o.slot, sum(o.stored) AS rows FROM before o WHERE o.stored <> 0 GROUP BY o.account_no, o.slot
    ), held AS (
        SELECT c.account_no, c.slot, g.rows
        FROM public.account_counts c JOIN gone g ON g.account_no = c.account_no AND g.slot = c.slot
        ORDER BY c.account_no, c.slot
        FOR UPDATE OF c
    )
    UPDATE public.account_counts c SET stored = c.stored - h.rows
        FROM held h WHERE c.account_no = h.account_no AND c.slot = h.slot;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_stored AFTER UPDATE ON collection_counts
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_stored();
CREATE TRIGGER count_deleted AFTER DELETE ON collection_counts
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION count_deleted();

-- Texts that wait for a quota or a cap wait for the next month, far longer than anything else does: of an account that may have
-- another one now they are looked at again. Who has a row embeds it just now.
CREATE FUNCTION wake_pending() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    WITH waiting AS (
        SELECT q.account_no, q.collection_no, q.namespace, q.id
        FROM after n
        JOIN before o ON o.account_no = n.account_no
        JOIN public.pending_embeddings q ON q.account_no = n.account_no
        WHERE (n.plan, n.spending_cap) IS DISTINCT FROM (o.plan, o.spending_cap)
          AND q.failed_at IS NULL AND q.ready_at > now() + interval '1 hour'
        FOR UPDATE OF q SKIP LOCKED
    )
    UPDATE public.pending_embeddings q SET ready_at = now()
        FROM waiting w
        WHERE q.account_no = w.account_no AND q.collection_no = w.collection_no AND q.namespace = w.namespace
          AND q.id = w.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER wake_pending AFTER UPDATE ON accounts
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION wake_pending();
REVOKE ALL ON FUNCTION wake_pending() FROM PUBLIC;

-- What an account has used this month (UTC), by environment, and where its rates stand. UNLOGGED: a crash empties these tables;
-- rates then start full, and what was used is reckoned again from the roll-ups and their tail before anything is admitted.
-- A rate is kept as the theoretical arrival time of GCRA, in seconds since 2026 (to the microsecond, which Unix seconds are too
-- large for): when the bucket will be full again.
--
-- Such a row changes with every request, and while an old snapshot is open (an index that is built) none of its versions goes.
-- So it moves on after some changes: the row of the highest turn counts, and who looks for it from above meets no more than
-- the versions of that turn. Only who has meter_lock looks or changes.
CREATE UNLOGGED TABLE account_meters (
    account_no    bigint NOT NULL,
    env           text NOT NULL,
    turn          bigint NOT NULL DEFAULT 0,
    changes       integer NOT NULL DEFAULT 0,
    month         timestamptz NOT NULL DEFAULT '-infinity',
    is_charged    boolean NOT NULL DEFAULT false,
    searches      bigint NOT NULL DEFAULT 0,
    vectors       bigint NOT NULL DEFAULT 0,
    tokens        bigint NOT NULL DEFAULT 0,
    vector_hours  bigint NOT NULL DEFAULT 0,
    read_at       float8 NOT NULL DEFAULT 0,
    write_at      float8 NOT NULL DEFAULT 0,
    control_at    float8 NOT NULL DEFAULT 0,
    tokens_at     float8 NOT NULL DEFAULT 0,
    -- No ticket below is there any more, so that none looks through what is left of them while an old snapshot keeps it.
    first_ticket  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_no, env, turn)
) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE key_meters (
    account_no    bigint NOT NULL,
    key_no        bigint NOT NULL,
    turn          bigint NOT NULL DEFAULT 0,
    changes       integer NOT NULL DEFAULT 0,
    read_at       float8 NOT NULL DEFAULT 0,
    write_at      float8 NOT NULL DEFAULT 0,
    PRIMARY KEY (account_no, key_no, turn)
) WITH (fillfactor = 50);

-- The advisory lock of what admission knows of an account and environment.
CREATE FUNCTION meter_lock(p_account_no bigint, p_env text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashtextextended('meter ' || p_env, p_account_no);

-- One row for each request in flight, with the units that it may still use, until it ends or its lease does; and one for each
-- piece of work that was recorded since the last admission, which adds it to account_meters. Its number is that of the
-- transaction that made it: one that admits makes one.
CREATE UNLOGGED TABLE tickets (
    account_no   bigint NOT NULL,
    env          text NOT NULL,
    ticket_no    bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    -- read, write, job: in flight; ended: what is left was not used; done: recorded work, of a month and charged or not.
    kind         text NOT NULL,
    ends_at      timestamptz NOT NULL DEFAULT 'infinity',
    -- Whether its vectors may be more than the plan allows to store, so that its write has to look.
    is_near      boolean NOT NULL DEFAULT false,
    month        timestamptz,
    is_charged   boolean,
    searches     bigint NOT NULL,
    vectors      bigint NOT NULL,
    tokens       bigint NOT NULL,
    -- Of the tokens, those that the rate was charged for; and when it will have got over them, as account_meters.tokens_at.
    rate_tokens  bigint NOT NULL DEFAULT 0,
    rate_until   float8 NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE INDEX tickets_by_number ON tickets (account_no, env, ticket_no);

-- Addresses of strangers, as keyed hashes.
CREATE UNLOGGED TABLE stranger_meters (
    bucket bytea PRIMARY KEY,
    at     float8 NOT NULL
) WITH (fillfactor = 50);

ALTER TABLE account_meters ENABLE ROW LEVEL SECURITY;
ALTER TABLE key_meters ENABLE ROW LEVEL SECURITY;
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE stranger_meters ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON account_meters TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON account_meters TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON key_meters TO fluxvector_jobs USING (true);
CREATE POLICY own_account ON tickets TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON tickets TO fluxvector_jobs USING (true);
CREATE POLICY every_stranger ON stranger_meters TO fluxvector_jobs USING (true);
GRANT SELECT ON account_meters, tickets TO fluxvector_api, fluxvector_jobs;
GRANT SELECT, DELETE ON account_meters, key_meters, tickets, stranger_meters TO fluxvector_jobs;
