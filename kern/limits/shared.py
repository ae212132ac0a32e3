"""Counts in Redis: all processes of all machines count together, each act by one script."""

import math
import secrets
from collections.abc import Sequence
from typing import Any

from kern.limits.counts import DAY, Decision, digest, refused
from kern.redis_link import PREFIX, Link

# Salts are asked each time and not remembered: after a Redis was emptied all agree on new ones.
_SALTS = """
for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[i], 'NX', 'EX', ARGV[2 + i]) end
return redis.call('MGET', unpack(KEYS))
"""
# Only what falls out of the span is removed; a refusal adds nothing.
_TAKE = """
local now, per, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local since, found = '(' .. ARGV[4], 0
for _, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[4])
  found = found + redis.call('ZCOUNT', key, since, '+inf')
end
if found < limit then
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[5])
  redis.call('PEXPIRE', KEYS[1], math.ceil(per * 1000))
  return 'ok'
end
if limit <= 0 then return ARGV[1] end
local acts = {}
for _, key in ipairs(KEYS) do
  local rows = redis.call('ZREVRANGE', key, 0, limit - 1, 'WITHSCORES')
  for i = 2, #rows, 2 do acts[#acts + 1] = rows[i] end
end
table.sort(acts, function(a, b) return tonumber(a) > tonumber(b) end)
return acts[limit]
"""


class SharedCounts:
    def __init__(self, link: Link) -> None:
        self._link = link

    def take(self, parts: Sequence[str], limit: int, per: float, now: float) -> Decision:
        """Raises Away."""
        return self._link.call(lambda client: _take(client, parts, limit, per, now))


def _take(client: Any, parts: Sequence[str], limit: int, per: float, now: float) -> Decision:
    today = int(now // DAY)
    days = (today, today - 1)
    names = [f"{PREFIX}salt:{day}" for day in days]
    fresh = [secrets.token_bytes(32) for _ in days]
    left = [math.ceil((day + 2) * DAY - now) for day in days]
    salts = client.eval(_SALTS, 2, *names, *fresh, *left)
    spanned = [*parts, f"{per:g}"]
    keys = [f"{PREFIX}limit:{digest(salt, spanned).hex()}" for salt in salts]
    act = secrets.token_bytes(8)
    found = client.eval(_TAKE, 2, *keys, repr(now), repr(per), limit, repr(now - per), act)
    if found == b"ok":
        return Decision(allowed=True)
    return refused(float(found), per, now)
