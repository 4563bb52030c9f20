-- Erasing an account together with what was metered of it.

-- Reports that were sent and of which nobody knows whether they arrived, when their account went: each with its identifier,
-- meter, hour (its beginning, in Unix seconds), value, what of the hour has arrived besides (known), and when it was first
-- sent (in Unix seconds).
ALTER TABLE billing_closures ADD COLUMN reports jsonb NOT NULL DEFAULT '[]';
GRANT UPDATE (reports) ON billing_closures TO fluxvector_jobs;

-- For what the job still embeds of a large account that is gone already: it is metered until its vectors are gone too.
GRANT DELETE ON usage_hours, usage_days TO fluxvector_jobs;

-- Erases the account that the transaction named. From the commit on nobody can sign in, no key and no session works, and no
-- call finds a row of it. Up to p_most vectors and as many usage events are gone as well; of more, the rest is left to the
-- job. Answers how many rows went, by table, and whether that was all of them; nothing where the account is gone.
--
-- Whoever else holds a row of the account is waited for, and then finds nothing. Locks are taken in the order in which writers
-- take them: account, users, collections, vectors by their keys (so the rows are found by the key and by nothing else), then
-- the advisory lock, then reports of usage. The patience is longer than any of their transactions may last.
CREATE OR REPLACE FUNCTION erase_account(p_most bigint, p_buckets bytea[])
    RETURNS TABLE (erased_from text, erased bigint, is_complete boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET lock_timeout = '20s'
    SET enable_seqscan = off
    SET enable_bitmapscan = off
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
