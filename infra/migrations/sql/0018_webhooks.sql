-- What Stripe tells, and what it makes of an account.

-- How often what Stripe has of the account was written here. Whoever fetched it before somebody else wrote fetches it again.
ALTER TABLE accounts ADD COLUMN billing_version bigint NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX accounts_by_stripe_customer ON accounts (stripe_customer_id);
-- Of one's own account alone, by its policy.
GRANT UPDATE (spending_cap), SELECT (billing_version) ON accounts TO fluxvector_api;

-- Events of Stripe's that arrived, each once: what happened to which object, and nothing of what an event holds. The object is
-- fetched when the event is handled, and its id is forgotten then.
CREATE TABLE stripe_events (
    event_id     text COLLATE "C" PRIMARY KEY,
    type         text COLLATE "C" NOT NULL,
    object_id    text COLLATE "C",
    created_at   timestamptz NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz,
    attempts     integer NOT NULL DEFAULT 0,
    ready_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((processed_at IS NULL) = (object_id IS NOT NULL))
);
CREATE INDEX stripe_events_by_readiness ON stripe_events (ready_at) WHERE processed_at IS NULL;
CREATE INDEX stripe_events_by_age ON stripe_events (created_at);
-- Up to when Stripe's list of events was read, and when somebody last set out to. One row.
CREATE TABLE stripe_event_reads (
    is_only  boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    tried_at timestamptz NOT NULL DEFAULT '-infinity',
    until_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO stripe_event_reads DEFAULT VALUES;

ALTER TABLE stripe_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE stripe_event_reads ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_event ON stripe_events TO fluxvector_jobs USING (true);
CREATE POLICY every_read ON stripe_event_reads TO fluxvector_jobs USING (true);
GRANT SELECT, INSERT, DELETE ON stripe_events TO fluxvector_jobs;
GRANT SELECT, UPDATE (tried_at, until_at) ON stripe_event_reads TO fluxvector_jobs;

-- Enters an event, or finds it, and claims it for the time of a lease. Answers which try that is; nothing where it was handled
-- before, or somebody else has it.
CREATE FUNCTION note_stripe_event(
    p_event_id text, p_type text, p_object_id text, p_created_at timestamptz, p_lease interval
) RETURNS integer
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    INSERT INTO public.stripe_events AS e (event_id, type, object_id, created_at, attempts, ready_at)
    VALUES (p_event_id, p_type, p_object_id, p_created_at, 1, now() + p_lease)
    ON CONFLICT (event_id) DO UPDATE SET attempts = e.attempts + 1, ready_at = excluded.ready_at
        WHERE e.processed_at IS NULL AND e.ready_at <= now()
    RETURNING e.attempts
$$;

-- Claims the event that has been ready for longest, for the time of a lease.
CREATE FUNCTION claim_stripe_event(p_lease interval)
    RETURNS TABLE (event_id text, type text, object_id text, attempts integer)
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    UPDATE public.stripe_events e SET attempts = e.attempts + 1, ready_at = now() + p_lease
    WHERE e.event_id = ANY(ARRAY(
        SELECT r.event_id FROM public.stripe_events r
        WHERE r.processed_at IS NULL AND r.ready_at <= now()
        ORDER BY r.ready_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ))
    RETURNING e.event_id, e.type, e.object_id, e.attempts
$$;

-- Ends an event that this try was the last to claim: what it was about is forgotten. Answers whether it did.
CREATE FUNCTION end_stripe_event(p_event_id text, p_attempts integer) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    WITH ended AS (
        UPDATE public.stripe_events e SET processed_at = now(), object_id = NULL
        WHERE e.event_id = p_event_id AND e.attempts = p_attempts AND e.processed_at IS NULL
        RETURNING e.event_id
    )
    SELECT count(*) > 0 FROM ended
$$;

-- The same, and tells the owner of the customer's account by mail: in one statement, so that each event sends one mail.
CREATE FUNCTION end_stripe_event_with_mail(
    p_event_id text, p_attempts integer, p_customer_id text, p_kind text, p_params jsonb
) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    WITH ended AS (
        UPDATE public.stripe_events e SET processed_at = now(), object_id = NULL
        WHERE e.event_id = p_event_id AND e.attempts = p_attempts AND e.processed_at IS NULL
        RETURNING e.event_id
    ), mailed AS (
        INSERT INTO public.outbox_emails (account_no, user_no, kind, params)
        SELECT u.account_no, u.user_no, p_kind, p_params
        FROM ended e CROSS JOIN public.accounts a JOIN public.users u ON u.account_no = a.account_no
        WHERE a.stripe_customer_id = p_customer_id AND u.role = 'owner' AND u.confirmed_at IS NOT NULL
          AND p_kind IN ('receipt', 'payment_failed')
    )
    SELECT count(*) > 0 FROM ended
$$;

-- A failed try waits longer each time: 10 s, 20 s, … up to an hour.
CREATE FUNCTION postpone_stripe_event(p_event_id text, p_attempts integer) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    UPDATE public.stripe_events e
    SET ready_at = now() + least(interval '10 seconds' * 2 ^ least(e.attempts - 1, 9), interval '1 hour')
    WHERE e.event_id = p_event_id AND e.attempts = p_attempts AND e.processed_at IS NULL
$$;

-- Whose customer it is, and what apply_subscription() has to be told; no row where it is nobody's.
CREATE FUNCTION find_billed_account(p_customer_id text)
    RETURNS TABLE (account_no bigint, billing_version bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT a.account_no, a.billing_version FROM public.accounts a WHERE a.stripe_customer_id = p_customer_id
$$;

-- Writes what Stripe has of a customer, unless somebody has written since the version was read: then what was fetched may be
-- older. Answers the account and since when a payment is overdue; no row where it wrote nothing.
CREATE FUNCTION apply_subscription(
    p_customer_id text, p_version bigint, p_plan text, p_status text, p_is_overdue boolean
)
    RETURNS TABLE (account_no bigint, payment_overdue_since timestamptz)
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    UPDATE public.accounts a
    SET plan = p_plan, subscription_status = p_status, billing_version = a.billing_version + 1,
        payment_overdue_since = CASE WHEN p_is_overdue THEN coalesce(a.payment_overdue_since, now()) END
    WHERE a.stripe_customer_id = p_customer_id AND a.billing_version = p_version
    RETURNING a.account_no, a.payment_overdue_since
$$;

-- Has the subscriptions of a customer end whose account the ledger of erasures names, unless that is under way. Answers whether
-- the ledger names it, and whether this has them end.
CREATE FUNCTION close_erased_customer(p_customer_id text, p_account_id text)
    RETURNS TABLE (is_erased boolean, is_new boolean)
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    WITH erased AS (
        SELECT EXISTS (
            SELECT FROM public.erasure_ledger l
            WHERE l.kind = 'account' AND l.subject_hash = sha256(l.salt || convert_to('account ' || p_account_id, 'UTF8'))
        ) AS is_erased
    ), closed AS (
        INSERT INTO public.billing_closures (stripe_customer_id)
        SELECT p_customer_id FROM erased e
        WHERE e.is_erased
          AND NOT EXISTS (SELECT FROM public.accounts a WHERE a.stripe_customer_id = p_customer_id)
          AND NOT EXISTS (SELECT FROM public.billing_closures b WHERE b.stripe_customer_id = p_customer_id)
        RETURNING stripe_customer_id
    )
    SELECT e.is_erased, EXISTS (SELECT FROM closed) FROM erased e
$$;

-- Forgets a customer that Stripe has not any more, unless charged usage of its account waits to be reported. Answers whether no
-- account has it now.
CREATE FUNCTION forget_stripe_customer(p_customer_id text) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    WITH found AS (
        SELECT a.account_no, NOT EXISTS (
            SELECT FROM public.usage_tail t WHERE t.account_no = a.account_no AND t.env = 'live' AND t.is_charged
        ) AND NOT EXISTS (
            SELECT FROM public.usage_hours h
            WHERE h.account_no = a.account_no AND h.env = 'live' AND h.is_charged AND NOT h.is_reported
              AND h.hour > now() - interval '35 days'
        ) AND NOT EXISTS (
            SELECT FROM public.meter_reports r WHERE r.account_no = a.account_no AND r.state IN ('waiting', 'sent')
        ) AS is_done
        FROM public.accounts a WHERE a.stripe_customer_id = p_customer_id
    ), forgotten AS (
        UPDATE public.accounts a SET stripe_customer_id = NULL, billing_version = a.billing_version + 1
        FROM found f WHERE f.is_done AND a.account_no = f.account_no
        RETURNING a.account_no
    )
    SELECT NOT EXISTS (SELECT FROM found) OR EXISTS (SELECT FROM forgotten)
$$;

-- Keeps what Stripe calls the transaction's account. The first word stands: answers the one that holds, nothing where the
-- account is gone.
CREATE FUNCTION keep_stripe_customer(p_customer_id text) RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    UPDATE public.accounts a SET stripe_customer_id = coalesce(a.stripe_customer_id, p_customer_id)
    WHERE a.account_no = current_account_no()
    RETURNING a.stripe_customer_id
$$;

-- An address that has changed is told to Stripe as if an event had told of it: by the job, until it is done. Which address that
-- is, is looked up then.
CREATE FUNCTION note_address_change() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    INSERT INTO public.stripe_events (event_id, type, object_id, created_at)
        SELECT 'address ' || gen_random_uuid(), 'fluxvector.address_changed', a.stripe_customer_id, now()
        FROM public.accounts a WHERE a.account_no = NEW.account_no AND a.stripe_customer_id IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_address_change AFTER UPDATE OF email ON account_emails
    FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION note_address_change();

-- The confirmed address of the owner of a customer's account; nothing where it is nobody's.
CREATE FUNCTION find_billing_address(p_customer_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT e.email
    FROM public.accounts a
    JOIN public.users u ON u.account_no = a.account_no AND u.role = 'owner'
    JOIN public.account_emails e ON e.account_no = u.account_no AND e.user_no = u.user_no
    WHERE a.stripe_customer_id = p_customer_id AND u.confirmed_at IS NOT NULL
$$;

REVOKE ALL ON FUNCTION
    note_stripe_event(text, text, text, timestamptz, interval), claim_stripe_event(interval),
    end_stripe_event(text, integer), end_stripe_event_with_mail(text, integer, text, text, jsonb),
    postpone_stripe_event(text, integer), find_billed_account(text),
    apply_subscription(text, bigint, text, text, boolean), close_erased_customer(text, text), forget_stripe_customer(text),
    keep_stripe_customer(text), note_address_change(), find_billing_address(text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    end_stripe_event(text, integer), end_stripe_event_with_mail(text, integer, text, text, jsonb),
    postpone_stripe_event(text, integer), find_billed_account(text),
    apply_subscription(text, bigint, text, text, boolean), close_erased_customer(text, text), forget_stripe_customer(text)
    TO fluxvector_api, fluxvector_jobs;
GRANT EXECUTE ON FUNCTION note_stripe_event(text, text, text, timestamptz, interval), keep_stripe_customer(text)
    TO fluxvector_api;
GRANT EXECUTE ON FUNCTION claim_stripe_event(interval), find_billing_address(text) TO fluxvector_jobs;
