-- One row for each piece of metered work, written in the transaction of that work, partitioned by day (UTC).

CREATE SEQUENCE usage_event_numbers AS bigint CACHE 32;

CREATE TABLE usage_events (
    account_no  bigint NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    event_no    bigint NOT NULL DEFAULT nextval('usage_event_numbers'),
    -- NULL where a job did the work, later than the request that asked for it.
    request_id  text COLLATE "C",
    key_no      bigint,
    endpoint    text NOT NULL,
    env         text NOT NULL CHECK (env IN ('live', 'test')),
    plan        text NOT NULL,
    status      smallint NOT NULL,
    latency_ms  real NOT NULL,
    ip_address  inet,
    requests    integer NOT NULL CHECK (requests >= 0),
    searches    integer NOT NULL DEFAULT 0 CHECK (searches >= 0),
    vectors     integer NOT NULL DEFAULT 0 CHECK (vectors >= 0),
    embeddings  integer NOT NULL DEFAULT 0 CHECK (embeddings >= 0),
    tokens      integer NOT NULL DEFAULT 0 CHECK (tokens >= 0),
    PRIMARY KEY (account_no, occurred_at, event_no)
) PARTITION BY RANGE (occurred_at);

-- No event is refused for want of its day.
CREATE TABLE usage_events_default PARTITION OF usage_events DEFAULT;

-- Makes the partitions of today (UTC) and the days ahead; answers how many were new. A day whose events already went
-- to the default partition stays there.
CREATE FUNCTION ensure_usage_partitions(days_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC'
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
        EXECUTE format(
            'CREATE TABLE public.%I PARTITION OF public.usage_events FOR VALUES FROM (%L) TO (%L)',
            leaf, day::timestamptz, (day + 1)::timestamptz
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION ensure_usage_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_usage_partitions(integer) TO fluxvector_jobs;

ALTER TABLE usage_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON usage_events TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON usage_events TO fluxvector_jobs USING (true);
GRANT SELECT, INSERT ON usage_events TO fluxvector_api, fluxvector_jobs;
GRANT USAGE ON SEQUENCE usage_event_numbers TO fluxvector_api, fluxvector_jobs;
