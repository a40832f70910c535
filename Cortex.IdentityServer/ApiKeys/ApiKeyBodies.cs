using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Http;

namespace Cortex.IdentityServer.ApiKeys;

/// <summary>A key to be made.</summary>
internal sealed record GenerateApiKeyRequest : IRequestBody
{
    /// <summary>What the key is for, in the owner's words.</summary>
    [Required]
    [PlainText]
    [MaxLength(ApiKeyConfiguration.NameLength)]
    public string Name { get; init; } = "";

    /// <summary>
    /// What the key may do: up to 32 words, of those that the operator allows (<c>API_KEY_SCOPES</c>; any, where that isn't set). <c>introspect</c> lets it ask
    /// about tokens and keys, <c>usage:read</c> lets it read all usage of its owner, and <c>usage:write</c> is for service accounts and administrators. None by
    /// default.
    /// </summary>
    [Scopes]
    public string[]? Scopes { get; init; }

    /// <summary>Days until the key expires, 1 to 3650; never, if left out.</summary>
    [Range(1, 3650)]
    public int? ExpiresInDays { get; init; }
}

/// <summary>Changes to a key.</summary>
internal sealed record UpdateApiKeyRequest : IRequestBody
{
    /// <summary>A new name.</summary>
    [PlainText]
    [MaxLength(ApiKeyConfiguration.NameLength)]
    public string? Name { get; init; }

    /// <summary>False switches the key off, true on again.</summary>
    public bool? IsActive { get; init; }
}

/// <summary>How a key is replaced.</summary>
internal sealed record RotateApiKeyRequest : IRequestBody
{
    /// <summary>Seconds for which the old key goes on working, 0 to 86400; 0 if left out.</summary>
    [Range(0, 86_400)]
    public int? OverlapSeconds { get; init; }
}

/// <summary>An API key, without the key.</summary>
/// <param name="Id">Its id, for changing or revoking it.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Prefix">Its first 12 characters; null for keys that the Python server made.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="IsActive">Whether it is switched on.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="LastUsedAt">When it was last used, to the minute; null for never.</param>
internal sealed record ApiKeyResponse(
    Guid Id,
    string? Name,
    string? Prefix,
    string[] Scopes,
    bool IsActive,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt)
{
    public static readonly Expression<Func<ApiKey, ApiKeyResponse>> FromKey = key =>
        new ApiKeyResponse(key.Id, key.Name, key.Prefix, key.Scopes, key.IsActive ?? true, key.CreatedAt, key.ExpiresAt, key.LastUsedAt);
}

/// <summary>A new API key, with the key.</summary>
/// <param name="Id">Its id, for changing or revoking it.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Key">The key itself, shown this once: the server keeps only its hash.</param>
/// <param name="Prefix">Its first 12 characters.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="IsActive">Always true for a new key.</param>
/// <param name="CreatedAt">When the key was created.</param>
/// <param name="ExpiresAt">When it stops working; null for never.</param>
/// <param name="LastUsedAt">Always null for a new key.</param>
internal sealed record GeneratedApiKeyResponse(
    Guid Id,
    string? Name,
    string Key,
    string? Prefix,
    string[] Scopes,
    bool IsActive,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt);

/// <summary>Scope words (RFC 6749 section 3.3): visible ASCII without <c>"</c> and <c>\</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed partial class ScopesAttribute()
    : ValidationAttribute("must be at most 32 words of 1 to 64 visible ASCII characters without quotes and backslashes")
{
    public const int Most = 32;

    /// <summary>One word, for the OpenAPI document.</summary>
    public const string Pattern = "^" + WordPattern + "$";

    private const string WordPattern = @"[\x21\x23-\x5B\x5D-\x7E]{1,64}";

    public static bool IsScope(string? text) => text is not null && Word().IsMatch(text);

    public override bool IsValid(object? value) => value is null || (value is string?[] scopes && scopes.Length <= Most && scopes.All(IsScope));

    [GeneratedRegex("^" + WordPattern + @"\z")]
    private static partial Regex Word();
}
