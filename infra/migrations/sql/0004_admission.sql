-- Admission runs before an account is known, so it runs as the owner, reads by the hash of a key, and answers one row
-- or none. With a collection's name it answers that collection too, so that a request needs no further look-up.
CREATE FUNCTION admit_key(p_key_hash bytea, p_collection text)
    RETURNS TABLE (
        account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[],
        collection_no bigint, dimension integer, metric text, model text, model_revision text
    )
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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
        SELECT c.collection_no, c.dimension, c.metric, c.model, c.model_revision
            INTO collection_no, dimension, metric, model, model_revision
            FROM public.collections c
            WHERE c.account_no = admit_key.account_no AND c.env = admit_key.env AND c.name = p_collection;
    END IF;
    RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION admit_key(bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION admit_key(bytea, text) TO fluxvector_api;
