-- Accounts, their e-mail addresses and their API keys.
-- account_no is the number inside, never used again; account_id is what the outside sees.

CREATE TABLE accounts (
    account_no    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id    text COLLATE "C" NOT NULL,
    plan          text NOT NULL DEFAULT 'free',
    status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    confirmed_at  timestamptz
);

-- Uniqueness across accounts lives in small tables of their own, so that everything else can lead with account_no.
-- email_key is the address in the form that is compared; email is as its owner wrote it.
CREATE TABLE account_emails (
    email_key  text COLLATE "C" PRIMARY KEY,
    email      text NOT NULL,
    account_no bigint NOT NULL UNIQUE REFERENCES accounts (account_no)
);

CREATE SEQUENCE key_numbers AS bigint;

CREATE TABLE api_keys (
    account_no   bigint NOT NULL REFERENCES accounts (account_no),
    key_no       bigint NOT NULL DEFAULT nextval('key_numbers'),
    key_id       text COLLATE "C" NOT NULL,
    name         text NOT NULL,
    env          text NOT NULL CHECK (env IN ('live', 'test')),
    prefix       text COLLATE "C" NOT NULL CHECK (length(prefix) = 8),
    scopes       text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'admin'] AND scopes <> '{}'),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (account_no, key_no),
    UNIQUE (account_no, key_id)
);

-- A key is known by its SHA-256 alone. Revoking a key deletes its row here and in api_keys.
CREATE TABLE key_hashes (
    key_hash   bytea PRIMARY KEY CHECK (length(key_hash) = 32),
    account_no bigint NOT NULL,
    key_no     bigint NOT NULL,
    FOREIGN KEY (account_no, key_no) REFERENCES api_keys (account_no, key_no) ON DELETE CASCADE
);
CREATE INDEX key_hashes_by_key ON key_hashes (account_no, key_no);

-- Under row-level security a statement sees the account that its transaction named, and nothing while it named none.
CREATE FUNCTION current_account_no() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.account', true), '')::bigint;

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_emails ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE key_hashes ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_account ON accounts TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON account_emails TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON api_keys TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON key_hashes TO fluxvector_api USING (account_no = (SELECT current_account_no()));

CREATE POLICY every_account ON accounts TO fluxvector_jobs USING (true);

GRANT SELECT (account_no, plan, status) ON accounts TO fluxvector_jobs;
-- Admission reads accounts and hashes as the owner; the functions read neither.
GRANT SELECT, INSERT, DELETE, UPDATE (name, expires_at) ON api_keys TO fluxvector_api;
GRANT INSERT ON key_hashes TO fluxvector_api;
GRANT USAGE ON SEQUENCE key_numbers TO fluxvector_api;
