-- purchases of random members, each with a reference of its own
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  members = {}
  for line in io.lines(args[1]) do members[#members + 1] = line end
  token, mark, batch, lines = args[2], args[3], tonumber(args[4]), tonumber(args[5])
  math.randomseed(os.time() + number * 7919)
  serial = 0
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token }
  path = batch > 0 and "/api/v1/activities/batch" or "/api/v1/activities"
end

local function purchase()
  serial = serial + 1
  local gross = math.random(500, 5000) * 1000
  local parts = {}
  for i = 1, lines do parts[i] = string.format('{"sku":"S%d","gross":%d}', i, gross) end
  return string.format(
    '{"kind":"purchase","source":"bench","reference":"%s-%d-%d","occurred_at":"%s","member":{"id":"%s"},"branch":"b1","lines":[%s]}',
    mark, number, serial, os.date("!%Y-%m-%dT%H:%M:%SZ"), members[math.random(#members)], table.concat(parts, ","))
end

function request()
  local body
  if batch > 0 then
    local items = {}
    for i = 1, batch do items[i] = purchase() end
    body = '{"activities":[' .. table.concat(items, ",") .. "]}"
  else
    body = purchase()
  end
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
  local bad = summary.errors
  print(string.format(
    '{"requests":%d,"errors":%d,"seconds":%f,"p50_ms":%f,"p99_ms":%f}',
    summary.requests, bad.status + bad.connect + bad.read + bad.write + bad.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
