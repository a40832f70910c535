using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.ApiKeys;
using Cortex.IdentityServer.Http;
using Cortex.IdentityServer.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;

namespace Cortex.IdentityServer.Introspection;

/// <summary>The token to be looked at.</summary>
internal sealed record IntrospectRequest
{
    /// <summary>An access token or an API key.</summary>
    [Required]
    public string Token { get; init; } = "";

    /// <summary>RFC 7662's hint; the kinds can't be mixed up here, so it changes nothing.</summary>
    public string? TokenTypeHint { get; init; }
}

/// <summary>What is known of a token (RFC 7662 section 2.2). For anything that isn't good, <c>active: false</c> and nothing else.</summary>
internal sealed record IntrospectResponse
{
    /// <summary>Whether it would be accepted now.</summary>
    public required bool Active { get; init; }

    /// <summary><c>bearer</c> or <c>api_key</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenType { get; init; }

    /// <summary>The user's id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sub { get; init; }

    /// <summary>The user's email.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Email { get; init; }

    /// <summary>The user's tier.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SubscriptionTier { get; init; }

    /// <summary>The scopes, separated by spaces; empty for an access token, which has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    /// <summary>The session, for an access token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sid { get; init; }

    /// <summary>The key's id, for an API key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ApiKeyId { get; init; }

    /// <summary>Unix seconds of the expiry; absent for a key that doesn't expire.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Exp { get; init; }

    /// <summary>Unix seconds of its making.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Iat { get; init; }

    /// <summary>Who made it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Iss { get; init; }
}

/// <summary>Tells a service whether what somebody gave it is good (RFC 7662).</summary>
internal static class IntrospectEndpoint
{
    private static readonly IntrospectResponse Inactive = new() { Active = false };

    /// <summary>Ask about an access token or an API key</summary>
    /// <remarks>
    /// RFC 7662, as a form (<c>token=…</c>) or as JSON. For an API key with the scope <c>introspect</c>, or an administrator.
    /// </remarks>
    internal static async Task<Results<Ok<IntrospectResponse>, Problem>> Introspect(HttpContext http, TokenInspector inspector)
    {
        var (token, problem) = await TryReadAsync(http.Request);
        return problem is null ? TypedResults.Ok(await inspector.InspectAsync(token, http.RequestAborted) ?? Inactive) : problem;
    }

    /// <summary>Reads by hand, as no parameter binds to either media type, and so what can't be read is thrown here and not by the framework.</summary>
    private static async Task<(string Token, Problem? Problem)> TryReadAsync(HttpRequest request)
    {
        try
        {
            return await ReadAsync(request);
        }
        catch (JsonException failure)
        {
            return ("", StrictJson.Explain(failure));
        }
        catch (InvalidDataException)
        {
            return ("", new Problem(Problems.MalformedRequest) { Detail = "The body is not a valid form." });
        }
    }

    private static async Task<(string Token, Problem? Problem)> ReadAsync(HttpRequest request)
    {
        string token;
        if (request.HasFormContentType)
        {
            // RFC 6749 section 3.2 refuses a parameter that comes twice, and an unknown one is ignored (RFC 7662 section 2.1).
            var values = await FormValuesAsync(request);
            token = values.Count == 1 ? values.ToString() : "";
        }
        else if (request.HasJsonContentType())
        {
            try
            {
                token = (await request.ReadFromJsonAsync<IntrospectRequest>(request.HttpContext.RequestAborted))?.Token ?? "";
            }
            catch (JsonException failure)
            {
                return ("", StrictJson.Explain(failure));
            }
        }
        else
        {
            return ("", new Problem(Problems.UnsupportedMediaType) { Detail = "Send application/x-www-form-urlencoded or application/json." });
        }

        return token.Length == 0 ? ("", Problem.Invalid("token", "is required, once")) : (token, null);
    }

    private static async Task<StringValues> FormValuesAsync(HttpRequest request)
    {
        try
        {
            return (await request.ReadFormAsync(request.HttpContext.RequestAborted))["token"];
        }
        catch (InvalidDataException)
        {
            // More or longer fields than a form may have: no token in it is worth looking for.
            return StringValues.Empty;
        }
    }
}

/// <summary>Tells what a token is worth right now.</summary>
internal sealed class TokenInspector(AccessTokens accessTokens, LiveSessions liveSessions, IApiKeyProvider apiKeys, SessionSettings options)
{
    /// <summary>Null for anything that isn't good.</summary>
    public async Task<IntrospectResponse?> InspectAsync(string token, CancellationToken cancellationToken) =>
        await OfAccessTokenAsync(token, cancellationToken) ?? await OfApiKeyAsync(token, cancellationToken);

    private async Task<IntrospectResponse?> OfAccessTokenAsync(string token, CancellationToken cancellationToken)
    {
        // Two dots make a JWS; no API key needs the attempt.
        if (token.Count(letter => letter == '.') != 2 || await accessTokens.ReadAsync(token) is not { } identity)
        {
            return null;
        }

        var user = new ClaimsPrincipal(identity);
        return await liveSessions.StandingAsync(user.SessionId(), user.UserId(), cancellationToken) != SessionStanding.Live ? null : new()
        {
            Active = true,
            TokenType = "bearer",
            Sub = user.FindFirstValue(CortexClaims.Subject),
            Email = user.FindFirstValue(CortexClaims.Email),
            SubscriptionTier = user.FindFirstValue(CortexClaims.Tier),
            Scope = "",
            Sid = user.FindFirstValue(CortexClaims.SessionId),
            Exp = AccessTokens.Seconds(identity, "exp"),
            Iat = AccessTokens.Seconds(identity, "iat"),
            Iss = options.Issuer,
        };
    }

    private async Task<IntrospectResponse?> OfApiKeyAsync(string text, CancellationToken cancellationToken) =>
        await apiKeys.FindAsync(text, cancellationToken) is not ApiKeyVerdict.Good { Key: var key } ? null : new()
        {
            Active = true,
            TokenType = "api_key",
            Sub = key.UserId.ToString(),
            Email = key.Email,
            SubscriptionTier = key.Tier,
            Scope = string.Join(' ', key.Scopes),
            ApiKeyId = key.Id.ToString(),
            Exp = key.ExpiresAt?.ToUnixTimeSeconds(),
            Iat = key.CreatedAt?.ToUnixTimeSeconds(),
            Iss = options.Issuer,
        };
}
