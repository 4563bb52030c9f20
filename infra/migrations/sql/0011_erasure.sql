-- Erasing an account, in one transaction, for good.

-- Nothing may bring a row back for a collection or an account that is gone.
DELETE FROM collection_tasks t WHERE NOT EXISTS (
    SELECT FROM collections c WHERE c.account_no = t.account_no AND c.collection_no = t.collection_no
);
DELETE FROM collection_indexes i WHERE NOT EXISTS (
    SELECT FROM collections c WHERE c.account_no = i.account_no AND c.collection_no = i.collection_no
);
ALTER TABLE collection_tasks ADD FOREIGN KEY (account_no, collection_no)
    REFERENCES collections (account_no, collection_no) ON DELETE CASCADE;
ALTER TABLE collection_indexes ADD FOREIGN KEY (account_no, collection_no)
    REFERENCES collections (account_no, collection_no) ON DELETE CASCADE;
ALTER TABLE idempotency_keys ADD FOREIGN KEY (account_no) REFERENCES accounts (account_no) ON DELETE CASCADE;

-- What was erased, by a salted hash of its id and by nothing else: whoever restores a backup replays it, so that what was
-- erased since stays erased. kind and id are hashed together, as 'account acc_…', 'collection 7', 'namespace 7 name'.
CREATE SEQUENCE erasure_numbers AS bigint;
CREATE TABLE erasure_ledger (
    erasure_no   bigint PRIMARY KEY DEFAULT nextval('erasure_numbers'),
    erased_at    timestamptz NOT NULL DEFAULT now(),
    kind         text NOT NULL CHECK (kind IN ('account', 'collection', 'namespace')),
    salt         bytea NOT NULL CHECK (length(salt) = 16),
    subject_hash bytea NOT NULL CHECK (length(subject_hash) = 32)
);
CREATE INDEX erasure_ledger_by_age ON erasure_ledger (erased_at);

-- Accounts that are gone, with more rows than one answer waits for: nothing reaches them any more, and a job removes them.
CREATE TABLE erased_accounts (
    account_no bigint PRIMARY KEY,
    erased_at  timestamptz NOT NULL DEFAULT now()
);

-- Subscriptions that are to end because their account is gone: what Stripe calls the customer, what was used and is not
-- reported yet, and nothing else. A row goes when Stripe has been told.
CREATE SEQUENCE closure_numbers AS bigint;
CREATE TABLE billing_closures (
    closure_no         bigint PRIMARY KEY DEFAULT nextval('closure_numbers'),
    stripe_customer_id text COLLATE "C" NOT NULL,
    -- Units by the name of their meter.
    units              jsonb NOT NULL DEFAULT '{}',
    created_at         timestamptz NOT NULL DEFAULT now(),
    ready_at           timestamptz NOT NULL DEFAULT now(),
    attempts           integer NOT NULL DEFAULT 0,
    -- How far it has come: a step that was taken is not taken again.
    state              text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'reported'))
);
CREATE INDEX billing_closures_by_readiness ON billing_closures (ready_at);

ALTER TABLE erasure_ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE erased_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing_closures ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_erasure ON erasure_ledger TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON erased_accounts TO fluxvector_jobs USING (true);
CREATE POLICY every_closure ON billing_closures TO fluxvector_jobs USING (true);
GRANT SELECT, DELETE ON erasure_ledger, erased_accounts, billing_closures TO fluxvector_jobs;
GRANT UPDATE (ready_at, attempts, state, units) ON billing_closures TO fluxvector_jobs;
GRANT DELETE ON usage_events TO fluxvector_jobs;

-- Of accounts, only the one that the transaction named can be entered.
CREATE FUNCTION note_erasure(p_kind text, p_subject text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    INSERT INTO public.erasure_ledger (kind, salt, subject_hash)
    SELECT p_kind, s.salt, sha256(s.salt || convert_to(p_kind || ' ' || p_subject, 'UTF8'))
    FROM (SELECT uuid_send(gen_random_uuid()) AS salt) s
    WHERE p_kind <> 'account'
       OR p_subject = (SELECT a.account_id FROM public.accounts a WHERE a.account_no = current_account_no())
$$;

-- The advisory lock of an account: shared by whoever writes of it a row that no key holds, exclusive for its erasure.
CREATE FUNCTION account_lock(p_account_no bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN p_account_no # 7310585426402308096;

-- As before; but an account that is being erased waits for the event, or the event finds no account.
CREATE OR REPLACE FUNCTION record_usage(
    p_account_no bigint, p_request_id text, p_key_no bigint, p_endpoint text, p_env text, p_plan text, p_status smallint,
    p_latency_ms real, p_ip_address inet, p_requests integer, p_searches integer, p_vectors integer,
    p_embeddings integer, p_tokens integer
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
         requests, searches, vectors, embeddings, tokens)
    SELECT a.account_no, p_request_id, p_key_no, p_endpoint, p_env, p_plan, p_status, p_latency_ms, p_ip_address,
           p_requests, p_searches, p_vectors, p_embeddings, p_tokens
    FROM public.accounts a
    WHERE a.account_no = current_account_no();
END
$$;

-- Erases the account that the transaction named. From the commit on nobody can sign in, no key and no session works, and no
-- call finds a row of it. Up to p_most vectors and as many usage events are gone as well; of more, the rest is left to the
-- job. Answers how many rows went, by table, and whether that was all of them; nothing where the account is gone.
--
-- Whoever else holds a row of the account is waited for, and then finds nothing. Locks are taken in the order in which writers
-- take them: account, users, collections, vectors by their keys (so the rows are found by the key and by nothing else), then
-- the advisory lock. The patience is longer than any of their transactions may last.
CREATE FUNCTION erase_account(p_most bigint, p_buckets bytea[])
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
    IF customer IS NOT NULL THEN
        INSERT INTO public.billing_closures (stripe_customer_id) VALUES (customer);
    END IF;

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

    -- Whoever is about to write an event commits first, or finds no account.
    PERFORM pg_advisory_xact_lock(account_lock(me));
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

REVOKE ALL ON FUNCTION note_erasure(text, text), erase_account(bigint, bytea[]), account_lock(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_erasure(text, text), erase_account(bigint, bytea[]) TO fluxvector_api;
