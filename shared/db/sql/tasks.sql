-- What is to be done for collections later, by the job.

-- name: request_task
INSERT INTO collection_tasks (account_no, collection_no, task)
SELECT c.account_no, c.collection_no, %(task)s FROM collections c
WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s
ON CONFLICT (account_no, collection_no, task) DO NOTHING

-- Across accounts, for the job: the task that waits longest, claimed by lease. requested_at is which request it is: who
-- changes the settings again sets it, and whoever works on the old one notices by it.
-- name: claim_task
UPDATE collection_tasks t SET ready_at = now() + %(lease)s::interval
WHERE t.ctid = ANY(ARRAY(
    SELECT ctid FROM collection_tasks
    WHERE ready_at <= now()
    ORDER BY ready_at LIMIT 1
    FOR UPDATE SKIP LOCKED
))
RETURNING t.account_no, t.collection_no, t.task, t.after_namespace, t.after_id, t.requested_at,
          t.requested_at <= now() - %(settled)s::interval

-- What the work on a task needs to know of its collection.
-- name: get_settings
SELECT c.name, c.dimension, c.metric, c.model, c.model_revision, c.language, c.k1, c.b, c.average_length
FROM collections c
WHERE c.account_no = %(account_no)s AND c.collection_no = %(collection_no)s

-- name: note_progress
UPDATE collection_tasks SET after_namespace = %(after_namespace)s, after_id = %(after_id)s,
    ready_at = now() + %(lease)s::interval
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s AND task = %(task)s
  AND requested_at = %(requested_at)s
RETURNING task

-- name: release_task
UPDATE collection_tasks SET ready_at = now()
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s AND task = %(task)s
  AND requested_at = %(requested_at)s

-- From the start again, when every request that was admitted before it was requested has ended.
-- name: repeat_task
UPDATE collection_tasks SET after_namespace = '', after_id = '', ready_at = requested_at + %(settled)s::interval
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s AND task = %(task)s
  AND requested_at = %(requested_at)s

-- name: forget_task
DELETE FROM collection_tasks
WHERE account_no = %(account_no)s AND collection_no = %(collection_no)s AND task = %(task)s
  AND requested_at = %(requested_at)s
RETURNING task
