using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.ApiKeys;

namespace Cortex.IdentityServer.Features.Usage.Reports;

/// <summary>Whose usage a request may see.</summary>
/// <param name="UserId">The user; null for all users.</param>
/// <param name="ApiKeyId">The only API key whose usage may be seen; null for all of the user's usage.</param>
internal sealed record ReportScope(Guid? UserId, Guid? ApiKeyId = null)
{
    /// <summary>The usage of all users, for administrators.</summary>
    public static ReportScope Everyone { get; } = new(UserId: null);

    /// <summary>Whether no usage may be seen. The nil UUID is no key's id; in the sums, it stands for requests without a key.</summary>
    public bool IsEmpty => ApiKeyId == Guid.Empty;

    /// <summary>A user sees all of their usage. An API key sees its own, unless it has the scope <see cref="ApiKeyOptions.UsageRead"/>.</summary>
    public static ReportScope Of(ClaimsPrincipal caller) =>
        new(caller.UserId(), caller.HasScope(ApiKeyOptions.UsageRead) ? null : ((KnownCaller)caller).ApiKeyId);

    /// <summary>Narrows the scope down to one key. A key that may see only its own usage sees nothing of another one.</summary>
    /// <param name="apiKeyId">The key; null for all keys that the scope includes.</param>
    public ReportScope OnlyOf(Guid? apiKeyId) => apiKeyId is null || apiKeyId == ApiKeyId ? this
        : ApiKeyId is null ? this with { ApiKeyId = apiKeyId }
        : this with { ApiKeyId = Guid.Empty };
}
