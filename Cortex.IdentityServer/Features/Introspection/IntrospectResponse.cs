using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Introspection;

/// <summary>The state of a token (RFC 7662 section 2.2). If the token isn't valid, the response contains only <c>active: false</c>.</summary>
internal sealed record IntrospectResponse : IExample<IntrospectResponse>
{
    /// <summary>Whether the token would be accepted now.</summary>
    public required bool Active { get; init; }

    /// <summary>The type of the token: <c>bearer</c> or <c>api_key</c>.</summary>
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

    /// <summary>For an access token, the id of its session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sid { get; init; }

    /// <summary>For an API key, its id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ApiKeyId { get; init; }

    /// <summary>When the token expires, in Unix seconds; absent for a key that doesn't expire.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Exp { get; init; }

    /// <summary>When the token was issued, in Unix seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Iat { get; init; }

    /// <summary>The issuer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Iss { get; init; }

    /// <summary>Whether the quota allows another request; absent if no quota applies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntrospectedQuota? Quota { get; init; }

    public static IntrospectResponse Example => new()
    {
        Active = true,
        TokenType = "bearer",
        Sub = ExampleValues.Id.ToString(),
        Email = ExampleValues.Email,
        SubscriptionTier = User.FreeTier,
        Scope = "",
        Sid = ExampleValues.Id.ToString(),
        Exp = ExampleValues.Time.AddMinutes(30).ToUnixTimeSeconds(),
        Iat = ExampleValues.Time.ToUnixTimeSeconds(),
        Iss = ExampleValues.Issuer,
    };
}
