-- Decides about the calls of one connection, in one atomic step per question.
--
-- KEYS: 1 state (hash), 2 calls in flight (sorted by the moment their lease ends), 3.. one list per window.
-- ARGV: operation, now in ms or '' for the server's clock, allowed calls in flight or 0, number of windows,
--       then per window: name, calls, length in ms, lane or '', durable 1 or 0; then what the operation needs.
--
-- A short window counts a call from its grant until `length` after its answer. Answered calls stand in the
-- window's list as pairs (grain, count): time is cut in 240 grains per window and rounded up, so the list
-- stays small and the error is at most 1/240 of the window, always to the vendor's advantage.
-- A durable window (hour, day) divides a block that PostgreSQL has committed.

local GRAINS = 240
local BULK_BURST = 1000   -- ms that bulk may run ahead of its spacing, so that a late wake-up can catch up
local PUSH = 10000        -- ms that other lanes may put bulk's next turn off
local LIVE_WAIT = 1000    -- ms that a refused live caller waits by itself; beyond it parks
local LIVE_MARK = 500     -- ms that its turn is kept for it after the moment it was told
local SOON = 2000         -- ms that a forecast looks ahead
local CALM = 25           -- good answers that take back one doubling of a pause: refusals more frequent are no bad luck
local MOST_STREAK = 7     -- doublings from a second to a minute
local EPOCH, TIGHT, FULL, BUSY, SPACED, YIELD, SPENT = 1, 2, 3, 4, 5, 6, 7

local call, floor, max, min = redis.call, math.floor, math.max, math.min
local operation, now, concurrent, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local clock = call('TIME')
  now = clock[1] * 1000 + floor(clock[2] / 1000)
end

local windows, fields = {}, {'epoch', 'until', 'spaced', 'mark', 'latency', 'streak', 'calm', 'told'}
for i = 1, count do
  local at = 5 * i
  local w = {name = ARGV[at], calls = tonumber(ARGV[at + 1]), length = tonumber(ARGV[at + 2]),
             lane = ARGV[at + 3], durable = ARGV[at + 4] == '1', list = KEYS[2 + i]}
  windows[i] = w
  if w.durable then
    for _, part in ipairs({'left', 'number', 'remaining', 'credit', 'look'}) do
      fields[#fields + 1] = part .. ':' .. w.name
    end
  else
    w.grain = max(1, floor(w.length / GRAINS))
    w.field = 'used:' .. w.name
    fields[#fields + 1] = w.field
  end
end
local first = 5 + 5 * count

local state, changed = {}, {}
for i, value in ipairs(call('HMGET', KEYS[1], unpack(fields))) do
  state[fields[i]] = tonumber(value)
end

local function put(field, value)
  state[field] = value
  changed[#changed + 1] = field
  changed[#changed + 1] = value
end

local function save()
  if #changed > 0 then call('HSET', KEYS[1], unpack(changed)) end
end

local function get(part, w) return state[part .. ':' .. w.name] or 0 end

local function counts(w, lane) return w.lane == '' or w.lane == lane end

-- The lane stands before the first dash of a permit.
local function lane_of(permit) return string.match(permit, '^%a+') end

local function note_answer(w, moment)
  local grain = floor(moment / w.grain) + 1
  local last = tonumber(call('LINDEX', w.list, -2))
  if last and last >= grain then
    call('LSET', w.list, -1, call('LINDEX', w.list, -1) + 1)
  else
    call('RPUSH', w.list, grain, 1)
  end
end

local function each_short(lane, visit)
  for i = 1, count do
    local w = windows[i]
    if not w.durable and counts(w, lane) then visit(w) end
  end
end

-- A caller that never answers, because it died, is charged as if answered when its lease ended.
local function sweep()
  local dead = call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'WITHSCORES')
  for i = 1, #dead, 2 do
    each_short(lane_of(dead[i]), function(w) note_answer(w, tonumber(dead[i + 1])) end)
    call('ZREM', KEYS[2], dead[i])
  end
end

local function frees_at(w)
  local head = tonumber(call('LINDEX', w.list, 0))
  return head and head * w.grain + w.length
end

local function forget_old(w)
  local used, at = state[w.field] or 0, frees_at(w)
  while at and at <= now do
    used = used - call('LPOP', w.list, 2)[2]
    put(w.field, max(0, used))
    at = frees_at(w)
  end
  return at
end

-- Bulk keeps the pace of the slowest short window.
local function spacing()
  local interval, burst, most = 0, BULK_BURST, PUSH
  each_short('bulk', function(w)
    interval = max(interval, w.length / w.calls)
    burst = min(burst, w.length / 6)
    most = min(most, w.length / 6)
  end)
  return interval, burst, most
end

-- Every call puts bulk's next turn off, not only bulk's own. Otherwise bulk beside live fills the window before
-- its end, and then nothing frees for seconds, whoever waits. A burst of live puts it off by PUSH at most.
local function pace(lane)
  local interval, _, most = spacing()
  local next_turn = max(state.spaced or 0, now) + interval
  if lane ~= 'bulk' then next_turn = max(state.spaced or 0, min(next_turn, now + most)) end
  put('spaced', next_turn)
end

-- What bulk leaves to people: a 50th of a durable allowance.
local function reserve(w) return math.ceil(w.calls / 50) end

local function in_hand(w, lane)
  local left = get('left', w)
  if lane ~= 'bulk' then return left > 0 end
  return left > 0 and get('credit', w) > 0 and get('remaining', w) + left > reserve(w)
end

local function may_draw(w, lane)
  local left, remaining = get('left', w), get('remaining', w)
  if now >= get('look', w) then return true end
  if left > 0 or remaining <= 0 then return false end
  return lane ~= 'bulk' or (get('credit', w) > 0 and remaining > reserve(w))
end

-- The same share of a short one, so that a person's change need not wait for a call of bulk to leave the window; and
-- a tenth of what polling may use, so that a poll, which is two calls, is not put off for a whole interval.
local function headroom(w, lane)
  if lane ~= 'bulk' or w.lane ~= '' then return 0 end
  local kept = floor(w.calls / 50)
  for i = 1, count do
    if windows[i].lane == 'poll' then kept = kept + floor(windows[i].calls / 10) end
  end
  return min(kept, w.calls - 1)
end

local function acquire(permit, lease)
  if not state.epoch then return {-1} end
  sweep()
  local lane, at, why = lane_of(permit), now, 0
  local function wait(moment, reason)
    if moment > at then at, why = moment, reason end
  end
  wait(state.epoch, EPOCH)
  wait(state['until'] or 0, TIGHT)
  each_short(lane, function(w)
    local frees = forget_old(w)
    if (state[w.field] or 0) >= w.calls - headroom(w, lane) then wait(frees or now + w.length, FULL) end
  end)
  if concurrent > 0 and call('ZCARD', KEYS[2]) >= concurrent then
    wait(now + min(250, max(5, floor((state.latency or 100) / concurrent))), BUSY)
  end
  if lane == 'bulk' then
    local _, burst = spacing()
    wait(math.ceil((state.spaced or 0) - burst), SPACED)
  end
  if lane ~= 'live' then wait(state.mark or 0, YIELD) end

  for i = 1, count do
    local w = windows[i]
    if w.durable and counts(w, lane) and not in_hand(w, lane) then
      if may_draw(w, lane) then
        if at <= now then save() return {2, i - 1} end
      else
        wait(get('look', w), SPENT)
      end
    end
  end
  if at > now then
    if lane == 'live' and at - now <= LIVE_WAIT then put('mark', at + LIVE_MARK) end
    save()
    return {0, at - now, why}
  end

  local answer = {1}
  -- A repeat of the same question (the client lost our answer) must not be charged twice.
  local new = call('ZADD', KEYS[2], 'NX', now + lease, permit) == 1
  if new then each_short(lane, function(w) put(w.field, (state[w.field] or 0) + 1) end) end
  for i = 1, count do
    local w = windows[i]
    if w.durable and counts(w, lane) then
      if new then
        put('left:' .. w.name, get('left', w) - 1)
        if lane == 'bulk' then put('credit:' .. w.name, get('credit', w) - 1) end
      end
      answer[#answer + 1] = get('number', w)
    end
  end
  if new then pace(lane) end
  if lane == 'live' and (state.mark or 0) > now then put('mark', 0) end
  save()
  return answer
end

-- A vendor that grants again and again was not serious about its refusal: its next one counts less.
local function calm_down()
  local calm = (state.calm or 0) + 1
  if calm >= CALM then
    put('streak', state.streak - 1)
    calm = 0
  end
  put('calm', calm)
end

-- A permit that is not known here was granted before the state was lost; its call has to be counted all the same.
local function release(permit, lease, good)
  local ends = tonumber(call('ZSCORE', KEYS[2], permit))
  each_short(lane_of(permit), function(w)
    note_answer(w, now)
    if not ends then put(w.field, (state[w.field] or 0) + 1) end
  end)
  if ends then
    call('ZREM', KEYS[2], permit)
    local took = max(0, now - (ends - lease))
    put('latency', floor(0.8 * (state.latency or took) + 0.2 * took))
    if good and (state.streak or 0) > 0 and ends - lease >= (state.told or 0) then calm_down() end
  end
  save()
  return {1}
end

-- A block that was closed meanwhile takes nothing back: it is counted in full already.
local function cancel(permit, at)
  if call('ZREM', KEYS[2], permit) == 0 then return {0} end
  local lane = lane_of(permit)
  each_short(lane, function(w) put(w.field, max(0, (state[w.field] or 0) - 1)) end)
  for i = 1, count do
    local w = windows[i]
    if w.durable and counts(w, lane) then
      if get('number', w) == tonumber(ARGV[at]) then
        put('left:' .. w.name, get('left', w) + 1)
        if lane == 'bulk' then put('credit:' .. w.name, get('credit', w) + 1) end
      end
      at = at + 1
    end
  end
  save()
  return {1}
end

-- Arguments: window, block number, its calls (0: only news), remaining beyond it, freed since, ms to the next look.
local function deposit(index, number, calls, remaining, freed, look)
  local w = windows[index + 1]
  if calls > 0 then
    if number <= get('number', w) then return {0} end
    put('number:' .. w.name, number)
    put('left:' .. w.name, calls)
  end
  local total, line = remaining + get('left', w), w.calls / 4
  local credit = floor(total - line)
  if credit < 0 then credit = min(get('credit', w) + freed, total - reserve(w)) end
  put('credit:' .. w.name, max(0, credit))
  put('remaining:' .. w.name, remaining)
  put('look:' .. w.name, now + look)
  save()
  return {1}
end

-- Without a stated pause it doubles from a second to a minute. A burst of refusals counts as one, whenever they
-- arrive: a call that was sent before the pause stood, `age` ms ago, tells nothing new.
local function tighten(pause, jitter, age)
  local before = state['until'] or 0
  if pause < 0 then
    if before > now or now - age < (state.told or 0) then return {max(0, before - now)} end
    local streak = now - before < 60000 and min(MOST_STREAK, (state.streak or 0) + 1) or 1
    put('streak', streak)
    put('calm', 0)
    pause = min(60000, 1000 * 2 ^ (streak - 1) * jitter)
  end
  put('told', now)
  put('until', max(before, now + floor(pause)))
  save()
  return {state['until'] - now}
end

local function open(hold)
  if not state.epoch then put('epoch', now + hold) end
  save()
  return {max(0, state.epoch - now)}
end

local function look()
  sweep()
  local wait = max(0, (state.epoch or now) - now, (state['until'] or 0) - now)
  local answer = {wait, call('ZCARD', KEYS[2])}
  for i = 1, count do
    local w = windows[i]
    local left, soon
    if w.durable then
      left = get('left', w) + get('remaining', w)
      soon = left
    else
      forget_old(w)
      left = max(0, w.calls - (state[w.field] or 0))
      soon = left
      local pairs_ = call('LRANGE', w.list, 0, -1)
      for at = 1, #pairs_, 2 do
        if pairs_[at] * w.grain + w.length > now + SOON then break end
        soon = soon + pairs_[at + 1]
      end
    end
    answer[#answer + 1] = left
    answer[#answer + 1] = soon
  end
  save()
  return answer
end

local function hand()
  local w = windows[tonumber(ARGV[first]) + 1]
  return {get('number', w), get('left', w)}
end

local function number(offset) return tonumber(ARGV[first + offset]) end

if operation == 'acquire' then return acquire(ARGV[first], number(1)) end
if operation == 'release' then return release(ARGV[first], number(1), number(2) == 1) end
if operation == 'cancel' then return cancel(ARGV[first], first + 1) end
if operation == 'deposit' then return deposit(number(0), number(1), number(2), number(3), number(4), number(5)) end
if operation == 'tighten' then return tighten(number(0), number(1), number(2)) end
if operation == 'open' then return open(number(0)) end
if operation == 'hand' then return hand() end
return look()
