-- Metering: each usage event also goes to the tail, from which a job moves it into the roll-ups. An event is in the tail or in
-- the roll-ups, never in both and never in neither, whenever its transaction commits: a roll-up takes rows out of the tail and
-- adds them in one statement.

-- Which admission the work belongs to; NULL where a job did it.
ALTER TABLE usage_events ADD COLUMN ticket_no bigint;

CREATE SEQUENCE usage_tail_numbers AS bigint CACHE 32;
CREATE TABLE usage_tail (
    account_no  bigint NOT NULL,
    tail_no     bigint NOT NULL DEFAULT nextval('usage_tail_numbers'),
    occurred_at timestamptz NOT NULL,
    env         text NOT NULL,
    plan        text NOT NULL,
    is_charged  boolean NOT NULL,
    endpoint    text NOT NULL,
    -- 0 where no key was used.
    key_no      bigint NOT NULL,
    requests    bigint NOT NULL,
    searches    bigint NOT NULL,
    vectors     bigint NOT NULL,
    embeddings  bigint NOT NULL,
    tokens      bigint NOT NULL,
    PRIMARY KEY (account_no, tail_no)
);

-- What is charged, reported and counted against quotas. vector_hours are the vectors that were stored when the hour was looked
-- at, NULL until then.
CREATE TABLE usage_hours (
    account_no   bigint NOT NULL,
    hour         timestamptz NOT NULL,
    env          text NOT NULL,
    plan         text NOT NULL,
    is_charged   boolean NOT NULL,
    requests     bigint NOT NULL DEFAULT 0,
    searches     bigint NOT NULL DEFAULT 0,
    vectors      bigint NOT NULL DEFAULT 0,
    embeddings   bigint NOT NULL DEFAULT 0,
    tokens       bigint NOT NULL DEFAULT 0,
    vector_hours bigint,
    -- Whether all of it stands in meter_reports; false again where something is added.
    is_reported  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_no, hour, env, plan)
) WITH (fillfactor = 70);
CREATE INDEX usage_hours_unreported ON usage_hours (hour) WHERE is_charged AND env = 'live' AND NOT is_reported;

-- What is shown, by day (UTC), endpoint and key.
CREATE TABLE usage_days (
    account_no bigint NOT NULL,
    day        date NOT NULL,
    env        text NOT NULL,
    plan       text NOT NULL,
    endpoint   text NOT NULL,
    key_no     bigint NOT NULL,
    requests   bigint NOT NULL,
    searches   bigint NOT NULL,
    vectors    bigint NOT NULL,
    embeddings bigint NOT NULL,
    tokens     bigint NOT NULL,
    PRIMARY KEY (account_no, day, env, plan, endpoint, key_no)
) WITH (fillfactor = 70);

-- Which mail about a quota or a cap went out for which month: each once.
CREATE TABLE quota_notices (
    account_no bigint NOT NULL,
    month      timestamptz NOT NULL,
    percent    smallint NOT NULL CHECK (percent IN (80, 100)),
    PRIMARY KEY (account_no, month, percent)
);

ALTER TABLE usage_tail ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE quota_notices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON usage_tail TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON usage_hours TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON usage_days TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON quota_notices TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON usage_tail TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON usage_hours TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON usage_days TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON quota_notices TO fluxvector_jobs USING (true);
GRANT SELECT ON usage_tail, usage_hours, usage_days, quota_notices TO fluxvector_api;
GRANT SELECT, DELETE ON usage_tail TO fluxvector_jobs;
GRANT SELECT, INSERT, UPDATE ON usage_hours, usage_days TO fluxvector_jobs;
GRANT SELECT, INSERT ON quota_notices TO fluxvector_jobs;

-- What was there before this table: all of it is in the tail now.
INSERT INTO usage_tail (account_no, occurred_at, env, plan, is_charged, endpoint, key_no,
                        requests, searches, vectors, embeddings, tokens)
    SELECT u.account_no, u.occurred_at, u.env, u.plan, false, u.endpoint, coalesce(u.key_no, 0),
           u.requests, u.searches, u.vectors, u.embeddings, u.tokens
    FROM usage_events u;

-- Runs with every statement that records events: into the tail, and as done work to where admission sees it. What the
-- request may still use shrinks by it.
CREATE FUNCTION count_usage() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET TimeZone = 'UTC'
AS $$
BEGIN
    INSERT INTO public.usage_tail (account_no, occurred_at, env, plan, is_charged, endpoint, key_no,
                                   requests, searches, vectors, embeddings, tokens)
        SELECT e.account_no, e.occurred_at, e.env, e.plan, e.env = 'live' AND coalesce(p.is_charged, false), e.endpoint,
               coalesce(e.key_no, 0), e.requests, e.searches, e.vectors, e.embeddings, e.tokens
        FROM fresh e LEFT JOIN public.plans p ON p.plan = e.plan;
    INSERT INTO public.tickets (account_no, env, kind, month, is_charged, searches, vectors, tokens)
        SELECT e.account_no, e.env, 'done', date_trunc('month', e.occurred_at),
               e.env = 'live' AND coalesce(p.is_charged, false), sum(e.searches), sum(e.vectors), sum(e.tokens)
        FROM fresh e LEFT JOIN public.plans p ON p.plan = e.plan
        WHERE e.searches > 0 OR e.vectors > 0 OR e.tokens > 0
        GROUP BY 1, 2, 4, 5;
    UPDATE public.tickets t
        SET searches = greatest(t.searches - e.searches, 0), vectors = greatest(t.vectors - e.vectors, 0),
            tokens = greatest(t.tokens - e.tokens, 0)
        FROM (
            SELECT f.account_no, f.env, f.ticket_no, sum(f.searches) AS searches, sum(f.vectors) AS vectors,
                   sum(f.tokens) AS tokens
            FROM fresh f WHERE f.ticket_no IS NOT NULL AND (f.searches > 0 OR f.vectors > 0 OR f.tokens > 0)
            GROUP BY f.account_no, f.env, f.ticket_no
        ) e
        WHERE t.account_no = e.account_no AND t.env = e.env AND t.ticket_no = e.ticket_no;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_usage AFTER INSERT ON usage_events
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_usage();

-- As before, for the last of a request's work: ends its ticket.
CREATE FUNCTION record_usage(
    p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint,
    p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer,
    p_embeddings integer, p_tokens integer, p_ticket_no bigint
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF p_account_no IS DISTINCT FROM current_account_no() THEN
        RAISE EXCEPTION 'usage of another account' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(account_lock(p_account_no));
    INSERT INTO public.usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address,
         requests, searches, vectors, embeddings, tokens, ticket_no)
    SELECT a.account_no, p_request_id, p_key_no, p_endpoint, p_env, p_plan, p_status, p_latency_ms, p_ip_address,
           p_requests, p_searches, p_vectors, p_embeddings, p_tokens, p_ticket_no
    FROM public.accounts a
    WHERE a.account_no = current_account_no();
    IF p_ticket_no IS NOT NULL THEN
        UPDATE public.tickets t SET kind = 'ended'
            WHERE t.account_no = current_account_no() AND t.env = p_env AND t.ticket_no = p_ticket_no
              AND t.kind NOT IN ('done', 'ended');
    END IF;
END
$$;
REVOKE ALL ON FUNCTION
    record_usage(bigint, text, bigint, text, text, text, smallint, real, inet, integer, integer, integer, integer, integer,
                 bigint)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    record_usage(bigint, text, bigint, text, text, text, smallint, real, inet, integer, integer, integer, integer, integer,
                 bigint)
    TO fluxvector_api, fluxvector_jobs;
