-- Versions of the privacy policy that were announced: public, of no account.

-- name: list_announcements
SELECT version, text_hash, told_at IS NOT NULL FROM policy_announcements
