-- What is told to Stripe's meters: one row for each event that is sent, kept until it is known to have arrived and long after.

-- An hour of a meter is reported when it is over; what is added later is a revision of its own. The values of all its rows are
-- what stands in usage_hours, at any time: whatever state they are in, they are not queued again.
--   waiting:      never sent
--   sent:         sent, and nobody knows whether it arrived; written before the call
--   acknowledged: Stripe has it, and it is never sent again
--   settled:      Stripe's own count shows that it arrived
--   refused:      Stripe said no at the first try: it did not arrive, and is tried again slowly
CREATE TABLE meter_reports (
    account_no    bigint NOT NULL,
    meter         text COLLATE "C" NOT NULL,
    hour          timestamptz NOT NULL,
    revision      integer NOT NULL CHECK (revision > 0),
    value         bigint NOT NULL CHECK (value > 0),
    -- Of customer, meter, hour and revision: Stripe counts no second event of it for about a day.
    identifier    text COLLATE "C" NOT NULL,
    state         text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sent', 'acknowledged', 'settled', 'refused')),
    -- When the first try began whose outcome is not known.
    first_sent_at timestamptz CHECK (first_sent_at IS NOT NULL OR state <> 'sent'),
    attempts      integer NOT NULL DEFAULT 0,
    ready_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_no, meter, hour, revision)
) WITH (fillfactor = 70);
CREATE INDEX meter_reports_open ON meter_reports (ready_at) WHERE state IN ('waiting', 'sent', 'refused');
CREATE INDEX meter_reports_by_age ON meter_reports (hour);

ALTER TABLE meter_reports ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_account ON meter_reports TO fluxvector_jobs USING (true);
GRANT SELECT, INSERT, DELETE, UPDATE (state, value, first_sent_at, attempts, ready_at) ON meter_reports TO fluxvector_jobs;

-- The identifier of a report.
CREATE FUNCTION meter_identifier(p_customer text, p_meter text, p_hour timestamptz, p_revision integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT 'usage-' || encode(sha256(convert_to(
        concat_ws(' ', p_customer, p_meter, extract(epoch FROM p_hour)::bigint::text, p_revision::text), 'UTF8'
    )), 'hex')
$$;

-- Queues what hours that are over have and no report has, of up to p_most rows of usage_hours; answers how many of these there
-- were. An hour is over p_settled after its end. Stripe refuses what is older than p_oldest: it is left.
--
-- An account that is being erased is passed by, and an erasure waits for this; so is an hour to which something is being added.
-- A run that overlaps with another one may have taken its hours after the other's commit and not see its reports: it fails by
-- their key, with nothing done.
CREATE FUNCTION queue_meter_reports(p_most bigint, p_settled interval, p_oldest interval) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    -- Their values are those that they have when they are locked.
    WITH due AS (
        SELECT h.account_no, h.hour, h.plan, h.searches, h.vectors, h.tokens, h.vector_hours, a.stripe_customer_id
        FROM public.usage_hours h JOIN public.accounts a ON a.account_no = h.account_no
        WHERE h.is_charged AND h.env = 'live' AND NOT h.is_reported AND h.hour > now() - p_oldest
          AND h.hour <= now() - interval '1 hour' - p_settled AND a.stripe_customer_id IS NOT NULL
        ORDER BY h.hour, h.account_no, h.plan LIMIT p_most
        FOR KEY SHARE OF a SKIP LOCKED FOR UPDATE OF h SKIP LOCKED
    ), hours AS (
        SELECT d.account_no, d.hour, min(d.stripe_customer_id) AS customer, sum(d.searches) AS searches,
               sum(d.vectors) AS vectors, sum(d.tokens) AS tokens, sum(coalesce(d.vector_hours, 0)) AS vector_hours
        FROM due d GROUP BY d.account_no, d.hour
    ), used AS (
        SELECT u.account_no, u.hour, u.customer, m.meter, m.units
        FROM hours u
        -- What the account used in the hour by other plans. If something is added to it meanwhile, it comes next time.
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(o.searches), 0) AS searches, coalesce(sum(o.vectors), 0) AS vectors,
                   coalesce(sum(o.tokens), 0) AS tokens, coalesce(sum(o.vector_hours), 0) AS vector_hours
            FROM public.usage_hours o
            WHERE o.account_no = u.account_no AND o.hour = u.hour AND o.env = 'live' AND o.is_charged
              AND NOT EXISTS (
                  SELECT FROM due d WHERE d.account_no = o.account_no AND d.hour = o.hour AND d.plan = o.plan
              )
        ) o
        CROSS JOIN LATERAL (VALUES
            ('fluxvector_searches', u.searches + o.searches), ('fluxvector_vectors', u.vectors + o.vectors),
            ('fluxvector_tokens', u.tokens + o.tokens), ('fluxvector_vector_hours', u.vector_hours + o.vector_hours)
        ) m (meter, units)
        WHERE m.units > 0
    ), queued AS (
        INSERT INTO public.meter_reports (account_no, meter, hour, revision, value, identifier)
        SELECT u.account_no, u.meter, u.hour, r.last + 1, u.units - r.value,
               meter_identifier(u.customer, u.meter, u.hour, r.last + 1)
        FROM used u
        CROSS JOIN LATERAL (
            SELECT coalesce(max(q.revision), 0) AS last, coalesce(sum(q.value), 0) AS value
            FROM public.meter_reports q
            WHERE q.account_no = u.account_no AND q.meter = u.meter AND q.hour = u.hour
        ) r
        WHERE u.units > r.value
    ), done AS (
        UPDATE public.usage_hours h SET is_reported = true
        FROM due d
        WHERE h.account_no = d.account_no AND h.hour = d.hour AND h.env = 'live' AND h.plan = d.plan
        RETURNING h.account_no
    )
    SELECT count(*) FROM done
$$;

-- Claims up to p_most reports that are due, for the time of a lease, and marks them as sent. Of a meter's hour that is one at a
-- time, in order: the next waits until the one before it is known to have arrived. was_sent: a try before this one has an unknown
-- outcome; age_s: how long ago the first such try was; known: what of the hour has arrived.
CREATE FUNCTION claim_meter_reports(p_most bigint, p_lease interval, p_oldest interval)
    RETURNS TABLE (
        account_no bigint, meter text, hour bigint, revision integer, value bigint, identifier text,
        stripe_customer_id text, attempts integer, was_sent boolean, age_s float8, known bigint
    )
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    WITH due AS (
        SELECT r.account_no, r.meter, r.hour, r.revision, r.state
        FROM public.meter_reports r
        WHERE r.state IN ('waiting', 'sent', 'refused') AND r.ready_at <= now() AND r.hour > now() - p_oldest
          AND NOT EXISTS (
              SELECT FROM public.meter_reports e
              WHERE e.account_no = r.account_no AND e.meter = r.meter AND e.hour = r.hour AND e.revision < r.revision
                AND e.state IN ('waiting', 'sent', 'refused')
          )
        ORDER BY r.ready_at LIMIT p_most
        FOR UPDATE OF r SKIP LOCKED
    )
    UPDATE public.meter_reports r
    SET state = 'sent', first_sent_at = CASE d.state WHEN 'sent' THEN r.first_sent_at ELSE now() END,
        attempts = r.attempts + 1, ready_at = now() + p_lease
    FROM due d JOIN public.accounts a ON a.account_no = d.account_no AND a.stripe_customer_id IS NOT NULL
    WHERE r.account_no = d.account_no AND r.meter = d.meter AND r.hour = d.hour AND r.revision = d.revision
    RETURNING r.account_no, r.meter, extract(epoch FROM r.hour)::bigint, r.revision, r.value, r.identifier,
              a.stripe_customer_id, r.attempts, d.state = 'sent', extract(epoch FROM now() - r.first_sent_at)::float8, (
                  SELECT coalesce(sum(k.value), 0)::bigint FROM public.meter_reports k
                  WHERE k.account_no = r.account_no AND k.meter = r.meter AND k.hour = r.hour
                    AND k.state IN ('acknowledged', 'settled')
              )
$$;

-- How many reports are open, by state; the age of the oldest hour of one; and how many reports, and hours that no report has,
-- are so old that Stripe would refuse them.
CREATE FUNCTION measure_meter_reports(p_oldest interval)
    RETURNS TABLE (waiting bigint, sent bigint, refused bigint, oldest_s float8, too_old bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT count(*) FILTER (WHERE r.state = 'waiting'), count(*) FILTER (WHERE r.state = 'sent'),
           count(*) FILTER (WHERE r.state = 'refused'),
           coalesce(extract(epoch FROM now() - min(r.hour)), 0)::float8,
           count(*) FILTER (WHERE r.hour <= now() - p_oldest) + (
               SELECT count(*)
               FROM public.usage_hours h JOIN public.accounts a ON a.account_no = h.account_no
               WHERE h.is_charged AND h.env = 'live' AND NOT h.is_reported AND h.hour <= now() - p_oldest
                 AND a.stripe_customer_id IS NOT NULL
           )
    FROM public.meter_reports r WHERE r.state IN ('waiting', 'sent', 'refused')
$$;

REVOKE ALL ON FUNCTION
    meter_identifier(text, text, timestamptz, integer), queue_meter_reports(bigint, interval, interval),
    claim_meter_reports(bigint, interval, interval), measure_meter_reports(interval)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    meter_identifier(text, text, timestamptz, integer), queue_meter_reports(bigint, interval, interval),
    claim_meter_reports(bigint, interval, interval), measure_meter_reports(interval)
    TO fluxvector_jobs;
