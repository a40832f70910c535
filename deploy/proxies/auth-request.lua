-- Forward authentication: asks Cortex Identity about a request, and either lets it pass or gives its answer to the client.
--
--     http-request lua.verify http://127.0.0.1:8080/api/v1/auth/verify
--
-- A request that passes has the variables txn.auth_user_id, txn.auth_email, txn.auth_tier, and txn.auth_scopes.

local CREDENTIALS = { "authorization", "x-api-key" }
local PASSED_ON = { "content-type", "retry-after", "www-authenticate", "x-request-id", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset" }
local TIMEOUT = 5000 -- milliseconds

local function first(headers, name)
    return headers and headers[name] and headers[name][0]
end

local function refuse(txn, status, headers, body)
    local reply = txn:reply({ status = status, headers = {}, body = body or "" })
    for _, name in ipairs(PASSED_ON) do
        for index = 0, 9 do
            local value = headers[name] and headers[name][index]
            if value then
                reply:add_header(name, value)
            end
        end
    end
    txn:done(reply)
end

core.register_action("verify", { "http-req" }, function(txn, url)
    local request = txn.http:req_get_headers()
    local asked = {
        ["x-forwarded-for"] = { txn.f:src() },
        ["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" },
    }
    for _, name in ipairs(CREDENTIALS) do
        if request[name] then
            -- A repeated header stays repeated, so that the server refuses it.
            asked[name] = {}
            for index = 0, 9 do
                if request[name][index] then
                    table.insert(asked[name], request[name][index])
                end
            end
        end
    end

    local answer = core.httpclient():get({ url = url, headers = asked, timeout = TIMEOUT })
    if answer == nil or answer.status == nil or answer.status == 0 then
        refuse(txn, 503, { ["content-type"] = { [0] = "application/problem+json" }, ["retry-after"] = { [0] = "5" } },
            '{"status":503,"code":"service_unavailable","title":"Service unavailable"}')
    elseif answer.status == 204 then
        txn:set_var("txn.auth_user_id", first(answer.headers, "x-auth-user-id") or "")
        txn:set_var("txn.auth_email", first(answer.headers, "x-auth-email") or "")
        txn:set_var("txn.auth_tier", first(answer.headers, "x-auth-tier") or "")
        txn:set_var("txn.auth_scopes", first(answer.headers, "x-auth-scopes") or "")
    else
        refuse(txn, answer.status, answer.headers, answer.body)
    end
end, 1)
