-- Who signs in. An account has one owner for now; members are further rows, a second factor is a table beside this one.

CREATE SEQUENCE user_numbers AS bigint;
CREATE TABLE users (
    account_no          bigint NOT NULL REFERENCES accounts (account_no),
    user_no             bigint NOT NULL DEFAULT nextval('user_numbers'),
    user_id             text COLLATE "C" NOT NULL,
    role                text NOT NULL DEFAULT 'owner' CHECK (role IN ('owner')),
    password_hash       text NOT NULL,
    -- Which pepper the hash was made with; '' where that was not kept yet.
    pepper_id           text COLLATE "C" NOT NULL DEFAULT '',
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    created_at          timestamptz NOT NULL DEFAULT now(),
    confirmed_at        timestamptz,
    -- The version of the privacy policy that was accepted, and the age condition with it.
    accepted_policy     text COLLATE "C",
    accepted_at         timestamptz,
    PRIMARY KEY (account_no, user_no),
    CHECK ((accepted_policy IS NULL) = (accepted_at IS NULL))
);
CREATE UNIQUE INDEX users_one_owner ON users (account_no) WHERE role = 'owner';

INSERT INTO users (account_no, user_id, password_hash, password_changed_at, created_at, confirmed_at)
SELECT account_no, 'usr' || substring(account_id FROM 4), password_hash, created_at, created_at, confirmed_at FROM accounts;
ALTER TABLE accounts DROP COLUMN password_hash, DROP COLUMN confirmed_at;
-- All that Stripe tells us is kept here: privacy policy, section 2.5.
ALTER TABLE accounts ADD COLUMN stripe_customer_id text COLLATE "C", ADD COLUMN subscription_status text COLLATE "C";

ALTER TABLE account_emails ADD COLUMN user_no bigint;
UPDATE account_emails e SET user_no = u.user_no FROM users u WHERE u.account_no = e.account_no;
ALTER TABLE account_emails
    ALTER COLUMN user_no SET NOT NULL,
    DROP CONSTRAINT account_emails_account_no_key,
    ADD UNIQUE (account_no, user_no),
    ADD FOREIGN KEY (account_no, user_no) REFERENCES users (account_no, user_no);

-- A session is what a password opened. It ends with its row, in the same instant everywhere: admission looks it up.
CREATE SEQUENCE session_numbers AS bigint;
CREATE TABLE sessions (
    account_no       bigint NOT NULL,
    session_no       bigint NOT NULL DEFAULT nextval('session_numbers'),
    session_id       text COLLATE "C" NOT NULL,
    user_no          bigint NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    last_used_at     timestamptz NOT NULL DEFAULT now(),
    expires_at       timestamptz NOT NULL,
    -- When the password was given last: some calls want that to be a moment ago.
    authenticated_at timestamptz NOT NULL DEFAULT now(),
    ip_address       inet,
    PRIMARY KEY (account_no, session_no),
    FOREIGN KEY (account_no, user_no) REFERENCES users (account_no, user_no)
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE session_ids (
    session_id text COLLATE "C" PRIMARY KEY,
    account_no bigint NOT NULL,
    session_no bigint NOT NULL,
    FOREIGN KEY (account_no, session_no) REFERENCES sessions (account_no, session_no) ON DELETE CASCADE
);
CREATE INDEX session_ids_by_session ON session_ids (account_no, session_no);
-- Every refresh token that the session ever had, by its SHA-256: one that was used before ends the session.
CREATE TABLE refresh_hashes (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    account_no bigint NOT NULL,
    session_no bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz,
    FOREIGN KEY (account_no, session_no) REFERENCES sessions (account_no, session_no) ON DELETE CASCADE
);
CREATE INDEX refresh_hashes_by_session ON refresh_hashes (account_no, session_no);

-- Links that were mailed, by the SHA-256 of their tokens: each works once and for a time.
CREATE TABLE one_time_links (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    account_no bigint NOT NULL,
    user_no    bigint NOT NULL,
    purpose    text NOT NULL CHECK (purpose IN ('confirm', 'reset', 'change_email')),
    -- The address that a change is about.
    new_email  text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (account_no, user_no) REFERENCES users (account_no, user_no),
    CHECK ((new_email IS NOT NULL) = (purpose = 'change_email'))
);
CREATE INDEX one_time_links_by_user ON one_time_links (account_no, user_no);
CREATE INDEX one_time_links_by_expiry ON one_time_links (expires_at);

-- What happened to an account: sign-ins, events of keys and of the password.
CREATE SEQUENCE activity_numbers AS bigint;
CREATE TABLE account_activity (
    account_no  bigint NOT NULL REFERENCES accounts (account_no),
    activity_no bigint NOT NULL DEFAULT nextval('activity_numbers'),
    occurred_at timestamptz NOT NULL DEFAULT now(),
    kind        text COLLATE "C" NOT NULL,
    user_no     bigint,
    -- The id of the session or key that it is about.
    session_id  text COLLATE "C",
    key_id      text COLLATE "C",
    ip_address  inet,
    PRIMARY KEY (account_no, activity_no)
);
-- From which addresses the account was signed in to.
CREATE INDEX account_activity_by_address ON account_activity (account_no, ip_address)
    WHERE kind IN ('signed_in', 'password_reset');

-- Attempts to sign in, sign up or have a mail sent, of the last hours. A bucket is a keyed hash of what is limited, an
-- address or an e-mail: nobody can be read out of it.
CREATE SEQUENCE attempt_numbers AS bigint;
CREATE TABLE attempts (
    bucket     bytea NOT NULL CHECK (length(bucket) = 32),
    made_at    timestamptz NOT NULL,
    attempt_no bigint NOT NULL DEFAULT nextval('attempt_numbers'),
    PRIMARY KEY (bucket, made_at, attempt_no)
);
CREATE INDEX attempts_by_age ON attempts (made_at);

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_ids ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_hashes ENABLE ROW LEVEL SECURITY;
ALTER TABLE one_time_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON users TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON sessions TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON session_ids TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON refresh_hashes TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON one_time_links TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY own_account ON account_activity TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON sessions TO fluxvector_jobs USING (true);
CREATE POLICY every_account ON one_time_links TO fluxvector_jobs USING (true);
CREATE POLICY every_bucket ON attempts TO fluxvector_jobs USING (true);

GRANT SELECT (account_no, user_no, user_id, role, password_changed_at, created_at, confirmed_at, accepted_policy, accepted_at)
    ON users TO fluxvector_api;
GRANT SELECT (account_no, account_id, plan, status, created_at, stripe_customer_id, subscription_status)
    ON accounts TO fluxvector_api;
GRANT SELECT ON account_emails TO fluxvector_api;
GRANT SELECT, DELETE ON sessions TO fluxvector_api;
GRANT SELECT (account_no, user_no, purpose, new_email, created_at, expires_at) ON one_time_links TO fluxvector_api;
GRANT SELECT, INSERT ON account_activity TO fluxvector_api;
GRANT USAGE ON SEQUENCE activity_numbers TO fluxvector_api;
GRANT SELECT, DELETE ON sessions TO fluxvector_jobs;
GRANT SELECT, INSERT, DELETE ON one_time_links TO fluxvector_jobs;
GRANT SELECT (bucket, made_at), DELETE ON attempts TO fluxvector_jobs;

-- Keys of one collection alone, by its name; such a key governs nothing.
ALTER TABLE api_keys
    ADD COLUMN collection text COLLATE "C",
    ADD CHECK (collection IS NULL OR NOT 'admin' = ANY (scopes));

-- Mail that waits to be sent. A row is written with its cause and goes when the mail has gone; it holds no link and no
-- token: those are made as the mail is sent.
CREATE SEQUENCE email_numbers AS bigint;
CREATE TABLE outbox_emails (
    account_no bigint NOT NULL REFERENCES accounts (account_no),
    email_no   bigint NOT NULL DEFAULT nextval('email_numbers'),
    user_no    bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    -- NULL: the user's address at the time of sending.
    to_email   text,
    -- What the text of this kind names besides: names of keys, addresses, times.
    params     jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    ready_at   timestamptz NOT NULL DEFAULT now(),
    attempts   integer NOT NULL DEFAULT 0,
    PRIMARY KEY (account_no, email_no),
    FOREIGN KEY (account_no, user_no) REFERENCES users (account_no, user_no)
);
CREATE INDEX outbox_emails_by_readiness ON outbox_emails (ready_at);
-- The last mail of an account that is gone: its address and nothing else, until it is sent.
CREATE TABLE farewell_emails (
    email_no   bigint PRIMARY KEY DEFAULT nextval('email_numbers'),
    to_email   text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ready_at   timestamptz NOT NULL DEFAULT now(),
    attempts   integer NOT NULL DEFAULT 0
);

ALTER TABLE outbox_emails ENABLE ROW LEVEL SECURITY;
ALTER TABLE farewell_emails ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON outbox_emails TO fluxvector_api USING (account_no = (SELECT current_account_no()));
CREATE POLICY every_account ON outbox_emails TO fluxvector_jobs USING (true);
CREATE POLICY every_farewell ON farewell_emails TO fluxvector_jobs USING (true);
GRANT SELECT, INSERT ON outbox_emails TO fluxvector_api;
GRANT SELECT, INSERT, UPDATE (ready_at, attempts), DELETE ON outbox_emails TO fluxvector_jobs;
GRANT SELECT, UPDATE (ready_at, attempts), DELETE ON farewell_emails TO fluxvector_jobs;
GRANT USAGE ON SEQUENCE email_numbers TO fluxvector_api, fluxvector_jobs;

-- Versions of the privacy policy that were announced; the first one needed no announcement. The text is a file beside the
-- code, held by its hash: only the text that was announced becomes the current one.
CREATE TABLE policy_announcements (
    version      text COLLATE "C" PRIMARY KEY,
    effective_at timestamptz NOT NULL,
    announced_at timestamptz NOT NULL DEFAULT now(),
    text_hash    bytea NOT NULL CHECK (length(text_hash) = 32)
);
-- Breaches of personal data, and when those affected were told. notify_by is 72 hours after becoming aware of it.
CREATE TABLE breaches (
    breach_id     text COLLATE "C" PRIMARY KEY,
    happened      text NOT NULL,
    aware_at      timestamptz NOT NULL,
    notify_by     timestamptz NOT NULL,
    notified_at   timestamptz,
    notified      integer NOT NULL DEFAULT 0,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (notify_by = aware_at + interval '72 hours')
);
ALTER TABLE policy_announcements ENABLE ROW LEVEL SECURITY;
ALTER TABLE breaches ENABLE ROW LEVEL SECURITY;
CREATE POLICY public_word ON policy_announcements TO fluxvector_api USING (true);
CREATE POLICY every_version ON policy_announcements TO fluxvector_jobs USING (true);
GRANT SELECT ON policy_announcements TO fluxvector_api, fluxvector_jobs;
