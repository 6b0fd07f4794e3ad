-- name: reads.count
INSERT INTO read_count (tenant_id, account_id, day, persons, requests)
VALUES ({tenant}, $1, $2, $3, $4)
ON CONFLICT (tenant_id, account_id, day) DO UPDATE SET persons = read_count.persons +
    EXCLUDED.persons, requests = read_count.requests + EXCLUDED.requests

-- name: reads.counts -> reads_store::CountRow
SELECT {*}
FROM read_count
WHERE tenant_id = {tenant}
  AND day >= $1
  AND day <= $2
ORDER BY day DESC, persons DESC, account_id
LIMIT 1000
