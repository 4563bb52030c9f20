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
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

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
    -- Whether it was looked at for mails about quotas and caps; false again where something is added.
    is_checked   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_no, hour, env, plan)
) WITH (fillfactor = 70);
CREATE INDEX usage_hours_unreported ON usage_hours (hour) WHERE is_charged AND env = 'live' AND NOT is_reported;
CREATE INDEX usage_hours_unchecked ON usage_hours (account_no) WHERE NOT is_checked;

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

-- How far this hour's look at what is stored has come.
CREATE TABLE storage_looks (
    hour      timestamptz PRIMARY KEY,
    looked_to bigint NOT NULL DEFAULT 0,
    is_done   boolean NOT NULL DEFAULT false
);

-- Which mail about a quota or a cap went out for which month: each once. `most` is the quota in units, or the cap in
-- nano-dollars; of another one mail goes out again.
CREATE TABLE quota_notices (
    account_no bigint NOT NULL,
    month      timestamptz NOT NULL,
    unit       text NOT NULL CHECK (unit IN ('searches', 'vectors', 'tokens', 'cap')),
    most       bigint NOT NULL,
    percent    smallint NOT NULL CHECK (percent IN (80, 100)),
    PRIMARY KEY (account_no, month, unit, most, percent)
);

ALTER TABLE usage_tail ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE storage_looks ENABLE ROW LEVEL SECURITY;
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
-- To lock rows, which takes the right to change one of their columns.
GRANT UPDATE (tail_no) ON usage_tail TO fluxvector_jobs;
GRANT SELECT, INSERT, UPDATE ON usage_hours, usage_days TO fluxvector_jobs;
GRANT SELECT ON quota_notices TO fluxvector_jobs;

-- What was there before this table: all of it is in the tail now.
INSERT INTO usage_tail (account_no, occurred_at, env, plan, is_charged, endpoint, key_no,
                        requests, searches, vectors, embeddings, tokens)
    SELECT u.account_no, u.occurred_at, u.env, u.plan, false, u.endpoint, coalesce(u.key_no, 0),
           u.requests, u.searches, u.vectors, u.embeddings, u.tokens
    FROM usage_events u;

-- Runs with every statement that records events: into the tail, and as done work to where admission sees it. What the
-- request may still use shrinks by it, and is held for another while.
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
            tokens = greatest(t.tokens - e.tokens, 0), rate_tokens = greatest(t.rate_tokens - e.tokens, 0),
            ends_at = clock_timestamp() + interval '60 seconds'
        FROM (
            SELECT f.account_no, f.env, f.ticket_no, sum(f.searches) AS searches, sum(f.vectors) AS vectors,
                   sum(f.tokens) AS tokens
            FROM fresh f WHERE f.ticket_no IS NOT NULL
            GROUP BY f.account_no, f.env, f.ticket_no
        ) e
        WHERE t.account_no = e.account_no AND t.env = e.env AND t.ticket_no = e.ticket_no
          AND t.kind NOT IN ('done', 'ended') AND (t.searches > 0 OR t.vectors > 0 OR t.tokens > 0);
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

-- What the transaction's account has stored now, as vector_hours of the hour: by environment, once an hour. A cap is not
-- passed: what it does not pay is not counted. The account is looked at under meter_lock, as admission does it;
-- whoever erases or changes the account goes first, and then the hour is not counted. It waits for nobody for long.
CREATE FUNCTION count_stored_hours(p_hour timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET lock_timeout = '100ms'
    -- A plan that was made while the tables were empty has to be right for full ones.
    SET enable_seqscan = off
    SET TimeZone = 'UTC'
AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    this_month CONSTANT timestamptz := date_trunc('month', p_hour);
    paid record;
    p record;
    each record;
    used record;
    hours bigint;
    is_paid_for boolean;
BEGIN
    SELECT a.plan, a.spending_cap INTO paid
        FROM public.accounts a WHERE a.account_no = me FOR KEY SHARE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT l.is_charged, l.base_fee, l.included_vector_hours, l.vector_hour_price INTO p
        FROM public.plans l WHERE l.plan = paid.plan;
    FOR each IN
        SELECT c.env, sum(n.stored)::bigint AS stored
        FROM public.collections c
        JOIN public.collection_counts n ON n.account_no = c.account_no AND n.collection_no = c.collection_no
        WHERE c.account_no = me
        GROUP BY c.env HAVING sum(n.stored) > 0 ORDER BY c.env
    LOOP
        PERFORM pg_advisory_xact_lock(meter_lock(me, each.env));
        CONTINUE WHEN EXISTS (
            SELECT FROM public.usage_hours h
            WHERE h.account_no = me AND h.hour = p_hour AND h.env = each.env AND h.vector_hours IS NOT NULL
        );
        is_paid_for := each.env = 'live' AND coalesce(p.is_charged, false);
        hours := each.stored;
        IF is_paid_for AND paid.spending_cap IS NOT NULL AND p.vector_hour_price > 0 THEN
            -- With what requests under way may still use.
            SELECT coalesce(sum(x.searches), 0)::bigint AS searches, coalesce(sum(x.vectors), 0)::bigint AS vectors,
                   coalesce(sum(x.tokens), 0)::bigint AS tokens, coalesce(sum(x.vector_hours), 0)::bigint AS vector_hours
                INTO used
                FROM (
                    SELECT h.searches, h.vectors, h.tokens, h.vector_hours
                    FROM public.usage_hours h
                    WHERE h.account_no = me AND h.env = 'live' AND h.hour >= this_month AND h.is_charged
                    UNION ALL
                    SELECT u.searches, u.vectors, u.tokens, 0
                    FROM public.usage_tail u
                    WHERE u.account_no = me AND u.env = 'live' AND u.occurred_at >= this_month AND u.is_charged
                    UNION ALL
                    SELECT t.searches, t.vectors, t.tokens, 0
                    FROM public.tickets t
                    WHERE t.account_no = me AND t.env = 'live' AND t.kind NOT IN ('done', 'ended')
                      AND t.ends_at >= clock_timestamp()
                ) x;
            hours := least(
                hours,
                CASE WHEN p.included_vector_hours IS NULL THEN hours
                     ELSE greatest(p.included_vector_hours - used.vector_hours, 0) END + greatest(floor((
                    greatest(paid.spending_cap, p.base_fee)
                    - cost_of(paid.plan, used.searches, used.vectors, used.tokens, used.vector_hours)
                ) / p.vector_hour_price), 0)
            );
        END IF;
        INSERT INTO public.usage_hours AS h (account_no, hour, env, plan, is_charged, vector_hours)
            VALUES (me, p_hour, each.env, paid.plan, is_paid_for, hours)
            ON CONFLICT (account_no, hour, env, plan) DO UPDATE
                SET vector_hours = excluded.vector_hours, is_reported = false, is_checked = false;
        UPDATE public.account_meters m SET vector_hours = m.vector_hours + hours
            WHERE m.account_no = me AND m.env = each.env AND m.month = this_month AND m.is_charged = is_paid_for;
    END LOOP;
END
$$;

-- Looks at the next accounts with stored vectors, once for each hour; answers how many, and 0 where the hour is done or another
-- run is at it. The admission of those that it has looked at waits until its end, so it ends at the first that keeps it waiting:
-- the next run goes on from there.
CREATE FUNCTION count_storage(p_limit integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET TimeZone = 'UTC'
AS $$
DECLARE
    this_hour CONSTANT timestamptz := date_trunc('hour', clock_timestamp());
    behind bigint;
    looked integer := 0;
    is_held boolean := false;
    each bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('count_storage')) THEN
        RETURN 0;
    END IF;
    INSERT INTO public.storage_looks (hour) VALUES (this_hour) ON CONFLICT DO NOTHING;
    DELETE FROM public.storage_looks l WHERE l.hour < this_hour;
    SELECT l.looked_to INTO behind FROM public.storage_looks l WHERE l.hour = this_hour AND NOT l.is_done;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    FOR each IN
        SELECT c.account_no FROM public.account_counts c
        WHERE c.account_no > behind AND c.stored <> 0
        GROUP BY c.account_no ORDER BY c.account_no LIMIT p_limit
    LOOP
        PERFORM set_config('app.account', each::text, true);
        BEGIN
            PERFORM count_stored_hours(this_hour);
        EXCEPTION WHEN lock_not_available THEN
            is_held := true;
            EXIT;
        END;
        behind := each;
        looked := looked + 1;
    END LOOP;
    UPDATE public.storage_looks l SET looked_to = behind, is_done = NOT is_held AND looked < p_limit WHERE l.hour = this_hour;
    RETURN looked;
END
$$;

-- Has the owner of the transaction's account told of each quota, or of the cap, of which his month has reached 80 or 100 %; each
-- once a month, and 100 % instead of 80. What is left may be less than a call needs, so the last half percent counts as all.
-- A cap that leaves nothing beside the fee ends each unit where what is included ends.
CREATE FUNCTION check_quota() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET TimeZone = 'UTC'
AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    this_month CONSTANT timestamptz := date_trunc('month', now());
    paid record;
    p record;
    used record;
    spent numeric;
    is_limited boolean;
    owner_no bigint;
BEGIN
    -- Their order is that of whoever adds to them, who says so again.
    PERFORM FROM public.usage_hours h WHERE h.account_no = me AND NOT h.is_checked
        ORDER BY h.hour, h.env, h.plan FOR UPDATE;
    UPDATE public.usage_hours h SET is_checked = true WHERE h.account_no = me AND NOT h.is_checked;
    SELECT a.plan, a.spending_cap INTO paid FROM public.accounts a WHERE a.account_no = me;
    SELECT l.is_charged, l.base_fee, l.included_searches, l.included_vectors, l.included_tokens INTO p
        FROM public.plans l WHERE l.plan = paid.plan;
    SELECT u.user_no INTO owner_no
        FROM public.users u WHERE u.account_no = me AND u.role = 'owner' AND u.confirmed_at IS NOT NULL;
    IF NOT FOUND OR (p.is_charged AND paid.spending_cap IS NULL) THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(h.searches), 0)::bigint AS searches, coalesce(sum(h.vectors), 0)::bigint AS vectors,
           coalesce(sum(h.tokens), 0)::bigint AS tokens, coalesce(sum(h.vector_hours), 0)::bigint AS vector_hours
        INTO used
        FROM public.usage_hours h
        WHERE h.account_no = me AND h.env = 'live' AND h.hour >= this_month AND h.is_charged = p.is_charged;
    spent := cost_of(paid.plan, used.searches, used.vectors, used.tokens, used.vector_hours);
    is_limited := NOT p.is_charged OR paid.spending_cap <= p.base_fee;
    WITH reached AS (
        SELECT l.unit, l.most, l.params, CASE WHEN l.used * 1000 < (l.most - l.fee) * 995 THEN 80 ELSE 100 END AS percent
        FROM (VALUES
            ('searches', is_limited, used.searches::numeric, p.included_searches::numeric, 0::numeric, jsonb_build_object(
                'unit', 'searches', 'limit', to_char(p.included_searches, 'FM999,999,999,999'))),
            ('vectors', is_limited, used.vectors, p.included_vectors, 0, jsonb_build_object(
                'unit', 'vectors written', 'limit', to_char(p.included_vectors, 'FM999,999,999,999'))),
            ('tokens', is_limited, used.tokens, p.included_tokens, 0, jsonb_build_object(
                'unit', 'embedding tokens', 'limit', to_char(p.included_tokens, 'FM999,999,999,999'))),
            -- Of what the cap leaves beside the fee, or every month would begin with a mail.
            ('cap', NOT is_limited, spent - p.base_fee, paid.spending_cap, p.base_fee, jsonb_build_object(
                'cap_nano', paid.spending_cap, 'spent_nano', spent))
        ) l (unit, applies, used, most, fee, params)
        WHERE l.applies AND l.most > l.fee AND l.used * 100 >= (l.most - l.fee) * 80
    ), noted AS (
        INSERT INTO public.quota_notices (account_no, month, unit, most, percent)
        SELECT me, this_month, r.unit, r.most, r.percent
        FROM reached r
        WHERE NOT EXISTS (
            SELECT FROM public.quota_notices q
            WHERE q.account_no = me AND q.month = this_month AND q.unit = r.unit AND q.most = r.most
              AND q.percent >= r.percent
        )
        ON CONFLICT DO NOTHING
        RETURNING unit, percent
    )
    INSERT INTO public.outbox_emails (account_no, user_no, kind, params)
        SELECT me, owner_no, CASE n.unit WHEN 'cap' THEN 'cap_' ELSE 'quota_' END || n.percent,
               r.params || jsonb_build_object('resets_at', this_month + interval '1 month')
        FROM noted n JOIN reached r ON r.unit = n.unit
        ORDER BY n.unit;
END
$$;

-- Looks at the next accounts that used something since they were looked at; answers how many.
CREATE FUNCTION check_quotas(p_limit integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_sort = off
    SET enable_bitmapscan = off
AS $$
DECLARE
    looked integer := 0;
    each bigint;
BEGIN
    -- Whoever erases an account holds it, and goes first.
    FOR each IN
        SELECT a.account_no FROM public.accounts a
        WHERE a.account_no IN (SELECT h.account_no FROM public.usage_hours h WHERE NOT h.is_checked)
        ORDER BY a.account_no LIMIT p_limit FOR KEY SHARE SKIP LOCKED
    LOOP
        PERFORM set_config('app.account', each::text, true);
        PERFORM check_quota();
        looked := looked + 1;
    END LOOP;
    RETURN looked;
END
$$;

-- As before; a day whose events come into the default partition at this very moment stays there, as one whose events are there.
-- Whoever waits for the table holds up everybody who meters, so this waits for nobody for long: the next run tries again.
CREATE OR REPLACE FUNCTION ensure_usage_partitions(days_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET TimeZone = 'UTC'
    SET lock_timeout = '1s'
AS $$
DECLARE
    made integer := 0;
    first_day date := (now() AT TIME ZONE 'UTC')::date;
    day date;
    leaf text;
BEGIN
    IF days_ahead NOT BETWEEN 0 AND 366 THEN
        RAISE EXCEPTION 'days_ahead is 0 to 366' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_usage_partitions'));
    FOR ahead IN 0..days_ahead LOOP
        day := first_day + ahead;
        leaf := 'usage_events_' || to_char(day, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('public.' || leaf) IS NOT NULL;
        CONTINUE WHEN EXISTS (
            SELECT FROM public.usage_events_default
            WHERE occurred_at >= day::timestamptz AND occurred_at < (day + 1)::timestamptz
        );
        BEGIN
            EXECUTE format(
                'CREATE TABLE public.%I PARTITION OF public.usage_events FOR VALUES FROM (%L) TO (%L)',
                leaf, day::timestamptz, (day + 1)::timestamptz
            );
            made := made + 1;
        EXCEPTION
            WHEN check_violation THEN
                NULL;
            WHEN lock_not_available THEN
                EXIT;
        END;
    END LOOP;
    RETURN made;
END
$$;

-- Drops the oldest day of events that is older than p_days, and up to p_limit such events of the default partition. Answers how
-- many partitions and events went. It waits for nobody for long either.
CREATE FUNCTION drop_old_usage_events(p_days integer, p_limit integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET TimeZone = 'UTC'
    SET lock_timeout = '1s'
AS $$
DECLARE
    first_kept CONSTANT date := (now() AT TIME ZONE 'UTC')::date - p_days;
    gone integer;
    leaf text;
BEGIN
    IF p_days < 1 THEN
        RAISE EXCEPTION 'p_days is 1 or more' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    DELETE FROM public.usage_events_default e
        WHERE e.ctid = ANY (ARRAY(
            SELECT o.ctid FROM public.usage_events_default o WHERE o.occurred_at < first_kept LIMIT p_limit
        ));
    GET DIAGNOSTICS gone = ROW_COUNT;
    SELECT c.relname INTO leaf
        FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.usage_events'::regclass AND c.relname ~ '^usage_events_[0-9]{8}$'
          AND c.relname < 'usage_events_' || to_char(first_kept, 'YYYYMMDD')
        ORDER BY c.relname LIMIT 1;
    IF FOUND THEN
        EXECUTE format('DROP TABLE public.%I', leaf);
        gone := gone + 1;
    END IF;
    RETURN gone;
EXCEPTION WHEN lock_not_available THEN
    RETURN 0;
END
$$;

REVOKE ALL ON FUNCTION
    count_stored_hours(timestamptz), count_storage(integer), check_quota(), check_quotas(integer),
    drop_old_usage_events(integer, integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    count_storage(integer), check_quotas(integer), drop_old_usage_events(integer, integer)
    TO fluxvector_jobs;
