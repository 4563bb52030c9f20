-- Limits on what strangers may try: functions of the owner, for nobody is known yet.

-- name: take_attempts
SELECT take_attempts(%(buckets)s::bytea[], %(limits)s::integer[], %(windows)s::interval[])

-- name: give_back_attempts
SELECT give_back_attempts(%(buckets)s::bytea[])
