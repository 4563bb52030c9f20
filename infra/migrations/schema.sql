-- The schema that all migrations together make. Written by `make schema`, which a test holds to the migrations.
-- The roles, the database and the extension come before it: infra/migrations/bootstrap.py.
SET check_function_bodies = false;

CREATE FUNCTION public.account_lock(p_account_no bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (p_account_no # '7310585426402308096'::bigint);

ALTER FUNCTION public.account_lock(p_account_no bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.address_of_link(p_token_hash bytea) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    SELECT l.new_email FROM public.one_time_links l WHERE l.token_hash = p_token_hash AND l.expires_at > now()
$$;

ALTER FUNCTION public.address_of_link(p_token_hash bytea) OWNER TO fluxvector_owner;

CREATE FUNCTION public.admit(p_key_hash bytea, p_session_id text, p_collection text) RETURNS TABLE(account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[], only_collection text, user_no bigint, session_no bigint, authenticated_at timestamp with time zone, collection_no bigint, dimension integer, metric text, model text, model_revision text, language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean, is_catalogued boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
DECLARE
    used_at timestamptz;
BEGIN
    IF p_key_hash IS NOT NULL THEN
        SELECT a.account_no, a.account_id, a.plan, k.key_no, k.key_id, k.env, k.scopes, k.collection, k.last_used_at
            INTO account_no, account_id, plan, key_no, key_id, env, scopes, only_collection, used_at
            FROM public.key_hashes h
            JOIN public.api_keys k ON k.account_no = h.account_no AND k.key_no = h.key_no
            JOIN public.accounts a ON a.account_no = h.account_no
            WHERE h.key_hash = p_key_hash AND a.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > now());
        IF NOT FOUND THEN
            RETURN;
        END IF;
        -- Written at most once a minute: most admissions read only. SKIP LOCKED: none waits for another's note.
        IF used_at IS NULL OR used_at < now() - interval '1 minute' THEN
            UPDATE public.api_keys k SET last_used_at = now()
                FROM (
                    SELECT l.account_no, l.key_no FROM public.api_keys l
                    WHERE l.account_no = admit.account_no AND l.key_no = admit.key_no
                    FOR UPDATE SKIP LOCKED
                ) mine
                WHERE k.account_no = mine.account_no AND k.key_no = mine.key_no;
        END IF;
    ELSE
        SELECT a.account_no, a.account_id, a.plan, CASE WHEN u.confirmed_at IS NULL THEN 'test' ELSE 'live' END,
               ARRAY['read', 'write', 'admin'], s.user_no, s.session_no, s.authenticated_at, s.last_used_at
            INTO account_no, account_id, plan, env, scopes, user_no, session_no, authenticated_at, used_at
            FROM public.session_ids i
            JOIN public.sessions s ON s.account_no = i.account_no AND s.session_no = i.session_no
            JOIN public.users u ON u.account_no = s.account_no AND u.user_no = s.user_no
            JOIN public.accounts a ON a.account_no = s.account_no
            WHERE i.session_id = p_session_id AND a.status = 'active' AND s.expires_at > now();
        IF NOT FOUND THEN
            RETURN;
        END IF;
        IF used_at < now() - interval '1 minute' THEN
            UPDATE public.sessions s SET last_used_at = now()
                FROM (
                    SELECT l.account_no, l.session_no FROM public.sessions l
                    WHERE l.account_no = admit.account_no AND l.session_no = admit.session_no
                    FOR UPDATE SKIP LOCKED
                ) mine
                WHERE s.account_no = mine.account_no AND s.session_no = mine.session_no;
        END IF;
    END IF;
    IF p_collection IS NOT NULL THEN
        SELECT c.collection_no, c.dimension, c.metric, c.model, c.model_revision,
               c.language, c.k1, c.b, c.average_length,
               EXISTS (
                   SELECT FROM public.collection_indexes i
                   WHERE i.account_no = c.account_no AND i.collection_no = c.collection_no AND i.built_at IS NOT NULL
               ),
               c.has_many_namespaces, c.is_catalogued
            INTO collection_no, dimension, metric, model, model_revision,
                 language, k1, b, average_length, is_indexed, has_many_namespaces, is_catalogued
            FROM public.collections c
            WHERE c.account_no = admit.account_no AND c.env = admit.env AND c.name = p_collection;
    END IF;
    RETURN NEXT;
END
$$;

ALTER FUNCTION public.admit(p_key_hash bytea, p_session_id text, p_collection text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.admit_key(p_key_hash bytea, p_collection text) RETURNS TABLE(account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[], collection_no bigint, dimension integer, metric text, model text, model_revision text, language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean, is_catalogued boolean)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    SELECT a.account_no, a.account_id, a.plan, a.key_no, a.key_id, a.env, a.scopes,
           a.collection_no, a.dimension, a.metric, a.model, a.model_revision,
           a.language, a.k1, a.b, a.average_length, a.is_indexed, a.has_many_namespaces, a.is_catalogued
    FROM admit(p_key_hash, NULL, p_collection) a
    WHERE a.only_collection IS NULL
$$;

ALTER FUNCTION public.admit_key(p_key_hash bytea, p_collection text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.admit_request(p_key_hash bytea, p_session_id text, p_collection text, p_address bytea, p_tries_per_s double precision, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) RETURNS TABLE(account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[], only_collection text, user_no bigint, session_no bigint, authenticated_at timestamp with time zone, collection_no bigint, dimension integer, metric text, model text, model_revision text, language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean, is_catalogued boolean, refusal text, wait_s double precision, ticket_no bigint, rate double precision, burst double precision, key_share double precision, account_remaining double precision, account_reset_s double precision, key_remaining double precision, key_reset_s double precision, tokens_per_minute double precision, tokens_remaining double precision, tokens_reset_s double precision, is_near boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
DECLARE
    now_s float8;
    stranger_at float8;
BEGIN
    SELECT a.account_no, a.account_id, a.plan, a.key_no, a.key_id, a.env, a.scopes, a.only_collection, a.user_no,
           a.session_no, a.authenticated_at, a.collection_no, a.dimension, a.metric, a.model, a.model_revision,
           a.language, a.k1, a.b, a.average_length, a.is_indexed, a.has_many_namespaces, a.is_catalogued
        INTO account_no, account_id, plan, key_no, key_id, env, scopes, only_collection, user_no,
             session_no, authenticated_at, collection_no, dimension, metric, model, model_revision,
             language, k1, b, average_length, is_indexed, has_many_namespaces, is_catalogued
        FROM admit(p_key_hash, p_session_id, p_collection) a;
    IF FOUND THEN
        PERFORM set_config('app.account', account_no::text, true);
        SELECT r.refusal, r.wait_s, r.ticket_no, r.rate, r.burst, r.key_share, r.account_remaining, r.account_reset_s,
               r.key_remaining, r.key_reset_s, r.tokens_per_minute, r.tokens_remaining, r.tokens_reset_s, r.is_near
            INTO refusal, wait_s, ticket_no, rate, burst, key_share, account_remaining, account_reset_s,
                 key_remaining, key_reset_s, tokens_per_minute, tokens_remaining, tokens_reset_s, is_near
            FROM reserve_work(env, key_no, p_kind, p_cost, p_searches, p_vectors, p_tokens, p_takes) r;
        IF FOUND THEN
            RETURN NEXT;
        END IF;
        RETURN;
    END IF;
    IF p_address IS NULL THEN
        RETURN;
    END IF;
    now_s := extract(epoch FROM clock_timestamp() - timestamptz '2026-01-01 00:00Z');
    INSERT INTO public.stranger_meters (bucket, at) VALUES (p_address, now_s) ON CONFLICT (bucket) DO NOTHING;
    SELECT s.at INTO stranger_at FROM public.stranger_meters s WHERE s.bucket = p_address FOR UPDATE;
    stranger_at := greatest(least(coalesce(stranger_at, now_s), now_s + 30), now_s) + 1 / p_tries_per_s;
    wait_s := stranger_at - now_s - 30;
    IF wait_s > 0.000001 THEN
        refusal := 'address';
        RETURN NEXT;
    ELSE
        UPDATE public.stranger_meters s SET at = stranger_at WHERE s.bucket = p_address;
    END IF;
END
$$;

ALTER FUNCTION public.admit_request(p_key_hash bytea, p_session_id text, p_collection text, p_address bytea, p_tries_per_s double precision, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.apply_subscription(p_customer_id text, p_version bigint, p_plan text, p_status text, p_is_overdue boolean) RETURNS TABLE(account_no bigint, payment_overdue_since timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    UPDATE public.accounts a
    SET plan = p_plan, subscription_status = p_status, billing_version = a.billing_version + 1,
        payment_overdue_since = CASE WHEN p_is_overdue THEN coalesce(a.payment_overdue_since, now()) END
    WHERE a.stripe_customer_id = p_customer_id AND a.billing_version = p_version
    RETURNING a.account_no, a.payment_overdue_since
$$;

ALTER FUNCTION public.apply_subscription(p_customer_id text, p_version bigint, p_plan text, p_status text, p_is_overdue boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.change_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text, p_ip_address inet) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    PERFORM FROM public.users u
        WHERE u.account_no = current_account_no() AND u.user_no = p_user_no AND u.password_hash = p_checked_hash
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM replace_password(p_user_no, p_password_hash, p_pepper_id, 'password_changed', p_ip_address);
    RETURN true;
END
$$;

ALTER FUNCTION public.change_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.check_collections() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    most bigint;
    there bigint;
BEGIN
    SELECT p.collections INTO most FROM public.accounts a JOIN public.plans p ON p.plan = a.plan
        WHERE a.account_no = me;
    SELECT count(*) INTO there FROM public.collections c WHERE c.account_no = me;
    IF there > coalesce(nullif(current_setting('app.collections', true), '')::bigint, 0) AND there > most THEN
        RAISE EXCEPTION 'more collections than the plan allows' USING ERRCODE = 'FV003';
    END IF;
END
$$;

ALTER FUNCTION public.check_collections() OWNER TO fluxvector_owner;

CREATE FUNCTION public.check_quota() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET "TimeZone" TO 'UTC'
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

ALTER FUNCTION public.check_quota() OWNER TO fluxvector_owner;

CREATE FUNCTION public.check_quotas(p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_sort TO 'off'
    SET enable_bitmapscan TO 'off'
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

ALTER FUNCTION public.check_quotas(p_limit integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.check_stored_limit() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    most bigint;
    stored bigint;
    expected bigint;
BEGIN
    IF coalesce(nullif(current_setting('app.stored_growth', true), '')::bigint, 0) <= 0 THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('stored vectors', me));
    PERFORM pg_advisory_xact_lock(meter_lock(me, 'live'));
    PERFORM pg_advisory_xact_lock(meter_lock(me, 'test'));
    SELECT p.vectors_stored INTO most FROM public.accounts a JOIN public.plans p ON p.plan = a.plan
        WHERE a.account_no = me;
    SELECT coalesce(sum(c.stored), 0), coalesce((
        SELECT sum(t.vectors)
        FROM public.account_meters k
        JOIN public.tickets t ON t.account_no = k.account_no AND t.env = k.env AND t.ticket_no >= k.first_ticket
        WHERE k.account_no = me AND t.kind = 'write' AND NOT t.is_near AND t.ends_at >= clock_timestamp()
    ), 0)
        INTO stored, expected FROM public.account_counts c WHERE c.account_no = me;
    IF stored + expected > most THEN
        RAISE EXCEPTION 'more vectors than the plan allows' USING ERRCODE = 'FV002';
    END IF;
END
$$;

ALTER FUNCTION public.check_stored_limit() OWNER TO fluxvector_owner;

CREATE FUNCTION public.claim_emails(p_limit integer, p_lease interval) RETURNS TABLE(account_no bigint, email_no bigint, user_no bigint, kind text, to_email text, params jsonb, created_at timestamp with time zone, attempts integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM public.outbox_emails o USING public.users u
        WHERE o.ready_at <= now() AND o.kind NOT IN ('confirm', 'reset', 'change_email', 'breach_notice')
          AND u.account_no = o.account_no AND u.user_no = o.user_no AND u.confirmed_at IS NULL;
    RETURN QUERY
        WITH due AS (
            SELECT d.account_no, d.email_no FROM public.outbox_emails d
            WHERE d.ready_at <= now()
            -- Whoever waits for a link goes before notices.
            ORDER BY d.kind IN ('confirm', 'reset', 'change_email') DESC, d.ready_at
            LIMIT p_limit FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE public.outbox_emails o SET ready_at = now() + p_lease, attempts = o.attempts + 1
            FROM due WHERE o.account_no = due.account_no AND o.email_no = due.email_no
            RETURNING o.account_no, o.email_no, o.user_no, o.kind, o.to_email, o.params, o.created_at, o.attempts
        )
        SELECT c.account_no, c.email_no, c.user_no, c.kind, coalesce(c.to_email, e.email), c.params, c.created_at, c.attempts
        FROM claimed c
        JOIN public.account_emails e ON e.account_no = c.account_no AND e.user_no = c.user_no;
END
$$;

ALTER FUNCTION public.claim_emails(p_limit integer, p_lease interval) OWNER TO fluxvector_owner;

CREATE FUNCTION public.claim_meter_reports(p_most bigint, p_lease interval, p_oldest interval) RETURNS TABLE(account_no bigint, meter text, hour bigint, revision integer, value bigint, identifier text, stripe_customer_id text, attempts integer, was_sent boolean, age_s double precision, known bigint)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.claim_meter_reports(p_most bigint, p_lease interval, p_oldest interval) OWNER TO fluxvector_owner;

CREATE FUNCTION public.claim_stripe_event(p_lease interval) RETURNS TABLE(event_id text, type text, object_id text, attempts integer)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    UPDATE public.stripe_events e SET attempts = e.attempts + 1, ready_at = now() + p_lease
    WHERE e.event_id = ANY(ARRAY(
        SELECT r.event_id FROM public.stripe_events r
        WHERE r.processed_at IS NULL AND r.ready_at <= now()
        ORDER BY r.ready_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ))
    RETURNING e.event_id, e.type, e.object_id, e.attempts
$$;

ALTER FUNCTION public.claim_stripe_event(p_lease interval) OWNER TO fluxvector_owner;

CREATE FUNCTION public.close_erased_customer(p_customer_id text, p_account_id text) RETURNS TABLE(is_erased boolean, is_new boolean)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.close_erased_customer(p_customer_id text, p_account_id text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.cost_of(p_plan text, p_searches bigint, p_vectors bigint, p_tokens bigint, p_vector_hours bigint) RETURNS numeric
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    SELECT p.base_fee
           + greatest(0, p_searches - coalesce(p.included_searches, p_searches))::numeric * p.search_price
           + greatest(0, p_vectors - coalesce(p.included_vectors, p_vectors))::numeric * p.vector_price
           + greatest(0, p_tokens - coalesce(p.included_tokens, p_tokens))::numeric * p.token_price
           + greatest(0, p_vector_hours - coalesce(p.included_vector_hours, p_vector_hours))::numeric * p.vector_hour_price
    FROM public.plans p WHERE p.plan = p_plan
$$;

ALTER FUNCTION public.cost_of(p_plan text, p_searches bigint, p_vectors bigint, p_tokens bigint, p_vector_hours bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.count_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.count_deleted() OWNER TO fluxvector_owner;

CREATE FUNCTION public.count_matching(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $_$
DECLARE
    matches bigint;
    expired bigint;
BEGIN
    IF p_filter IS NULL THEN
        SELECT count(*) INTO matches FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND v.namespace = p_namespace;
        SELECT count(*) INTO expired FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND v.namespace = p_namespace AND v.expires_at <= now();
        RETURN matches - expired;
    END IF;
    EXECUTE format(
        'SELECT count(*) FROM %s v'
        ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.metadata @@ $4'
        ' AND (v.expires_at IS NULL OR v.expires_at > now())',
        CASE WHEN p_facets IS NULL THEN 'public.vectors' ELSE faceted_vectors(p_collection_no) END
    ) INTO matches USING current_account_no(), p_collection_no, p_namespace, p_filter, p_facets;
    RETURN matches;
END
$_$;

ALTER FUNCTION public.count_matching(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath) OWNER TO fluxvector_owner;

CREATE FUNCTION public.count_storage(p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET "TimeZone" TO 'UTC'
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

ALTER FUNCTION public.count_storage(p_limit integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.count_stored() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.count_stored() OWNER TO fluxvector_owner;

CREATE FUNCTION public.count_stored_hours(p_hour timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET lock_timeout TO '100ms'
    SET enable_seqscan TO 'off'
    SET "TimeZone" TO 'UTC'
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

ALTER FUNCTION public.count_stored_hours(p_hour timestamp with time zone) OWNER TO fluxvector_owner;

CREATE FUNCTION public.count_usage() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET "TimeZone" TO 'UTC'
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

ALTER FUNCTION public.count_usage() OWNER TO fluxvector_owner;

CREATE FUNCTION public.current_account_no() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('app.account'::text, true), ''::text))::bigint;

ALTER FUNCTION public.current_account_no() OWNER TO fluxvector_owner;

CREATE FUNCTION public.default_ef_search(p_rows bigint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (p_rows <= 20000) THEN 100 WHEN (p_rows <= 100000) THEN 140 WHEN (p_rows <= 500000) THEN 240 ELSE 360 END;

ALTER FUNCTION public.default_ef_search(p_rows bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.drop_old_usage_events(p_days integer, p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '1s'
    AS $_$
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
$_$;

ALTER FUNCTION public.drop_old_usage_events(p_days integer, p_limit integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.end_stripe_event(p_event_id text, p_attempts integer) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    WITH ended AS (
        UPDATE public.stripe_events e SET processed_at = now(), object_id = NULL
        WHERE e.event_id = p_event_id AND e.attempts = p_attempts AND e.processed_at IS NULL
        RETURNING e.event_id
    )
    SELECT count(*) > 0 FROM ended
$$;

ALTER FUNCTION public.end_stripe_event(p_event_id text, p_attempts integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.end_stripe_event_with_mail(p_event_id text, p_attempts integer, p_customer_id text, p_kind text, p_params jsonb) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.end_stripe_event_with_mail(p_event_id text, p_attempts integer, p_customer_id text, p_kind text, p_params jsonb) OWNER TO fluxvector_owner;

CREATE FUNCTION public.end_ticket(p_env text, p_ticket_no bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    UPDATE public.tickets t SET kind = 'ended'
    WHERE t.account_no = current_account_no() AND t.env = p_env AND t.ticket_no = p_ticket_no
      AND t.kind NOT IN ('done', 'ended')
$$;

ALTER FUNCTION public.end_ticket(p_env text, p_ticket_no bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.ensure_usage_partitions(days_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '1s'
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

ALTER FUNCTION public.ensure_usage_partitions(days_ahead integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.erase_account(p_most bigint, p_buckets bytea[]) RETURNS TABLE(erased_from text, erased bigint, is_complete boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET lock_timeout TO '20s'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    my_id text;
    customer text;
    vectors_stored bigint;
    events bigint;
    leaves_vectors boolean;
    leaves_events boolean;
    recent record;
BEGIN
    SELECT a.account_id, a.stripe_customer_id INTO my_id, customer
        FROM public.accounts a WHERE a.account_no = me FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- From here on nobody adds a user, a key, a collection, a session or a link.
    PERFORM FROM public.users u WHERE u.account_no = me ORDER BY u.user_no FOR UPDATE;
    PERFORM FROM public.collections c WHERE c.account_no = me ORDER BY c.collection_no FOR UPDATE;
    PERFORM note_erasure('account', my_id);
    -- An address that nobody confirmed may be a stranger's, who gets no mail of what others did with it.
    INSERT INTO public.farewell_emails (to_email)
        SELECT e.email FROM public.account_emails e
        JOIN public.users u ON u.account_no = e.account_no AND u.user_no = e.user_no
        WHERE e.account_no = me AND u.confirmed_at IS NOT NULL;

    -- Counted here: what collections that were deleted before have left is in no other count.
    SELECT count(*) INTO vectors_stored FROM (
        SELECT FROM public.vectors v WHERE v.account_no = me LIMIT p_most + 1
    ) counted;
    leaves_vectors := vectors_stored > p_most;
    erased_from := 'vectors';
    erased := 0;
    is_complete := NOT leaves_vectors;
    IF leaves_vectors THEN
        INSERT INTO public.deleted_collections (account_no, collection_no)
            SELECT c.account_no, c.collection_no FROM public.collections c WHERE c.account_no = me;
    ELSE
        DELETE FROM public.vectors v WHERE v.account_no = me;
        GET DIAGNOSTICS erased = ROW_COUNT;
        DELETE FROM public.keywords k WHERE k.account_no = me;
        DELETE FROM public.keyword_terms t WHERE t.account_no = me;
        DELETE FROM public.pending_embeddings p WHERE p.account_no = me;
        DELETE FROM public.deleted_collections d WHERE d.account_no = me;
    END IF;
    RETURN NEXT;

    DELETE FROM public.collection_counts n WHERE n.account_no = me;
    DELETE FROM public.collection_tasks t WHERE t.account_no = me;
    DELETE FROM public.collection_indexes i WHERE i.account_no = me;
    DELETE FROM public.collections c WHERE c.account_no = me;
    GET DIAGNOSTICS erased = ROW_COUNT;
    erased_from := 'collections';
    is_complete := true;
    RETURN NEXT;

    -- Whoever is about to write an event, or to be admitted, commits first, or finds no account.
    PERFORM pg_advisory_xact_lock(account_lock(me));
    -- A roll-up that has taken rows of the tail is waited for; what it added is seen by the statements after this one.
    WITH gone AS (
        DELETE FROM public.usage_tail t WHERE t.account_no = me
        RETURNING t.env = 'live' AND t.is_charged AS is_owed, t.searches, t.vectors, t.tokens
    )
    SELECT coalesce(sum(g.searches) FILTER (WHERE g.is_owed), 0) AS searches,
           coalesce(sum(g.vectors) FILTER (WHERE g.is_owed), 0) AS vectors,
           coalesce(sum(g.tokens) FILTER (WHERE g.is_owed), 0) AS tokens
        INTO recent FROM gone g;
    -- Nothing is queued any more (that takes the account's row). What is being sent is sent already, or is not claimed any more.
    PERFORM FROM public.meter_reports r
        WHERE r.account_no = me AND r.state IN ('waiting', 'sent', 'refused')
        ORDER BY r.meter, r.hour, r.revision FOR UPDATE;
    IF customer IS NOT NULL THEN
        INSERT INTO public.billing_closures (stripe_customer_id, units, reports)
        SELECT customer, (
            SELECT coalesce(jsonb_object_agg(o.meter, o.units), '{}') FROM (
                SELECT l.meter, sum(l.units)::bigint AS units
                FROM (
                    SELECT v.meter, v.units FROM (VALUES
                        ('fluxvector_searches', recent.searches), ('fluxvector_vectors', recent.vectors),
                        ('fluxvector_tokens', recent.tokens)
                    ) v (meter, units)
                    UNION ALL
                    -- Hours that reports have not got, or not all of. Reports are kept for longer.
                    SELECT v.meter, greatest(v.units - coalesce((
                        SELECT sum(r.value) FROM public.meter_reports r
                        WHERE r.account_no = me AND r.meter = v.meter AND r.hour = u.hour
                    ), 0), 0)
                    FROM (
                        SELECT h.hour, sum(h.searches) AS searches, sum(h.vectors) AS vectors, sum(h.tokens) AS tokens,
                               sum(h.vector_hours) AS vector_hours
                        FROM public.usage_hours h
                        WHERE h.account_no = me AND h.env = 'live' AND h.is_charged
                          AND h.hour > now() - interval '60 days'
                        GROUP BY h.hour HAVING NOT bool_and(h.is_reported)
                    ) u
                    CROSS JOIN LATERAL (VALUES
                        ('fluxvector_searches', u.searches), ('fluxvector_vectors', u.vectors),
                        ('fluxvector_tokens', u.tokens), ('fluxvector_vector_hours', coalesce(u.vector_hours, 0))
                    ) v (meter, units)
                    UNION ALL
                    SELECT r.meter, r.value FROM public.meter_reports r
                    WHERE r.account_no = me AND r.state IN ('waiting', 'refused')
                ) l
                GROUP BY l.meter HAVING sum(l.units) > 0
            ) o
        ), (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'identifier', r.identifier, 'meter', r.meter, 'hour', extract(epoch FROM r.hour)::bigint, 'value', r.value,
                'first_sent_at', extract(epoch FROM r.first_sent_at)::float8, 'known', (
                    SELECT coalesce(sum(k.value), 0) FROM public.meter_reports k
                    WHERE k.account_no = me AND k.meter = r.meter AND k.hour = r.hour
                      AND k.state IN ('acknowledged', 'settled')
                )
            ) ORDER BY r.meter, r.hour), '[]')
            FROM public.meter_reports r WHERE r.account_no = me AND r.state = 'sent'
        );
    END IF;
    DELETE FROM public.meter_reports r WHERE r.account_no = me;
    DELETE FROM public.usage_hours h WHERE h.account_no = me;
    DELETE FROM public.usage_days d WHERE d.account_no = me;
    DELETE FROM public.quota_notices q WHERE q.account_no = me;
    DELETE FROM public.tickets t WHERE t.account_no = me;
    DELETE FROM public.key_meters k WHERE k.account_no = me;
    DELETE FROM public.account_meters m WHERE m.account_no = me;
    DELETE FROM public.account_counts c WHERE c.account_no = me;
    SELECT count(*) INTO events FROM (
        SELECT FROM public.usage_events u WHERE u.account_no = me LIMIT p_most + 1
    ) counted;
    leaves_events := events > p_most;
    erased_from := 'usage_events';
    erased := 0;
    is_complete := NOT leaves_events;
    IF NOT leaves_events THEN
        DELETE FROM public.usage_events u WHERE u.account_no = me;
        GET DIAGNOSTICS erased = ROW_COUNT;
    END IF;
    RETURN NEXT;
    IF leaves_vectors OR leaves_events THEN
        INSERT INTO public.erased_accounts (account_no) VALUES (me);
    END IF;

    is_complete := true;
    DELETE FROM public.idempotency_keys i WHERE i.account_no = me;
    DELETE FROM public.key_hashes h WHERE h.account_no = me;
    DELETE FROM public.api_keys k WHERE k.account_no = me;
    GET DIAGNOSTICS erased = ROW_COUNT;
    erased_from := 'api_keys';
    RETURN NEXT;

    DELETE FROM public.refresh_hashes r WHERE r.account_no = me;
    DELETE FROM public.session_ids i WHERE i.account_no = me;
    DELETE FROM public.sessions s WHERE s.account_no = me;
    GET DIAGNOSTICS erased = ROW_COUNT;
    erased_from := 'sessions';
    RETURN NEXT;

    DELETE FROM public.account_activity y WHERE y.account_no = me;
    GET DIAGNOSTICS erased = ROW_COUNT;
    erased_from := 'activity';
    RETURN NEXT;

    DELETE FROM public.one_time_links l WHERE l.account_no = me;
    DELETE FROM public.outbox_emails o WHERE o.account_no = me;
    DELETE FROM public.attempts t WHERE t.bucket = ANY (p_buckets);
    DELETE FROM public.account_emails e WHERE e.account_no = me;
    DELETE FROM public.users u WHERE u.account_no = me;
    GET DIAGNOSTICS erased = ROW_COUNT;
    erased_from := 'users';
    RETURN NEXT;
    DELETE FROM public.accounts a WHERE a.account_no = me;
END
$$;

ALTER FUNCTION public.erase_account(p_most bigint, p_buckets bytea[]) OWNER TO fluxvector_owner;

CREATE FUNCTION public.faceted_vectors(p_collection_no bigint) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
    SELECT format('(SELECT c.* FROM public.vectors_%s c WHERE c.facets @@ $5 OFFSET 0)', leaf_of(p_collection_no))
$_$;

ALTER FUNCTION public.faceted_vectors(p_collection_no bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.find_billed_account(p_customer_id text) RETURNS TABLE(account_no bigint, billing_version bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    SELECT a.account_no, a.billing_version FROM public.accounts a WHERE a.stripe_customer_id = p_customer_id
$$;

ALTER FUNCTION public.find_billed_account(p_customer_id text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.find_billing_address(p_customer_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    SELECT e.email
    FROM public.accounts a
    JOIN public.users u ON u.account_no = a.account_no AND u.role = 'owner'
    JOIN public.account_emails e ON e.account_no = u.account_no AND e.user_no = u.user_no
    WHERE a.stripe_customer_id = p_customer_id AND u.confirmed_at IS NOT NULL
$$;

ALTER FUNCTION public.find_billing_address(p_customer_id text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.find_link(p_token_hash bytea, p_purpose text) RETURNS TABLE(account_no bigint, user_no bigint, email text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT l.account_no, l.user_no, e.email
        FROM public.one_time_links l
        JOIN public.account_emails e ON e.account_no = l.account_no AND e.user_no = l.user_no
        JOIN public.accounts a ON a.account_no = l.account_no
        WHERE l.token_hash = p_token_hash AND l.purpose = p_purpose AND l.expires_at > now() AND a.status = 'active';
END
$$;

ALTER FUNCTION public.find_link(p_token_hash bytea, p_purpose text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.find_sign_in(p_email_key text, p_ip_address inet) RETURNS TABLE(account_no bigint, user_no bigint, user_id text, password_hash text, pepper_id text, knows_address boolean, signed_in_before boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT u.account_no, u.user_no, u.user_id, u.password_hash, u.pepper_id,
               EXISTS (
                   SELECT FROM public.account_activity k
                   WHERE k.account_no = u.account_no AND k.kind IN ('signed_in', 'password_reset')
                     AND k.ip_address = p_ip_address
               ),
               EXISTS (
                   SELECT FROM public.account_activity k
                   WHERE k.account_no = u.account_no AND k.kind IN ('signed_in', 'password_reset')
               )
        FROM public.account_emails e
        JOIN public.users u ON u.account_no = e.account_no AND u.user_no = e.user_no
        JOIN public.accounts a ON a.account_no = e.account_no
        WHERE e.email_key = p_email_key AND a.status = 'active';
END
$$;

ALTER FUNCTION public.find_sign_in(p_email_key text, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.forget_stripe_customer(p_customer_id text) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.forget_stripe_customer(p_customer_id text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.give_back_attempts(p_buckets bytea[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    DELETE FROM public.attempts a USING (
        SELECT DISTINCT ON (l.bucket) l.bucket, l.made_at, l.attempt_no FROM public.attempts l
        WHERE l.bucket = ANY (p_buckets) ORDER BY l.bucket, l.made_at DESC, l.attempt_no DESC
    ) latest
    WHERE a.bucket = latest.bucket AND a.made_at = latest.made_at AND a.attempt_no = latest.attempt_no
$$;

ALTER FUNCTION public.give_back_attempts(p_buckets bytea[]) OWNER TO fluxvector_owner;

CREATE FUNCTION public.hold_collections() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('collections', me));
    PERFORM set_config('app.collections', (
        SELECT count(*)::text FROM public.collections c WHERE c.account_no = me
    ), true);
END
$$;

ALTER FUNCTION public.hold_collections() OWNER TO fluxvector_owner;

CREATE FUNCTION public.keep_stripe_customer(p_customer_id text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    UPDATE public.accounts a SET stripe_customer_id = coalesce(a.stripe_customer_id, p_customer_id)
    WHERE a.account_no = current_account_no()
    RETURNING a.stripe_customer_id
$$;

ALTER FUNCTION public.keep_stripe_customer(p_customer_id text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.keyword_query(p_collection_no bigint, p_terms integer[], p_weights real[]) RETURNS TABLE(query public.sparsevec, terms integer[], bounds double precision[], documents bigint[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
    WITH total AS (
        SELECT coalesce(sum(n.documents), 0)::float8 AS documents FROM public.collection_counts n
        WHERE n.account_no = current_account_no() AND n.collection_no = p_collection_no
    ), weighed AS (
        SELECT q.term, d.documents, d.impact,
               q.weight * ln(1 + (greatest(total.documents, d.documents) - d.documents + 0.5) / (d.documents + 0.5)) AS idf
        FROM total, unnest(p_terms, p_weights) q (term, weight)
        CROSS JOIN LATERAL (
            SELECT sum(t.documents) AS documents, max(t.impact)::float8 AS impact FROM public.keyword_terms t
            WHERE t.account_no = current_account_no() AND t.collection_no = p_collection_no AND t.term = q.term
        ) d
        WHERE d.documents > 0
    )
    SELECT ('{' || string_agg((w.term + 1) || ':' || w.idf::real, ',' ORDER BY w.term) || '}/1000000000')::sparsevec,
           array_agg(w.term ORDER BY w.idf DESC, w.term),
           array_agg(w.idf * w.impact ORDER BY w.idf DESC, w.term),
           array_agg(w.documents ORDER BY w.idf DESC, w.term)
    FROM weighed w
    HAVING count(*) > 0
$$;

ALTER FUNCTION public.keyword_query(p_collection_no bigint, p_terms integer[], p_weights real[]) OWNER TO fluxvector_owner;

CREATE FUNCTION public.leaf_of(p_collection_no bigint) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT lpad(n::text, 2, '0') FROM generate_series(0, 31) n
    WHERE satisfies_hash_partition('public.vectors'::regclass, 32, n, p_collection_no)
    LIMIT 1
$$;

ALTER FUNCTION public.leaf_of(p_collection_no bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.matching_ids(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_prefix text, p_after text, p_limit bigint) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $_$
DECLARE
    -- Up to this many, sorting what the facets find is cheaper than reading all rows in their order.
    few CONSTANT bigint := 10000;
    candidates bigint;
    source text;
BEGIN
    IF p_facets IS NOT NULL THEN
        source := faceted_vectors(p_collection_no);
        EXECUTE format(
            'SELECT count(*) FROM (SELECT FROM %s v'
            ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 LIMIT %s) m', source, few + 1
        ) INTO candidates USING current_account_no(), p_collection_no, p_namespace, NULL::text, p_facets;
        IF candidates <= few THEN
            RETURN QUERY EXECUTE format(
                'SELECT v.id FROM %s v'
                ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.metadata @@ $6'
                ' AND (v.expires_at IS NULL OR v.expires_at > now()) AND v.id > $4 AND starts_with(v.id, $7)'
                ' ORDER BY v.id LIMIT $8', source
            ) USING current_account_no(), p_collection_no, p_namespace, p_after, p_facets, p_filter, p_prefix, p_limit;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
        SELECT v.id FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND v.namespace = p_namespace AND v.id > p_after AND v.id >= p_prefix AND starts_with(v.id, p_prefix)
          AND (p_filter IS NULL OR v.metadata @@ p_filter)
          AND (v.expires_at IS NULL OR v.expires_at > now())
        ORDER BY v.id LIMIT p_limit;
END
$_$;

ALTER FUNCTION public.matching_ids(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_prefix text, p_after text, p_limit bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.matching_keys(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_after_namespace text, p_after_id text, p_limit bigint) RETURNS TABLE(namespace text, id text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET enable_seqscan TO 'off'
    AS $_$
#variable_conflict use_column
DECLARE
    few CONSTANT bigint := 10000;
    candidates bigint;
    source text;
BEGIN
    IF p_facets IS NOT NULL THEN
        source := faceted_vectors(p_collection_no);
        EXECUTE format(
            'SELECT count(*) FROM (SELECT FROM %s v WHERE v.account_no = $1 AND v.collection_no = $2'
            ' AND ($3 IS NULL OR v.namespace = $3) LIMIT %s) m', source, few + 1
        ) INTO candidates USING current_account_no(), p_collection_no, p_namespace, NULL::text, p_facets;
        IF candidates <= few THEN
            RETURN QUERY EXECUTE format(
                'SELECT v.namespace, v.id FROM %s v'
                ' WHERE v.account_no = $1 AND v.collection_no = $2 AND ($3 IS NULL OR v.namespace = $3)'
                ' AND v.metadata @@ $6 AND (v.expires_at IS NULL OR v.expires_at > now())'
                ' AND (v.namespace, v.id) > ($4, $7) ORDER BY v.namespace, v.id LIMIT $8', source
            ) USING current_account_no(), p_collection_no, p_namespace, p_after_namespace, p_facets, p_filter,
                    p_after_id, p_limit;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
        SELECT v.namespace, v.id FROM public.vectors v
        WHERE v.account_no = current_account_no() AND v.collection_no = p_collection_no
          AND (p_namespace IS NULL OR v.namespace = p_namespace)
          AND (v.namespace, v.id) > (p_after_namespace, p_after_id)
          AND (p_filter IS NULL OR v.metadata @@ p_filter)
          AND (v.expires_at IS NULL OR v.expires_at > now())
        ORDER BY v.namespace, v.id LIMIT p_limit;
END
$_$;

ALTER FUNCTION public.matching_keys(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_after_namespace text, p_after_id text, p_limit bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.measure_meter_reports(p_oldest interval) RETURNS TABLE(waiting bigint, sent bigint, refused bigint, oldest_s double precision, too_old bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.measure_meter_reports(p_oldest interval) OWNER TO fluxvector_owner;

CREATE FUNCTION public.meter_identifier(p_customer text, p_meter text, p_hour timestamp with time zone, p_revision integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    SELECT 'usage-' || encode(sha256(convert_to(
        concat_ws(' ', p_customer, p_meter, extract(epoch FROM p_hour)::bigint::text, p_revision::text), 'UTF8'
    )), 'hex')
$$;

ALTER FUNCTION public.meter_identifier(p_customer text, p_meter text, p_hour timestamp with time zone, p_revision integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.meter_lock(p_account_no bigint, p_env text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN hashtextextended(('meter '::text || p_env), p_account_no);

ALTER FUNCTION public.meter_lock(p_account_no bigint, p_env text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.nearest_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.halfvec, p_count integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean) RETURNS TABLE(id text, distance double precision)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $_$
DECLARE
    me CONSTANT bigint := current_account_no();
    operator CONSTANT text := CASE p_metric WHEN 'euclidean' THEN '<->' ELSE '<#>' END;
    has_condition CONSTANT boolean := p_filter IS NOT NULL OR p_has_many_namespaces;
    condition CONSTANT text :=
        'v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.embedding IS NOT NULL'
        ' AND (v.expires_at IS NULL OR v.expires_at > now())'
        || CASE WHEN p_filter IS NOT NULL THEN ' AND v.metadata @@ $6' ELSE '' END;
    narrowed CONSTANT text := CASE WHEN p_facets IS NULL THEN 'public.vectors'
                                   ELSE faceted_vectors(p_collection_no) END;
    -- The index gives rows in nearly their order: some more are taken, put in order, and cut.
    taken CONSTANT integer := p_count + greatest(p_count / 2, 5);
    by_index CONSTANT text := format(
        'SELECT array_agg(m.id ORDER BY m.distance, m.id), array_agg(m.distance ORDER BY m.distance, m.id) FROM ('
        'SELECT v.id, v.embedding::halfvec(%1$s) %2$s $4::halfvec(%1$s) AS distance FROM public.vectors v WHERE %3$s'
        ' ORDER BY v.embedding::halfvec(%1$s) %2$s $4::halfvec(%1$s) LIMIT %4$s) m',
        p_dimension, operator, condition, taken
    );
    ids text[];
    distances float8[];
    stored bigint;
    ef integer;
    share float8;
    few bigint;
BEGIN
    PERFORM FROM public.collections c WHERE c.account_no = me AND c.collection_no = p_collection_no;
    IF NOT FOUND THEN  -- deleted a moment ago
        RETURN;
    END IF;
    IF p_is_indexed THEN
        SELECT coalesce(sum(n.stored - n.pending), 0) INTO stored FROM public.collection_counts n
        WHERE n.account_no = me AND n.collection_no = p_collection_no;
    END IF;
    -- Where much of the collection is asked for, the index has no advantage.
    IF p_is_indexed AND stored > 25 * p_count THEN
        -- With a condition, the first look is at the nearest ef vectors alone, twice as many: that suffices where a tenth
        -- of them match.
        ef := coalesce(p_ef_search, least(greatest(
            default_ef_search(stored) * CASE WHEN has_condition THEN 2 ELSE 1 END, p_count * 3 / 2 + 50
        ), 1000));
        PERFORM prefer_ordered_index(true), set_config('hnsw.max_scan_tuples', '20000', true),
                set_config('hnsw.iterative_scan', CASE WHEN has_condition THEN 'off' ELSE 'relaxed_order' END, true),
                set_config('hnsw.ef_search', ef::text, true);
        EXECUTE by_index INTO ids, distances USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
        PERFORM prefer_ordered_index(false);
        IF cardinality(ids) >= (CASE WHEN has_condition THEN taken ELSE p_count END) THEN
            RETURN QUERY SELECT m.id, m.distance FROM unnest(ids[:p_count], distances[:p_count]) m (id, distance);
            RETURN;
        END IF;
        IF has_condition THEN
            -- The share of the nearest vectors that match tells which way is shorter: to read all matches, some 3.5 µs each,
            -- or as wide a search as finds enough of them, some 4 µs for each of ef (measured): equal at this number.
            share := (coalesce(cardinality(ids), 0) + 1) / ef::float8;
            few := least(sqrt(2.5 * taken * stored), greatest(10000, 20 * p_count));
            IF (p_facets IS NOT NULL OR p_has_many_namespaces) AND share * stored <= 0.8 * few THEN
                EXECUTE format(
                    'SELECT array_agg(m.id), array_agg(m.distance) FROM ('
                    'SELECT v.id, v.embedding %s $4 AS distance FROM %s v WHERE %s LIMIT %s) m',
                    operator, narrowed, condition, few + 1
                ) INTO ids, distances USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
                IF coalesce(cardinality(ids), 0) <= few THEN
                    RETURN QUERY
                        SELECT m.id, m.distance FROM unnest(ids, distances) m (id, distance)
                        ORDER BY m.distance, m.id COLLATE "C" LIMIT p_count;
                    RETURN;
                END IF;
                share := greatest(share, few / stored::float8);
            END IF;
            -- Beyond what one search of the index finds well, reading all is better as long as it is not for ever.
            IF taken / share <= 1000 OR share * stored > 100000 THEN
                ef := least(greatest(2 * taken / share, ef), 1000);
                PERFORM prefer_ordered_index(true), set_config('hnsw.iterative_scan', 'relaxed_order', true),
                        set_config('hnsw.ef_search', ef::text, true);
                EXECUTE by_index INTO ids, distances
                    USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
                PERFORM prefer_ordered_index(false);
                IF cardinality(ids) >= p_count THEN
                    RETURN QUERY
                        SELECT m.id, m.distance FROM unnest(ids[:p_count], distances[:p_count]) m (id, distance);
                    RETURN;
                END IF;
            END IF;
        END IF;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT v.id, v.embedding %s $4 AS distance FROM %s v WHERE %s ORDER BY distance, v.id LIMIT %s',
        operator, narrowed, condition, p_count
    ) USING me, p_collection_no, p_namespace, p_query, p_facets, p_filter;
END
$_$;

ALTER FUNCTION public.nearest_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.halfvec, p_count integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.note_address_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    INSERT INTO public.stripe_events (event_id, type, object_id, created_at)
        SELECT 'address ' || gen_random_uuid(), 'fluxvector.address_changed', a.stripe_customer_id, now()
        FROM public.accounts a WHERE a.account_no = NEW.account_no AND a.stripe_customer_id IS NOT NULL;
    RETURN NULL;
END
$$;

ALTER FUNCTION public.note_address_change() OWNER TO fluxvector_owner;

CREATE FUNCTION public.note_erasure(p_kind text, p_subject text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    INSERT INTO public.erasure_ledger (kind, salt, subject_hash)
    SELECT p_kind, s.salt, sha256(s.salt || convert_to(p_kind || ' ' || p_subject, 'UTF8'))
    FROM (SELECT uuid_send(gen_random_uuid()) AS salt) s
    WHERE p_kind <> 'account'
       OR p_subject = (SELECT a.account_id FROM public.accounts a WHERE a.account_no = current_account_no())
$$;

ALTER FUNCTION public.note_erasure(p_kind text, p_subject text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.note_stripe_event(p_event_id text, p_type text, p_object_id text, p_created_at timestamp with time zone, p_lease interval) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    INSERT INTO public.stripe_events AS e (event_id, type, object_id, created_at, attempts, ready_at)
    VALUES (p_event_id, p_type, p_object_id, p_created_at, 1, now() + p_lease)
    ON CONFLICT (event_id) DO UPDATE SET attempts = e.attempts + 1, ready_at = excluded.ready_at
        WHERE e.processed_at IS NULL AND e.ready_at <= now()
    RETURNING e.attempts
$$;

ALTER FUNCTION public.note_stripe_event(p_event_id text, p_type text, p_object_id text, p_created_at timestamp with time zone, p_lease interval) OWNER TO fluxvector_owner;

CREATE FUNCTION public.open_session(p_user_no bigint, p_password_hash text, p_session_id text, p_token_hash bytea, p_lifetime interval, p_ip_address inet, p_most integer, p_is_told boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    new_no bigint;
BEGIN
    PERFORM FROM public.users u
        WHERE u.account_no = me AND u.user_no = p_user_no AND u.password_hash = p_password_hash FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO public.sessions AS s (account_no, session_id, user_no, expires_at, ip_address)
        VALUES (me, p_session_id, p_user_no, now() + p_lifetime, p_ip_address) RETURNING s.session_no INTO new_no;
    INSERT INTO public.session_ids (session_id, account_no, session_no) VALUES (p_session_id, me, new_no);
    INSERT INTO public.refresh_hashes (token_hash, account_no, session_no) VALUES (p_token_hash, me, new_no);
    DELETE FROM public.sessions s WHERE s.account_no = me AND s.session_no IN (
        SELECT o.session_no FROM public.sessions o
        WHERE o.account_no = me AND o.user_no = p_user_no ORDER BY o.session_no DESC OFFSET p_most
    );
    INSERT INTO public.account_activity (account_no, kind, user_no, session_id, ip_address)
        VALUES (me, 'signed_in', p_user_no, p_session_id, p_ip_address);
    IF p_is_told THEN
        INSERT INTO public.outbox_emails (account_no, user_no, kind, params)
            VALUES (me, p_user_no, 'new_sign_in',
                    jsonb_build_object('ip_address', host(p_ip_address), 'occurred_at', now()));
    END IF;
    RETURN true;
END
$$;

ALTER FUNCTION public.open_session(p_user_no bigint, p_password_hash text, p_session_id text, p_token_hash bytea, p_lifetime interval, p_ip_address inet, p_most integer, p_is_told boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.password_of(p_user_no bigint) RETURNS TABLE(password_hash text, pepper_id text, email text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    SELECT u.password_hash, u.pepper_id, e.email
    FROM public.users u
    JOIN public.account_emails e ON e.account_no = u.account_no AND e.user_no = u.user_no
    WHERE u.account_no = current_account_no() AND u.user_no = p_user_no
$$;

ALTER FUNCTION public.password_of(p_user_no bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.postpone_stripe_event(p_event_id text, p_attempts integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    UPDATE public.stripe_events e
    SET ready_at = now() + least(interval '10 seconds' * 2 ^ least(e.attempts - 1, 9), interval '1 hour')
    WHERE e.event_id = p_event_id AND e.attempts = p_attempts AND e.processed_at IS NULL
$$;

ALTER FUNCTION public.postpone_stripe_event(p_event_id text, p_attempts integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.prefer_ordered_index(p_on boolean) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT set_config('enable_bitmapscan', s.setting, true), set_config('enable_sort', s.setting, true)
    FROM (SELECT CASE WHEN p_on THEN 'off' ELSE 'on' END AS setting) s
$$;

ALTER FUNCTION public.prefer_ordered_index(p_on boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.queue_meter_reports(p_most bigint, p_settled interval, p_oldest interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.queue_meter_reports(p_most bigint, p_settled interval, p_oldest interval) OWNER TO fluxvector_owner;

CREATE FUNCTION public.reckon_usage(p_env text, p_month timestamp with time zone, p_is_charged boolean) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    WITH counted AS (
        DELETE FROM public.tickets t
        WHERE t.account_no = current_account_no() AND t.env = p_env AND t.kind = 'done'
    ), used AS (
        SELECT h.searches, h.vectors, h.tokens, coalesce(h.vector_hours, 0) AS vector_hours
        FROM public.usage_hours h
        WHERE h.account_no = current_account_no() AND h.env = p_env AND h.hour >= p_month
          AND h.is_charged = p_is_charged
        UNION ALL
        SELECT u.searches, u.vectors, u.tokens, 0
        FROM public.usage_tail u
        WHERE u.account_no = current_account_no() AND u.env = p_env AND u.occurred_at >= p_month
          AND u.is_charged = p_is_charged
    ), total AS (
        SELECT coalesce(sum(u.searches), 0) AS searches, coalesce(sum(u.vectors), 0) AS vectors,
               coalesce(sum(u.tokens), 0) AS tokens, coalesce(sum(u.vector_hours), 0) AS vector_hours
        FROM used u
    )
    UPDATE public.account_meters m
        SET month = p_month, is_charged = p_is_charged, searches = t.searches, vectors = t.vectors, tokens = t.tokens,
            vector_hours = t.vector_hours
        FROM total t
        WHERE m.account_no = current_account_no() AND m.env = p_env
$$;

ALTER FUNCTION public.reckon_usage(p_env text, p_month timestamp with time zone, p_is_charged boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    IF p_account_no IS DISTINCT FROM current_account_no() THEN
        RAISE EXCEPTION 'usage of another account' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(account_lock(p_account_no));
    INSERT INTO public.usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address,
         requests, searches, vectors, embeddings, tokens)
    SELECT a.account_no, p_request_id, p_key_no, p_endpoint, p_env, p_plan, p_status, p_latency_ms, p_ip_address,
           p_requests, p_searches, p_vectors, p_embeddings, p_tokens
    FROM public.accounts a
    WHERE a.account_no = current_account_no();
END
$$;

ALTER FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer, p_ticket_no bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer, p_ticket_no bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.rehash_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
    UPDATE public.users u SET password_hash = p_password_hash, pepper_id = p_pepper_id
    WHERE u.account_no = current_account_no() AND u.user_no = p_user_no AND u.password_hash = p_checked_hash
$$;

ALTER FUNCTION public.rehash_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.replace_password(p_user_no bigint, p_password_hash text, p_pepper_id text, p_kind text, p_ip_address inet) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
BEGIN
    UPDATE public.users u SET password_hash = p_password_hash, pepper_id = p_pepper_id, password_changed_at = now()
        WHERE u.account_no = me AND u.user_no = p_user_no;
    DELETE FROM public.sessions s WHERE s.account_no = me AND s.user_no = p_user_no;
    -- Mail before links: who sends one locks its row before he makes the link.
    DELETE FROM public.outbox_emails o
        WHERE o.account_no = me AND o.user_no = p_user_no AND o.kind IN ('reset', 'change_email');
    DELETE FROM public.one_time_links l WHERE l.account_no = me AND l.user_no = p_user_no;
    INSERT INTO public.account_activity (account_no, kind, user_no, ip_address)
        VALUES (me, p_kind, p_user_no, p_ip_address);
    INSERT INTO public.outbox_emails (account_no, user_no, kind, params)
        VALUES (me, p_user_no, 'password_changed',
                jsonb_build_object('ip_address', host(p_ip_address), 'occurred_at', now()));
END
$$;

ALTER FUNCTION public.replace_password(p_user_no bigint, p_password_hash text, p_pepper_id text, p_kind text, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.request_link(p_email_key text, p_purpose text, p_ip_address inet) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    owner_no bigint;
    owner_user bigint;
    was_confirmed timestamptz;
BEGIN
    SELECT u.account_no, u.user_no, u.confirmed_at INTO owner_no, owner_user, was_confirmed
        FROM public.account_emails e
        JOIN public.users u ON u.account_no = e.account_no AND u.user_no = e.user_no
        JOIN public.accounts a ON a.account_no = e.account_no
        WHERE e.email_key = p_email_key AND a.status = 'active'
        FOR KEY SHARE OF u;
    IF owner_no IS NULL OR p_purpose NOT IN ('confirm', 'reset')
        OR (p_purpose = 'confirm' AND was_confirmed IS NOT NULL) THEN
        -- A write as well, so that a call that sends nothing takes as long.
        INSERT INTO public.attempts (bucket, made_at)
            VALUES (sha256(uuid_send(gen_random_uuid())), clock_timestamp());
        RETURN;
    END IF;
    INSERT INTO public.outbox_emails (account_no, user_no, kind) VALUES (owner_no, owner_user, p_purpose);
    IF p_purpose = 'reset' THEN
        INSERT INTO public.account_activity (account_no, kind, user_no, ip_address)
            VALUES (owner_no, 'password_reset_requested', owner_user, p_ip_address);
    END IF;
END
$$;

ALTER FUNCTION public.request_link(p_email_key text, p_purpose text, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.require_unchanged(p_user_no bigint, p_session_no bigint, p_checked_hash text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    PERFORM FROM public.users u
        WHERE u.account_no = current_account_no() AND u.user_no = p_user_no
          AND (p_checked_hash IS NULL OR u.password_hash = p_checked_hash)
        FOR SHARE;
    IF NOT FOUND OR NOT EXISTS (
        SELECT FROM public.sessions s WHERE s.account_no = current_account_no() AND s.session_no = p_session_no
    ) THEN
        RAISE EXCEPTION 'not allowed any more' USING ERRCODE = 'FV001';
    END IF;
END
$$;

ALTER FUNCTION public.require_unchanged(p_user_no bigint, p_session_no bigint, p_checked_hash text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.reserve_work(p_env text, p_key_no bigint, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) RETURNS TABLE(refusal text, wait_s double precision, ticket_no bigint, rate double precision, burst double precision, key_share double precision, account_remaining double precision, account_reset_s double precision, key_remaining double precision, key_reset_s double precision, tokens_per_minute double precision, tokens_remaining double precision, tokens_reset_s double precision, is_near boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET lock_timeout TO '2s'
    SET "TimeZone" TO 'UTC'
    AS $$
#variable_conflict use_column
DECLARE
    me CONSTANT bigint := current_account_no();
    this_month timestamptz;
    first_possible bigint;
    paid record;
    p record;
    m record;
    key record;
    recorded record;
    now_s float8;
    account_at float8;
    key_at float8;
    new_account_at float8;
    new_key_at float8;
    new_tokens_at float8;
    tokens_cost float8;
    tokens_wait_s float8 := 0;
    work_cost float8;
    searches_then bigint;
    vectors_then bigint;
    tokens_then bigint;
    behind bigint;
    held bigint;
BEGIN
    IF (p_env IN ('live', 'test') AND p_kind IN ('read', 'write', 'control', 'job') AND p_cost BETWEEN 0 AND 1e9
        AND p_searches >= 0 AND p_vectors >= 0 AND p_tokens >= 0) IS NOT TRUE THEN
        RAISE EXCEPTION 'this is no work' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Whoever erases the account has it for itself, and then there is no account.
    PERFORM pg_advisory_xact_lock_shared(account_lock(me));
    SELECT a.plan, a.spending_cap, a.payment_overdue_since < now() - interval '7 days' AS is_overdue, l.vectors_stored
        INTO paid
        FROM public.accounts a LEFT JOIN public.plans l ON l.plan = a.plan
        WHERE a.account_no = me AND a.status = 'active';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- Test data has what Free has, whatever the plan, and is never charged.
    SELECT l.* INTO p FROM public.plans l WHERE l.plan = CASE p_env WHEN 'live' THEN paid.plan ELSE 'free' END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'plan % is not in the table plans: run the migrations', paid.plan;
    END IF;
    -- From here on requests of this account come one after the other, and so does their time.
    PERFORM pg_advisory_xact_lock(meter_lock(me, p_env));
    SELECT k.* INTO m FROM public.account_meters k
        WHERE k.account_no = me AND k.env = p_env ORDER BY k.turn DESC LIMIT 1;
    IF NOT FOUND THEN
        INSERT INTO public.account_meters AS k (account_no, env) VALUES (me, p_env) RETURNING k.* INTO m;
    END IF;
    this_month := date_trunc('month', clock_timestamp());
    first_possible := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    IF m.first_ticket > first_possible THEN
        -- This database was filled with what another one held.
        m.first_ticket := 0;
    END IF;
    IF m.month <> this_month OR m.is_charged <> p.is_charged THEN
        PERFORM reckon_usage(p_env, this_month, p.is_charged);
        SELECT k.month, k.is_charged, k.searches, k.vectors, k.tokens, k.vector_hours
            INTO m.month, m.is_charged, m.searches, m.vectors, m.tokens, m.vector_hours
            FROM public.account_meters k WHERE k.account_no = me AND k.env = p_env AND k.turn = m.turn;
    END IF;

    now_s := extract(epoch FROM clock_timestamp() - timestamptz '2026-01-01 00:00Z');
    rate := CASE p_kind WHEN 'read' THEN p.read_rate WHEN 'write' THEN p.write_rate ELSE p.control_rate END;
    burst := CASE p_kind WHEN 'read' THEN p.read_burst WHEN 'write' THEN p.write_burst ELSE p.control_burst END;
    key_share := CASE WHEN p_key_no IS NOT NULL AND p_kind IN ('read', 'write') THEN p.key_share END;
    tokens_per_minute := p.tokens_per_minute;
    is_near := false;

    -- What was recorded since the last admission is added up, and what is under way is counted: in one statement, for work that
    -- is recorded meanwhile is either under way or done to it, and never neither. Nobody holds a row that is done or ended.
    -- Tokens that a request did not use go back to the rate as far as that has not got over them anyway.
    WITH gone AS (
        DELETE FROM public.tickets t
        WHERE t.account_no = me AND t.env = p_env AND t.ticket_no >= m.first_ticket AND t.kind IN ('done', 'ended')
        RETURNING t.kind, t.month, t.is_charged, t.searches, t.vectors, t.tokens, t.rate_tokens, t.rate_until
    ), added AS (
        SELECT coalesce(sum(g.searches) FILTER (WHERE g.counts), 0)::bigint AS searches,
               coalesce(sum(g.vectors) FILTER (WHERE g.counts), 0)::bigint AS vectors,
               coalesce(sum(g.tokens) FILTER (WHERE g.counts), 0)::bigint AS tokens,
               coalesce(sum(least(g.rate_tokens * 60 / p.tokens_per_minute, g.rate_until - now_s)) FILTER (WHERE g.is_back), 0)
                   AS unused_s,
               array_agg(g.rate_tokens) FILTER (WHERE g.is_back) AS back_tokens,
               array_agg(g.rate_until) FILTER (WHERE g.is_back) AS back_until, min(g.rate_until) FILTER (WHERE g.is_back) AS back_from,
               count(*) > 0 AS is_any
        FROM (
            SELECT e.*, e.kind = 'done' AND e.month = m.month AND e.is_charged = m.is_charged AS counts,
                   e.rate_tokens > 0 AND e.rate_until > now_s AS is_back
            FROM gone e
        ) g
    ), open AS (
        SELECT count(*) FILTER (WHERE w.is_open AND w.kind <> 'job') AS requests,
               count(*) FILTER (WHERE w.is_open AND w.kind = 'write') AS writes,
               coalesce(sum(w.searches) FILTER (WHERE w.is_open), 0)::bigint AS searches,
               coalesce(sum(w.vectors) FILTER (WHERE w.is_open), 0)::bigint AS vectors,
               coalesce(sum(w.tokens) FILTER (WHERE w.is_open), 0)::bigint AS tokens,
               count(*) FILTER (WHERE NOT w.is_open) AS lost, min(w.ticket_no) AS first_ticket,
               max(w.rate_until) FILTER (WHERE w.rate_tokens > 0) AS last_until
        FROM (
            SELECT t.*, t.ends_at >= clock_timestamp() AS is_open
            FROM public.tickets t
            WHERE t.account_no = me AND t.env = p_env AND t.ticket_no >= m.first_ticket
              AND t.kind NOT IN ('done', 'ended')
        ) w
    )
    SELECT a.searches, a.vectors, a.tokens, a.unused_s, a.back_tokens, a.back_until, a.back_from, a.is_any,
           o.requests AS open_requests, o.writes AS open_writes, o.searches AS open_searches, o.vectors AS open_vectors,
           o.tokens AS open_tokens, o.lost, o.first_ticket, o.last_until
        INTO recorded FROM added a CROSS JOIN open o;
    m.first_ticket := least(first_possible, recorded.first_ticket);
    IF recorded.lost > 0 THEN
        -- Requests that never ended. One that still works holds its own.
        WITH lost AS MATERIALIZED (
            SELECT t.ctid AS place, t.account_no FROM public.tickets t
            WHERE t.account_no = me AND t.env = p_env AND t.ticket_no >= m.first_ticket
              AND t.kind NOT IN ('done', 'ended') AND t.ends_at < clock_timestamp()
            FOR UPDATE SKIP LOCKED
        )
        DELETE FROM public.tickets t USING lost l WHERE t.account_no = l.account_no AND t.ctid = l.place;
    END IF;
    IF recorded.back_from < recorded.last_until THEN
        -- The rate comes to those behind them the sooner for it, or what time has paid of them would go back as well. Where one of
        -- those is held by its work nothing goes back yet: the next admission finds it again.
        SELECT count(*) INTO behind FROM public.tickets t
            WHERE t.account_no = me AND t.env = p_env AND t.ticket_no >= m.first_ticket AND t.kind <> 'done'
              AND t.rate_tokens > 0 AND t.rate_until > recorded.back_from;
        WITH held AS MATERIALIZED (
            SELECT t.ticket_no FROM public.tickets t
            WHERE t.account_no = me AND t.env = p_env AND t.ticket_no >= m.first_ticket AND t.kind <> 'done'
              AND t.rate_tokens > 0 AND t.rate_until > recorded.back_from
            FOR UPDATE SKIP LOCKED
        )
        SELECT count(*) INTO held FROM held h;
        IF held = behind THEN
            UPDATE public.tickets t SET rate_until = t.rate_until - coalesce((
                    SELECT sum(least(b.tokens * 60 / p.tokens_per_minute, b.until - now_s))
                    FROM unnest(recorded.back_tokens, recorded.back_until) b (tokens, until) WHERE b.until < t.rate_until
                ), 0)
                WHERE t.account_no = me AND t.env = p_env AND t.ticket_no >= m.first_ticket AND t.kind <> 'done'
                  AND t.rate_tokens > 0 AND t.rate_until > recorded.back_from;
        ELSE
            recorded.unused_s := 0;
            INSERT INTO public.tickets (account_no, env, kind, searches, vectors, tokens, rate_tokens, rate_until)
                SELECT me, p_env, 'ended', 0, 0, 0, b.tokens, b.until
                FROM unnest(recorded.back_tokens, recorded.back_until) b (tokens, until) ORDER BY b.until DESC LIMIT 64;
        END IF;
    END IF;
    m.searches := m.searches + recorded.searches;
    m.vectors := m.vectors + recorded.vectors;
    m.tokens := m.tokens + recorded.tokens;
    m.tokens_at := least(m.tokens_at, now_s + 60) - recorded.unused_s;
    searches_then := m.searches + recorded.open_searches + p_searches;
    vectors_then := m.vectors + recorded.open_vectors + p_vectors;
    tokens_then := m.tokens + recorded.open_tokens + p_tokens;

    IF p_kind = 'write' AND paid.is_overdue AND p_env = 'live' THEN
        refusal := 'payment_overdue';
    ELSIF p_searches + p_vectors + p_tokens > 0 AND NOT p.is_charged AND (
        (p_searches > 0 AND searches_then > p.included_searches) OR (p_vectors > 0 AND vectors_then > p.included_vectors)
        OR (p_tokens > 0 AND tokens_then > p.included_tokens)
    ) THEN
        refusal := 'quota ' || CASE
            WHEN p_searches > 0 AND searches_then > p.included_searches THEN 'searches'
            WHEN p_vectors > 0 AND vectors_then > p.included_vectors THEN 'vectors'
            ELSE 'tokens'
        END;
    ELSIF p_searches + p_vectors + p_tokens > 0 AND p.is_charged AND paid.spending_cap IS NOT NULL AND cost_of(
        p.plan, searches_then, vectors_then, tokens_then, m.vector_hours
    ) > greatest(paid.spending_cap, p.base_fee, cost_of(
        p.plan, searches_then - p_searches, vectors_then - p_vectors, tokens_then - p_tokens, m.vector_hours
    )) THEN
        -- What is included costs nothing more, whatever the month has cost.
        refusal := 'spending_cap';
    END IF;

    -- GCRA, for the account and for the key; all in one unit of time, so that what is refused costs nothing.
    -- No bucket is emptier than empty, whatever its size was or the clock said before.
    account_at := least(
        CASE p_kind WHEN 'read' THEN m.read_at WHEN 'write' THEN m.write_at ELSE m.control_at END, now_s + burst / rate
    );
    work_cost := least(p_cost, burst * coalesce(key_share, 1));
    new_account_at := greatest(account_at, now_s) + work_cost / rate;
    wait_s := new_account_at - now_s - burst / rate;
    IF key_share IS NOT NULL THEN
        SELECT k.* INTO key FROM public.key_meters k
            WHERE k.account_no = me AND k.key_no = p_key_no ORDER BY k.turn DESC LIMIT 1;
        IF NOT FOUND THEN
            INSERT INTO public.key_meters AS k (account_no, key_no) VALUES (me, p_key_no) RETURNING k.* INTO key;
        END IF;
        key_at := least(CASE p_kind WHEN 'read' THEN key.read_at ELSE key.write_at END, now_s + burst / rate);
        new_key_at := greatest(key_at, now_s) + work_cost / (rate * key_share);
        wait_s := greatest(wait_s, new_key_at - now_s - burst / rate);
    END IF;
    IF p_kind = 'job' THEN
        wait_s := 0;
    END IF;
    new_tokens_at := m.tokens_at;
    IF p_kind <> 'job' AND p_tokens > 0 THEN
        tokens_cost := least(p_tokens, p.tokens_per_minute);
        new_tokens_at := greatest(m.tokens_at, now_s) + tokens_cost * 60 / p.tokens_per_minute;
        tokens_wait_s := new_tokens_at - now_s - 60;
    END IF;
    -- The longer wait, after which neither refuses.
    IF refusal IS NULL AND greatest(wait_s, tokens_wait_s) > 0.000001 THEN
        refusal := CASE WHEN tokens_wait_s > wait_s THEN 'tokens' ELSE 'rate' END;
        wait_s := greatest(wait_s, tokens_wait_s);
    ELSIF refusal IS NULL AND p_kind IN ('read', 'write') AND (
        recorded.open_requests >= p.requests_in_flight OR (p_kind = 'write' AND recorded.open_writes >= p.writes_in_flight)
    ) THEN
        refusal := 'in_flight';
        wait_s := 1;
    END IF;

    IF refusal IS NULL AND p_takes THEN
        account_at := new_account_at;
        key_at := new_key_at;
        m.tokens_at := new_tokens_at;
        IF key_share IS NOT NULL THEN
            key.read_at := CASE p_kind WHEN 'read' THEN key_at ELSE key.read_at END;
            key.write_at := CASE p_kind WHEN 'write' THEN key_at ELSE key.write_at END;
            IF key.changes < 100 THEN
                UPDATE public.key_meters k
                    SET read_at = key.read_at, write_at = key.write_at, changes = key.changes + 1
                    WHERE k.account_no = me AND k.key_no = p_key_no AND k.turn = key.turn;
            ELSE
                DELETE FROM public.key_meters k
                    WHERE k.account_no = me AND k.key_no = p_key_no AND k.turn = key.turn;
                INSERT INTO public.key_meters (account_no, key_no, turn, read_at, write_at)
                    VALUES (me, p_key_no, key.turn + 1, key.read_at, key.write_at);
            END IF;
        END IF;
        IF p_kind <> 'control' THEN
            -- Live and test vectors count together, but their requests do not come one after the other: test ones always look.
            IF p_vectors > 0 THEN
                SELECT p_env <> 'live' OR coalesce(sum(c.stored), 0) + recorded.open_vectors + p_vectors + coalesce((
                    SELECT sum(t.vectors)
                    FROM public.tickets t
                    WHERE t.account_no = me AND t.env = 'test' AND t.kind NOT IN ('done', 'ended')
                      AND t.ticket_no >= (
                          SELECT o.first_ticket FROM public.account_meters o
                          WHERE o.account_no = me AND o.env = 'test' ORDER BY o.turn DESC LIMIT 1
                      )
                ), 0) > paid.vectors_stored
                    INTO is_near FROM public.account_counts c WHERE c.account_no = me;
            END IF;
            -- Longer than a request may take; its process ends it sooner.
            INSERT INTO public.tickets AS t
                (account_no, env, kind, ends_at, is_near, searches, vectors, tokens, rate_tokens, rate_until)
                VALUES (me, p_env, p_kind, clock_timestamp() + interval '60 seconds', is_near, p_searches, p_vectors,
                        p_tokens, coalesce(tokens_cost, 0), m.tokens_at)
                RETURNING t.ticket_no INTO ticket_no;
        END IF;
    END IF;
    IF (refusal IS NULL AND p_takes) OR recorded.is_any THEN
        m.read_at := CASE WHEN p_kind = 'read' THEN account_at ELSE m.read_at END;
        m.write_at := CASE WHEN p_kind = 'write' THEN account_at ELSE m.write_at END;
        m.control_at := CASE WHEN p_kind = 'control' THEN account_at ELSE m.control_at END;
        IF m.changes < 100 THEN
            UPDATE public.account_meters k SET
                searches = m.searches, vectors = m.vectors, tokens = m.tokens, read_at = m.read_at, write_at = m.write_at,
                control_at = m.control_at, tokens_at = m.tokens_at, first_ticket = m.first_ticket, changes = m.changes + 1
                WHERE k.account_no = me AND k.env = p_env AND k.turn = m.turn;
        ELSE
            DELETE FROM public.account_meters k WHERE k.account_no = me AND k.env = p_env AND k.turn = m.turn;
            INSERT INTO public.account_meters
                (account_no, env, turn, month, is_charged, searches, vectors, tokens, vector_hours,
                 read_at, write_at, control_at, tokens_at, first_ticket)
                VALUES (me, p_env, m.turn + 1, m.month, m.is_charged, m.searches, m.vectors, m.tokens, m.vector_hours,
                        m.read_at, m.write_at, m.control_at, m.tokens_at, m.first_ticket);
        END IF;
    END IF;
    account_reset_s := greatest(account_at - now_s, 0);
    account_remaining := floor(burst - (account_reset_s - 0.000001) * rate);
    key_reset_s := greatest(key_at - now_s, 0);
    key_remaining := floor(key_share * (burst - (key_reset_s - 0.000001) * rate));
    tokens_reset_s := greatest(m.tokens_at - now_s, 0);
    tokens_remaining := floor(p.tokens_per_minute * (1 - tokens_reset_s / 60) + 0.000001);
    wait_s := CASE WHEN refusal IS NULL THEN 0 ELSE greatest(wait_s, 0) END;
    RETURN NEXT;
END
$$;

ALTER FUNCTION public.reserve_work(p_env text, p_key_no bigint, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.reset_password(p_token_hash bytea, p_password_hash text, p_pepper_id text, p_ip_address inet) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    owner_no bigint;
    owner_user bigint;
BEGIN
    DELETE FROM public.one_time_links l
        WHERE l.token_hash = p_token_hash AND l.purpose = 'reset' AND l.expires_at > now()
        RETURNING l.account_no, l.user_no INTO owner_no, owner_user;
    IF owner_no IS NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('app.account', owner_no::text, true);
    PERFORM replace_password(owner_user, p_password_hash, p_pepper_id, 'password_reset', p_ip_address);
    DELETE FROM public.api_keys k WHERE k.account_no = owner_no AND EXISTS (
        SELECT FROM public.users u
        WHERE u.account_no = owner_no AND u.user_no = owner_user AND u.confirmed_at IS NULL
    );
    UPDATE public.users u SET confirmed_at = coalesce(u.confirmed_at, now())
        WHERE u.account_no = owner_no AND u.user_no = owner_user;
    RETURN true;
END
$$;

ALTER FUNCTION public.reset_password(p_token_hash bytea, p_password_hash text, p_pepper_id text, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.rotate_refresh_token(p_token_hash bytea, p_new_hash bytea, p_ip_address inet) RETURNS TABLE(account_no bigint, user_no bigint, user_id text, session_id text, is_reused boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
DECLARE
    my_session bigint;
    was_used timestamptz;
BEGIN
    -- The session's row first, as everybody does who ends it.
    SELECT s.account_no, s.user_no, u.user_id, s.session_id, s.session_no
        INTO account_no, user_no, user_id, session_id, my_session
        FROM public.refresh_hashes r
        JOIN public.sessions s ON s.account_no = r.account_no AND s.session_no = r.session_no
        JOIN public.users u ON u.account_no = s.account_no AND u.user_no = s.user_no
        JOIN public.accounts a ON a.account_no = r.account_no
        WHERE r.token_hash = p_token_hash AND s.expires_at > now() AND a.status = 'active'
        FOR UPDATE OF s;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT r.used_at INTO was_used FROM public.refresh_hashes r
        WHERE r.account_no = rotate_refresh_token.account_no AND r.token_hash = p_token_hash;
    is_reused := was_used IS NOT NULL;
    IF is_reused THEN
        DELETE FROM public.sessions s
            WHERE s.account_no = rotate_refresh_token.account_no AND s.session_no = my_session;
        INSERT INTO public.account_activity (account_no, kind, user_no, session_id, ip_address)
            VALUES (account_no, 'refresh_token_reused', user_no, session_id, p_ip_address);
        INSERT INTO public.outbox_emails (account_no, user_no, kind, params)
            VALUES (account_no, user_no, 'refresh_token_reused',
                    jsonb_build_object('ip_address', host(p_ip_address), 'occurred_at', now()));
    ELSE
        UPDATE public.refresh_hashes r SET used_at = now()
            WHERE r.account_no = rotate_refresh_token.account_no AND r.token_hash = p_token_hash;
        INSERT INTO public.refresh_hashes (token_hash, account_no, session_no)
            VALUES (p_new_hash, account_no, my_session);
        UPDATE public.sessions s SET last_used_at = now()
            WHERE s.account_no = rotate_refresh_token.account_no AND s.session_no = my_session;
    END IF;
    RETURN NEXT;
END
$$;

ALTER FUNCTION public.rotate_refresh_token(p_token_hash bytea, p_new_hash bytea, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.search_keywords(p_collection_no bigint, p_namespace text, p_terms integer[], p_weights real[], p_top_k integer, p_facets tsquery, p_filter jsonpath) RETURNS TABLE(id text, score double precision)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $_$
DECLARE
    me CONSTANT bigint := current_account_no();
    few CONSTANT bigint := greatest(2000, 4 * p_top_k);
    -- The documents with one of the terms $5 and their scores; by itself in the leaf, as faceted_vectors is.
    scored CONSTANT text := format(
        'SELECT k.id, k.impacts <#> $4 AS distance'
        ' FROM (SELECT d.* FROM public.keywords_%s d WHERE d.terms && $5 OFFSET 0) k'
        ' WHERE k.account_no = $1 AND k.collection_no = $2 AND k.namespace = $3'
        ' AND (k.expires_at IS NULL OR k.expires_at > now())', leaf_of(p_collection_no)
    );
    q record;
    ids text[];
    scores float8[];
    matching text[];
    taken integer := 1;
    budget bigint := greatest(2000, 10 * p_top_k);
    threshold float8;
    rest float8;
BEGIN
    SELECT k.query, k.terms, k.bounds, k.documents INTO q FROM keyword_query(p_collection_no, p_terms, p_weights) k;
    IF q.query IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM public.collections c WHERE c.account_no = me AND c.collection_no = p_collection_no;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF p_facets IS NOT NULL THEN
        EXECUTE format(
            'SELECT array_agg(m.id) FROM (SELECT v.id FROM %s v'
            ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3 AND v.metadata @@ $4 LIMIT %s) m',
            faceted_vectors(p_collection_no), few + 1
        ) INTO matching USING me, p_collection_no, p_namespace, p_filter, p_facets;
        IF coalesce(cardinality(matching), 0) <= few THEN
            RETURN QUERY
                SELECT k.id, -(k.impacts <#> q.query) FROM public.keywords k
                WHERE k.account_no = me AND k.collection_no = p_collection_no AND k.namespace = p_namespace
                  AND k.id = ANY(matching) AND (k.expires_at IS NULL OR k.expires_at > now())
                  AND k.impacts <#> q.query < 0
                ORDER BY 2 DESC, k.id LIMIT p_top_k;
            RETURN;
        END IF;
    END IF;
    WHILE taken < cardinality(q.terms) AND q.documents[taken + 1] <= budget LOOP
        budget := budget - q.documents[taken + 1];
        taken := taken + 1;
    END LOOP;
    LOOP
        IF p_filter IS NULL THEN
            EXECUTE format(
                'SELECT array_agg(m.id ORDER BY m.distance, m.id), array_agg(-m.distance ORDER BY m.distance, m.id)'
                ' FROM (%s ORDER BY distance, k.id LIMIT %s) m', scored, p_top_k
            ) INTO ids, scores USING me, p_collection_no, p_namespace, q.query, q.terms[:taken];
        ELSE
            -- Best first, each looked up and checked until enough hold.
            EXECUTE format(
                'SELECT array_agg(m.id ORDER BY m.distance, m.id), array_agg(-m.distance ORDER BY m.distance, m.id) FROM ('
                ' SELECT c.id, c.distance FROM (%s ORDER BY distance, k.id OFFSET 0) c'
                ' CROSS JOIN LATERAL (SELECT FROM public.vectors v'
                ' WHERE v.account_no = $1 AND v.collection_no = $2 AND v.namespace = $3'
                ' AND v.id = c.id AND v.metadata @@ $6 OFFSET 0) holds LIMIT %s) m', scored, p_top_k
            ) INTO ids, scores USING me, p_collection_no, p_namespace, q.query, q.terms[:taken], p_filter;
        END IF;
        EXIT WHEN taken >= cardinality(q.terms);
        threshold := CASE WHEN cardinality(ids) = p_top_k THEN scores[p_top_k] ELSE 0 END;
        SELECT sum(r.bound) INTO rest FROM unnest(q.bounds[taken + 1:]) r (bound);
        EXIT WHEN rest * 1.000001 < threshold;
        -- The next words until what the others can add is below the threshold, which only rises.
        WHILE taken < cardinality(q.terms) AND rest * 1.000001 >= threshold LOOP
            taken := taken + 1;
            rest := rest - q.bounds[taken];
        END LOOP;
    END LOOP;
    RETURN QUERY SELECT m.id, m.score FROM unnest(ids, scores) m (id, score);
END
$_$;

ALTER FUNCTION public.search_keywords(p_collection_no bigint, p_namespace text, p_terms integer[], p_weights real[], p_top_k integer, p_facets tsquery, p_filter jsonpath) OWNER TO fluxvector_owner;

CREATE FUNCTION public.search_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.vector, p_top_k integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean, p_min_score double precision, p_include_text boolean, p_include_metadata boolean, p_include_values boolean) RETURNS TABLE(id text, score double precision, cosine double precision, text text, metadata text, "values" bytea)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    me CONSTANT bigint := current_account_no();
    -- Of length 1 for cosine: float32 sums of squares vanish for very short vectors.
    probe CONSTANT vector := CASE p_metric WHEN 'cosine' THEN l2_normalize(p_query) ELSE p_query END;
    query CONSTANT halfvec := probe::halfvec;
    is_refined CONSTANT boolean := p_top_k <= 500;
BEGIN
    RETURN QUERY
        SELECT n.id, v.score,
               nullif(CASE WHEN p_metric = 'cosine' THEN v.score ELSE 1 - (v.embedding <=> query) END, 'NaN'),
               CASE WHEN p_include_text THEN v.text END,
               CASE WHEN p_include_metadata THEN v.metadata::text END,
               CASE WHEN p_include_values THEN vector_send(coalesce(v.raw_values, v.embedding::vector)) END
        FROM nearest_vectors(
            p_collection_no, p_namespace, p_metric, p_dimension, query,
            CASE WHEN is_refined THEN p_top_k + 5 ELSE p_top_k END,
            p_ef_search, p_facets, p_filter, p_is_indexed, p_has_many_namespaces
        ) n
        CROSS JOIN LATERAL (
            SELECT w.text, w.metadata, w.raw_values, w.embedding,
                   CASE WHEN p_metric = 'euclidean' THEN
                            1 / (1 + CASE WHEN is_refined AND w.raw_values IS NOT NULL THEN w.raw_values <-> probe
                                          ELSE n.distance END)
                        WHEN w.raw_values IS NULL OR NOT is_refined THEN -n.distance
                        WHEN p_metric = 'cosine' THEN -(l2_normalize(w.raw_values) <#> probe)
                        ELSE -(w.raw_values <#> probe) END AS score
            FROM public.vectors w
            WHERE w.account_no = me AND w.collection_no = p_collection_no AND w.namespace = p_namespace AND w.id = n.id
            LIMIT 1
        ) v
        WHERE p_min_score IS NULL OR v.score >= p_min_score
        ORDER BY v.score DESC, n.id COLLATE "C" LIMIT p_top_k;
END
$$;

ALTER FUNCTION public.search_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.vector, p_top_k integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean, p_min_score double precision, p_include_text boolean, p_include_metadata boolean, p_include_values boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.sign_up(p_email_key text, p_email text, p_account_id text, p_user_id text, p_password_hash text, p_pepper_id text, p_policy text, p_ip_address inet) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    old_no bigint;
    old_user bigint;
    was_confirmed timestamptz;
    new_no bigint;
    new_user bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('sign_up ' || p_email_key, 0));
    SELECT u.account_no, u.user_no, u.confirmed_at INTO old_no, old_user, was_confirmed
        FROM public.account_emails e
        JOIN public.users u ON u.account_no = e.account_no AND u.user_no = e.user_no
        WHERE e.email_key = p_email_key
        FOR UPDATE OF u;
    IF was_confirmed IS NOT NULL THEN
        INSERT INTO public.outbox_emails (account_no, user_no, kind) VALUES (old_no, old_user, 'signed_up_again');
        RETURN;
    END IF;
    IF old_no IS NOT NULL THEN
        PERFORM set_config('app.account', old_no::text, true);
        PERFORM erase_account(100000, '{}');
    END IF;
    INSERT INTO public.accounts AS a (account_id) VALUES (p_account_id) RETURNING a.account_no INTO new_no;
    INSERT INTO public.users AS u
        (account_no, user_id, password_hash, pepper_id, accepted_policy, accepted_at)
        VALUES (new_no, p_user_id, p_password_hash, p_pepper_id, p_policy, now())
        RETURNING u.user_no INTO new_user;
    INSERT INTO public.account_emails (email_key, email, account_no, user_no)
        VALUES (p_email_key, p_email, new_no, new_user);
    INSERT INTO public.account_activity (account_no, kind, user_no, ip_address)
        VALUES (new_no, 'signed_up', new_user, p_ip_address);
    INSERT INTO public.outbox_emails (account_no, user_no, kind) VALUES (new_no, new_user, 'confirm');
END
$$;

ALTER FUNCTION public.sign_up(p_email_key text, p_email text, p_account_id text, p_user_id text, p_password_hash text, p_pepper_id text, p_policy text, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.take_attempts(p_buckets bytea[], p_limits integer[], p_windows interval[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    n integer;
    wait integer;
    free_at timestamptz;
BEGIN
    FOR n IN SELECT i FROM generate_subscripts(p_buckets, 1) i ORDER BY p_buckets[i] LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(encode(p_buckets[n], 'hex'), 0));
    END LOOP;
    FOR n IN 1..cardinality(p_buckets) LOOP
        SELECT a.made_at + p_windows[n] INTO free_at FROM public.attempts a
            WHERE a.bucket = p_buckets[n] AND a.made_at > clock_timestamp() - p_windows[n]
            ORDER BY a.made_at DESC, a.attempt_no DESC OFFSET p_limits[n] - 1 LIMIT 1;
        IF FOUND THEN
            wait := greatest(wait, ceil(extract(epoch FROM free_at - clock_timestamp()))::integer, 1);
        END IF;
    END LOOP;
    IF wait IS NULL THEN
        INSERT INTO public.attempts (bucket, made_at) SELECT b, clock_timestamp() FROM unnest(p_buckets) b;
    END IF;
    RETURN wait;
END
$$;

ALTER FUNCTION public.take_attempts(p_buckets bytea[], p_limits integer[], p_windows interval[]) OWNER TO fluxvector_owner;

CREATE FUNCTION public.use_link(p_token_hash bytea, p_email_key text, p_ip_address inet) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    owner_no bigint;
    owner_user bigint;
    is_for text;
    address text;
    former text;
BEGIN
    DELETE FROM public.one_time_links l
        WHERE l.token_hash = p_token_hash AND l.purpose IN ('confirm', 'change_email') AND l.expires_at > now()
        RETURNING l.account_no, l.user_no, l.purpose, l.new_email INTO owner_no, owner_user, is_for, address;
    IF owner_no IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM public.outbox_emails o
        WHERE o.account_no = owner_no AND o.user_no = owner_user AND o.kind = is_for;
    DELETE FROM public.one_time_links l
        WHERE l.account_no = owner_no AND l.user_no = owner_user AND l.purpose = is_for;
    IF is_for = 'confirm' THEN
        UPDATE public.users u SET confirmed_at = coalesce(u.confirmed_at, now())
            WHERE u.account_no = owner_no AND u.user_no = owner_user;
        INSERT INTO public.account_activity (account_no, kind, user_no, ip_address)
            VALUES (owner_no, 'email_confirmed', owner_user, p_ip_address);
        RETURN is_for;
    END IF;
    SELECT e.email INTO former FROM public.account_emails e
        WHERE e.account_no = owner_no AND e.user_no = owner_user;
    BEGIN
        UPDATE public.account_emails e SET email_key = p_email_key, email = address
            WHERE e.account_no = owner_no AND e.user_no = owner_user;
    EXCEPTION WHEN unique_violation THEN
        RETURN 'taken';
    END;
    -- What went or still goes to the former address is of no use to whoever reads mail there.
    DELETE FROM public.outbox_emails o
        WHERE o.account_no = owner_no AND o.user_no = owner_user AND o.kind IN ('confirm', 'reset');
    DELETE FROM public.one_time_links l WHERE l.account_no = owner_no AND l.user_no = owner_user;
    UPDATE public.users u SET confirmed_at = coalesce(u.confirmed_at, now())
        WHERE u.account_no = owner_no AND u.user_no = owner_user;
    INSERT INTO public.account_activity (account_no, kind, user_no, ip_address)
        VALUES (owner_no, 'email_changed', owner_user, p_ip_address);
    INSERT INTO public.outbox_emails (account_no, user_no, kind, to_email)
        VALUES (owner_no, owner_user, 'email_changed', former), (owner_no, owner_user, 'email_changed', address);
    RETURN is_for;
END
$$;

ALTER FUNCTION public.use_link(p_token_hash bytea, p_email_key text, p_ip_address inet) OWNER TO fluxvector_owner;

CREATE FUNCTION public.wake_pending() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

ALTER FUNCTION public.wake_pending() OWNER TO fluxvector_owner;

CREATE SEQUENCE public.activity_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.activity_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.account_activity (
    account_no bigint NOT NULL,
    activity_no bigint DEFAULT nextval('public.activity_numbers'::regclass) NOT NULL,
    occurred_at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    user_no bigint,
    session_id text COLLATE pg_catalog."C",
    key_id text COLLATE pg_catalog."C",
    ip_address inet
);
ALTER TABLE ONLY public.account_activity ALTER COLUMN ip_address SET STATISTICS 0;

ALTER TABLE public.account_activity OWNER TO fluxvector_owner;

CREATE TABLE public.account_counts (
    account_no bigint NOT NULL,
    slot smallint NOT NULL,
    stored bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE public.account_counts OWNER TO fluxvector_owner;

CREATE TABLE public.account_emails (
    email_key text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    account_no bigint NOT NULL,
    user_no bigint NOT NULL
);
ALTER TABLE ONLY public.account_emails ALTER COLUMN email_key SET STATISTICS 0;
ALTER TABLE ONLY public.account_emails ALTER COLUMN email SET STATISTICS 0;

ALTER TABLE public.account_emails OWNER TO fluxvector_owner;

CREATE UNLOGGED TABLE public.account_meters (
    account_no bigint NOT NULL,
    env text NOT NULL,
    turn bigint DEFAULT 0 NOT NULL,
    changes integer DEFAULT 0 NOT NULL,
    month timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    is_charged boolean DEFAULT false NOT NULL,
    searches bigint DEFAULT 0 NOT NULL,
    vectors bigint DEFAULT 0 NOT NULL,
    tokens bigint DEFAULT 0 NOT NULL,
    vector_hours bigint DEFAULT 0 NOT NULL,
    read_at double precision DEFAULT 0 NOT NULL,
    write_at double precision DEFAULT 0 NOT NULL,
    control_at double precision DEFAULT 0 NOT NULL,
    tokens_at double precision DEFAULT 0 NOT NULL,
    first_ticket bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE public.account_meters OWNER TO fluxvector_owner;

CREATE TABLE public.account_notices (
    account_no bigint NOT NULL,
    user_no bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    about text NOT NULL COLLATE pg_catalog."C",
    noted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT account_notices_kind_check CHECK ((kind = ANY (ARRAY['policy_change'::text, 'breach_notice'::text])))
);

ALTER TABLE public.account_notices OWNER TO fluxvector_owner;

CREATE TABLE public.accounts (
    account_no bigint NOT NULL,
    account_id text NOT NULL COLLATE pg_catalog."C",
    plan text DEFAULT 'free'::text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    stripe_customer_id text COLLATE pg_catalog."C",
    subscription_status text COLLATE pg_catalog."C",
    spending_cap bigint,
    payment_overdue_since timestamp with time zone,
    billing_version bigint DEFAULT 0 NOT NULL,
    CONSTRAINT accounts_spending_cap_check CHECK ((spending_cap >= 0)),
    CONSTRAINT accounts_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
);

ALTER TABLE public.accounts OWNER TO fluxvector_owner;

ALTER TABLE public.accounts ALTER COLUMN account_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_account_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.key_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.key_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.api_keys (
    account_no bigint NOT NULL,
    key_no bigint DEFAULT nextval('public.key_numbers'::regclass) NOT NULL,
    key_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    env text NOT NULL,
    prefix text NOT NULL COLLATE pg_catalog."C",
    scopes text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    collection text COLLATE pg_catalog."C",
    CONSTRAINT api_keys_check CHECK (((collection IS NULL) OR (NOT ('admin'::text = ANY (scopes))))),
    CONSTRAINT api_keys_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT api_keys_prefix_check CHECK ((length(prefix) = 8)),
    CONSTRAINT api_keys_scopes_check CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'admin'::text]) AND (scopes <> '{}'::text[])))
);

ALTER TABLE public.api_keys OWNER TO fluxvector_owner;

CREATE SEQUENCE public.attempt_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.attempt_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.attempts (
    bucket bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    attempt_no bigint DEFAULT nextval('public.attempt_numbers'::regclass) NOT NULL,
    CONSTRAINT attempts_bucket_check CHECK ((length(bucket) = 32))
);

ALTER TABLE public.attempts OWNER TO fluxvector_owner;

CREATE SEQUENCE public.closure_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.closure_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.billing_closures (
    closure_no bigint DEFAULT nextval('public.closure_numbers'::regclass) NOT NULL,
    stripe_customer_id text NOT NULL COLLATE pg_catalog."C",
    units jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    reports jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT billing_closures_state_check CHECK ((state = ANY (ARRAY['open'::text, 'reported'::text])))
);

ALTER TABLE public.billing_closures OWNER TO fluxvector_owner;

CREATE TABLE public.breaches (
    breach_id text NOT NULL COLLATE pg_catalog."C",
    happened text NOT NULL,
    aware_at timestamp with time zone NOT NULL,
    notify_by timestamp with time zone NOT NULL,
    notified_at timestamp with time zone,
    notified integer DEFAULT 0 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    what text DEFAULT ''::text NOT NULL,
    occurred text DEFAULT ''::text NOT NULL,
    CONSTRAINT breaches_check CHECK ((notify_by = (aware_at + '72:00:00'::interval)))
);

ALTER TABLE public.breaches OWNER TO fluxvector_owner;

CREATE TABLE public.collection_counts (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    slot smallint NOT NULL,
    stored bigint DEFAULT 0 NOT NULL,
    pending bigint DEFAULT 0 NOT NULL,
    documents bigint DEFAULT 0 NOT NULL,
    words bigint DEFAULT 0 NOT NULL,
    removed bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE public.collection_counts OWNER TO fluxvector_owner;

CREATE TABLE public.collection_indexes (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    state text NOT NULL,
    rows bigint NOT NULL,
    removed bigint NOT NULL,
    built_at timestamp with time zone,
    CONSTRAINT collection_indexes_state_check CHECK ((state = ANY (ARRAY['building'::text, 'ready'::text])))
);

ALTER TABLE public.collection_indexes OWNER TO fluxvector_owner;

CREATE SEQUENCE public.collection_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.collection_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.collection_tasks (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    task text NOT NULL,
    after_namespace text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    after_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collection_tasks_task_check CHECK ((task = ANY (ARRAY['catalogue'::text, 'impacts'::text, 'terms'::text])))
);

ALTER TABLE public.collection_tasks OWNER TO fluxvector_owner;

CREATE TABLE public.collections (
    account_no bigint NOT NULL,
    collection_no bigint DEFAULT nextval('public.collection_numbers'::regclass) NOT NULL,
    env text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    dimension integer NOT NULL,
    metric text NOT NULL,
    description text,
    language text,
    model text,
    model_revision text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    k1 real DEFAULT 1.5 NOT NULL,
    b real DEFAULT 0.75 NOT NULL,
    average_length real,
    only_namespace text COLLATE pg_catalog."C",
    has_many_namespaces boolean DEFAULT false NOT NULL,
    is_catalogued boolean DEFAULT true NOT NULL,
    CONSTRAINT collections_average_length_check CHECK ((average_length > (0)::double precision)),
    CONSTRAINT collections_b_check CHECK (((b >= (0)::double precision) AND (b <= (1)::double precision))),
    CONSTRAINT collections_check CHECK (((model IS NULL) = (model_revision IS NULL))),
    CONSTRAINT collections_dimension_check CHECK (((dimension >= 1) AND (dimension <= 3072))),
    CONSTRAINT collections_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT collections_k1_check CHECK (((k1 >= (0)::double precision) AND (k1 <= (10)::double precision))),
    CONSTRAINT collections_metric_check CHECK ((metric = ANY (ARRAY['cosine'::text, 'dotproduct'::text, 'euclidean'::text]))),
    CONSTRAINT collections_name_check CHECK ((name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'::text))
);

ALTER TABLE public.collections OWNER TO fluxvector_owner;

CREATE TABLE public.deleted_collections (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    deleted_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.deleted_collections OWNER TO fluxvector_owner;

CREATE SEQUENCE public.email_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.email_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.erased_accounts (
    account_no bigint NOT NULL,
    erased_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.erased_accounts OWNER TO fluxvector_owner;

CREATE SEQUENCE public.erasure_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.erasure_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.erasure_ledger (
    erasure_no bigint DEFAULT nextval('public.erasure_numbers'::regclass) NOT NULL,
    erased_at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    salt bytea NOT NULL,
    subject_hash bytea NOT NULL,
    CONSTRAINT erasure_ledger_kind_check CHECK ((kind = ANY (ARRAY['account'::text, 'collection'::text, 'namespace'::text]))),
    CONSTRAINT erasure_ledger_salt_check CHECK ((length(salt) = 16)),
    CONSTRAINT erasure_ledger_subject_hash_check CHECK ((length(subject_hash) = 32))
);

ALTER TABLE public.erasure_ledger OWNER TO fluxvector_owner;

CREATE TABLE public.farewell_emails (
    email_no bigint DEFAULT nextval('public.email_numbers'::regclass) NOT NULL,
    to_email text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY public.farewell_emails ALTER COLUMN to_email SET STATISTICS 0;

ALTER TABLE public.farewell_emails OWNER TO fluxvector_owner;

CREATE TABLE public.idempotency_keys (
    account_no bigint NOT NULL,
    env text NOT NULL,
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    holder text NOT NULL COLLATE pg_catalog."C",
    claimed_at timestamp with time zone DEFAULT now() NOT NULL,
    leased_until timestamp with time zone NOT NULL,
    status smallint,
    body bytea,
    CONSTRAINT idempotency_keys_check CHECK (((status IS NULL) = (body IS NULL))),
    CONSTRAINT idempotency_keys_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT idempotency_keys_key_hash_check CHECK ((length(key_hash) = 32)),
    CONSTRAINT idempotency_keys_request_hash_check CHECK ((length(request_hash) = 32))
);

ALTER TABLE public.idempotency_keys OWNER TO fluxvector_owner;

CREATE TABLE public.key_hashes (
    key_hash bytea NOT NULL,
    account_no bigint NOT NULL,
    key_no bigint NOT NULL,
    CONSTRAINT key_hashes_key_hash_check CHECK ((length(key_hash) = 32))
);

ALTER TABLE public.key_hashes OWNER TO fluxvector_owner;

CREATE UNLOGGED TABLE public.key_meters (
    account_no bigint NOT NULL,
    key_no bigint NOT NULL,
    turn bigint DEFAULT 0 NOT NULL,
    changes integer DEFAULT 0 NOT NULL,
    read_at double precision DEFAULT 0 NOT NULL,
    write_at double precision DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE public.key_meters OWNER TO fluxvector_owner;

CREATE TABLE public.keyword_terms (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    term integer NOT NULL,
    documents integer NOT NULL,
    impact real NOT NULL
);

ALTER TABLE public.keyword_terms OWNER TO fluxvector_owner;

CREATE TABLE public.keywords (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    namespace text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    length integer NOT NULL,
    average_length real NOT NULL,
    content_hash bytea NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec NOT NULL,
    terms integer[] NOT NULL,
    frequencies smallint[] NOT NULL,
    k1 real DEFAULT 1.5 NOT NULL,
    b real DEFAULT 0.75 NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
PARTITION BY HASH (collection_no);
ALTER TABLE ONLY public.keywords ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_00 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_00 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_00 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_00 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_00 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_00 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_00 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_00 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_01 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_01 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_01 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_01 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_01 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_01 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_01 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_01 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_02 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_02 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_02 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_02 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_02 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_02 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_02 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_02 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_03 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_03 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_03 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_03 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_03 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_03 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_03 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_03 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_04 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_04 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_04 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_04 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_04 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_04 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_04 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_04 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_05 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_05 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_05 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_05 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_05 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_05 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_05 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_05 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_06 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_06 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_06 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_06 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_06 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_06 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_06 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_06 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_07 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_07 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_07 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_07 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_07 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_07 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_07 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_07 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_08 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_08 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_08 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_08 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_08 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_08 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_08 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_08 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_09 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_09 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_09 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_09 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_09 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_09 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_09 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_09 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_10 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_10 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_10 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_10 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_10 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_10 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_10 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_10 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_11 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_11 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_11 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_11 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_11 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_11 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_11 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_11 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_12 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_12 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_12 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_12 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_12 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_12 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_12 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_12 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_13 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_13 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_13 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_13 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_13 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_13 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_13 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_13 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_14 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_14 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_14 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_14 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_14 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_14 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_14 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_14 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_15 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_15 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_15 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_15 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_15 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_15 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_15 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_15 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_16 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_16 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_16 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_16 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_16 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_16 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_16 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_16 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_17 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_17 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_17 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_17 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_17 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_17 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_17 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_17 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_18 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_18 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_18 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_18 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_18 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_18 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_18 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_18 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_19 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_19 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_19 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_19 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_19 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_19 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_19 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_19 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_20 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_20 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_20 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_20 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_20 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_20 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_20 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_20 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_21 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_21 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_21 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_21 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_21 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_21 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_21 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_21 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_22 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_22 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_22 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_22 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_22 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_22 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_22 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_22 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_23 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_23 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_23 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_23 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_23 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_23 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_23 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_23 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_24 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_24 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_24 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_24 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_24 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_24 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_24 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_24 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_25 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_25 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_25 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_25 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_25 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_25 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_25 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_25 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_26 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_26 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_26 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_26 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_26 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_26 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_26 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_26 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_27 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_27 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_27 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_27 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_27 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_27 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_27 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_27 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_28 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_28 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_28 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_28 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_28 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_28 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_28 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_28 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_29 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_29 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_29 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_29 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_29 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_29 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_29 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_29 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_30 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_30 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_30 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_30 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_30 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_30 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_30 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_30 OWNER TO fluxvector_owner;

CREATE TABLE public.keywords_31 (
    account_no bigint CONSTRAINT keywords_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT keywords_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT keywords_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT keywords_id_not_null NOT NULL COLLATE pg_catalog."C",
    length integer CONSTRAINT keywords_length_not_null NOT NULL,
    average_length real CONSTRAINT keywords_average_length_not_null NOT NULL,
    content_hash bytea CONSTRAINT keywords_content_hash_not_null NOT NULL,
    expires_at timestamp with time zone,
    impacts public.sparsevec CONSTRAINT keywords_impacts_not_null NOT NULL,
    terms integer[] CONSTRAINT keywords_terms_not_null NOT NULL,
    frequencies smallint[] CONSTRAINT keywords_frequencies_not_null NOT NULL,
    k1 real DEFAULT 1.5 CONSTRAINT keywords_k1_not_null NOT NULL,
    b real DEFAULT 0.75 CONSTRAINT keywords_b_not_null NOT NULL,
    CONSTRAINT keywords_length_check CHECK ((length > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY public.keywords_31 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_31 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_31 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.keywords_31 ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_31 ALTER COLUMN terms SET STORAGE MAIN;
ALTER TABLE ONLY public.keywords_31 ALTER COLUMN frequencies SET STORAGE MAIN;

ALTER TABLE public.keywords_31 OWNER TO fluxvector_owner;

CREATE TABLE public.meter_reports (
    account_no bigint NOT NULL,
    meter text NOT NULL COLLATE pg_catalog."C",
    hour timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    value bigint NOT NULL,
    identifier text NOT NULL COLLATE pg_catalog."C",
    state text DEFAULT 'waiting'::text NOT NULL,
    first_sent_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT meter_reports_check CHECK (((first_sent_at IS NOT NULL) OR (state <> 'sent'::text))),
    CONSTRAINT meter_reports_revision_check CHECK ((revision > 0)),
    CONSTRAINT meter_reports_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'acknowledged'::text, 'settled'::text, 'refused'::text]))),
    CONSTRAINT meter_reports_value_check CHECK ((value > 0))
)
WITH (fillfactor='70');

ALTER TABLE public.meter_reports OWNER TO fluxvector_owner;

CREATE TABLE public.one_time_links (
    token_hash bytea NOT NULL,
    account_no bigint NOT NULL,
    user_no bigint NOT NULL,
    purpose text NOT NULL,
    new_email text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT one_time_links_check CHECK (((new_email IS NOT NULL) = (purpose = 'change_email'::text))),
    CONSTRAINT one_time_links_purpose_check CHECK ((purpose = ANY (ARRAY['confirm'::text, 'reset'::text, 'change_email'::text]))),
    CONSTRAINT one_time_links_token_hash_check CHECK ((length(token_hash) = 32))
);
ALTER TABLE ONLY public.one_time_links ALTER COLUMN new_email SET STATISTICS 0;

ALTER TABLE public.one_time_links OWNER TO fluxvector_owner;

CREATE TABLE public.outbox_emails (
    account_no bigint NOT NULL,
    email_no bigint DEFAULT nextval('public.email_numbers'::regclass) NOT NULL,
    user_no bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    to_email text,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY public.outbox_emails ALTER COLUMN to_email SET STATISTICS 0;
ALTER TABLE ONLY public.outbox_emails ALTER COLUMN params SET STATISTICS 0;

ALTER TABLE public.outbox_emails OWNER TO fluxvector_owner;

CREATE TABLE public.pending_embeddings (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    namespace text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    attempts integer DEFAULT 0 NOT NULL,
    enqueued_at timestamp with time zone DEFAULT now() NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL,
    failures smallint DEFAULT 0 NOT NULL,
    failed_at timestamp with time zone,
    reason text COLLATE pg_catalog."C",
    CONSTRAINT pending_embeddings_check CHECK (((failed_at IS NULL) = (reason IS NULL))),
    CONSTRAINT pending_embeddings_reason_check CHECK ((reason = ANY (ARRAY['refused'::text, 'fails_repeatedly'::text])))
);

ALTER TABLE public.pending_embeddings OWNER TO fluxvector_owner;

CREATE TABLE public.plans (
    plan text NOT NULL,
    is_charged boolean NOT NULL,
    base_fee bigint NOT NULL,
    included_searches bigint,
    included_vectors bigint,
    included_tokens bigint,
    included_vector_hours bigint,
    search_price bigint NOT NULL,
    vector_price bigint NOT NULL,
    token_price bigint NOT NULL,
    vector_hour_price bigint NOT NULL,
    read_rate double precision NOT NULL,
    read_burst double precision NOT NULL,
    write_rate double precision NOT NULL,
    write_burst double precision NOT NULL,
    control_rate double precision NOT NULL,
    control_burst double precision NOT NULL,
    key_share double precision NOT NULL,
    tokens_per_minute double precision NOT NULL,
    requests_in_flight integer NOT NULL,
    writes_in_flight integer NOT NULL,
    vectors_stored bigint NOT NULL,
    collections bigint NOT NULL,
    CONSTRAINT plans_base_fee_check CHECK ((base_fee >= 0)),
    CONSTRAINT plans_check CHECK (((read_burst >= (1)::double precision) AND (read_burst <= ((60)::double precision * read_rate)))),
    CONSTRAINT plans_check1 CHECK (((write_burst >= (1)::double precision) AND (write_burst <= ((60)::double precision * write_rate)))),
    CONSTRAINT plans_check2 CHECK (((control_burst >= (1)::double precision) AND (control_burst <= ((60)::double precision * control_rate)))),
    CONSTRAINT plans_check3 CHECK (((writes_in_flight >= 1) AND (writes_in_flight <= requests_in_flight))),
    CONSTRAINT plans_control_rate_check CHECK ((control_rate > (0)::double precision)),
    CONSTRAINT plans_key_share_check CHECK (((key_share > (0)::double precision) AND (key_share <= (1)::double precision))),
    CONSTRAINT plans_read_rate_check CHECK ((read_rate > (0)::double precision)),
    CONSTRAINT plans_requests_in_flight_check CHECK ((requests_in_flight > 0)),
    CONSTRAINT plans_tokens_per_minute_check CHECK ((tokens_per_minute > (0)::double precision)),
    CONSTRAINT plans_write_rate_check CHECK ((write_rate > (0)::double precision))
);

ALTER TABLE public.plans OWNER TO fluxvector_owner;

CREATE TABLE public.policy_announcements (
    version text NOT NULL COLLATE pg_catalog."C",
    effective_at timestamp with time zone NOT NULL,
    announced_at timestamp with time zone DEFAULT now() NOT NULL,
    text_hash bytea NOT NULL,
    told_at timestamp with time zone,
    CONSTRAINT policy_announcements_text_hash_check CHECK ((length(text_hash) = 32))
);

ALTER TABLE public.policy_announcements OWNER TO fluxvector_owner;

CREATE TABLE public.quota_notices (
    account_no bigint NOT NULL,
    month timestamp with time zone NOT NULL,
    unit text NOT NULL,
    most bigint NOT NULL,
    percent smallint NOT NULL,
    CONSTRAINT quota_notices_percent_check CHECK ((percent = ANY (ARRAY[80, 100]))),
    CONSTRAINT quota_notices_unit_check CHECK ((unit = ANY (ARRAY['searches'::text, 'vectors'::text, 'tokens'::text, 'cap'::text])))
);

ALTER TABLE public.quota_notices OWNER TO fluxvector_owner;

CREATE TABLE public.refresh_hashes (
    token_hash bytea NOT NULL,
    account_no bigint NOT NULL,
    session_no bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT refresh_hashes_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE public.refresh_hashes OWNER TO fluxvector_owner;

CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.schema_migrations OWNER TO fluxvector_owner;

CREATE TABLE public.session_ids (
    session_id text NOT NULL COLLATE pg_catalog."C",
    account_no bigint NOT NULL,
    session_no bigint NOT NULL
);

ALTER TABLE public.session_ids OWNER TO fluxvector_owner;

CREATE SEQUENCE public.session_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.session_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.sessions (
    account_no bigint NOT NULL,
    session_no bigint DEFAULT nextval('public.session_numbers'::regclass) NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C",
    user_no bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    authenticated_at timestamp with time zone DEFAULT now() NOT NULL,
    ip_address inet
);
ALTER TABLE ONLY public.sessions ALTER COLUMN ip_address SET STATISTICS 0;

ALTER TABLE public.sessions OWNER TO fluxvector_owner;

CREATE TABLE public.storage_looks (
    hour timestamp with time zone NOT NULL,
    looked_to bigint DEFAULT 0 NOT NULL,
    is_done boolean DEFAULT false NOT NULL
);

ALTER TABLE public.storage_looks OWNER TO fluxvector_owner;

CREATE UNLOGGED TABLE public.stranger_meters (
    bucket bytea NOT NULL,
    at double precision NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE public.stranger_meters OWNER TO fluxvector_owner;

CREATE TABLE public.stripe_event_reads (
    is_only boolean DEFAULT true NOT NULL,
    tried_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    until_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT stripe_event_reads_is_only_check CHECK (is_only)
);

ALTER TABLE public.stripe_event_reads OWNER TO fluxvector_owner;

CREATE TABLE public.stripe_events (
    event_id text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    object_id text COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    processed_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT stripe_events_check CHECK (((processed_at IS NULL) = (object_id IS NOT NULL)))
);

ALTER TABLE public.stripe_events OWNER TO fluxvector_owner;

CREATE TABLE public.table_rewrites (
    name text NOT NULL COLLATE pg_catalog."C",
    deleted bigint DEFAULT 0 NOT NULL,
    updated bigint DEFAULT 0 NOT NULL,
    dirty_since timestamp with time zone,
    rewritten_at timestamp with time zone
);

ALTER TABLE public.table_rewrites OWNER TO fluxvector_owner;

CREATE UNLOGGED TABLE public.tickets (
    account_no bigint NOT NULL,
    env text NOT NULL,
    ticket_no bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    kind text NOT NULL,
    ends_at timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    is_near boolean DEFAULT false NOT NULL,
    month timestamp with time zone,
    is_charged boolean,
    searches bigint NOT NULL,
    vectors bigint NOT NULL,
    tokens bigint NOT NULL,
    rate_tokens bigint DEFAULT 0 NOT NULL,
    rate_until double precision DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE public.tickets OWNER TO fluxvector_owner;

CREATE TABLE public.usage_days (
    account_no bigint NOT NULL,
    day date NOT NULL,
    env text NOT NULL,
    plan text NOT NULL,
    endpoint text NOT NULL,
    key_no bigint NOT NULL,
    requests bigint NOT NULL,
    searches bigint NOT NULL,
    vectors bigint NOT NULL,
    embeddings bigint NOT NULL,
    tokens bigint NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE public.usage_days OWNER TO fluxvector_owner;

CREATE SEQUENCE public.usage_event_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 32;

ALTER SEQUENCE public.usage_event_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.usage_events (
    account_no bigint NOT NULL,
    occurred_at timestamp with time zone DEFAULT now() NOT NULL,
    event_no bigint DEFAULT nextval('public.usage_event_numbers'::regclass) NOT NULL,
    request_id text COLLATE pg_catalog."C",
    key_no bigint,
    endpoint text NOT NULL,
    env text NOT NULL,
    plan text NOT NULL,
    status smallint NOT NULL,
    latency_ms real NOT NULL,
    ip_address inet,
    requests integer NOT NULL,
    searches integer DEFAULT 0 NOT NULL,
    vectors integer DEFAULT 0 NOT NULL,
    embeddings integer DEFAULT 0 NOT NULL,
    tokens integer DEFAULT 0 NOT NULL,
    ticket_no bigint,
    CONSTRAINT usage_events_embeddings_check CHECK ((embeddings >= 0)),
    CONSTRAINT usage_events_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT usage_events_requests_check CHECK ((requests >= 0)),
    CONSTRAINT usage_events_searches_check CHECK ((searches >= 0)),
    CONSTRAINT usage_events_tokens_check CHECK ((tokens >= 0)),
    CONSTRAINT usage_events_vectors_check CHECK ((vectors >= 0))
)
PARTITION BY RANGE (occurred_at);
ALTER TABLE ONLY public.usage_events ALTER COLUMN request_id SET STATISTICS 0;
ALTER TABLE ONLY public.usage_events ALTER COLUMN ip_address SET STATISTICS 0;

ALTER TABLE public.usage_events OWNER TO fluxvector_owner;

CREATE TABLE public.usage_events_default (
    account_no bigint CONSTRAINT usage_events_account_no_not_null NOT NULL,
    occurred_at timestamp with time zone DEFAULT now() CONSTRAINT usage_events_occurred_at_not_null NOT NULL,
    event_no bigint DEFAULT nextval('public.usage_event_numbers'::regclass) CONSTRAINT usage_events_event_no_not_null NOT NULL,
    request_id text COLLATE pg_catalog."C",
    key_no bigint,
    endpoint text CONSTRAINT usage_events_endpoint_not_null NOT NULL,
    env text CONSTRAINT usage_events_env_not_null NOT NULL,
    plan text CONSTRAINT usage_events_plan_not_null NOT NULL,
    status smallint CONSTRAINT usage_events_status_not_null NOT NULL,
    latency_ms real CONSTRAINT usage_events_latency_ms_not_null NOT NULL,
    ip_address inet,
    requests integer CONSTRAINT usage_events_requests_not_null NOT NULL,
    searches integer DEFAULT 0 CONSTRAINT usage_events_searches_not_null NOT NULL,
    vectors integer DEFAULT 0 CONSTRAINT usage_events_vectors_not_null NOT NULL,
    embeddings integer DEFAULT 0 CONSTRAINT usage_events_embeddings_not_null NOT NULL,
    tokens integer DEFAULT 0 CONSTRAINT usage_events_tokens_not_null NOT NULL,
    ticket_no bigint,
    CONSTRAINT usage_events_embeddings_check CHECK ((embeddings >= 0)),
    CONSTRAINT usage_events_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT usage_events_requests_check CHECK ((requests >= 0)),
    CONSTRAINT usage_events_searches_check CHECK ((searches >= 0)),
    CONSTRAINT usage_events_tokens_check CHECK ((tokens >= 0)),
    CONSTRAINT usage_events_vectors_check CHECK ((vectors >= 0))
);
ALTER TABLE ONLY public.usage_events_default ALTER COLUMN request_id SET STATISTICS 0;
ALTER TABLE ONLY public.usage_events_default ALTER COLUMN ip_address SET STATISTICS 0;

ALTER TABLE public.usage_events_default OWNER TO fluxvector_owner;

CREATE TABLE public.usage_hours (
    account_no bigint NOT NULL,
    hour timestamp with time zone NOT NULL,
    env text NOT NULL,
    plan text NOT NULL,
    is_charged boolean NOT NULL,
    requests bigint DEFAULT 0 NOT NULL,
    searches bigint DEFAULT 0 NOT NULL,
    vectors bigint DEFAULT 0 NOT NULL,
    embeddings bigint DEFAULT 0 NOT NULL,
    tokens bigint DEFAULT 0 NOT NULL,
    vector_hours bigint,
    is_reported boolean DEFAULT false NOT NULL,
    is_checked boolean DEFAULT false NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE public.usage_hours OWNER TO fluxvector_owner;

CREATE SEQUENCE public.usage_tail_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 32;

ALTER SEQUENCE public.usage_tail_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.usage_tail (
    account_no bigint NOT NULL,
    tail_no bigint DEFAULT nextval('public.usage_tail_numbers'::regclass) NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    env text NOT NULL,
    plan text NOT NULL,
    is_charged boolean NOT NULL,
    endpoint text NOT NULL,
    key_no bigint NOT NULL,
    requests bigint NOT NULL,
    searches bigint NOT NULL,
    vectors bigint NOT NULL,
    embeddings bigint NOT NULL,
    tokens bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');

ALTER TABLE public.usage_tail OWNER TO fluxvector_owner;

CREATE SEQUENCE public.user_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.user_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.users (
    account_no bigint NOT NULL,
    user_no bigint DEFAULT nextval('public.user_numbers'::regclass) NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    role text DEFAULT 'owner'::text NOT NULL,
    password_hash text NOT NULL,
    pepper_id text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    password_changed_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    confirmed_at timestamp with time zone,
    accepted_policy text COLLATE pg_catalog."C",
    accepted_at timestamp with time zone,
    CONSTRAINT users_check CHECK (((accepted_policy IS NULL) = (accepted_at IS NULL))),
    CONSTRAINT users_role_check CHECK ((role = 'owner'::text))
);
ALTER TABLE ONLY public.users ALTER COLUMN password_hash SET STATISTICS 0;

ALTER TABLE public.users OWNER TO fluxvector_owner;

CREATE SEQUENCE public.vector_row_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 32;

ALTER SEQUENCE public.vector_row_numbers OWNER TO fluxvector_owner;

CREATE TABLE public.vectors (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    namespace text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    facets tsvector
)
PARTITION BY HASH (collection_no);
ALTER TABLE ONLY public.vectors ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_00 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_00 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_01 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_01 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_02 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_02 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_03 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_03 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_04 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_04 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_05 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_05 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_06 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_06 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_07 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_07 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_08 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_08 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_09 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_09 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_10 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_10 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_11 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_11 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_12 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_12 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_13 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_13 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_14 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_14 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_15 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_15 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_16 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_16 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_17 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_17 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_18 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_18 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_19 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_19 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_20 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_20 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_21 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_21 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_22 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_22 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_23 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_23 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_24 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_24 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_25 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_25 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_26 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_26 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_27 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_27 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_28 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_28 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_29 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_29 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_30 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_30 OWNER TO fluxvector_owner;

CREATE TABLE public.vectors_31 (
    account_no bigint CONSTRAINT vectors_account_no_not_null NOT NULL,
    collection_no bigint CONSTRAINT vectors_collection_no_not_null NOT NULL,
    namespace text CONSTRAINT vectors_namespace_not_null NOT NULL COLLATE pg_catalog."C",
    id text CONSTRAINT vectors_id_not_null NOT NULL COLLATE pg_catalog."C",
    row_no bigint DEFAULT nextval('public.vector_row_numbers'::regclass) CONSTRAINT vectors_row_no_not_null NOT NULL,
    embedding public.halfvec,
    raw_values public.vector,
    text text,
    content_hash bytea CONSTRAINT vectors_content_hash_not_null NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb CONSTRAINT vectors_metadata_not_null NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_created_at_not_null NOT NULL,
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL,
    facets tsvector
);
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN embedding SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN raw_values SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN metadata SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN metadata SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN facets SET STATISTICS 0;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN facets SET STORAGE MAIN;

ALTER TABLE public.vectors_31 OWNER TO fluxvector_owner;

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_00 FOR VALUES WITH (modulus 32, remainder 0);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_01 FOR VALUES WITH (modulus 32, remainder 1);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_02 FOR VALUES WITH (modulus 32, remainder 2);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_03 FOR VALUES WITH (modulus 32, remainder 3);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_04 FOR VALUES WITH (modulus 32, remainder 4);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_05 FOR VALUES WITH (modulus 32, remainder 5);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_06 FOR VALUES WITH (modulus 32, remainder 6);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_07 FOR VALUES WITH (modulus 32, remainder 7);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_08 FOR VALUES WITH (modulus 32, remainder 8);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_09 FOR VALUES WITH (modulus 32, remainder 9);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_10 FOR VALUES WITH (modulus 32, remainder 10);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_11 FOR VALUES WITH (modulus 32, remainder 11);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_12 FOR VALUES WITH (modulus 32, remainder 12);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_13 FOR VALUES WITH (modulus 32, remainder 13);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_14 FOR VALUES WITH (modulus 32, remainder 14);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_15 FOR VALUES WITH (modulus 32, remainder 15);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_16 FOR VALUES WITH (modulus 32, remainder 16);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_17 FOR VALUES WITH (modulus 32, remainder 17);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_18 FOR VALUES WITH (modulus 32, remainder 18);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_19 FOR VALUES WITH (modulus 32, remainder 19);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_20 FOR VALUES WITH (modulus 32, remainder 20);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_21 FOR VALUES WITH (modulus 32, remainder 21);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_22 FOR VALUES WITH (modulus 32, remainder 22);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_23 FOR VALUES WITH (modulus 32, remainder 23);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_24 FOR VALUES WITH (modulus 32, remainder 24);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_25 FOR VALUES WITH (modulus 32, remainder 25);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_26 FOR VALUES WITH (modulus 32, remainder 26);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_27 FOR VALUES WITH (modulus 32, remainder 27);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_28 FOR VALUES WITH (modulus 32, remainder 28);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_29 FOR VALUES WITH (modulus 32, remainder 29);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_30 FOR VALUES WITH (modulus 32, remainder 30);

ALTER TABLE ONLY public.keywords ATTACH PARTITION public.keywords_31 FOR VALUES WITH (modulus 32, remainder 31);

ALTER TABLE ONLY public.usage_events ATTACH PARTITION public.usage_events_default DEFAULT;

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_00 FOR VALUES WITH (modulus 32, remainder 0);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_01 FOR VALUES WITH (modulus 32, remainder 1);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_02 FOR VALUES WITH (modulus 32, remainder 2);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_03 FOR VALUES WITH (modulus 32, remainder 3);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_04 FOR VALUES WITH (modulus 32, remainder 4);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_05 FOR VALUES WITH (modulus 32, remainder 5);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_06 FOR VALUES WITH (modulus 32, remainder 6);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_07 FOR VALUES WITH (modulus 32, remainder 7);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_08 FOR VALUES WITH (modulus 32, remainder 8);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_09 FOR VALUES WITH (modulus 32, remainder 9);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_10 FOR VALUES WITH (modulus 32, remainder 10);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_11 FOR VALUES WITH (modulus 32, remainder 11);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_12 FOR VALUES WITH (modulus 32, remainder 12);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_13 FOR VALUES WITH (modulus 32, remainder 13);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_14 FOR VALUES WITH (modulus 32, remainder 14);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_15 FOR VALUES WITH (modulus 32, remainder 15);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_16 FOR VALUES WITH (modulus 32, remainder 16);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_17 FOR VALUES WITH (modulus 32, remainder 17);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_18 FOR VALUES WITH (modulus 32, remainder 18);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_19 FOR VALUES WITH (modulus 32, remainder 19);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_20 FOR VALUES WITH (modulus 32, remainder 20);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_21 FOR VALUES WITH (modulus 32, remainder 21);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_22 FOR VALUES WITH (modulus 32, remainder 22);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_23 FOR VALUES WITH (modulus 32, remainder 23);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_24 FOR VALUES WITH (modulus 32, remainder 24);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_25 FOR VALUES WITH (modulus 32, remainder 25);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_26 FOR VALUES WITH (modulus 32, remainder 26);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_27 FOR VALUES WITH (modulus 32, remainder 27);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_28 FOR VALUES WITH (modulus 32, remainder 28);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_29 FOR VALUES WITH (modulus 32, remainder 29);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_30 FOR VALUES WITH (modulus 32, remainder 30);

ALTER TABLE ONLY public.vectors ATTACH PARTITION public.vectors_31 FOR VALUES WITH (modulus 32, remainder 31);

ALTER TABLE ONLY public.account_activity
    ADD CONSTRAINT account_activity_pkey PRIMARY KEY (account_no, activity_no);

ALTER TABLE ONLY public.account_counts
    ADD CONSTRAINT account_counts_pkey PRIMARY KEY (account_no, slot);

ALTER TABLE ONLY public.account_emails
    ADD CONSTRAINT account_emails_account_no_user_no_key UNIQUE (account_no, user_no);

ALTER TABLE ONLY public.account_emails
    ADD CONSTRAINT account_emails_pkey PRIMARY KEY (email_key);

ALTER TABLE ONLY public.account_meters
    ADD CONSTRAINT account_meters_pkey PRIMARY KEY (account_no, env, turn);

ALTER TABLE ONLY public.account_notices
    ADD CONSTRAINT account_notices_pkey PRIMARY KEY (account_no, user_no, kind, about);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (account_no);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_account_no_key_id_key UNIQUE (account_no, key_id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (account_no, key_no);

ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (bucket, made_at, attempt_no);

ALTER TABLE ONLY public.billing_closures
    ADD CONSTRAINT billing_closures_pkey PRIMARY KEY (closure_no);

ALTER TABLE ONLY public.breaches
    ADD CONSTRAINT breaches_pkey PRIMARY KEY (breach_id);

ALTER TABLE ONLY public.collection_counts
    ADD CONSTRAINT collection_counts_pkey PRIMARY KEY (account_no, collection_no, slot);

ALTER TABLE ONLY public.collection_indexes
    ADD CONSTRAINT collection_indexes_pkey PRIMARY KEY (account_no, collection_no);

ALTER TABLE ONLY public.collection_tasks
    ADD CONSTRAINT collection_tasks_pkey PRIMARY KEY (account_no, collection_no, task);

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_account_no_env_name_key UNIQUE (account_no, env, name);

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (account_no, collection_no);

ALTER TABLE ONLY public.deleted_collections
    ADD CONSTRAINT deleted_collections_pkey PRIMARY KEY (account_no, collection_no);

ALTER TABLE ONLY public.erased_accounts
    ADD CONSTRAINT erased_accounts_pkey PRIMARY KEY (account_no);

ALTER TABLE ONLY public.erasure_ledger
    ADD CONSTRAINT erasure_ledger_pkey PRIMARY KEY (erasure_no);

ALTER TABLE ONLY public.farewell_emails
    ADD CONSTRAINT farewell_emails_pkey PRIMARY KEY (email_no);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_no, env, key_hash);

ALTER TABLE ONLY public.key_hashes
    ADD CONSTRAINT key_hashes_pkey PRIMARY KEY (key_hash);

ALTER TABLE ONLY public.key_meters
    ADD CONSTRAINT key_meters_pkey PRIMARY KEY (account_no, key_no, turn);

ALTER TABLE ONLY public.keywords
    ADD CONSTRAINT keywords_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_00
    ADD CONSTRAINT keywords_00_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_01
    ADD CONSTRAINT keywords_01_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_02
    ADD CONSTRAINT keywords_02_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_03
    ADD CONSTRAINT keywords_03_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_04
    ADD CONSTRAINT keywords_04_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_05
    ADD CONSTRAINT keywords_05_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_06
    ADD CONSTRAINT keywords_06_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_07
    ADD CONSTRAINT keywords_07_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_08
    ADD CONSTRAINT keywords_08_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_09
    ADD CONSTRAINT keywords_09_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_10
    ADD CONSTRAINT keywords_10_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_11
    ADD CONSTRAINT keywords_11_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_12
    ADD CONSTRAINT keywords_12_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_13
    ADD CONSTRAINT keywords_13_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_14
    ADD CONSTRAINT keywords_14_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_15
    ADD CONSTRAINT keywords_15_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_16
    ADD CONSTRAINT keywords_16_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_17
    ADD CONSTRAINT keywords_17_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_18
    ADD CONSTRAINT keywords_18_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_19
    ADD CONSTRAINT keywords_19_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_20
    ADD CONSTRAINT keywords_20_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_21
    ADD CONSTRAINT keywords_21_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_22
    ADD CONSTRAINT keywords_22_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_23
    ADD CONSTRAINT keywords_23_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_24
    ADD CONSTRAINT keywords_24_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_25
    ADD CONSTRAINT keywords_25_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_26
    ADD CONSTRAINT keywords_26_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_27
    ADD CONSTRAINT keywords_27_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_28
    ADD CONSTRAINT keywords_28_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_29
    ADD CONSTRAINT keywords_29_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_30
    ADD CONSTRAINT keywords_30_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.keywords_31
    ADD CONSTRAINT keywords_31_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.meter_reports
    ADD CONSTRAINT meter_reports_pkey PRIMARY KEY (account_no, meter, hour, revision);

ALTER TABLE ONLY public.one_time_links
    ADD CONSTRAINT one_time_links_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.outbox_emails
    ADD CONSTRAINT outbox_emails_pkey PRIMARY KEY (account_no, email_no);

ALTER TABLE ONLY public.pending_embeddings
    ADD CONSTRAINT pending_embeddings_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (plan);

ALTER TABLE ONLY public.policy_announcements
    ADD CONSTRAINT policy_announcements_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.quota_notices
    ADD CONSTRAINT quota_notices_pkey PRIMARY KEY (account_no, month, unit, most, percent);

ALTER TABLE ONLY public.refresh_hashes
    ADD CONSTRAINT refresh_hashes_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.session_ids
    ADD CONSTRAINT session_ids_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (account_no, session_no);

ALTER TABLE ONLY public.storage_looks
    ADD CONSTRAINT storage_looks_pkey PRIMARY KEY (hour);

ALTER TABLE ONLY public.stranger_meters
    ADD CONSTRAINT stranger_meters_pkey PRIMARY KEY (bucket);

ALTER TABLE ONLY public.stripe_event_reads
    ADD CONSTRAINT stripe_event_reads_pkey PRIMARY KEY (is_only);

ALTER TABLE ONLY public.stripe_events
    ADD CONSTRAINT stripe_events_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.table_rewrites
    ADD CONSTRAINT table_rewrites_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.usage_days
    ADD CONSTRAINT usage_days_pkey PRIMARY KEY (account_no, day, env, plan, endpoint, key_no);

ALTER TABLE ONLY public.usage_events
    ADD CONSTRAINT usage_events_pkey PRIMARY KEY (account_no, occurred_at, event_no);

ALTER TABLE ONLY public.usage_events_default
    ADD CONSTRAINT usage_events_default_pkey PRIMARY KEY (account_no, occurred_at, event_no);

ALTER TABLE ONLY public.usage_hours
    ADD CONSTRAINT usage_hours_pkey PRIMARY KEY (account_no, hour, env, plan);

ALTER TABLE ONLY public.usage_tail
    ADD CONSTRAINT usage_tail_pkey PRIMARY KEY (account_no, tail_no);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (account_no, user_no);

ALTER TABLE ONLY public.vectors
    ADD CONSTRAINT vectors_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_00
    ADD CONSTRAINT vectors_00_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_01
    ADD CONSTRAINT vectors_01_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_02
    ADD CONSTRAINT vectors_02_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_03
    ADD CONSTRAINT vectors_03_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_04
    ADD CONSTRAINT vectors_04_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_05
    ADD CONSTRAINT vectors_05_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_06
    ADD CONSTRAINT vectors_06_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_07
    ADD CONSTRAINT vectors_07_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_08
    ADD CONSTRAINT vectors_08_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_09
    ADD CONSTRAINT vectors_09_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_10
    ADD CONSTRAINT vectors_10_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_11
    ADD CONSTRAINT vectors_11_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_12
    ADD CONSTRAINT vectors_12_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_13
    ADD CONSTRAINT vectors_13_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_14
    ADD CONSTRAINT vectors_14_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_15
    ADD CONSTRAINT vectors_15_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_16
    ADD CONSTRAINT vectors_16_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_17
    ADD CONSTRAINT vectors_17_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_18
    ADD CONSTRAINT vectors_18_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_19
    ADD CONSTRAINT vectors_19_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_20
    ADD CONSTRAINT vectors_20_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_21
    ADD CONSTRAINT vectors_21_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_22
    ADD CONSTRAINT vectors_22_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_23
    ADD CONSTRAINT vectors_23_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_24
    ADD CONSTRAINT vectors_24_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_25
    ADD CONSTRAINT vectors_25_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_26
    ADD CONSTRAINT vectors_26_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_27
    ADD CONSTRAINT vectors_27_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_28
    ADD CONSTRAINT vectors_28_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_29
    ADD CONSTRAINT vectors_29_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_30
    ADD CONSTRAINT vectors_30_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.vectors_31
    ADD CONSTRAINT vectors_31_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

CREATE INDEX account_activity_by_address ON public.account_activity USING btree (account_no, ip_address) WHERE (kind = ANY (ARRAY['signed_in'::text, 'password_reset'::text]));

CREATE UNIQUE INDEX accounts_by_stripe_customer ON public.accounts USING btree (stripe_customer_id);

CREATE INDEX attempts_by_age ON public.attempts USING btree (made_at);

CREATE INDEX billing_closures_by_readiness ON public.billing_closures USING btree (ready_at);

CREATE INDEX collection_tasks_by_readiness ON public.collection_tasks USING btree (ready_at);

CREATE INDEX erasure_ledger_by_age ON public.erasure_ledger USING btree (erased_at);

CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (claimed_at);

CREATE INDEX key_hashes_by_key ON public.key_hashes USING btree (account_no, key_no);

CREATE INDEX keyword_terms_by_term ON public.keyword_terms USING btree (account_no, collection_no, term) INCLUDE (documents, impact);

CREATE INDEX keywords_terms ON ONLY public.keywords USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_00_terms_idx ON public.keywords_00 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_01_terms_idx ON public.keywords_01 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_02_terms_idx ON public.keywords_02 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_03_terms_idx ON public.keywords_03 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_04_terms_idx ON public.keywords_04 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_05_terms_idx ON public.keywords_05 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_06_terms_idx ON public.keywords_06 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_07_terms_idx ON public.keywords_07 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_08_terms_idx ON public.keywords_08 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_09_terms_idx ON public.keywords_09 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_10_terms_idx ON public.keywords_10 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_11_terms_idx ON public.keywords_11 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_12_terms_idx ON public.keywords_12 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_13_terms_idx ON public.keywords_13 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_14_terms_idx ON public.keywords_14 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_15_terms_idx ON public.keywords_15 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_16_terms_idx ON public.keywords_16 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_17_terms_idx ON public.keywords_17 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_18_terms_idx ON public.keywords_18 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_19_terms_idx ON public.keywords_19 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_20_terms_idx ON public.keywords_20 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_21_terms_idx ON public.keywords_21 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_22_terms_idx ON public.keywords_22 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_23_terms_idx ON public.keywords_23 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_24_terms_idx ON public.keywords_24 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_25_terms_idx ON public.keywords_25 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_26_terms_idx ON public.keywords_26 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_27_terms_idx ON public.keywords_27 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_28_terms_idx ON public.keywords_28 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_29_terms_idx ON public.keywords_29 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_30_terms_idx ON public.keywords_30 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX keywords_31_terms_idx ON public.keywords_31 USING gin (terms) WITH (gin_pending_list_limit='64');

CREATE INDEX meter_reports_by_age ON public.meter_reports USING btree (hour);

CREATE INDEX meter_reports_open ON public.meter_reports USING btree (ready_at) WHERE (state = ANY (ARRAY['waiting'::text, 'sent'::text, 'refused'::text]));

CREATE INDEX one_time_links_by_expiry ON public.one_time_links USING btree (expires_at);

CREATE INDEX one_time_links_by_user ON public.one_time_links USING btree (account_no, user_no);

CREATE INDEX outbox_emails_by_readiness ON public.outbox_emails USING btree (ready_at);

CREATE INDEX pending_embeddings_by_age ON public.pending_embeddings USING btree (account_no, collection_no, enqueued_at) WHERE (failed_at IS NULL);

CREATE INDEX pending_embeddings_by_readiness ON public.pending_embeddings USING btree (ready_at);

CREATE INDEX pending_embeddings_failed ON public.pending_embeddings USING btree (account_no, collection_no) WHERE (failed_at IS NOT NULL);

CREATE INDEX refresh_hashes_by_session ON public.refresh_hashes USING btree (account_no, session_no);

CREATE INDEX session_ids_by_session ON public.session_ids USING btree (account_no, session_no);

CREATE INDEX sessions_by_expiry ON public.sessions USING btree (expires_at);

CREATE INDEX stripe_events_by_age ON public.stripe_events USING btree (created_at);

CREATE INDEX stripe_events_by_readiness ON public.stripe_events USING btree (ready_at) WHERE (processed_at IS NULL);

CREATE INDEX tickets_by_number ON public.tickets USING btree (account_no, env, ticket_no);

CREATE INDEX usage_hours_unchecked ON public.usage_hours USING btree (account_no) WHERE (NOT is_checked);

CREATE INDEX usage_hours_unreported ON public.usage_hours USING btree (hour) WHERE (is_charged AND (env = 'live'::text) AND (NOT is_reported));

CREATE UNIQUE INDEX users_one_owner ON public.users USING btree (account_no) WHERE (role = 'owner'::text);

CREATE INDEX vectors_00_expires_at ON public.vectors_00 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_facets ON ONLY public.vectors USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_00_facets_idx ON public.vectors_00 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_01_expires_at ON public.vectors_01 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_01_facets_idx ON public.vectors_01 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_02_expires_at ON public.vectors_02 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_02_facets_idx ON public.vectors_02 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_03_expires_at ON public.vectors_03 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_03_facets_idx ON public.vectors_03 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_04_expires_at ON public.vectors_04 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_04_facets_idx ON public.vectors_04 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_05_expires_at ON public.vectors_05 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_05_facets_idx ON public.vectors_05 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_06_expires_at ON public.vectors_06 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_06_facets_idx ON public.vectors_06 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_07_expires_at ON public.vectors_07 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_07_facets_idx ON public.vectors_07 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_08_expires_at ON public.vectors_08 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_08_facets_idx ON public.vectors_08 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_09_expires_at ON public.vectors_09 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_09_facets_idx ON public.vectors_09 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_10_expires_at ON public.vectors_10 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_10_facets_idx ON public.vectors_10 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_11_expires_at ON public.vectors_11 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_11_facets_idx ON public.vectors_11 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_12_expires_at ON public.vectors_12 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_12_facets_idx ON public.vectors_12 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_13_expires_at ON public.vectors_13 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_13_facets_idx ON public.vectors_13 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_14_expires_at ON public.vectors_14 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_14_facets_idx ON public.vectors_14 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_15_expires_at ON public.vectors_15 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_15_facets_idx ON public.vectors_15 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_16_expires_at ON public.vectors_16 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_16_facets_idx ON public.vectors_16 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_17_expires_at ON public.vectors_17 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_17_facets_idx ON public.vectors_17 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_18_expires_at ON public.vectors_18 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_18_facets_idx ON public.vectors_18 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_19_expires_at ON public.vectors_19 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_19_facets_idx ON public.vectors_19 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_20_expires_at ON public.vectors_20 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_20_facets_idx ON public.vectors_20 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_21_expires_at ON public.vectors_21 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_21_facets_idx ON public.vectors_21 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_22_expires_at ON public.vectors_22 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_22_facets_idx ON public.vectors_22 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_23_expires_at ON public.vectors_23 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_23_facets_idx ON public.vectors_23 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_24_expires_at ON public.vectors_24 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_24_facets_idx ON public.vectors_24 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_25_expires_at ON public.vectors_25 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_25_facets_idx ON public.vectors_25 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_26_expires_at ON public.vectors_26 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_26_facets_idx ON public.vectors_26 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_27_expires_at ON public.vectors_27 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_27_facets_idx ON public.vectors_27 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_28_expires_at ON public.vectors_28 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_28_facets_idx ON public.vectors_28 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_29_expires_at ON public.vectors_29 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_29_facets_idx ON public.vectors_29 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_30_expires_at ON public.vectors_30 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_30_facets_idx ON public.vectors_30 USING gin (facets) WITH (gin_pending_list_limit='64');

CREATE INDEX vectors_31_expires_at ON public.vectors_31 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_31_facets_idx ON public.vectors_31 USING gin (facets) WITH (gin_pending_list_limit='64');

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_00_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_00_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_01_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_01_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_02_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_02_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_03_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_03_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_04_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_04_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_05_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_05_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_06_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_06_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_07_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_07_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_08_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_08_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_09_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_09_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_10_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_10_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_11_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_11_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_12_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_12_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_13_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_13_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_14_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_14_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_15_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_15_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_16_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_16_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_17_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_17_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_18_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_18_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_19_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_19_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_20_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_20_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_21_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_21_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_22_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_22_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_23_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_23_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_24_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_24_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_25_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_25_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_26_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_26_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_27_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_27_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_28_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_28_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_29_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_29_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_30_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_30_terms_idx;

ALTER INDEX public.keywords_pkey ATTACH PARTITION public.keywords_31_pkey;

ALTER INDEX public.keywords_terms ATTACH PARTITION public.keywords_31_terms_idx;

ALTER INDEX public.usage_events_pkey ATTACH PARTITION public.usage_events_default_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_00_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_00_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_01_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_01_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_02_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_02_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_03_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_03_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_04_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_04_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_05_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_05_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_06_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_06_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_07_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_07_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_08_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_08_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_09_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_09_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_10_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_10_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_11_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_11_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_12_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_12_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_13_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_13_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_14_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_14_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_15_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_15_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_16_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_16_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_17_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_17_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_18_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_18_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_19_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_19_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_20_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_20_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_21_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_21_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_22_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_22_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_23_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_23_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_24_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_24_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_25_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_25_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_26_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_26_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_27_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_27_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_28_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_28_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_29_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_29_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_30_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_30_pkey;

ALTER INDEX public.vectors_facets ATTACH PARTITION public.vectors_31_facets_idx;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_31_pkey;

CREATE TRIGGER count_deleted AFTER DELETE ON public.collection_counts REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION public.count_deleted();

CREATE TRIGGER count_stored AFTER UPDATE ON public.collection_counts REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.count_stored();

CREATE TRIGGER count_usage AFTER INSERT ON public.usage_events REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.count_usage();

CREATE TRIGGER note_address_change AFTER UPDATE OF email ON public.account_emails FOR EACH ROW WHEN ((old.email IS DISTINCT FROM new.email)) EXECUTE FUNCTION public.note_address_change();

CREATE TRIGGER wake_pending AFTER UPDATE ON public.accounts REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.wake_pending();

ALTER TABLE ONLY public.account_activity
    ADD CONSTRAINT account_activity_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.account_emails
    ADD CONSTRAINT account_emails_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.account_emails
    ADD CONSTRAINT account_emails_account_no_user_no_fkey FOREIGN KEY (account_no, user_no) REFERENCES public.users(account_no, user_no);

ALTER TABLE ONLY public.account_notices
    ADD CONSTRAINT account_notices_account_no_user_no_fkey FOREIGN KEY (account_no, user_no) REFERENCES public.users(account_no, user_no) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.collection_indexes
    ADD CONSTRAINT collection_indexes_account_no_collection_no_fkey FOREIGN KEY (account_no, collection_no) REFERENCES public.collections(account_no, collection_no) ON DELETE CASCADE;

ALTER TABLE ONLY public.collection_tasks
    ADD CONSTRAINT collection_tasks_account_no_collection_no_fkey FOREIGN KEY (account_no, collection_no) REFERENCES public.collections(account_no, collection_no) ON DELETE CASCADE;

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no) ON DELETE CASCADE;

ALTER TABLE ONLY public.key_hashes
    ADD CONSTRAINT key_hashes_account_no_key_no_fkey FOREIGN KEY (account_no, key_no) REFERENCES public.api_keys(account_no, key_no) ON DELETE CASCADE;

ALTER TABLE ONLY public.one_time_links
    ADD CONSTRAINT one_time_links_account_no_user_no_fkey FOREIGN KEY (account_no, user_no) REFERENCES public.users(account_no, user_no);

ALTER TABLE ONLY public.outbox_emails
    ADD CONSTRAINT outbox_emails_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.outbox_emails
    ADD CONSTRAINT outbox_emails_account_no_user_no_fkey FOREIGN KEY (account_no, user_no) REFERENCES public.users(account_no, user_no);

ALTER TABLE ONLY public.refresh_hashes
    ADD CONSTRAINT refresh_hashes_account_no_session_no_fkey FOREIGN KEY (account_no, session_no) REFERENCES public.sessions(account_no, session_no) ON DELETE CASCADE;

ALTER TABLE ONLY public.session_ids
    ADD CONSTRAINT session_ids_account_no_session_no_fkey FOREIGN KEY (account_no, session_no) REFERENCES public.sessions(account_no, session_no) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_account_no_user_no_fkey FOREIGN KEY (account_no, user_no) REFERENCES public.users(account_no, user_no);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE public.account_activity ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.account_counts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.account_emails ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.account_meters ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.account_notices ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.attempts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.billing_closures ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.breaches ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_counts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_indexes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_tasks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.deleted_collections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.erased_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.erasure_ledger ENABLE ROW LEVEL SECURITY;

CREATE POLICY every_account ON public.account_counts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.account_meters TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.accounts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collection_counts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collection_indexes TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collection_tasks TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collections TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.deleted_collections TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.erased_accounts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.idempotency_keys TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.key_meters TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.keyword_terms TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.keywords TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.meter_reports TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.one_time_links TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.outbox_emails TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.pending_embeddings TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.quota_notices TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.sessions TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.tickets TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.usage_days TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.usage_events TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.usage_hours TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.usage_tail TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.vectors TO fluxvector_jobs USING (true);

CREATE POLICY every_bucket ON public.attempts TO fluxvector_jobs USING (true);

CREATE POLICY every_closure ON public.billing_closures TO fluxvector_jobs USING (true);

CREATE POLICY every_erasure ON public.erasure_ledger TO fluxvector_jobs USING (true);

CREATE POLICY every_event ON public.stripe_events TO fluxvector_jobs USING (true);

CREATE POLICY every_farewell ON public.farewell_emails TO fluxvector_jobs USING (true);

CREATE POLICY every_plan ON public.plans TO fluxvector_api, fluxvector_jobs USING (true);

CREATE POLICY every_read ON public.stripe_event_reads TO fluxvector_jobs USING (true);

CREATE POLICY every_stranger ON public.stranger_meters TO fluxvector_jobs USING (true);

CREATE POLICY every_version ON public.policy_announcements TO fluxvector_jobs USING (true);

ALTER TABLE public.farewell_emails ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.key_hashes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.key_meters ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.keyword_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.keywords ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.meter_reports ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.one_time_links ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.outbox_emails ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_account ON public.account_activity TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.account_counts TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.account_emails TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.account_meters TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.account_notices TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.accounts TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.api_keys TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.collection_counts TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.collection_indexes TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.collection_tasks TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.collections TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.deleted_collections TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.idempotency_keys TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.key_hashes TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.keyword_terms TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.keywords TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.one_time_links TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.outbox_emails TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.pending_embeddings TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.quota_notices TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.refresh_hashes TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.session_ids TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.sessions TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.tickets TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.usage_days TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.usage_events TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.usage_hours TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.usage_tail TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.users TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.vectors TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

ALTER TABLE public.pending_embeddings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.policy_announcements ENABLE ROW LEVEL SECURITY;

CREATE POLICY public_word ON public.policy_announcements TO fluxvector_api USING (true);

ALTER TABLE public.quota_notices ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.refresh_hashes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.session_ids ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.storage_looks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stranger_meters ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stripe_event_reads ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.stripe_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.table_rewrites ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.tickets ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.usage_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.usage_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.usage_hours ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.usage_tail ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.vectors ENABLE ROW LEVEL SECURITY;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fluxvector_api;
GRANT USAGE ON SCHEMA public TO fluxvector_jobs;
GRANT ALL ON SCHEMA public TO fluxvector_owner;

REVOKE ALL ON FUNCTION public.account_lock(p_account_no bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.address_of_link(p_token_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.address_of_link(p_token_hash bytea) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.admit(p_key_hash bytea, p_session_id text, p_collection text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.admit(p_key_hash bytea, p_session_id text, p_collection text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.admit_key(p_key_hash bytea, p_collection text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.admit_key(p_key_hash bytea, p_collection text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.admit_request(p_key_hash bytea, p_session_id text, p_collection text, p_address bytea, p_tries_per_s double precision, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.admit_request(p_key_hash bytea, p_session_id text, p_collection text, p_address bytea, p_tries_per_s double precision, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.apply_subscription(p_customer_id text, p_version bigint, p_plan text, p_status text, p_is_overdue boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.apply_subscription(p_customer_id text, p_version bigint, p_plan text, p_status text, p_is_overdue boolean) TO fluxvector_api;
GRANT ALL ON FUNCTION public.apply_subscription(p_customer_id text, p_version bigint, p_plan text, p_status text, p_is_overdue boolean) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.change_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text, p_ip_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION public.change_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text, p_ip_address inet) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.check_collections() FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_collections() TO fluxvector_api;

REVOKE ALL ON FUNCTION public.check_quota() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.check_quotas(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_quotas(p_limit integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.check_stored_limit() FROM PUBLIC;
GRANT ALL ON FUNCTION public.check_stored_limit() TO fluxvector_api;

REVOKE ALL ON FUNCTION public.claim_emails(p_limit integer, p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_emails(p_limit integer, p_lease interval) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.claim_meter_reports(p_most bigint, p_lease interval, p_oldest interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_meter_reports(p_most bigint, p_lease interval, p_oldest interval) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.claim_stripe_event(p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_stripe_event(p_lease interval) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.close_erased_customer(p_customer_id text, p_account_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.close_erased_customer(p_customer_id text, p_account_id text) TO fluxvector_api;
GRANT ALL ON FUNCTION public.close_erased_customer(p_customer_id text, p_account_id text) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.cost_of(p_plan text, p_searches bigint, p_vectors bigint, p_tokens bigint, p_vector_hours bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cost_of(p_plan text, p_searches bigint, p_vectors bigint, p_tokens bigint, p_vector_hours bigint) TO fluxvector_jobs;
GRANT ALL ON FUNCTION public.cost_of(p_plan text, p_searches bigint, p_vectors bigint, p_tokens bigint, p_vector_hours bigint) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.count_deleted() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.count_matching(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath) FROM PUBLIC;
GRANT ALL ON FUNCTION public.count_matching(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.count_storage(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.count_storage(p_limit integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.count_stored() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.count_stored_hours(p_hour timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.count_usage() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.default_ef_search(p_rows bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.drop_old_usage_events(p_days integer, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_old_usage_events(p_days integer, p_limit integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.end_stripe_event(p_event_id text, p_attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_stripe_event(p_event_id text, p_attempts integer) TO fluxvector_api;
GRANT ALL ON FUNCTION public.end_stripe_event(p_event_id text, p_attempts integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.end_stripe_event_with_mail(p_event_id text, p_attempts integer, p_customer_id text, p_kind text, p_params jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_stripe_event_with_mail(p_event_id text, p_attempts integer, p_customer_id text, p_kind text, p_params jsonb) TO fluxvector_api;
GRANT ALL ON FUNCTION public.end_stripe_event_with_mail(p_event_id text, p_attempts integer, p_customer_id text, p_kind text, p_params jsonb) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.end_ticket(p_env text, p_ticket_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_ticket(p_env text, p_ticket_no bigint) TO fluxvector_api;
GRANT ALL ON FUNCTION public.end_ticket(p_env text, p_ticket_no bigint) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.ensure_usage_partitions(days_ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_usage_partitions(days_ahead integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.erase_account(p_most bigint, p_buckets bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_account(p_most bigint, p_buckets bytea[]) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.faceted_vectors(p_collection_no bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.find_billed_account(p_customer_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_billed_account(p_customer_id text) TO fluxvector_api;
GRANT ALL ON FUNCTION public.find_billed_account(p_customer_id text) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.find_billing_address(p_customer_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_billing_address(p_customer_id text) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.find_link(p_token_hash bytea, p_purpose text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_link(p_token_hash bytea, p_purpose text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.find_sign_in(p_email_key text, p_ip_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION public.find_sign_in(p_email_key text, p_ip_address inet) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.forget_stripe_customer(p_customer_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.forget_stripe_customer(p_customer_id text) TO fluxvector_api;
GRANT ALL ON FUNCTION public.forget_stripe_customer(p_customer_id text) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.give_back_attempts(p_buckets bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.give_back_attempts(p_buckets bytea[]) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.hold_collections() FROM PUBLIC;
GRANT ALL ON FUNCTION public.hold_collections() TO fluxvector_api;

REVOKE ALL ON FUNCTION public.keep_stripe_customer(p_customer_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.keep_stripe_customer(p_customer_id text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.keyword_query(p_collection_no bigint, p_terms integer[], p_weights real[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.keyword_query(p_collection_no bigint, p_terms integer[], p_weights real[]) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.leaf_of(p_collection_no bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.matching_ids(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_prefix text, p_after text, p_limit bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.matching_ids(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_prefix text, p_after text, p_limit bigint) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.matching_keys(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_after_namespace text, p_after_id text, p_limit bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.matching_keys(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_after_namespace text, p_after_id text, p_limit bigint) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.measure_meter_reports(p_oldest interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.measure_meter_reports(p_oldest interval) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.meter_identifier(p_customer text, p_meter text, p_hour timestamp with time zone, p_revision integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.meter_identifier(p_customer text, p_meter text, p_hour timestamp with time zone, p_revision integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.nearest_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.halfvec, p_count integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.note_address_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.note_erasure(p_kind text, p_subject text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.note_erasure(p_kind text, p_subject text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.note_stripe_event(p_event_id text, p_type text, p_object_id text, p_created_at timestamp with time zone, p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.note_stripe_event(p_event_id text, p_type text, p_object_id text, p_created_at timestamp with time zone, p_lease interval) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.open_session(p_user_no bigint, p_password_hash text, p_session_id text, p_token_hash bytea, p_lifetime interval, p_ip_address inet, p_most integer, p_is_told boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_session(p_user_no bigint, p_password_hash text, p_session_id text, p_token_hash bytea, p_lifetime interval, p_ip_address inet, p_most integer, p_is_told boolean) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.password_of(p_user_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.password_of(p_user_no bigint) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.postpone_stripe_event(p_event_id text, p_attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.postpone_stripe_event(p_event_id text, p_attempts integer) TO fluxvector_api;
GRANT ALL ON FUNCTION public.postpone_stripe_event(p_event_id text, p_attempts integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.prefer_ordered_index(p_on boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.queue_meter_reports(p_most bigint, p_settled interval, p_oldest interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_meter_reports(p_most bigint, p_settled interval, p_oldest interval) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.reckon_usage(p_env text, p_month timestamp with time zone, p_is_charged boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) TO fluxvector_api;
GRANT ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer, p_ticket_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer, p_ticket_no bigint) TO fluxvector_api;
GRANT ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer, p_ticket_no bigint) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.rehash_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rehash_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.replace_password(p_user_no bigint, p_password_hash text, p_pepper_id text, p_kind text, p_ip_address inet) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.request_link(p_email_key text, p_purpose text, p_ip_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION public.request_link(p_email_key text, p_purpose text, p_ip_address inet) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.require_unchanged(p_user_no bigint, p_session_no bigint, p_checked_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.require_unchanged(p_user_no bigint, p_session_no bigint, p_checked_hash text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.reserve_work(p_env text, p_key_no bigint, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reserve_work(p_env text, p_key_no bigint, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) TO fluxvector_api;
GRANT ALL ON FUNCTION public.reserve_work(p_env text, p_key_no bigint, p_kind text, p_cost double precision, p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.reset_password(p_token_hash bytea, p_password_hash text, p_pepper_id text, p_ip_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reset_password(p_token_hash bytea, p_password_hash text, p_pepper_id text, p_ip_address inet) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.rotate_refresh_token(p_token_hash bytea, p_new_hash bytea, p_ip_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rotate_refresh_token(p_token_hash bytea, p_new_hash bytea, p_ip_address inet) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.search_keywords(p_collection_no bigint, p_namespace text, p_terms integer[], p_weights real[], p_top_k integer, p_facets tsquery, p_filter jsonpath) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_keywords(p_collection_no bigint, p_namespace text, p_terms integer[], p_weights real[], p_top_k integer, p_facets tsquery, p_filter jsonpath) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.search_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.vector, p_top_k integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean, p_min_score double precision, p_include_text boolean, p_include_metadata boolean, p_include_values boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.vector, p_top_k integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean, p_min_score double precision, p_include_text boolean, p_include_metadata boolean, p_include_values boolean) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.sign_up(p_email_key text, p_email text, p_account_id text, p_user_id text, p_password_hash text, p_pepper_id text, p_policy text, p_ip_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION public.sign_up(p_email_key text, p_email text, p_account_id text, p_user_id text, p_password_hash text, p_pepper_id text, p_policy text, p_ip_address inet) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.take_attempts(p_buckets bytea[], p_limits integer[], p_windows interval[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.take_attempts(p_buckets bytea[], p_limits integer[], p_windows interval[]) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.use_link(p_token_hash bytea, p_email_key text, p_ip_address inet) FROM PUBLIC;
GRANT ALL ON FUNCTION public.use_link(p_token_hash bytea, p_email_key text, p_ip_address inet) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.wake_pending() FROM PUBLIC;

GRANT USAGE ON SEQUENCE public.activity_numbers TO fluxvector_api;

GRANT SELECT,INSERT ON TABLE public.account_activity TO fluxvector_api;

GRANT SELECT ON TABLE public.account_counts TO fluxvector_api;
GRANT SELECT ON TABLE public.account_counts TO fluxvector_jobs;

GRANT SELECT ON TABLE public.account_emails TO fluxvector_api;

GRANT SELECT ON TABLE public.account_meters TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.account_meters TO fluxvector_jobs;

GRANT SELECT ON TABLE public.account_notices TO fluxvector_api;

GRANT SELECT(account_no) ON TABLE public.accounts TO fluxvector_jobs;
GRANT SELECT(account_no) ON TABLE public.accounts TO fluxvector_api;

GRANT SELECT(account_id) ON TABLE public.accounts TO fluxvector_api;

GRANT SELECT(plan) ON TABLE public.accounts TO fluxvector_jobs;
GRANT SELECT(plan) ON TABLE public.accounts TO fluxvector_api;

GRANT SELECT(status) ON TABLE public.accounts TO fluxvector_jobs;
GRANT SELECT(status) ON TABLE public.accounts TO fluxvector_api;

GRANT SELECT(created_at) ON TABLE public.accounts TO fluxvector_api;

GRANT SELECT(stripe_customer_id) ON TABLE public.accounts TO fluxvector_api;

GRANT SELECT(subscription_status) ON TABLE public.accounts TO fluxvector_api;

GRANT SELECT(spending_cap),UPDATE(spending_cap) ON TABLE public.accounts TO fluxvector_api;
GRANT SELECT(spending_cap) ON TABLE public.accounts TO fluxvector_jobs;

GRANT SELECT(payment_overdue_since) ON TABLE public.accounts TO fluxvector_api;
GRANT SELECT(payment_overdue_since) ON TABLE public.accounts TO fluxvector_jobs;

GRANT SELECT(billing_version) ON TABLE public.accounts TO fluxvector_api;

GRANT USAGE ON SEQUENCE public.key_numbers TO fluxvector_api;

GRANT SELECT,INSERT,DELETE ON TABLE public.api_keys TO fluxvector_api;

GRANT UPDATE(name) ON TABLE public.api_keys TO fluxvector_api;

GRANT UPDATE(expires_at) ON TABLE public.api_keys TO fluxvector_api;

GRANT DELETE ON TABLE public.attempts TO fluxvector_jobs;

GRANT SELECT(bucket) ON TABLE public.attempts TO fluxvector_jobs;

GRANT SELECT(made_at) ON TABLE public.attempts TO fluxvector_jobs;

GRANT SELECT,DELETE ON TABLE public.billing_closures TO fluxvector_jobs;

GRANT UPDATE(units) ON TABLE public.billing_closures TO fluxvector_jobs;

GRANT UPDATE(ready_at) ON TABLE public.billing_closures TO fluxvector_jobs;

GRANT UPDATE(attempts) ON TABLE public.billing_closures TO fluxvector_jobs;

GRANT UPDATE(state) ON TABLE public.billing_closures TO fluxvector_jobs;

GRANT UPDATE(reports) ON TABLE public.billing_closures TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_counts TO fluxvector_api;
GRANT SELECT ON TABLE public.collection_counts TO fluxvector_jobs;

GRANT UPDATE(stored) ON TABLE public.collection_counts TO fluxvector_jobs;

GRANT UPDATE(pending) ON TABLE public.collection_counts TO fluxvector_jobs;

GRANT UPDATE(documents) ON TABLE public.collection_counts TO fluxvector_jobs;

GRANT UPDATE(words) ON TABLE public.collection_counts TO fluxvector_jobs;

GRANT UPDATE(removed) ON TABLE public.collection_counts TO fluxvector_jobs;

GRANT SELECT,DELETE ON TABLE public.collection_indexes TO fluxvector_api;
GRANT SELECT ON TABLE public.collection_indexes TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.collection_numbers TO fluxvector_api;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_tasks TO fluxvector_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collection_tasks TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collections TO fluxvector_api;
GRANT SELECT ON TABLE public.collections TO fluxvector_jobs;

GRANT UPDATE(average_length) ON TABLE public.collections TO fluxvector_jobs;

GRANT UPDATE(is_catalogued) ON TABLE public.collections TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.deleted_collections TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.deleted_collections TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.email_numbers TO fluxvector_api;
GRANT USAGE ON SEQUENCE public.email_numbers TO fluxvector_jobs;

GRANT SELECT,DELETE ON TABLE public.erased_accounts TO fluxvector_jobs;

GRANT SELECT,DELETE ON TABLE public.erasure_ledger TO fluxvector_jobs;

GRANT SELECT,DELETE ON TABLE public.farewell_emails TO fluxvector_jobs;

GRANT UPDATE(ready_at) ON TABLE public.farewell_emails TO fluxvector_jobs;

GRANT UPDATE(attempts) ON TABLE public.farewell_emails TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.idempotency_keys TO fluxvector_jobs;

GRANT INSERT ON TABLE public.key_hashes TO fluxvector_api;

GRANT SELECT,DELETE ON TABLE public.key_meters TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keyword_terms TO fluxvector_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keyword_terms TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keywords TO fluxvector_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keywords TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE ON TABLE public.meter_reports TO fluxvector_jobs;

GRANT UPDATE(value) ON TABLE public.meter_reports TO fluxvector_jobs;

GRANT UPDATE(state) ON TABLE public.meter_reports TO fluxvector_jobs;

GRANT UPDATE(first_sent_at) ON TABLE public.meter_reports TO fluxvector_jobs;

GRANT UPDATE(attempts) ON TABLE public.meter_reports TO fluxvector_jobs;

GRANT UPDATE(ready_at) ON TABLE public.meter_reports TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE ON TABLE public.one_time_links TO fluxvector_jobs;

GRANT SELECT(account_no) ON TABLE public.one_time_links TO fluxvector_api;

GRANT SELECT(user_no) ON TABLE public.one_time_links TO fluxvector_api;

GRANT SELECT(purpose) ON TABLE public.one_time_links TO fluxvector_api;

GRANT SELECT(new_email) ON TABLE public.one_time_links TO fluxvector_api;

GRANT SELECT(created_at) ON TABLE public.one_time_links TO fluxvector_api;

GRANT SELECT(expires_at) ON TABLE public.one_time_links TO fluxvector_api;

GRANT SELECT,INSERT ON TABLE public.outbox_emails TO fluxvector_api;
GRANT SELECT,INSERT,DELETE ON TABLE public.outbox_emails TO fluxvector_jobs;

GRANT UPDATE(ready_at) ON TABLE public.outbox_emails TO fluxvector_jobs;

GRANT UPDATE(attempts) ON TABLE public.outbox_emails TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pending_embeddings TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(attempts) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(ready_at) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(failures) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(failed_at) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(reason) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT SELECT ON TABLE public.plans TO fluxvector_api;
GRANT SELECT ON TABLE public.plans TO fluxvector_jobs;

GRANT SELECT ON TABLE public.policy_announcements TO fluxvector_api;
GRANT SELECT ON TABLE public.policy_announcements TO fluxvector_jobs;

GRANT SELECT ON TABLE public.quota_notices TO fluxvector_api;
GRANT SELECT ON TABLE public.quota_notices TO fluxvector_jobs;

GRANT SELECT,DELETE ON TABLE public.sessions TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.sessions TO fluxvector_jobs;

GRANT SELECT,DELETE ON TABLE public.stranger_meters TO fluxvector_jobs;

GRANT SELECT ON TABLE public.stripe_event_reads TO fluxvector_jobs;

GRANT UPDATE(tried_at) ON TABLE public.stripe_event_reads TO fluxvector_jobs;

GRANT UPDATE(until_at) ON TABLE public.stripe_event_reads TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE ON TABLE public.stripe_events TO fluxvector_jobs;

GRANT SELECT ON TABLE public.tickets TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.tickets TO fluxvector_jobs;

GRANT SELECT ON TABLE public.usage_days TO fluxvector_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.usage_days TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.usage_event_numbers TO fluxvector_api;
GRANT USAGE ON SEQUENCE public.usage_event_numbers TO fluxvector_jobs;

GRANT SELECT,INSERT ON TABLE public.usage_events TO fluxvector_api;
GRANT SELECT,INSERT,DELETE ON TABLE public.usage_events TO fluxvector_jobs;

GRANT SELECT ON TABLE public.usage_hours TO fluxvector_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.usage_hours TO fluxvector_jobs;

GRANT SELECT ON TABLE public.usage_tail TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.usage_tail TO fluxvector_jobs;

GRANT UPDATE(tail_no) ON TABLE public.usage_tail TO fluxvector_jobs;

GRANT SELECT(account_no) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(user_no) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(user_id) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(role) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(password_changed_at) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(created_at) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(confirmed_at) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(accepted_policy) ON TABLE public.users TO fluxvector_api;

GRANT SELECT(accepted_at) ON TABLE public.users TO fluxvector_api;

GRANT USAGE ON SEQUENCE public.vector_row_numbers TO fluxvector_api;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.vectors TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.vectors TO fluxvector_jobs;

GRANT UPDATE(embedding) ON TABLE public.vectors TO fluxvector_jobs;

GRANT UPDATE(facets) ON TABLE public.vectors TO fluxvector_jobs;
