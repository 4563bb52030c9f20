-- The schema that all migrations together make. Written by `make schema`, which a test holds to the migrations.
-- The roles, the database and the extension come before it: infra/migrations/bootstrap.py.
SET check_function_bodies = false;

CREATE FUNCTION public.admit_key(p_key_hash bytea, p_collection text) RETURNS TABLE(account_no bigint, account_id text, plan text, key_no bigint, key_id text, env text, scopes text[], collection_no bigint, dimension integer, metric text, model text, model_revision text)
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
        SELECT c.collection_no, c.dimension, c.metric, c.model, c.model_revision
            INTO collection_no, dimension, metric, model, model_revision
            FROM public.collections c
            WHERE c.account_no = admit_key.account_no AND c.env = admit_key.env AND c.name = p_collection;
    END IF;
    RETURN NEXT;
END
$$;

ALTER FUNCTION public.admit_key(p_key_hash bytea, p_collection text) OWNER TO fluxvector_owner;

CREATE FUNCTION public.current_account_no() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('app.account'::text, true), ''::text))::bigint;

ALTER FUNCTION public.current_account_no() OWNER TO fluxvector_owner;

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
    pending bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE public.collection_counts OWNER TO fluxvector_owner;

CREATE SEQUENCE public.collection_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.collection_numbers OWNER TO fluxvector_owner;

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
    CONSTRAINT collections_check CHECK (((model IS NULL) = (model_revision IS NULL))),
    CONSTRAINT collections_dimension_check CHECK (((dimension >= 1) AND (dimension <= 3072))),
    CONSTRAINT collections_env_check CHECK ((env = ANY (ARRAY['live'::text, 'test'::text]))),
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

CREATE TABLE public.key_hashes (
    key_hash bytea NOT NULL,
    account_no bigint NOT NULL,
    key_no bigint NOT NULL,
    CONSTRAINT key_hashes_key_hash_check CHECK ((length(key_hash) = 32))
);

ALTER TABLE public.key_hashes OWNER TO fluxvector_owner;

CREATE TABLE public.pending_embeddings (
    account_no bigint NOT NULL,
    collection_no bigint NOT NULL,
    namespace text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    attempts integer DEFAULT 0 NOT NULL,
    enqueued_at timestamp with time zone DEFAULT now() NOT NULL,
    ready_at timestamp with time zone DEFAULT now() NOT NULL
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
    updated_at timestamp with time zone DEFAULT now() NOT NULL
)
PARTITION BY HASH (collection_no);
ALTER TABLE ONLY public.vectors ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_00 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_01 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_02 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_03 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_04 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_05 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_06 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_07 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_08 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_09 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_10 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_11 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_12 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_13 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_14 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_15 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_16 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_17 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_18 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_19 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_20 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_21 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_22 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_23 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_24 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_25 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_26 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_27 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_28 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_29 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_30 ALTER COLUMN metadata SET STORAGE MAIN;

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
    updated_at timestamp with time zone DEFAULT now() CONSTRAINT vectors_updated_at_not_null NOT NULL
);
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN namespace SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN id SET STORAGE MAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN content_hash SET STORAGE PLAIN;
ALTER TABLE ONLY public.vectors_31 ALTER COLUMN metadata SET STORAGE MAIN;

ALTER TABLE public.vectors_31 OWNER TO fluxvector_owner;

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

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_account_no_env_name_key UNIQUE (account_no, env, name);

ALTER TABLE ONLY public.collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (account_no, collection_no);

ALTER TABLE ONLY public.deleted_collections
    ADD CONSTRAINT deleted_collections_pkey PRIMARY KEY (account_no, collection_no);

ALTER TABLE ONLY public.key_hashes
    ADD CONSTRAINT key_hashes_pkey PRIMARY KEY (key_hash);

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

CREATE INDEX key_hashes_by_key ON public.key_hashes USING btree (account_no, key_no);

CREATE INDEX pending_embeddings_by_readiness ON public.pending_embeddings USING btree (ready_at);

CREATE INDEX vectors_00_expires_at ON public.vectors_00 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_01_expires_at ON public.vectors_01 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_02_expires_at ON public.vectors_02 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_03_expires_at ON public.vectors_03 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_04_expires_at ON public.vectors_04 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_05_expires_at ON public.vectors_05 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_06_expires_at ON public.vectors_06 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_07_expires_at ON public.vectors_07 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_08_expires_at ON public.vectors_08 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_09_expires_at ON public.vectors_09 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_10_expires_at ON public.vectors_10 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_11_expires_at ON public.vectors_11 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_12_expires_at ON public.vectors_12 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_13_expires_at ON public.vectors_13 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_14_expires_at ON public.vectors_14 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_15_expires_at ON public.vectors_15 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_16_expires_at ON public.vectors_16 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_17_expires_at ON public.vectors_17 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_18_expires_at ON public.vectors_18 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_19_expires_at ON public.vectors_19 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_20_expires_at ON public.vectors_20 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_21_expires_at ON public.vectors_21 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_22_expires_at ON public.vectors_22 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_23_expires_at ON public.vectors_23 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_24_expires_at ON public.vectors_24 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_25_expires_at ON public.vectors_25 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_26_expires_at ON public.vectors_26 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_27_expires_at ON public.vectors_27 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_28_expires_at ON public.vectors_28 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_29_expires_at ON public.vectors_29 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_30_expires_at ON public.vectors_30 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX vectors_31_expires_at ON public.vectors_31 USING btree (expires_at) WHERE (expires_at IS NOT NULL);

ALTER INDEX public.usage_events_pkey ATTACH PARTITION public.usage_events_default_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_00_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_01_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_02_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_03_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_04_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_05_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_06_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_07_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_08_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_09_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_10_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_11_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_12_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_13_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_14_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_15_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_16_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_17_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_18_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_19_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_20_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_21_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_22_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_23_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_24_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_25_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_26_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_27_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_28_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_29_pkey;

ALTER INDEX public.vectors_pkey ATTACH PARTITION public.vectors_30_pkey;

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

ALTER TABLE public.collections ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.deleted_collections ENABLE ROW LEVEL SECURITY;

CREATE POLICY every_account ON public.accounts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collection_counts TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.collections TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.deleted_collections TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.pending_embeddings TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.usage_events TO fluxvector_jobs USING (true);

CREATE POLICY every_account ON public.vectors TO fluxvector_jobs USING (true);

ALTER TABLE public.key_hashes ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_account ON public.account_emails TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.accounts TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.api_keys TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.collection_counts TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.collections TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.deleted_collections TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

CREATE POLICY own_account ON public.key_hashes TO fluxvector_api USING ((account_no = ( SELECT public.current_account_no() AS current_account_no)));

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

REVOKE ALL ON FUNCTION public.ensure_usage_partitions(days_ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_usage_partitions(days_ahead integer) TO fluxvector_jobs;

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

GRANT USAGE ON SEQUENCE public.collection_numbers TO fluxvector_api;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.collections TO fluxvector_api;
GRANT SELECT ON TABLE public.collections TO fluxvector_jobs;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.deleted_collections TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.deleted_collections TO fluxvector_jobs;

GRANT INSERT ON TABLE public.key_hashes TO fluxvector_api;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pending_embeddings TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(attempts) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT UPDATE(ready_at) ON TABLE public.pending_embeddings TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.usage_event_numbers TO fluxvector_api;
GRANT USAGE ON SEQUENCE public.usage_event_numbers TO fluxvector_jobs;

GRANT SELECT,INSERT ON TABLE public.usage_events TO fluxvector_api;
GRANT SELECT,INSERT ON TABLE public.usage_events TO fluxvector_jobs;

GRANT USAGE ON SEQUENCE public.vector_row_numbers TO fluxvector_api;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.vectors TO fluxvector_api;
GRANT SELECT,DELETE ON TABLE public.vectors TO fluxvector_jobs;

GRANT UPDATE(embedding) ON TABLE public.vectors TO fluxvector_jobs;
