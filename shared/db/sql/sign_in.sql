-- Before an account is known: functions of the owner, by the key of an e-mail address or the hash of a link's token.

-- name: find_sign_in
SELECT account_no, user_no, user_id, password_hash, pepper_id, knows_address, signed_in_before
FROM find_sign_in(%(email_key)s, %(ip_address)s::inet)

-- name: sign_up
SELECT sign_up(%(email_key)s, %(email)s, %(account_id)s, %(user_id)s, %(password_hash)s, %(pepper_id)s, %(policy)s,
               %(ip_address)s::inet)

-- name: request_link
SELECT request_link(%(email_key)s, %(purpose)s, %(ip_address)s::inet)

-- name: find_link
SELECT account_no, user_no, email FROM find_link(%(token_hash)s::bytea, %(purpose)s)

-- name: address_of_link
SELECT address_of_link(%(token_hash)s::bytea)

-- name: use_link
SELECT use_link(%(token_hash)s::bytea, %(email_key)s, %(ip_address)s::inet)

-- name: reset_password
SELECT reset_password(%(token_hash)s::bytea, %(password_hash)s, %(pepper_id)s, %(ip_address)s::inet)
