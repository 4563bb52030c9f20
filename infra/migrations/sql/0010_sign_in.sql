-- What runs before an account is known: functions of the owner, each as narrow as its call. And what touches passwords and
-- tokens, which the functions' role cannot read.

-- Admission, of a key or of a session, in one statement; one of the two is NULL. A session of somebody who has not
-- confirmed the e-mail address yet sees test data only.
CREATE FUNCTION admit(p_key_hash bytea, p_session_id text, p_collection text)
    RETURNS TABLE (
        account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[],
        only_collection text, user_no bigint, session_no bigint, authenticated_at timestamptz,
        collection_no bigint, dimension integer, metric text, model text, model_revision text,
        language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean,
        is_catalogued boolean
    )
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- For code that still runs while this is applied: it knows no keys of one collection, so it admits none.
CREATE OR REPLACE FUNCTION admit_key(p_key_hash bytea, p_collection text)
    RETURNS TABLE (
        account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[],
        collection_no bigint, dimension integer, metric text, model text, model_revision text,
        language text, k1 real, b real, average_length real, is_indexed boolean, has_many_namespaces boolean,
        is_catalogued boolean
    )
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT a.account_no, a.account_id, a.plan, a.key_no, a.key_id, a.env, a.scopes,
           a.collection_no, a.dimension, a.metric, a.model, a.model_revision,
           a.language, a.k1, a.b, a.average_length, a.is_indexed, a.has_many_namespaces, a.is_catalogued
    FROM admit(p_key_hash, NULL, p_collection) a
    WHERE a.only_collection IS NULL
$$;

-- Takes one attempt from each bucket, or from none where one of them has no more: at most p_limits[i] in any time of
-- p_windows[i]. Answers NULL, or the seconds until the fullest one has an attempt again. Buckets of one call come in the
-- same order everywhere, so that no two calls wait for each other in a circle.
CREATE FUNCTION take_attempts(p_buckets bytea[], p_limits integer[], p_windows interval[]) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- Gives back the latest attempt of each bucket: it succeeded, and only failures are limited.
CREATE FUNCTION give_back_attempts(p_buckets bytea[]) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    DELETE FROM public.attempts a USING (
        SELECT DISTINCT ON (l.bucket) l.bucket, l.made_at, l.attempt_no FROM public.attempts l
        WHERE l.bucket = ANY (p_buckets) ORDER BY l.bucket, l.made_at DESC, l.attempt_no DESC
    ) latest
    WHERE a.bucket = latest.bucket AND a.made_at = latest.made_at AND a.attempt_no = latest.attempt_no
$$;

-- Whose e-mail it is, and by which hash the password is checked. knows_address: whether the account was signed in to from
-- there before.
CREATE FUNCTION find_sign_in(p_email_key text, p_ip_address inet)
    RETURNS TABLE (
        account_no bigint, user_no bigint, user_id text, password_hash text, pepper_id text, knows_address boolean,
        signed_in_before boolean
    )
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- Opens a session of the account that the transaction named, if the password is still the one that was checked: who
-- changes it meanwhile waits for this, and ends the session then. The oldest beyond p_most end. p_is_told: whether the owner
-- gets a mail about it.
CREATE FUNCTION open_session(
    p_user_no bigint, p_password_hash text, p_session_id text, p_token_hash bytea, p_lifetime interval,
    p_ip_address inet, p_most integer, p_is_told boolean
)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- Changes a refresh token for its successor. A token that was used before is in wrong hands, or the successor is: the
-- session ends, whoever holds it, and its owner is told. Answers no row for a token that is none.
CREATE FUNCTION rotate_refresh_token(p_token_hash bytea, p_new_hash bytea, p_ip_address inet)
    RETURNS TABLE (account_no bigint, user_no bigint, user_id text, session_id text, is_reused boolean)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- Signs up, and tells nobody whether the address was known. A new one gets an account and a mail to confirm it. An account
-- whose address was never confirmed is erased for it: whoever signed up before for this address keeps nothing, and finds
-- nothing of whoever comes next. The owner of a confirmed one is told of the attempt.
CREATE FUNCTION sign_up(
    p_email_key text, p_email text, p_account_id text, p_user_id text, p_password_hash text, p_pepper_id text,
    p_policy text, p_ip_address inet
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- A mail with a link for whoever owns the address: to confirm it where that is still to be done, or to choose another
-- password. An address that is nobody's gets none; the answer is the same.
CREATE FUNCTION request_link(p_email_key text, p_purpose text, p_ip_address inet) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- Whose link it is, while it works.
CREATE FUNCTION find_link(p_token_hash bytea, p_purpose text)
    RETURNS TABLE (account_no bigint, user_no bigint, email text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- Uses the link of a confirmation or of a change of address, once. Answers what it was for: NULL where the link is none, and
-- 'taken' where the address became another account's meanwhile.
CREATE FUNCTION use_link(p_token_hash bytea, p_email_key text, p_ip_address inet) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- The address that a link of a change is about, to be checked before it is used.
CREATE FUNCTION address_of_link(p_token_hash bytea) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT l.new_email FROM public.one_time_links l WHERE l.token_hash = p_token_hash AND l.expires_at > now()
$$;

-- What every change of a password does, whoever asks for it, in the account that the transaction named.
CREATE FUNCTION replace_password(
    p_user_no bigint, p_password_hash text, p_pepper_id text, p_kind text, p_ip_address inet
)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, public, pg_temp
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

-- Chooses another password by a link that was mailed, once: who reads the mail owns the address, so it is confirmed as well,
-- and keys that somebody made before it was are gone. Every session ends.
CREATE FUNCTION reset_password(p_token_hash bytea, p_password_hash text, p_pepper_id text, p_ip_address inet)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- By which hash the password of a user of the named account is checked.
CREATE FUNCTION password_of(p_user_no bigint)
    RETURNS TABLE (password_hash text, pepper_id text, email text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    SELECT u.password_hash, u.pepper_id, e.email
    FROM public.users u
    JOIN public.account_emails e ON e.account_no = u.account_no AND e.user_no = u.user_no
    WHERE u.account_no = current_account_no() AND u.user_no = p_user_no
$$;

-- Changes the password of a user of the named account, if it is still the one that was checked; every session ends.
CREATE FUNCTION change_password(
    p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text, p_ip_address inet
)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- The same password, hashed anew: with another cost or another pepper.
CREATE FUNCTION rehash_password(p_user_no bigint, p_checked_hash text, p_password_hash text, p_pepper_id text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
    UPDATE public.users u SET password_hash = p_password_hash, pepper_id = p_pepper_id
    WHERE u.account_no = current_account_no() AND u.user_no = p_user_no AND u.password_hash = p_checked_hash
$$;

-- Holds what a call was allowed by until its transaction ends: the session, and the password that was checked (NULL where
-- none was). Raises FV001 where one of them is gone, so that nothing is done by a password that was changed meanwhile.
CREATE FUNCTION require_unchanged(p_user_no bigint, p_session_no bigint, p_checked_hash text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

-- The mail that is due, with the addresses it goes to: claimed by lease. An address that nobody confirmed may be a stranger's:
-- it gets what is about itself, and whatever else waits for it goes unsent.
CREATE FUNCTION claim_emails(p_limit integer, p_lease interval)
    RETURNS TABLE (
        account_no bigint, email_no bigint, user_no bigint, kind text, to_email text, params jsonb, created_at timestamptz,
        attempts integer
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
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

REVOKE ALL ON FUNCTION
    admit(bytea, text, text), take_attempts(bytea[], integer[], interval[]), give_back_attempts(bytea[]),
    find_sign_in(text, inet), open_session(bigint, text, text, bytea, interval, inet, integer, boolean),
    rotate_refresh_token(bytea, bytea, inet),
    sign_up(text, text, text, text, text, text, text, inet), request_link(text, text, inet), find_link(bytea, text),
    use_link(bytea, text, inet), address_of_link(bytea), replace_password(bigint, text, text, text, inet),
    reset_password(bytea, text, text, inet), password_of(bigint), change_password(bigint, text, text, text, inet),
    rehash_password(bigint, text, text, text), require_unchanged(bigint, bigint, text), claim_emails(integer, interval)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    admit(bytea, text, text), take_attempts(bytea[], integer[], interval[]), give_back_attempts(bytea[]),
    find_sign_in(text, inet), open_session(bigint, text, text, bytea, interval, inet, integer, boolean),
    rotate_refresh_token(bytea, bytea, inet),
    sign_up(text, text, text, text, text, text, text, inet), request_link(text, text, inet), find_link(bytea, text),
    use_link(bytea, text, inet), address_of_link(bytea), reset_password(bytea, text, text, inet),
    password_of(bigint), change_password(bigint, text, text, text, inet), rehash_password(bigint, text, text, text),
    require_unchanged(bigint, bigint, text)
    TO fluxvector_api;
GRANT EXECUTE ON FUNCTION claim_emails(integer, interval) TO fluxvector_jobs;
