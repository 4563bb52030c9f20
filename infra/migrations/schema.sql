-- The schema that all migrations together make. Written by `make schema`, which a test holds to the migrations.
-- The roles, the database and the extension come before it: infra/migrations/bootstrap.py.
SET check_function_bodies = false;

CREATE FUNCTION public.admit_key(p_key_hash bytea, p_collection text) RETURNS TABLE(account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[], collection_no bigint, dimension integer, metric text, model text, model_revision text, language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean, is_catalogued boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
#variable_conflict use_column
DECLARE
    used_at timestamptz;
BEGIN
    SELECT a.account_no, a.account_id, a.plan, k.key_no, k.key_id, k.env, k.scopes, k.last_used_at
        INTO account_no, account_id, plan, key_no, key_id, env, scopes, used_at
        FROM public.key_hashes h
        JOIN public.api_keys k ON k.account_no = h.account_no AND k.key_no = h.key_no
        JOIN public.accounts a ON a.account_no = h.account_no
        WHERE h.key_hash = p_key_hash AND a.status = 'active' AND (k.expires_at IS NULL OR k.expires_at > now());
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- Written at most once a minute: most admissions read only. SKIP LOCKED: no admission waits for another's note.
    IF used_at IS NULL OR used_at < now() - interval '1 minute' THEN
        UPDATE public.api_keys k SET last_used_at = now()
            FROM (
                SELECT l.account_no, l.key_no FROM public.api_keys l
                WHERE l.account_no = admit_key.account_no AND l.key_no = admit_key.key_no
                FOR UPDATE SKIP LOCKED
            ) mine
            WHERE k.account_no = mine.account_no AND k.key_no = mine.key_no;
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
            WHERE c.account_no = admit_key.account_no AND c.env = admit_key.env AND c.name = p_collection;
    END IF;
    RETURN NEXT;
END
$$;

ALTER FUNCTION public.admit_key(p_key_hash bytea, p_collection text) OWNER TO fluxvector_owner;

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

CREATE FUNCTION public.current_account_no() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('app.account'::text, true), ''::text))::bigint;

ALTER FUNCTION public.current_account_no() OWNER TO fluxvector_owner;

CREATE FUNCTION public.default_ef_search(p_rows bigint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (p_rows <= 20000) THEN 100 WHEN (p_rows <= 100000) THEN 140 WHEN (p_rows <= 500000) THEN 240 ELSE 360 END;

ALTER FUNCTION public.default_ef_search(p_rows bigint) OWNER TO fluxvector_owner;

CREATE FUNCTION public.ensure_usage_partitions(days_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
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

ALTER FUNCTION public.ensure_usage_partitions(days_ahead integer) OWNER TO fluxvector_owner;

CREATE FUNCTION public.faceted_vectors(p_collection_no bigint) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
    SELECT format('(SELECT c.* FROM public.vectors_%s c WHERE c.facets @@ $5 OFFSET 0)', leaf_of(p_collection_no))
$_$;

ALTER FUNCTION public.faceted_vectors(p_collection_no bigint) OWNER TO fluxvector_owner;

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

CREATE FUNCTION public.prefer_ordered_index(p_on boolean) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT set_config('enable_bitmapscan', s.setting, true), set_config('enable_sort', s.setting, true)
    FROM (SELECT CASE WHEN p_on THEN 'off' ELSE 'on' END AS setting) s
$$;

ALTER FUNCTION public.prefer_ordered_index(p_on boolean) OWNER TO fluxvector_owner;

CREATE FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    INSERT INTO public.usage_events
        (account_no, request_id, key_no, endpoint, env, plan, status, latency_ms, ip_address,
         requests, searches, vectors, embeddings, tokens)
    SELECT p_account_no, p_request_id, p_key_no, p_endpoint, p_env, p_plan, p_status, p_latency_ms, p_ip_address,
           p_requests, p_searches, p_vectors, p_embeddings, p_tokens
    WHERE p_account_no = current_account_no();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'usage of another account' USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

ALTER FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) OWNER TO fluxvector_owner;

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

CREATE TABLE public.account_emails (
    email_key text NOT NULL COLLATE pg_catalog."C",
    email text NOT NULL,
    account_no bigint NOT NULL
);

ALTER TABLE public.account_emails OWNER TO fluxvector_owner;

CREATE TABLE public.accounts (
    account_no bigint NOT NULL,
    account_id text NOT NULL COLLATE pg_catalog."C",
    plan text DEFAULT 'free'::text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    confirmed_at timestamp with time zone,
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
    CONSTRAINT api_keys_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT api_keys_prefix_check CHECK ((length(prefix) = 8)),
    CONSTRAINT api_keys_scopes_check CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'admin'::text]) AND (scopes <> '{}'::text[])))
);

ALTER TABLE public.api_keys OWNER TO fluxvector_owner;

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

CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.schema_migrations OWNER TO fluxvector_owner;

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
    CONSTRAINT usage_events_embeddings_check CHECK ((embeddings >= 0)),
    CONSTRAINT usage_events_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT usage_events_requests_check CHECK ((requests >= 0)),
    CONSTRAINT usage_events_searches_check CHECK ((searches >= 0)),
    CONSTRAINT usage_events_tokens_check CHECK ((tokens >= 0)),
    CONSTRAINT usage_events_vectors_check CHECK ((vectors >= 0))
)
PARTITION BY RANGE (occurred_at);

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
    CONSTRAINT usage_events_embeddings_check CHECK ((embeddings >= 0)),
    CONSTRAINT usage_events_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT usage_events_requests_check CHECK ((requests >= 0)),
    CONSTRAINT usage_events_searches_check CHECK ((searches >= 0)),
    CONSTRAINT usage_events_tokens_check CHECK ((tokens >= 0)),
    CONSTRAINT usage_events_vectors_check CHECK ((vectors >= 0))
);

ALTER TABLE public.usage_events_default OWNER TO fluxvector_owner;

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

ALTER TABLE ONLY public.account_emails
    ADD CONSTRAINT account_emails_account_no_key UNIQUE (account_no);

ALTER TABLE ONLY public.account_emails
    ADD CONSTRAINT account_emails_pkey PRIMARY KEY (email_key);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (account_no);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_account_no_key_id_key UNIQUE (account_no, key_id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (account_no, key_no);

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

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_no, env, key_hash);

ALTER TABLE ONLY public.key_hashes
    ADD CONSTRAINT key_hashes_pkey PRIMARY KEY (key_hash);

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

ALTER TABLE ONLY public.pending_embeddings
    ADD CONSTRAINT pending_embeddings_pkey PRIMARY KEY (account_no, collection_no, namespace, id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.usage_events
    ADD CONSTRAINT usage_events_pkey PRIMARY KEY (account_no, occurred_at, event_no);

ALTER TABLE ONLY public.usage_events_default
    ADD CONSTRAINT usage_events_default_pkey PRIMARY KEY (account_no, occurred_at, event_no);

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

CREATE INDEX collection_tasks_by_readiness ON public.collection_tasks USING btree (ready_at);

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

CREATE INDEX pending_embeddings_by_age ON public.pending_embeddings USING btree (account_no, collection_no, enqueued_at) WHERE (failed_at IS NULL);

CREATE INDEX pending_embeddings_by_readiness ON public.pending_embeddings USING btree (ready_at);

CREATE INDEX pending_embeddings_failed ON public.pending_embeddings USING btree (account_no, collection_no) WHERE (failed_at IS NOT NULL);

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

ALTER TABLE ONLY public.account_emails
    ADD CONSTRAINT account_emails_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_account_no_fkey FOREIGN KEY (account_no) REFERENCES public.accounts(account_no);

ALTER TABLE ONLY public.key_hashes
    ADD CONSTRAINT key_hashes_account_no_key_no_fkey FOREIGN KEY (account_no, key_no) REFERENCES public.api_keys(account_no, key_no) ON DELETE CASCADE;

ALTER TABLE public.account_emails ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_counts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_indexes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collection_tasks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.collections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.deleted_collections ENABLE ROW LEVEL SECURITY;

CREATE POLICY every_account ON public.accounts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collection_counts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collection_indexes TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collection_tasks TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collections TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.deleted_collections TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.idempotency_keys TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.keyword_terms TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.keywords TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.pending_embeddings TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.usage_events TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.vectors TO fluxvector_jobs USING (true);

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.key_hashes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.keyword_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.keywords ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_account ON public.account_emails TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

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

CREATE POLICY own_account ON public.pending_embeddings TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.usage_events TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.vectors TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

ALTER TABLE public.pending_embeddings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.usage_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.vectors ENABLE ROW LEVEL SECURITY;

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fluxvector_api;
GRANT USAGE ON SCHEMA public TO fluxvector_jobs;
GRANT ALL ON SCHEMA public TO fluxvector_owner;

REVOKE ALL ON FUNCTION public.admit_key(p_key_hash bytea, p_collection text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.admit_key(p_key_hash bytea, p_collection text) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.count_matching(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath) FROM PUBLIC;
GRANT ALL ON FUNCTION public.count_matching(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.default_ef_search(p_rows bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.ensure_usage_partitions(days_ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_usage_partitions(days_ahead integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.faceted_vectors(p_collection_no bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.keyword_query(p_collection_no bigint, p_terms integer[], p_weights real[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.keyword_query(p_collection_no bigint, p_terms integer[], p_weights real[]) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.leaf_of(p_collection_no bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.matching_ids(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_prefix text, p_after text, p_limit bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.matching_ids(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_prefix text, p_after text, p_limit bigint) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.matching_keys(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_after_namespace text, p_after_id text, p_limit bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.matching_keys(p_collection_no bigint, p_namespace text, p_facets tsquery, p_filter jsonpath, p_after_namespace text, p_after_id text, p_limit bigint) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.nearest_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.halfvec, p_count integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.prefer_ordered_index(p_on boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) TO fluxvector_api;
GRANT ALL ON FUNCTION public.record_usage(p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint, p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer, p_embeddings integer, p_tokens integer) TO fluxvector_jobs;

REVOKE ALL ON FUNCTION public.search_keywords(p_collection_no bigint, p_namespace text, p_terms integer[], p_weights real[], p_top_k integer, p_facets tsquery, p_filter jsonpath) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_keywords(p_collection_no bigint, p_namespace text, p_terms integer[], p_weights real[], p_top_k integer, p_facets tsquery, p_filter jsonpath) TO fluxvector_api;

REVOKE ALL ON FUNCTION public.search_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.vector, p_top_k integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean, p_min_score double precision, p_include_text boolean, p_include_metadata boolean, p_include_values boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.search_vectors(p_collection_no bigint, p_namespace text, p_metric text, p_dimension integer, p_query public.vector, p_top_k integer, p_ef_search integer, p_facets tsquery, p_filter jsonpath, p_is_indexed boolean, p_has_many_namespaces boolean, p_min_score double precision, p_include_text boolean, p_include_metadata boolean, p_include_values boolean) TO fluxvector_api;

GRANT SELECT(account_no) ON TABLE public.accounts TO fluxvector_jobs;

GRANT SELECT(plan) ON TABLE public.accounts TO fluxvector_jobs;

GRANT SELECT(status) ON TABLE public.accounts TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.key_numbers TO fluxvector_api;

GRANT SELECT,INSERT,DELETE ON TABLE public.api_keys TO fluxvector_api;

GRANT UPDATE(name) ON TABLE public.api_keys TO fluxvector_api;

GRANT UPDATE(expires_at) ON TABLE public.api_keys TO fluxvector_api;

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

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.idempotency_keys TO fluxvector_jobs;

GRANT INSERT ON TABLE public.key_hashes TO fluxvector_api;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keyword_terms TO fluxvector_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keyword_terms TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keywords TO fluxvector_api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.keywords TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pending_embeddings TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(attempts) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(ready_at) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(failures) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(failed_at) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(reason) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.usage_event_numbers TO fluxvector_api;
GRANT USAGE ON SEQUENCE public.usage_event_numbers TO fluxvector_jobs;

GRANT SELECT,INSERT ON TABLE public.usage_events TO fluxvector_api;
GRANT SELECT,INSERT ON TABLE public.usage_events TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.vector_row_numbers TO fluxvector_api;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.vectors TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.vectors TO fluxvector_jobs;

GRANT UPDATE(embedding) ON TABLE public.vectors TO fluxvector_jobs;

GRANT UPDATE(facets) ON TABLE public.vectors TO fluxvector_jobs;
