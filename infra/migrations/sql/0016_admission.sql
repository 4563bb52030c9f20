-- Admission with limits: one statement from a credential to a ticket, or to what refuses it.

-- What the transaction's account may still use this month, reckoned from the roll-ups and their tail. The caller holds the
-- meter's lock and has a row in account_meters; what was recorded and not added to it yet is in the sums, so it goes.
CREATE FUNCTION reckon_usage(p_env text, p_month timestamptz, p_is_charged boolean) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- What the transaction's account would have to pay for a month with these units, in nano-dollars.
CREATE FUNCTION cost_of(p_plan text, p_searches bigint, p_vectors bigint, p_tokens bigint, p_vector_hours bigint)
    RETURNS numeric
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT p.base_fee
           + greatest(0, p_searches - coalesce(p.included_searches, p_searches))::numeric * p.search_price
           + greatest(0, p_vectors - coalesce(p.included_vectors, p_vectors))::numeric * p.vector_price
           + greatest(0, p_tokens - coalesce(p.included_tokens, p_tokens))::numeric * p.token_price
           + greatest(0, p_vector_hours - coalesce(p.included_vector_hours, p_vector_hours))::numeric * p.vector_hour_price
    FROM public.plans p WHERE p.plan = p_plan
$$;

-- Reserves the units that a request may use at most, for the account that the transaction named, or tells what refuses it:
-- 'payment_overdue', 'quota' and its unit, 'spending_cap', 'rate', 'tokens' or 'in_flight'. What is recorded later takes the place of what was
-- reserved; what is left of it is free again when the ticket ends.
--
-- p_kind: read, write, control, or job (work that an earlier request asked for: no rate, quotas only). p_takes: false only looks
-- whether a request would be refused now, before its body is read. The meter's lock is held until the commit, so
-- requests of one account are admitted one after the other; nothing here waits for work in progress.
CREATE FUNCTION reserve_work(
    p_env text, p_key_no bigint, p_kind text, p_cost float8, p_searches bigint, p_vectors bigint, p_tokens bigint,
    p_takes boolean
)
    RETURNS TABLE (
        refusal text, wait_s float8, ticket_no bigint, rate float8, burst float8, key_share float8,
        account_remaining float8, account_reset_s float8, key_remaining float8, key_reset_s float8,
        tokens_per_minute float8, tokens_remaining float8, tokens_reset_s float8, is_near boolean
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    -- A plan that was made while the tables were empty has to be right for full ones.
    SET enable_seqscan = off
    -- Who waits has a connection that others want: for an account that is erased just now, not for long.
    SET lock_timeout = '2s'
    SET TimeZone = 'UTC'
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

-- Ends a request of the transaction's account: what it reserved and did not use is free again, the tokens of its rate too.
CREATE FUNCTION end_ticket(p_env text, p_ticket_no bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    UPDATE public.tickets t SET kind = 'ended'
    WHERE t.account_no = current_account_no() AND t.env = p_env AND t.ticket_no = p_ticket_no
      AND t.kind NOT IN ('done', 'ended')
$$;

-- For a write whose ticket is near the limit of stored vectors, last of all: raises FV002 where it has stored more vectors than
-- it found and there are more than the plan allows. Such writes look one after the other, so that each sees what those before it
-- have stored. Those that other writes may still store, which did not have to look, count as stored; all in one statement, for
-- they are one or the other. Who is being admitted is waited for, and who comes later waits: he has to see what is stored here.
CREATE FUNCTION check_stored_limit() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- For whoever makes a collection, before and after: raises FV003 where there are more than before and more than the plan allows.
CREATE FUNCTION hold_collections() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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
CREATE FUNCTION check_collections() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- As admit(), with the work that the request asks for. Of a credential that is none: no row, or one with the seconds to wait
-- where its address (a keyed hash) has tried too often: so many times a second, and those of 30 seconds at once.
CREATE FUNCTION admit_request(
    p_key_hash bytea, p_session_id text, p_collection text, p_address bytea, p_tries_per_s float8, p_kind text, p_cost float8,
    p_searches bigint, p_vectors bigint, p_tokens bigint, p_takes boolean
)
    RETURNS TABLE (
        account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[],
        only_collection text, user_no bigint, session_no bigint, authenticated_at timestamptz,
        collection_no bigint, dimension integer, metric text, model text, model_revision text,
        language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean,
        is_catalogued boolean,
        refusal text, wait_s float8, ticket_no bigint, rate float8, burst float8, key_share float8,
        account_remaining float8, account_reset_s float8, key_remaining float8, key_reset_s float8,
        tokens_per_minute float8, tokens_remaining float8, tokens_reset_s float8, is_near boolean
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

REVOKE ALL ON FUNCTION
    count_stored(), count_deleted(), count_usage(), reckon_usage(text, timestamptz, boolean),
    cost_of(text, bigint, bigint, bigint, bigint),
    reserve_work(text, bigint, text, float8, bigint, bigint, bigint, boolean), end_ticket(text, bigint),
    check_stored_limit(), hold_collections(), check_collections(),
    admit_request(bytea, text, text, bytea, float8, text, float8, bigint, bigint, bigint, boolean)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_ticket(text, bigint) TO fluxvector_api, fluxvector_jobs;
GRANT EXECUTE ON FUNCTION reserve_work(text, bigint, text, float8, bigint, bigint, bigint, boolean)
    TO fluxvector_api, fluxvector_jobs;
GRANT EXECUTE ON FUNCTION
    check_stored_limit(), hold_collections(), check_collections(),
    admit_request(bytea, text, text, bytea, float8, text, float8, bigint, bigint, bigint, boolean)
    TO fluxvector_api;
GRANT EXECUTE ON FUNCTION cost_of(text, bigint, bigint, bigint, bigint) TO fluxvector_jobs, fluxvector_api;
