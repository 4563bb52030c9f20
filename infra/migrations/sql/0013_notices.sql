-- Whom the operator has told of what: a change of the policy, by its version, or a breach, by its id. It is what makes
-- telling again harmless, and the proof that somebody was told. It goes with its user.
CREATE TABLE account_notices (
    account_no bigint NOT NULL,
    user_no    bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('policy_change', 'breach_notice')),
    about      text COLLATE "C" NOT NULL,
    noted_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_no, user_no, kind, about),
    FOREIGN KEY (account_no, user_no) REFERENCES users (account_no, user_no) ON DELETE CASCADE
);
ALTER TABLE account_notices ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON account_notices TO fluxvector_api USING (account_no = (SELECT current_account_no()));
GRANT SELECT ON account_notices TO fluxvector_api;

-- When the last one was told; only then does the text hold from its date.
ALTER TABLE policy_announcements ADD COLUMN told_at timestamptz;
-- What those affected are told, besides what happened: which data, and when it was.
ALTER TABLE breaches
    ADD COLUMN what     text NOT NULL DEFAULT '',
    ADD COLUMN occurred text NOT NULL DEFAULT '';
